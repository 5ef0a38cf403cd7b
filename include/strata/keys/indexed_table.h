// Secondary indexes: rows that lead from what a value holds to the keys of the values that hold it.
// They change in the same atomic batch as the row, so they can't disagree with it: not after a
// crash, and not beside other writers, because each batch requires the row that it replaces to be
// the one that it has read.
//
//   STRATA_TRY_ASSIGN(auto people, keys::IndexedTable::Open(*db, "people"));
//   STRATA_TRY(people->CreateIndex({.name = "by_city", .json_path = "address.city"}));
//   STRATA_TRY(people->Put("ada", R"({"address": {"city": "London"}})"));
//   STRATA_TRY_ASSIGN(auto rows, people->Lookup("by_city", keys::ElementOf("London")));
//
// Known limits: what is written to the table in another way (DB::Put) changes no index; Check finds
// it. Rows that expire can't be indexed.
// Thread safety: any thread may call any member. The DB must outlive the table.

#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "strata/db.h"
#include "strata/keys/tuple.h"

namespace strata::keys {

// What of a value is indexed: an element of the tuple that it packs, or what stands at a path of
// the JSON that it is. A value that is neither, or has nothing there, has no row in the index; an
// array has a row for each thing in it.
struct IndexDefinition {
  std::string name;                            // As the names of tables.
  bool unique = false;                         // No two keys may have the same.
  std::optional<std::uint32_t> tuple_element;  // From 0. Set this one,
  std::string json_path;                       // or this one: "address.city".

  bool operator==(const IndexDefinition&) const = default;
};

struct IndexInfo {
  IndexDefinition definition;
  bool ready = false;     // False while it is being filled, or after a crash then: create it again.
  std::string rows_name;  // The table that its rows are in.
  TableRef rows;
};

struct IndexedRow {
  std::string key;
  std::string value;
};

// A row and an index that disagree.
struct IndexFlaw {
  enum class Kind : std::uint8_t { kMissing, kDangling };
  Kind kind = Kind::kMissing;  // The row has no index row; the index row has no (such) row.
  std::string index_key;       // Of the index row: a packed tuple.
  std::string key;             // Of the row.
};

// Since the object was made.
struct IndexCounters {
  std::atomic<std::uint64_t> rows_put{0};
  std::atomic<std::uint64_t> rows_removed{0};
  std::atomic<std::uint64_t> retries{0};  // Another writer was faster.
};

struct IndexBounds {
  std::optional<Element> from;  // Inclusive.
  std::optional<Element> to;    // Exclusive.
  std::uint64_t limit = ~std::uint64_t{0};
};

class IndexedTable {
 public:
  // A view of the table `name`; many may be open at once. Errors: kNotFound.
  static Result<std::unique_ptr<IndexedTable>> Open(DB& db, std::string_view name);
  // True iff the table has an index or checks its values: then it should be written through here.
  static Result<bool> IsDeclared(DB& db, std::string_view name);
  virtual ~IndexedTable() = default;

  // Writes the row and its index rows as one batch. Errors: kInvalidArgument for a value that the
  // table doesn't take (line and column of the JSON's mistake); kConditionFailed for one whose
  // place in a unique index is taken; kBusy when other writers were faster many times in a row.
  virtual Status Put(std::string_view key, std::string_view value,
                     const WriteOptions& options = {}) = 0;
  virtual Status Delete(std::string_view key, const WriteOptions& options = {}) = 0;

  // Declares an index, durably, and fills it from the rows that are there, while others write.
  // After a crash or error in the middle, call it again. Errors: kInvalidArgument for a name that
  // is taken or a definition that makes no sense; kConditionFailed when rows disagree with
  // `unique`: the index is gone then.
  virtual Status CreateIndex(const IndexDefinition& definition) = 0;
  // Errors: kNotFound.
  virtual Status DropIndex(std::string_view name) = 0;
  virtual Result<std::vector<IndexInfo>> Indexes() = 0;

  // From now on (or no more), values must be JSON. Those that are there aren't looked at.
  virtual Status RequireJson(bool required) = 0;
  virtual Result<bool> RequiresJson() = 0;

  // The rows whose indexed element is `value`, or lies between bounds, in the index's order; all at
  // one instant. In JSON 1, 1.0 and 1e0 are one number, an integer; an element of a tuple has a
  // type, and a double isn't found by an integer. Integers come before all other numbers.
  // Errors: kNotFound; kBusy for an index that isn't filled.
  virtual Result<std::vector<IndexedRow>> Lookup(std::string_view index, const Element& value,
                                                 std::uint64_t limit) = 0;
  Result<std::vector<IndexedRow>> Lookup(std::string_view index, const Element& value) {
    return Lookup(index, value, ~std::uint64_t{0});
  }
  virtual Result<std::vector<IndexedRow>> Range(std::string_view index,
                                                const IndexBounds& bounds) = 0;

  // Compares all rows with all index rows at one instant; the first `flaws_max` disagreements.
  virtual Result<std::vector<IndexFlaw>> Check(std::string_view index, std::size_t flaws_max) = 0;

  virtual const IndexCounters& counters() const = 0;
};

}  // namespace strata::keys
