// What a server knows of damage, told to who asks from afar.

#include <catch2/catch.hpp>

#include "client/remote_store.h"
#include "client/served_world.h"
#include "testing/damaging.h"
#include "testing/results.h"

namespace strata::client {
namespace {

using strata::testing::Must;
using testing::ServedWorld;

TEST_CASE("a server is scrubbed from afar, and tells what it found", "[scrub-and-repair]") {
  ServedWorld().Run([](ServedWorld& world) {
    const auto db = Must(ConnectStore(world.options()));
    for (int i = 0; i < 100; ++i) CHECK(db->Put("key" + std::to_string(100 + i), "v").has_value());
    CHECK(db->Flush().has_value());
    const ScrubReport whole = Must(db->Scrub());
    CHECK(whole.files >= 2);
    CHECK(whole.bytes > 500);
    CHECK(whole.damage.empty());
    CHECK(db->Stats().damage.empty());
    CHECK(db->Stats().scrub.passes == 1);

    std::string table;
    for (const std::string& name : Must(world.server_disk().List("db"))) {
      if (table.empty() && name.ends_with(".sst")) table = name;
    }
    strata::testing::DamageByte(world.server_disk(), "db/" + table, 100);
    const ScrubReport report = Must(db->Scrub());
    REQUIRE(report.damage.size() == 1);
    CHECK(report.damage[0].file == table);
    CHECK(report.damage[0].table == "default");
    CHECK(report.damage[0].what.find("bad checksum") != std::string::npos);
    CHECK(report.damage[0].first.has_value());
    CHECK(db->Stats().damage == report.damage);
    CHECK(db->Put("k", "v").has_value());
  });
}

}  // namespace
}  // namespace strata::client
