#include "server/draft.h"

#include <map>
#include <span>
#include <utility>

#include "base/hash.h"
#include "server/draft_iterator.h"

namespace strata::server {
namespace {

constexpr std::size_t kSlotsMin = 64;
constexpr std::size_t kKeptChanges = 4096;  // Beyond that memory goes back.

}  // namespace

Result<std::optional<Entry>> Draft::Get(TableRef table, std::string_view key) {
  if (const Change* const change = Find(Hash64(key), table, key)) return change->entry;
  auto entry = db_.GetEntry(key, {.table = table, .now_us = now_us_});
  return entry;
}

Result<std::unique_ptr<Iterator>> Draft::NewIterator(const ReadOptions& options) {
  STRATA_TRY_ASSIGN(auto written, db_.NewIterator(options));
  if (used_ == 0) return written;
  std::map<std::string, std::optional<std::string>> drafted;
  for (const Change& change : std::span(changes_).first(used_)) {
    if (change.table != options.table || !change.key.starts_with(options.prefix)) continue;
    auto& value = drafted[change.key];
    if (change.entry) value = change.entry->value;
  }
  return NewDraftIterator(std::move(written), std::move(drafted));
}

Status Draft::Put(TableRef table, std::string_view key, std::string_view value,
                  std::uint64_t expires_at_us) {
  const bool expired = expires_at_us != 0 && expires_at_us <= now_us_;
  if (expired) return Delete(table, key);
  if (key.size() > kKeySizeMax) {
    return InvalidArgument("the key has " + std::to_string(key.size()) + " bytes, and may have " +
                           std::to_string(kKeySizeMax));
  }
  batch_.Put(key, value, {.table = table, .expires_at_us = expires_at_us});
  Change& change = At(table, key);
  if (!change.entry) change.entry.emplace();
  change.entry->value.assign(value);
  change.entry->version = kUnwritten;
  change.entry->expires_at_us = expires_at_us;
  return {};
}

Status Draft::Delete(TableRef table, std::string_view key) {
  batch_.Delete(key, {.table = table});
  At(table, key).entry.reset();
  return {};
}

Status Draft::Commit() {
  if (failure_ && batch_.count() > 0) failure_ = Write();
  Clear();
  return failure_;
}

Status Draft::Write() {
  STRATA_TRY_ASSIGN(const WriteOutcome outcome, db_.WriteIf(batch_));
  version_ = outcome.version;
  written_.push_back({version_, batch_.count()});
  if (on_written_) on_written_(batch_, version_);
  return {};
}

std::uint64_t Draft::VersionAt(Place place) const {
  if (place.batch >= written_.size()) return version_;
  const Written& batch = written_[place.batch];
  return batch.version - batch.entries + place.entries;
}

void Draft::BeginAnew(std::uint64_t now_us) {
  written_.clear();
  now_us_ = now_us;
  failure_ = {};
  Clear();
}

void Draft::Clear() {
  batch_.Clear();
  if (used_ > 0) slots_.assign(used_ > kKeptChanges ? kSlotsMin : slots_.size(), 0);
  if (used_ > kKeptChanges) std::vector<Change>().swap(changes_);
  used_ = 0;
}

// --- changes by key ------------------------------------------------------------------------------

Draft::Change* Draft::Find(std::uint64_t hash, TableRef table, std::string_view key) {
  if (used_ == 0) return nullptr;
  for (std::size_t i = hash % slots_.size(); slots_[i] != 0; i = (i + 1) % slots_.size()) {
    Change& change = changes_[slots_[i] - 1];
    if (change.hash == hash && change.table == table && change.key == key) return &change;
  }
  return nullptr;
}

Draft::Change& Draft::At(TableRef table, std::string_view key) {
  const std::uint64_t hash = Hash64(key);
  if (Change* const change = Find(hash, table, key)) return *change;
  if ((used_ + 1) * 2 > slots_.size()) Grow();
  if (used_ == changes_.size()) changes_.emplace_back();
  Change& change = changes_[used_++];
  change.hash = hash;
  change.table = table;
  change.key.assign(key);
  std::size_t i = hash % slots_.size();
  while (slots_[i] != 0) i = (i + 1) % slots_.size();
  slots_[i] = static_cast<std::uint32_t>(used_);
  return change;
}

void Draft::Grow() {
  slots_.assign(std::max(slots_.size() * 2, kSlotsMin), 0);
  for (std::size_t place = 0; place < used_; ++place) {
    std::size_t i = changes_[place].hash % slots_.size();
    while (slots_[i] != 0) i = (i + 1) % slots_.size();
    slots_[i] = static_cast<std::uint32_t>(place + 1);
  }
}

}  // namespace strata::server
