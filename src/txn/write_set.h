// The writes of a transaction that isn't committed yet, and how they are taken back.
// One for each table.
//
// Thread safety: none.

#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "strata/write_batch.h"

namespace strata {

class WriteSet {
 public:
  struct Write {
    std::optional<std::string> value;  // Nothing for a delete.
    std::uint64_t expires_at_us = 0;   // As in EntryOptions.
  };
  using Map = std::map<std::string, Write, std::less<>>;

  void Set(std::string_view key, Write write);
  // The transaction's last word on the key, or null.
  const Write* Find(std::string_view key) const;
  const Map& writes() const { return writes_; }
  bool empty() const { return writes_.empty(); }

  void SetSavepoint() { savepoints_.push_back(undo_.size()); }
  // False when there is none.
  bool RollbackToSavepoint();
  bool PopSavepoint();

  void AddTo(WriteBatch* batch, TableRef table) const;
  void Clear();

 private:
  // What a key was before a write: nothing when it wasn't written yet.
  struct Undo {
    std::string key;
    std::optional<Write> before;
  };

  Map writes_;
  std::vector<Undo> undo_;               // Since the first savepoint.
  std::vector<std::size_t> savepoints_;  // How long undo_ was.
};

}  // namespace strata
