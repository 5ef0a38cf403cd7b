// A part of the key space: all keys that begin with one tuple. What is packed through a subspace
// lies in it and nowhere else, so two uses of one store never meet.
//
// Thread safety: immutable values.

#pragma once

#include <string>
#include <string_view>

#include "strata/keys/tuple.h"

namespace strata::keys {

// From `lower` on and before `upper`: what goes into ReadOptions.
struct KeyRange {
  std::string lower;
  std::string upper;
};

class Subspace {
 public:
  // `raw` stands before the tuple; it may be any bytes.
  explicit Subspace(const Tuple& prefix = {}, std::string_view raw = {})
      : prefix_(std::string(raw) + keys::Pack(prefix)) {}

  // The part of this one that begins with `more`.
  Subspace Inside(const Tuple& more) const { return Subspace(more, prefix_); }

  std::string Pack(const Tuple& tuple) const { return prefix_ + keys::Pack(tuple); }
  // The way back. Errors: kInvalidArgument when `key` isn't in this subspace or no tuple.
  Result<Tuple> Unpack(std::string_view key) const;

  // True for the prefix itself and for all tuples that go on from it. (Bytes alone don't tell:
  // "a\0b" is packed with the bytes of "a" in front, but after them comes ff, which begins no
  // element.)
  bool Contains(std::string_view key) const;
  // All tuples that go on from the prefix, without the prefix itself.
  KeyRange Range() const { return {prefix_ + '\x00', prefix_ + '\xff'}; }

  const std::string& prefix() const { return prefix_; }

 private:
  std::string prefix_;
};

}  // namespace strata::keys
