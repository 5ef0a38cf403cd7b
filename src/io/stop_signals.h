// Signals that tell a program which serves what to do next: SIGTERM and SIGINT to end, SIGHUP to
// read its settings again.
//
// Thread safety: one at a time in a process; Wait is for one thread, Raise for any.

#pragma once

#include <cstdint>
#include <optional>

#include "base/result.h"

namespace strata {

enum class StopSignal : std::uint8_t { kStop, kReload };

class StopSignals {
 public:
  // From now on these signals don't end the process; they are told by Wait.
  static Result<StopSignals> Catch();
  StopSignals(StopSignals&& other) noexcept;
  StopSignals& operator=(StopSignals&&) = delete;
  ~StopSignals();  // They do what they did before.

  // Returns when one has come.
  StopSignal Wait() const;
  // The same; nothing: none has come in `timeout_us`.
  std::optional<StopSignal> WaitFor(std::uint64_t timeout_us) const;
  // As if the signal had come. Any thread, for as long as this is there.
  void Raise(StopSignal signal) const;

 private:
  explicit StopSignals(int read_fd) : read_fd_(read_fd) {}

  int read_fd_;
};

}  // namespace strata
