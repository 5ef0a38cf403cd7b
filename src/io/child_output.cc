#include "io/child_output.h"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "io/clock.h"
#include "io/os_error.h"
#include "io/posix_descriptor.h"

extern char** environ;

namespace strata {
namespace {

constexpr std::uint64_t kNanosPerMilli = 1'000'000;

Result<pid_t> Spawn(const std::string& command, int output) {
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO);
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP);  // So that all of it can be ended.
  std::string text = command;
  char shell[] = "/bin/sh";
  char flag[] = "-c";
  const std::array<char*, 4> arguments = {shell, flag, text.data(), nullptr};
  pid_t child = 0;
  const int error = ::posix_spawn(&child, shell, &actions, &attributes, arguments.data(), environ);
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&actions);
  if (error != 0) return OsError(error, "running", command);
  return child;
}

// Reads up to the end of what is printed.
Status ReadAll(int input, const ChildLimits& limits, std::string* out) {
  Clock& clock = RealClock();
  const std::uint64_t end = clock.NowNanos() + limits.timeout_ms * kNanosPerMilli;
  while (true) {
    const std::uint64_t now = clock.NowNanos();
    if (now >= end) break;
    struct pollfd ready = {input, POLLIN, 0};
    const int left = static_cast<int>((end - now) / kNanosPerMilli + 1);
    if (Uninterrupted([&] { return ::poll(&ready, 1, left); }) <= 0) continue;
    char bytes[512];
    const ssize_t got = Uninterrupted([&] { return ::read(input, bytes, sizeof(bytes)); });
    if (got < 0) return OsError(errno, "reading from", "a command");
    if (got == 0) return {};
    out->append(bytes, static_cast<std::size_t>(got));
    explicit_bzero(bytes, sizeof(bytes));
    if (out->size() > limits.bytes_max) {
      return Error(ErrorCode::kIo,
                   "it printed more than " + std::to_string(limits.bytes_max) + " bytes");
    }
  }
  return Error(ErrorCode::kTimedOut,
               "it took longer than " + std::to_string(limits.timeout_ms) + " ms");
}

}  // namespace

Result<std::string> OutputOfCommand(const std::string& command, const ChildLimits& limits) {
  int ends[2] = {-1, -1};
  if (::pipe2(ends, O_CLOEXEC) != 0) return OsError(errno, "running", command);
  const Descriptor input(ends[0]);
  pid_t child = 0;
  {
    const Descriptor output(ends[1]);
    STRATA_TRY_ASSIGN(child, Spawn(command, output.get()));
  }
  std::string out;
  Status read = ReadAll(input.get(), limits, &out);
  if (!read) ::kill(-child, SIGKILL);
  int status = 0;
  Uninterrupted([&] { return ::waitpid(child, &status, 0); });
  if (read && (!WIFEXITED(status) || WEXITSTATUS(status) != 0)) {
    read = Error(ErrorCode::kIo, WIFEXITED(status)
                                     ? "it ended with status " + std::to_string(WEXITSTATUS(status))
                                     : std::string("a signal ended it"));
  }
  if (read) return out;
  explicit_bzero(out.data(), out.size());
  return std::move(read).error().WithContext("running '" + command + "'");
}

std::optional<std::string> ProcessVariable(const std::string& name) {
  const char* const value = std::getenv(name.c_str());
  if (value == nullptr) return std::nullopt;
  return std::string(value);
}

}  // namespace strata
