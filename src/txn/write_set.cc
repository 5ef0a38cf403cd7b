#include "txn/write_set.h"

namespace strata {

void WriteSet::Set(std::string_view key, Write write) {
  const auto found = writes_.find(key);
  if (!savepoints_.empty()) {
    undo_.push_back({std::string(key),
                     found == writes_.end() ? std::nullopt : std::optional<Write>(found->second)});
  }
  if (found == writes_.end()) {
    writes_.emplace(key, std::move(write));
  } else {
    found->second = std::move(write);
  }
}

const WriteSet::Write* WriteSet::Find(std::string_view key) const {
  const auto found = writes_.find(key);
  return found == writes_.end() ? nullptr : &found->second;
}

bool WriteSet::RollbackToSavepoint() {
  if (savepoints_.empty()) return false;
  for (; undo_.size() > savepoints_.back(); undo_.pop_back()) {
    Undo& undo = undo_.back();
    if (undo.before) {
      writes_[undo.key] = std::move(*undo.before);
    } else {
      writes_.erase(undo.key);
    }
  }
  savepoints_.pop_back();
  return true;
}

bool WriteSet::PopSavepoint() {
  if (savepoints_.empty()) return false;
  savepoints_.pop_back();
  if (savepoints_.empty()) undo_.clear();
  return true;
}

void WriteSet::AddTo(WriteBatch* batch, TableRef table) const {
  for (const auto& [key, write] : writes_) {
    if (write.value) {
      batch->Put(key, *write.value, {table, write.expires_at_us});
    } else {
      batch->Delete(key, {.table = table});
    }
  }
}

void WriteSet::Clear() {
  writes_.clear();
  undo_.clear();
  savepoints_.clear();
}

}  // namespace strata
