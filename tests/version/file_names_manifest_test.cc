#include <catch2/catch.hpp>

#include "version/file_names.h"

namespace strata {
namespace {

TEST_CASE("tables, manifests and temporary files have names of their own", "[manifest]") {
  CHECK(TableFileName(7) == "000007.sst");
  CHECK(ManifestFileName(7) == "MANIFEST-000007");
  CHECK(TemporaryFileName(7) == "000007.tmp");
  CHECK(ParseFileName("000007.sst") == ParsedFileName{FileKind::kTable, 7});
  CHECK(ParseFileName("MANIFEST-000007") == ParsedFileName{FileKind::kManifest, 7});
  CHECK(ParseFileName("000007.tmp") == ParsedFileName{FileKind::kTemporary, 7});
  CHECK(ParseFileName("CURRENT") == ParsedFileName{FileKind::kCurrent, 0});
  for (const char* name : {"7.sst", "MANIFEST-7", "MANIFEST-", "MANIFEST-000007.tmp", "current",
                           "CURRENT.tmp", "000007.tmp2"}) {
    CAPTURE(name);
    CHECK_FALSE(ParseFileName(name).has_value());
  }
}

}  // namespace
}  // namespace strata
