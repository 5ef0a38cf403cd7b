#include "base/lesson.h"

#include <cstdio>
#include <unistd.h>

namespace strata::lesson {

void YoursToWrite(const char* task, const char* title) {
  constexpr int kYoursToWrite = 86;
  std::fflush(stdout);
  std::fprintf(stderr, "task %s is yours to write: %s\n", task, title);
  std::fflush(stderr);
  ::_exit(kYoursToWrite);
}

}  // namespace strata::lesson
