#include "cli/console.h"

#include <array>
#include <atomic>
#include <cerrno>
#include <signal.h>
#include <unistd.h>

#include "io/os_error.h"

namespace strata::cli {
namespace {

constexpr std::size_t kBufferSize = std::size_t{64} << 10;

std::atomic<bool> interrupted{false};

void OnInterrupt(int signal_number) {
  if (interrupted.exchange(true)) {
    ::signal(signal_number, SIG_DFL);
    ::raise(signal_number);
  }
}

// Writes all of it. Returns 0 or an errno.
int WriteAll(int descriptor, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(descriptor, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return errno;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return 0;
}

}  // namespace

Console::Console(int in, int out, int err)
    : in_(in),
      out_(out),
      err_(err),
      in_is_tty_(::isatty(in) == 1),
      out_is_tty_(::isatty(out) == 1),
      err_is_tty_(::isatty(err) == 1) {}

void Console::Out(std::string_view text) {
  if (out_closed_) return;
  out_buffer_.append(text);
  if (out_buffer_.size() >= kBufferSize) (void)FlushOut();  // An error is kept for the last flush.
}

Status Console::FlushOut() {
  if (!out_buffer_.empty() && !out_closed_ && out_error_) {
    const int error = WriteAll(out_, out_buffer_);
    if (error == EPIPE) {
      out_closed_ = true;
    } else if (error != 0) {
      out_error_ = OsError(error, "writing", "standard output");
      out_closed_ = true;
    }
  }
  out_buffer_.clear();
  return out_error_;
}

void Console::Err(std::string_view text) {
  (void)FlushOut();
  (void)WriteAll(err_, text);  // There is nowhere left to complain.
}

Status Console::Fill() {
  in_buffer_.resize(kBufferSize);
  in_offset_ = 0;
  ssize_t count = 0;
  do {
    count = ::read(in_, in_buffer_.data(), in_buffer_.size());
  } while (count < 0 && errno == EINTR && !Interrupted());
  const int error = errno;
  in_buffer_.resize(count < 0 ? 0 : static_cast<std::size_t>(count));
  if (count < 0 && error == EINTR) return Error(ErrorCode::kAborted, "interrupted");
  if (count < 0) return OsError(error, "reading", "standard input");
  return {};
}

Result<std::size_t> Console::Read(char* buffer, std::size_t size) {
  if (in_offset_ == in_buffer_.size()) STRATA_TRY(Fill());
  const std::size_t count = in_buffer_.copy(buffer, size, in_offset_);
  in_offset_ += count;
  return count;
}

Result<std::optional<std::string>> Console::ReadLine() {
  std::string line;
  while (true) {
    if (in_offset_ == in_buffer_.size()) STRATA_TRY(Fill());
    if (in_buffer_.empty()) {
      if (line.empty()) return std::optional<std::string>();
      return std::optional<std::string>(std::move(line));
    }
    const std::size_t end = in_buffer_.find('\n', in_offset_);
    line.append(in_buffer_, in_offset_, end - in_offset_);
    in_offset_ = end == std::string::npos ? in_buffer_.size() : end + 1;
    if (end != std::string::npos) return std::optional<std::string>(std::move(line));
  }
}

void Console::SetColor(ColorMode mode, bool no_color) {
  const bool is_auto = mode == ColorMode::kAuto && !no_color;
  color_out_ = mode == ColorMode::kAlways || (is_auto && out_is_tty_);
  color_err_ = mode == ColorMode::kAlways || (is_auto && err_is_tty_);
}

std::string Console::Bold(std::string_view text) const {
  return color_out_ ? "\x1b[1m" + std::string(text) + "\x1b[0m" : std::string(text);
}

std::string Console::Red(std::string_view text) const {
  return color_err_ ? "\x1b[31m" + std::string(text) + "\x1b[0m" : std::string(text);
}

void InstallSignalHandlers() {
  struct sigaction action{};
  action.sa_handler = OnInterrupt;
  ::sigaction(SIGINT, &action, nullptr);  // Without SA_RESTART: a waiting read ends.
  ::signal(SIGPIPE, SIG_IGN);
}

bool Interrupted() {
  return interrupted.load(std::memory_order_relaxed);
}

void ClearInterrupt() {
  interrupted.store(false);
}

}  // namespace strata::cli
