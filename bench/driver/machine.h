// What the machine is, as far as it moves a measurement: the card that every report carries.

#pragma once

#include <string>

#include "report/model.h"

namespace strata::report {

// `folder` is where the measurements write: its file system and device are described and its fsync
// is timed (a few milliseconds).
EnvironmentCard DescribeMachine(const std::string& folder);

// "2026-11-20 14:45 UTC"
std::string DateNow();

// What `lscpu` prints; empty without it.
std::string Lscpu();

}  // namespace strata::report
