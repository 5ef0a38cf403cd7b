// A blob file of which opening reads the footer alone.

#include <catch2/catch.hpp>

#include <string>
#include <vector>

#include "blob/blob_testing.h"

namespace strata::blob {
namespace {

Result<std::unique_ptr<BlobReader>> OpenLater(std::string bytes, Counters& counters) {
  return BlobReader::Open(std::make_unique<BytesFile>(std::move(bytes), false),
                          std::string(kBlobName), counters, /*load_later=*/true);
}

TEST_CASE("the index of a blob file is read by the first who needs it", "[learned-index]") {
  Counters counters;
  const std::vector<std::string> values = {"one", "two", "three"};
  const auto blob = Must(OpenLater(Build(values), counters));
  CHECK(counters.Get(Counter::kBlobReads) == 0);
  CHECK(blob->summary().values == 3);
  std::string value;
  REQUIRE(blob->Read(PointerTo(2, 5), &value));
  CHECK(value == "three");
  CHECK(counters.Get(Counter::kBlobReads) == 1);  // The index is no value.
  REQUIRE(blob->Read(PointerTo(0, 3), &value));
  CHECK(counters.Get(Counter::kBlobReads) == 2);
  CHECK(blob->held().Count() == 3);
}

TEST_CASE("damage to the index of a blob file is an error of each read", "[learned-index]") {
  Counters counters;
  std::string bytes = Build({"one", "two", "three"});
  const std::size_t at = bytes.size() - kFooterSize - kTrailerSize - 1;  // The index's last byte.
  bytes[at] ^= 1;
  const auto blob = Must(OpenLater(bytes, counters));
  std::string value;
  const std::string said = Outcome(blob->Read(PointerTo(0, 3), &value));
  CHECK(said.starts_with("corruption: 000007.blob: index at offset"));
  CHECK(Outcome(blob->VerifyAll()) == said);
  CHECK(Outcome(blob->Load()) == said);
}

}  // namespace
}  // namespace strata::blob
