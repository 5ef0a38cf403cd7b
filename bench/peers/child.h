// A process of its own for one engine: what it does can't disturb the others, and what it reports
// comes back as lines over a pipe.

#pragma once

#include <cstdio>
#include <functional>
#include <string>

namespace strata::peers {

enum class Ending { kDone, kFailed, kTimedOut, kInterrupted };

// Runs `work(pipe, directory)` in a child with an empty directory below `parent_directory`, hands
// each line that it writes to `line`, and removes the directory. After `seconds_max` the child is
// killed. REQUIRES: this process has one thread.
Ending RunInChild(const std::string& parent_directory, const std::string& name, double seconds_max,
                  const std::function<void(FILE*, const std::string&)>& work,
                  const std::function<void(const std::string&)>& line);

// From now on an interrupt ends the child and then RunInChild, which returns kInterrupted.
void CatchInterrupts();

}  // namespace strata::peers
