#include "testing/replicated.h"

#include <algorithm>
#include <map>
#include <optional>

#include "base/random.h"
#include "testing/results.h"

namespace strata::testing {

// Draws entries and keeps the model of the table beside them.
class ReplicatedLog::Generator {
 public:
  explicit Generator(const ReplicatedShape& shape) : shape_(shape), random_(shape.seed) {}

  Entry Next() {
    PassTime();
    Entry entry;
    entry.at = {.index = index_, .now_us = clock_};
    judged_ = std::max(judged_, clock_);
    if (random_.OneIn(3)) AddCondition(&entry);
    const std::uint64_t count = random_.OneIn(12) ? 0 : random_.Between(1, 4);
    for (std::uint64_t i = 0; i < count; ++i) AddChange(&entry);
    entry.fails = std::any_of(entry.conditions.begin(), entry.conditions.end(),
                              [&](const Require& it) { return !Holds(it); });
    if (!entry.fails) {
      for (const Change& change : entry.changes) Do(change);
    }
    return entry;
  }

  std::string Contents() {
    std::string out;
    for (const auto& [key, row] : rows_) {
      if (!IsThere(row)) continue;
      out += key + "=" + row.value + "@" + std::to_string(row.expires_at_us) + " ";
    }
    return out;
  }
  std::uint64_t judged() const { return judged_; }

 private:
  struct Row {
    std::string value;
    std::uint64_t expires_at_us = 0;
  };

  void PassTime() {
    index_ += random_.OneIn(8) ? random_.Between(2, 5) : 1;
    if (random_.OneIn(6)) {
      clock_ -= random_.Uniform(20'000);
    } else if (!random_.OneIn(4)) {
      clock_ += random_.Uniform(15'000);
    }
  }
  std::string DrawKey() { return "key" + std::to_string(random_.Uniform(12)); }
  void AddCondition(Entry* entry) {
    static constexpr Condition::Kind kKinds[] = {
        Condition::Kind::kAbsent, Condition::Kind::kPresent, Condition::Kind::kValue};
    Require require{.kind = kKinds[random_.Uniform(3)], .key = DrawKey(), .value = {}};
    const auto found = rows_.find(require.key);
    if (found != rows_.end() && !random_.OneIn(3)) require.value = found->second.value;
    entry->conditions.push_back(std::move(require));
  }
  void AddChange(Entry* entry) {
    Change change{.key = DrawKey(), .value = {}};
    change.is_delete = random_.OneIn(5);
    const std::size_t size = shape_.value_bytes_max * (random_.OneIn(10) ? 20 : 1);
    if (!change.is_delete) {
      change.value = std::to_string(index_) + std::string(random_.Uniform(size), 'v');
      if (random_.OneIn(3)) change.expires_at_us = judged_ + random_.Uniform(30'000);
      if (random_.OneIn(6)) change.expires_at_us = kNeverExpires;
    }
    entry->changes.push_back(std::move(change));
  }

  bool IsThere(const Row& row) const {
    return row.expires_at_us == 0 || row.expires_at_us > judged_;
  }
  bool Holds(const Require& require) const {
    const auto found = rows_.find(require.key);
    const bool there = found != rows_.end() && IsThere(found->second);
    if (require.kind == Condition::Kind::kAbsent) return !there;
    if (require.kind == Condition::Kind::kPresent) return there;
    return there && found->second.value == require.value;
  }
  void Do(const Change& change) {
    if (change.is_delete) {
      rows_.erase(change.key);
      return;
    }
    std::uint64_t expires = change.expires_at_us;
    if (expires == 0 && shape_.ttl_us != 0) expires = judged_ + shape_.ttl_us;
    if (expires == kNeverExpires) expires = 0;
    rows_[change.key] = {change.value, expires};
  }

  const ReplicatedShape shape_;
  Random random_;
  std::uint64_t index_ = 0;
  std::uint64_t clock_ = 5'000'000;
  std::uint64_t judged_ = 0;  // Time never goes back for the table.
  std::map<std::string, Row> rows_;
};

ReplicatedLog::ReplicatedLog(const ReplicatedShape& shape) : ttl_us_(shape.ttl_us) {
  Generator generator(shape);
  states_.emplace_back();
  clocks_.push_back(1);
  for (std::size_t i = 0; i < shape.entries; ++i) {
    entries_.push_back(generator.Next());
    states_.push_back(generator.Contents());
    clocks_.push_back(generator.judged());
  }
}

WriteBatch ReplicatedLog::BatchOf(std::size_t i, TableRef table) const {
  WriteBatch batch;
  for (const Require& require : entries_[i].conditions) {
    if (require.kind == Condition::Kind::kAbsent) batch.RequireAbsent(require.key, table);
    if (require.kind == Condition::Kind::kPresent) batch.RequirePresent(require.key, table);
    if (require.kind == Condition::Kind::kValue) {
      batch.RequireValue(require.key, require.value, table);
    }
  }
  for (const Change& change : entries_[i].changes) {
    if (change.is_delete) {
      batch.Delete(change.key, {.table = table});
    } else {
      batch.Put(change.key, change.value, {.table = table, .expires_at_us = change.expires_at_us});
    }
  }
  return batch;
}

std::size_t ReplicatedLog::After(std::uint64_t index) const {
  std::size_t i = 0;
  while (i < entries_.size() && entries_[i].at.index <= index) ++i;
  return i;
}

namespace {

Result<std::string> Read(DB& db, TableRef table, std::uint64_t now_us) {
  ReadOptions options;
  options.table = table;
  options.now_us = now_us;
  STRATA_TRY_ASSIGN(const auto iterator, db.NewIterator(options));
  std::string out;
  for (Status moved = iterator->SeekToFirst();; moved = iterator->Next()) {
    STRATA_TRY(moved);
    if (!iterator->Valid()) return out;
    const std::string key(iterator->key());
    STRATA_TRY_ASSIGN(const auto entry, db.GetEntry(key, options));
    if (!entry || entry->value != iterator->value()) return "a lookup of " + key + " differs";
    out += key + "=" + entry->value + "@" + std::to_string(entry->expires_at_us) + " ";
  }
}

}  // namespace

std::string ContentsOf(DB& db, TableRef table, std::uint64_t now_us) {
  auto contents = Read(db, table, now_us);
  return contents ? *std::move(contents) : contents.error().message();
}

std::string ApplyOne(DB& db, TableRef table, const ReplicatedLog& log, std::size_t i) {
  const auto outcome = db.Apply(table, log.BatchOf(i, table), log.at(i));
  const std::string entry = "entry " + std::to_string(log.at(i).index);
  if (!outcome) return entry + ": " + outcome.error().message();
  if (outcome->repeated) return entry + " is said to be repeated";
  if (outcome->written() == log.Fails(i)) {
    return entry + (log.Fails(i) ? " was written" : " found that a condition fails");
  }
  return "";
}

std::string ApplyUpTo(DB& db, TableRef table, const ReplicatedLog& log, std::size_t end) {
  const auto index = db.AppliedIndexOf(table);
  if (!index) return index.error().message();
  for (std::size_t i = log.After(index->applied); i < end; ++i) {
    std::string wrong = ApplyOne(db, table, log, i);
    if (!wrong.empty()) return wrong;
  }
  return "";
}

std::string CompareWith(DB& db, TableRef table, const ReplicatedLog& log) {
  const auto index = db.AppliedIndexOf(table);
  if (!index) return index.error().message();
  const std::size_t i = log.After(index->applied);
  if (log.IndexAfter(i) != index->applied) {
    return "it is as of " + std::to_string(index->applied) + ", which is no entry";
  }
  const std::string found = ContentsOf(db, table, log.ClockAfter(i));
  if (found == log.ContentsAfter(i)) return "";
  return "as of entry " + std::to_string(index->applied) + " it holds\n  " + found +
         "\ninstead of\n  " + log.ContentsAfter(i);
}

}  // namespace strata::testing
