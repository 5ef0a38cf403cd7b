#include "sim/apart.h"

#include <cstring>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/check.h"
#include "testing/child_process.h"

namespace strata::sim {
namespace {

constexpr std::size_t kTextBytes = 4096;
constexpr unsigned kSecondsMax = 60;
constexpr int kFound = 1;

// Memory that a child process can leave a text in.
class SharedText {
 public:
  SharedText()
      : text_(static_cast<char*>(::mmap(nullptr, kTextBytes, PROT_READ | PROT_WRITE,
                                        MAP_SHARED | MAP_ANONYMOUS, -1, 0))) {
    STRATA_CHECK(text_ != MAP_FAILED);
  }
  SharedText(const SharedText&) = delete;
  SharedText& operator=(const SharedText&) = delete;
  ~SharedText() { ::munmap(text_, kTextBytes); }

  void Set(const std::string& text) {
    const std::string cut = text.substr(0, kTextBytes - 1);
    std::memcpy(text_, cut.c_str(), cut.size() + 1);
  }
  std::string Get() const { return text_; }

 private:
  char* const text_;
};

void BeQuiet() {
  const int nowhere = ::open("/dev/null", O_WRONLY | O_CLOEXEC);
  STRATA_CHECK(nowhere >= 0);
  ::dup2(nowhere, STDOUT_FILENO);
  ::dup2(nowhere, STDERR_FILENO);
}

}  // namespace

std::optional<std::string> RunCrowdApart(const LifePlan& plan, const CrowdMix& mix) {
  SharedText text;
  const int code = testing::InChild([&] {
    BeQuiet();
    ::alarm(kSecondsMax);
    const LifeResult result = RunCrowd(plan, mix);
    if (result.findings.empty()) return 0;
    text.Set(result.findings.front());
    return kFound;
  });
  if (code == 0) return std::nullopt;
  if (code == kFound) return text.Get();
  return "the process ended by signal " + std::to_string(code % 256);
}

}  // namespace strata::sim
