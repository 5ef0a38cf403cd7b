#include "peers/child.h"

#include <atomic>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "io/clock.h"
#include "peers/measure.h"

namespace strata::peers {
namespace {

std::atomic<bool> interrupted{false};

[[noreturn]] void BeChild(int pipe_end, const std::string& directory,
                          const std::function<void(FILE*, const std::string&)>& work) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  std::signal(SIGINT, SIG_DFL);
  std::signal(SIGTERM, SIG_DFL);
  FILE* out = fdopen(pipe_end, "w");
  work(out, directory);
  std::fflush(out);
  std::_Exit(0);
}

// Reads lines until the pipe ends; false when the time was over first.
bool ReadLines(int pipe_end, double seconds_max,
               const std::function<void(const std::string&)>& line) {
  const std::uint64_t start = RealClock().NowMicros();
  std::string pending;
  while (!interrupted) {
    const double left = seconds_max - static_cast<double>(RealClock().NowMicros() - start) / 1e6;
    if (left <= 0) return false;
    pollfd watched{.fd = pipe_end, .events = POLLIN, .revents = 0};
    if (poll(&watched, 1, static_cast<int>(std::min(left, 1.0) * 1000) + 1) <= 0) continue;
    char bytes[4096];
    const ssize_t count = read(pipe_end, bytes, sizeof(bytes));
    if (count <= 0) return true;
    pending.append(bytes, static_cast<std::size_t>(count));
    for (std::size_t end; (end = pending.find('\n')) != std::string::npos;) {
      line(pending.substr(0, end));
      pending.erase(0, end + 1);
    }
  }
  return true;
}

}  // namespace

Ending RunInChild(const std::string& parent_directory, const std::string& name, double seconds_max,
                  const std::function<void(FILE*, const std::string&)>& work,
                  const std::function<void(const std::string&)>& line) {
  const std::string directory =
      parent_directory + "/strata-peers-" + std::to_string(getpid()) + "-" + name;
  int pipe_ends[2];
  if (pipe(pipe_ends) != 0) return Ending::kFailed;
  std::filesystem::create_directories(directory);
  const pid_t child = fork();
  if (child == 0) {
    close(pipe_ends[0]);
    BeChild(pipe_ends[1], directory, work);
  }
  close(pipe_ends[1]);
  const bool ended = child > 0 && ReadLines(pipe_ends[0], seconds_max, line);
  close(pipe_ends[0]);
  if (child > 0 && (!ended || interrupted)) kill(child, SIGKILL);
  int status = 0;
  waitpid(child, &status, 0);
  std::error_code error;
  std::filesystem::remove_all(directory, error);
  WriteBack(parent_directory);
  if (interrupted) return Ending::kInterrupted;
  if (!ended) return Ending::kTimedOut;
  return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? Ending::kDone : Ending::kFailed;
}

void CatchInterrupts() {
  struct sigaction action{};
  action.sa_handler = [](int) { interrupted = true; };
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
}

}  // namespace strata::peers
