// What a table holds for snapshots, in the manifest.

#include <catch2/catch.hpp>

#include "testing/edits.h"
#include "testing/hex.h"
#include "testing/results.h"
#include "version/manifest_format.h"

namespace strata {
namespace {

VersionEdit EditWithHeld() {
  VersionEdit edit;
  edit.added.push_back(testing::SomeTable(7, {1, 3}, "a", "b"));
  edit.added[0].held = {{.range = {5, 5}, .entries = 3, .bytes = 300},
                        {.range = {5, 900}, .entries = 1, .bytes = 20}};
  return edit;
}

TEST_CASE("versions held for snapshots have these bytes", "[snapshots]") {
  VersionEdit without = EditWithHeld();
  without.added[0].held.clear();
  const std::string bytes = EncodeEdit(EditWithHeld());
  const std::string rest = bytes.substr(EncodeEdit(without).size());
  CHECK(testing::Hex(rest) == "02 0a 05 05 03 ac 02 05 84 07 01 14");
  CHECK(testing::Must(DecodeEdit(bytes)) == EditWithHeld());
}

TEST_CASE("held versions that are cut short or can't be are damage", "[snapshots]") {
  const auto outcome = [](HeldVersions held) {
    VersionEdit edit = EditWithHeld();
    edit.added[0].held = {held};
    return testing::Outcome(DecodeEdit(EncodeEdit(edit)));
  };
  CHECK(outcome({.range = {5, 5}, .entries = 300, .bytes = 1}) == "ok");
  CHECK(outcome({.range = {5, 5}, .entries = 301, .bytes = 1}).find("can't be") !=
        std::string::npos);
  CHECK(outcome({.range = {6, 5}, .entries = 1, .bytes = 1}).find("can't be") != std::string::npos);
  CHECK(outcome({.range = {5, kSequenceMax + 1}, .entries = 1}).find("can't be") !=
        std::string::npos);
  const std::string bytes = EncodeEdit(EditWithHeld());
  for (std::size_t size = bytes.size() - 12; size < bytes.size(); ++size) {
    CHECK_FALSE(DecodeEdit(std::string_view(bytes).substr(0, size)));
  }
}

}  // namespace
}  // namespace strata
