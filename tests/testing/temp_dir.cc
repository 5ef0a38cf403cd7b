#include "testing/temp_dir.h"

#include <cstdlib>
#include <filesystem>
#include <system_error>

#include "base/check.h"

namespace strata::testing {

TempDir::TempDir() {
  path_ = (std::filesystem::temp_directory_path() / "strata-test-XXXXXX").string();
  STRATA_CHECK(::mkdtemp(path_.data()) != nullptr);
}

TempDir::~TempDir() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

}  // namespace strata::testing
