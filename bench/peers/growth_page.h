// Growth as a page of charts: a line for each engine, the size of the data below.

#pragma once

#include <string>

#include "peers/growth.h"

namespace strata::peers {

// HTML that needs no other file.
std::string GrowthPage(const Config& config, const Growth& growth);

}  // namespace strata::peers
