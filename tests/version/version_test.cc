#include "version/version.h"

#include <catch2/catch.hpp>

#include "testing/golden.h"
#include "testing/results.h"
#include "testing/tables.h"

namespace strata {
namespace {

using testing::Outcome;
using testing::TableFactory;

// "x", "deleted" or "nothing".
std::string Get(const Version& version, std::string_view key, Counters& counters,
                SequenceNumber sequence = kSequenceMax) {
  std::string value;
  const auto hit = version.Get(key, sequence, {}, counters, &value);
  if (!hit.has_value()) return Outcome(hit);
  if (!hit->has_value()) return "nothing";
  return (*hit)->kind == EntryKind::kDelete ? "deleted" : value;
}

std::shared_ptr<const Version> VersionOf(std::vector<std::shared_ptr<const Table>> tables) {
  VersionEdit edit;
  for (const auto& table : tables) edit.added.push_back(table->meta());
  return testing::Must(Version().With(edit, std::move(tables)));
}

TEST_CASE("the newest run that knows a key answers for it",
          "[flush-and-merge][flush-and-merge.2]") {
  TableFactory tables;
  const auto version = VersionOf({tables.Make(1, {0, 1}, "a@1=old b@2=old c@3=old"),
                                  tables.Make(2, {0, 2}, "a@4=new b@5"),
                                  tables.Make(3, {1, 9}, "a@1=deep d@1=deep")});
  CHECK(Get(*version, "a", tables.counters) == "new");
  CHECK(Get(*version, "b", tables.counters) == "deleted");
  CHECK(Get(*version, "c", tables.counters) == "old");
  CHECK(Get(*version, "d", tables.counters) == "deep");
  CHECK(Get(*version, "e", tables.counters) == "nothing");
}

TEST_CASE("a reader at a sequence sees past what came later",
          "[flush-and-merge][flush-and-merge.2]") {
  TableFactory tables;
  const auto version =
      VersionOf({tables.Make(1, {0, 1}, "a@1=first a@3=third"), tables.Make(2, {0, 2}, "a@5")});
  CHECK(Get(*version, "a", tables.counters, 5) == "deleted");
  CHECK(Get(*version, "a", tables.counters, 4) == "third");
  CHECK(Get(*version, "a", tables.counters, 2) == "first");
  CHECK(Get(*version, "a", tables.counters, 0) == "nothing");
}

TEST_CASE("a get probes one table a run and stops at the first answer",
          "[flush-and-merge][flush-and-merge.2]") {
  TableFactory tables;
  const auto version =
      VersionOf({tables.Make(1, {0, 1}, "a@1=1 z@1=1"), tables.Make(2, {0, 2}, "a@2=2 z@2=2"),
                 tables.Make(3, {1, 1}, "a@3=3 f@3=3"), tables.Make(4, {1, 1}, "g@3=3 p@3=3")});
  const auto probes = [&](std::string_view key) {
    const std::uint64_t before = tables.counters.Get(Counter::kTablesProbed);
    (void)Get(*version, key, tables.counters);
    return tables.counters.Get(Counter::kTablesProbed) - before;
  };
  CHECK(probes("a") == 1);   // The newest has it.
  CHECK(probes("m") == 3);   // Two runs of level 0, and the one table of level 1 that could.
  CHECK(probes("ff") == 2);  // Between the two tables of level 1.
  CHECK(probes("~") == 0);   // Past the end of every table.
}

TEST_CASE("the cursors of a version yield all of its entries, newest run first",
          "[flush-and-merge][flush-and-merge.2]") {
  TableFactory tables;
  const auto version =
      VersionOf({tables.Make(1, {0, 1}, "a@1=1"), tables.Make(2, {0, 2}, "b@2=2"),
                 tables.Make(3, {1, 1}, "a@3=3 f@3=3"), tables.Make(4, {1, 1}, "g@3=3")});
  std::vector<std::unique_ptr<InternalIterator>> cursors;
  version->AddIterators({}, &cursors);
  REQUIRE(cursors.size() == 3);
  CHECK(testing::Forwards(*cursors[0]) == "b@2=2");
  CHECK(testing::Forwards(*cursors[1]) == "a@1=1");
  CHECK(testing::Forwards(*cursors[2]) == "a@3=3 f@3=3 g@3=3");
  CHECK(Get(*version, "g", tables.counters) == "3");
}

TEST_CASE("an edit leaves the version it was made from as it was",
          "[flush-and-merge][flush-and-merge.2]") {
  TableFactory tables;
  const auto before = VersionOf({tables.Make(1, {0, 1}, "a@1=old")});
  const auto table = tables.Make(2, {0, 2}, "a@2=new");
  VersionEdit edit;
  edit.added = {table->meta()};
  edit.removed = {1};
  const auto after = testing::Must(before->With(edit, {table}));
  CHECK(Get(*before, "a", tables.counters) == "old");
  CHECK(Get(*after, "a", tables.counters) == "new");
}

TEST_CASE("an obsolete table's file goes with the last version that has it",
          "[flush-and-merge][flush-and-merge.2]") {
  TableFactory tables;
  bool removed = false;
  auto old_version = VersionOf({tables.Make(1, {0, 1}, "a@1=1")});
  VersionEdit edit;
  edit.removed = {1};
  auto new_version = testing::Must(old_version->With(edit, {}));
  old_version->FindTable(1)->MarkObsolete([&] { removed = true; });
  CHECK_FALSE(removed);
  CHECK(Get(*old_version, "a", tables.counters) == "1");
  old_version = nullptr;
  CHECK(removed);
  CHECK(new_version->table_count() == 0);
}

TEST_CASE("a table that isn't the one meant is refused", "[flush-and-merge][flush-and-merge.2]") {
  TableFactory tables;
  const auto table = tables.Make(1, {0, 1}, "a@1=1");
  TableMeta other_size = table->meta();
  other_size.size_bytes += 1;
  TableMeta other_id = table->meta();
  other_id.file_id[3] ^= 1;
  TableMeta other_footer = table->meta();
  other_footer.footer_checksum ^= 1;
  const std::string what = "corruption: 000001.sst: not the table that the manifest names: its ";
  CHECK(Outcome(CheckOpenedTable(table->meta(), table->reader())) == "ok");
  CHECK(Outcome(CheckOpenedTable(other_size, table->reader())) == what + "size differs");
  CHECK(Outcome(CheckOpenedTable(other_id, table->reader())) == what + "file id differs");
  CHECK(Outcome(CheckOpenedTable(other_footer, table->reader())) == what + "footer differs");
  CHECK(Get(*VersionOf({table}), "a", tables.counters) == "1");
}

// A version that a script edits. Commands, one or more lines applied as one edit:
//   add NUMBER LEVEL RUN ENTRIES...     remove NUMBER     get KEY...
class ScriptedVersion {
 public:
  std::string Run(const std::string& command) {
    if (command.starts_with("get ")) return Gets(command.substr(4));
    VersionEdit edit;
    std::vector<std::shared_ptr<const Table>> opened;
    std::istringstream lines(command);
    for (std::string line; std::getline(lines, line);) ParseLine(line, &edit, &opened);
    auto next = version_->With(edit, std::move(opened));
    if (!next.has_value()) return Outcome(next);
    version_ = *std::move(next);
    return version_->runs().empty() ? "empty" : DescribeVersion(*version_);
  }

 private:
  void ParseLine(const std::string& line, VersionEdit* edit,
                 std::vector<std::shared_ptr<const Table>>* opened) {
    std::istringstream words(line);
    std::string verb;
    FileNumber number = 0;
    words >> verb >> number;
    if (verb == "remove") {
      edit->removed.push_back(number);
      return;
    }
    RunPosition position;
    std::string entries;
    words >> position.level >> position.run;
    std::getline(words, entries);
    if (const auto moved = version_->FindTable(number); moved != nullptr && entries.empty()) {
      TableMeta meta = moved->meta();
      meta.position = position;
      opened->push_back(testing::Must(tables_.Open(meta)));
    } else {
      (void)tables_.disk->Remove(JoinPath("db", TableFileName(number)));
      opened->push_back(tables_.Make(number, position, entries));
    }
    edit->added.push_back(opened->back()->meta());
  }

  std::string Gets(const std::string& keys) {
    std::istringstream words(keys);
    std::string out;
    for (std::string key; words >> key;) {
      out += key + ": " + Get(*version_, key, tables_.counters) + "\n";
    }
    return out;
  }

  TableFactory tables_;
  std::shared_ptr<const Version> version_ = std::make_shared<Version>();
};

TEST_CASE("edits make versions as the scripts show", "[flush-and-merge][flush-and-merge.2]") {
  for (const char* script : {"version/flushes.txt", "version/levels.txt", "version/errors.txt"}) {
    ScriptedVersion version;
    testing::RunGoldenScript(script,
                             [&](const std::string& command) { return version.Run(command); });
  }
}

}  // namespace
}  // namespace strata
