// Writers side by side, and one who declares an index meanwhile.

#include <catch2/catch.hpp>

#include <atomic>
#include <thread>

#include "base/random.h"
#include "strata/keys/indexed_table.h"
#include "testing/results.h"
#include "testing/temp_dir.h"

namespace strata::keys {
namespace {

using testing::Must;

TEST_CASE("indexes agree with their rows whatever writers do side by side",
          "[structured-keys][concurrency]") {
  testing::TempDir directory;
  Options options;
  options.sync = SyncMode::kNone;
  const auto db = Must(DB::Open(options, directory.path() + "/db"));
  Must(db->CreateTable("people", {}));
  std::atomic<int> failures{0};
  const auto write = [&](std::uint64_t seed) {
    Random random(seed);
    auto opened = IndexedTable::Open(*db, "people");
    for (int i = 0; i < 150 && opened.has_value(); ++i) {
      const std::string key = "p" + std::to_string(random.Uniform(5));
      const Status done =
          random.OneIn(4)
              ? (*opened)->Delete(key)
              : (*opened)->Put(key, R"({"age": )" + std::to_string(random.Uniform(3)) + "}");
      if (!done.has_value()) ++failures;
    }
    if (!opened.has_value()) ++failures;
  };
  std::vector<std::jthread> writers;
  for (std::uint64_t seed = 1; seed <= 3; ++seed) writers.emplace_back(write, seed);
  const auto people = Must(IndexedTable::Open(*db, "people"));
  if (!people->CreateIndex({.name = "by_age", .json_path = "age"}).has_value()) ++failures;
  writers.clear();
  CHECK(failures == 0);
  CHECK(Must(people->Check("by_age", 10)).empty());
}

}  // namespace
}  // namespace strata::keys
