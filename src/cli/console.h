// The program's three streams: data goes to `out`, everything said to people goes to `err`.
//
// When the reader of `out` goes away (a closed pipe) output is dropped silently and out_closed()
// says so: a verb with much to print stops then, and the program ends quietly.
// Thread safety: none but Interrupted().

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace strata::cli {

enum class ColorMode : std::uint8_t { kAuto, kAlways, kNever };

class Console {
 public:
  // Descriptors, borrowed.
  Console(int in, int out, int err);
  Console(const Console&) = delete;
  Console& operator=(const Console&) = delete;

  // Buffered; FlushOut hands it over.
  void Out(std::string_view text);
  // Errors: kIo, kNoSpace. A closed pipe is none.
  Status FlushOut();
  bool out_closed() const { return out_closed_; }

  // At once, after what Out was given before.
  void Err(std::string_view text);

  // The next bytes of `in`; 0 at its end.
  Result<std::size_t> Read(char* buffer, std::size_t size);
  // The next line without its newline, or nothing at the end.
  Result<std::optional<std::string>> ReadLine();

  bool in_is_tty() const { return in_is_tty_; }
  bool out_is_tty() const { return out_is_tty_; }
  bool err_is_tty() const { return err_is_tty_; }

  void SetColor(ColorMode mode, bool no_color);
  std::string Bold(std::string_view text) const;
  std::string Red(std::string_view text) const;

 private:
  Status Fill();

  const int in_;
  const int out_;
  const int err_;
  bool in_is_tty_;
  bool out_is_tty_;
  bool err_is_tty_;
  bool color_out_ = false;
  bool color_err_ = false;
  std::string out_buffer_;
  bool out_closed_ = false;
  Status out_error_;
  std::string in_buffer_;
  std::size_t in_offset_ = 0;
};

// From now on Ctrl-C only raises a flag that long-running verbs look at; a second one, while the
// flag is up, ends the process as usual. A closed pipe raises no signal any more.
void InstallSignalHandlers();
bool Interrupted();
void ClearInterrupt();

}  // namespace strata::cli
