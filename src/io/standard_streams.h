// Descriptors 0 to 2 belong to standard input, output and error, also where those are closed: a
// file that got such a number would be written to by whoever prints.

#pragma once

namespace strata {

// Occupies what is closed of the three with /dev/null: reading ends at once, writing is an error,
// as it was. For the beginning of a program that has no threads yet; they stay occupied.
void FillStandardStreams();

// Does the same for a while, around a call that makes a descriptor of its own.
class StandardStreamsFilled {
 public:
  StandardStreamsFilled();
  StandardStreamsFilled(const StandardStreamsFilled&) = delete;
  StandardStreamsFilled& operator=(const StandardStreamsFilled&) = delete;
  ~StandardStreamsFilled();

 private:
  bool filled_[3] = {};
};

}  // namespace strata
