// What a lesson's starter calls where the learner's code is to stand. `./lesson` puts the calls in;
// the finished tree has none.
//
// Thread safety: any thread may call it.

#pragma once

namespace strata::lesson {

// Prints "task 12.3 is yours to write: ask the filter first" to stderr and ends the process with
// status 86, at once: no destructor runs, so it is safe on any thread and under any lock.
[[noreturn]] void YoursToWrite(const char* task, const char* title);

}  // namespace strata::lesson
