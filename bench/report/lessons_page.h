// All lessons on one page: what each changed, at its tag against the tag before, and what the same
// work costs at every tag.

#pragma once

#include <string>

#include "base/result.h"
#include "report/model.h"

namespace strata::report {

// `json` is what ./lesson bench --all writes. Errors: kCorruption.
Result<std::string> LessonsPage(const std::string& json, const std::string& date,
                                const EnvironmentCard& environment);

}  // namespace strata::report
