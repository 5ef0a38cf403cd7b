// Where the sources are: for tests that read golden scripts, documents or seeds of fuzz targets.

#pragma once

#include <filesystem>
#include <string_view>

namespace strata::testing {

// `path` counts from the top of the source tree. Write it out as one literal: the lesson tool reads
// there which files a test depends on.
std::filesystem::path SourcePath(std::string_view path);

}  // namespace strata::testing
