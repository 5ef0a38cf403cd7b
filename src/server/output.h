// Bytes on their way to a client: replies are gathered in it, and sent from its front in one system
// call.
//
// Thread safety: none.

#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace strata::server {

class Output {
 public:
  void Append(std::string_view bytes);
  // As Append; what is large is taken over, not copied.
  void Append(std::string&& bytes);
  // Another one's bytes, in their order; it is empty then.
  void Append(Output&& other);

  bool empty() const { return bytes_ == 0; }
  std::size_t bytes() const { return bytes_; }
  // Of the memory that it takes.
  std::size_t capacity() const;

  // The first parts, as many as `parts` has room for; how many. They hold until it changes.
  std::size_t Front(std::span<std::string_view> parts) const;
  // Forgets the first `count` bytes. REQUIRES: there are as many.
  void Drop(std::size_t count);

  // Where it ends now, to go back to. REQUIRES: nothing is dropped in between.
  std::size_t Mark() const { return bytes_; }
  void GoBackTo(std::size_t mark);

  void Clear();
  void Shrink();  // Gives back memory that isn't used.

 private:
  std::string* Block(std::size_t room);

  std::vector<std::string> blocks_;
  std::size_t first_ = 0;    // Blocks before it are empty.
  std::size_t dropped_ = 0;  // Of the first block.
  std::size_t bytes_ = 0;
};

}  // namespace strata::server
