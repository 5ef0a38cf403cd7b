// A rule over two tables: every item lies in one of two, or in both. Whoever takes it out of one
// has looked whether the other has it, by its key or by a scan; who finds it in one may put it into
// the other. A third table is told of each change of the first.

#include <array>

#include "isolation/workload.h"

namespace strata::isolation {
namespace {

constexpr std::uint64_t kItems = 3;

struct Places {
  std::array<TableRef, 2> tables;
  TableRef notes;  // "here" for an item that the first table has, "gone" for one that it hasn't.
};

std::string Item(std::uint64_t number) {
  return "item/" + std::to_string(number);
}

Result<bool> IsIn(Access& access, TableRef table, const std::string& item, bool by_scan) {
  access.Use(table);
  if (!by_scan) {
    STRATA_TRY_ASSIGN(const Found found, access.Get(item));
    return found.has_value();
  }
  STRATA_TRY_ASSIGN(const Rows rows, access.Scan(item, item + "~"));
  return !rows.empty();
}

class TablesClient final : public Client {
 public:
  TablesClient(Surroundings& around, std::uint32_t process, std::uint64_t seed,
               const Places& places)
      : Client(around, process, seed), places_(places) {}

 protected:
  Plan DrawPlan() override {
    item_ = Item(random_.Uniform(kItems));
    own_ = random_.Uniform(2);
    by_scan_ = random_.OneIn(2);
    const Style style = DrawStyle();
    writes_ = IsTransaction(style) && !random_.OneIn(4);
    return {.style = writes_ ? style : Style::kSnapshot, .operations = writes_ ? 5U : 3U};
  }

  Status Do(Access& access, std::size_t index) override {
    if (index < 2) {
      STRATA_TRY_ASSIGN(in_[index], IsIn(access, places_.tables[index], item_, by_scan_));
      return {};
    }
    if (index == 2) {
      access.Use(places_.notes);
      STRATA_TRY_ASSIGN(note_, access.Get(item_));
      return {};
    }
    const bool both = in_[0] && in_[1];
    const std::size_t changed = both ? own_ : in_[0] ? 1 : 0;
    if (index == 3) {
      access.Use(places_.tables[changed]);
      return both ? access.Delete(item_) : access.Put(item_, "here");
    }
    if (changed != 0) return {};
    access.Use(places_.notes);
    return access.Put(item_, both ? "gone" : "here");
  }

  void Ended(Outcome outcome) override {
    if (outcome != Outcome::kOk) return;
    if (!in_[0] && !in_[1]) Find(item_ + " is in neither table");
    if (note_ != (in_[0] ? "here" : "gone"))
      Find(item_ + ": a wrong note, " + note_.value_or("none"));
  }

 private:
  const Places& places_;
  bool writes_ = false;
  bool by_scan_ = false;
  std::size_t own_ = 0;
  std::string item_;
  std::array<bool, 2> in_ = {};
  Found note_;
};

class TablesWorkload final : public Workload {
 public:
  Status Prepare(DB& db) override {
    STRATA_TRY_ASSIGN(places_.tables[0], db.CreateTable("left", {}));
    STRATA_TRY_ASSIGN(places_.notes, db.CreateTable("notes", {}));
    places_.tables[1] = kDefaultTable;
    WriteBatch batch;
    for (std::uint64_t i = 0; i < kItems; ++i) {
      for (const TableRef table : places_.tables) batch.Put(Item(i), "here", {.table = table});
      batch.Put(Item(i), "here", {.table = places_.notes});
    }
    WriteOptions durably;
    durably.sync = true;
    return db.Write(batch, durably);
  }

  std::unique_ptr<Client> NewClient(Surroundings& around, std::uint32_t process,
                                    std::uint64_t seed) override {
    return std::make_unique<TablesClient>(around, process, seed, places_);
  }

  Findings Judge(Surroundings& around, Counts* /*counts*/) override {
    const auto access = BeginAccess(*around.db, Style::kSnapshot, around.level, 0);
    if (!access) return {access.error().message()};
    for (std::uint64_t i = 0; i < kItems; ++i) {
      const auto left = IsIn(**access, places_.tables[0], Item(i), false);
      const auto right = IsIn(**access, places_.tables[1], Item(i), true);
      if (!left || !right) return {"a read failed at the end"};
      if (!*left && !*right) return {"at the end " + Item(i) + " is in neither table"};
    }
    return {};
  }

 private:
  Places places_;
};

}  // namespace

std::unique_ptr<Workload> NewTablesWorkload(std::uint32_t /*clients*/) {
  return std::make_unique<TablesWorkload>();
}

}  // namespace strata::isolation
