#include "testing/source_tree.h"

namespace strata::testing {

std::filesystem::path SourcePath(std::string_view path) {
  return std::filesystem::path(STRATA_SOURCE_DIR) / path;
}

}  // namespace strata::testing
