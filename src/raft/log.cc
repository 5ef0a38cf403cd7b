#include "raft/log.h"

#include <algorithm>
#include <utility>

#include "base/check.h"
#include "base/mutant.h"

namespace strata::raft {

Log::Log(const LogStore& store, Snapshot snapshot,
         std::vector<std::pair<Index, Configuration>> configurations)
    : store_(&store), snapshot_(std::move(snapshot)) {
  configurations_.emplace_back(snapshot_.last.index, snapshot_.configuration);
  for (auto& configuration : configurations) configurations_.push_back(std::move(configuration));
  memory_from_ = store.last_index() + 1;
  unwritten_ = memory_from_;
  stable_ = memory_from_ - 1;
}

const Configuration& Log::configuration_before() const {
  return configurations_[configurations_.size() < 2 ? 0 : configurations_.size() - 2].second;
}

const Configuration& Log::ConfigurationAt(Index index) const {
  auto found = configurations_.end() - 1;
  while (found != configurations_.begin() && found->first > index) --found;
  return found->second;
}

Term Log::TermAt(Index index) const {
  STRATA_CHECK(index >= snapshot_.last.index && index <= last_index());
  if (index == snapshot_.last.index) return snapshot_.last.term;
  return index >= memory_from_ ? memory_[index - memory_from_].term : store_->TermAt(index);
}

bool Log::Matches(const Position& position) const {
  return position.index >= snapshot_.last.index && position.index <= last_index() &&
         TermAt(position.index) == position.term;
}

Position Log::LastAtMost(Index index, Term term) const {
  index = std::min(index, last_index());
  while (index > snapshot_.last.index && TermAt(index) > term) --index;
  if (index < snapshot_.last.index) return {.term = 0, .index = index};
  return {.term = TermAt(index), .index = index};
}

Result<std::vector<Entry>> Log::Read(Index first, Index last, std::size_t bytes_max) const {
  STRATA_CHECK(first > snapshot_.last.index && last <= last_index());
  if (first > last) return std::vector<Entry>();
  if (first < memory_from_) {
    return store_->Read(first, std::min(last, memory_from_ - 1), bytes_max);
  }
  std::vector<Entry> entries;
  std::size_t bytes = 0;
  for (Index index = first; index <= last; ++index) {
    const Entry& entry = memory_[index - memory_from_];
    bytes += SizeOf(entry);
    if (!entries.empty() && bytes > bytes_max) break;
    entries.push_back(entry);
  }
  return entries;
}

void Log::Append(Entry entry) {
  STRATA_CHECK(entry.index == last_index() + 1);
  if (const auto* configuration = std::get_if<Configuration>(&entry.body)) {
    configurations_.emplace_back(entry.index, *configuration);
  }
  memory_.push_back(std::move(entry));
}

bool Log::Merge(const std::vector<Entry>& entries, Index committed) {
  auto entry = entries.begin();
  while (entry != entries.end() && Matches({.term = entry->term, .index = entry->index})) ++entry;
  STRATA_CHECK(entry == entries.end() || entry->index > committed);
  if (STRATA_MUTANT(truncate_committed_suffix)) entry = entries.begin();
  if (entry == entries.end()) return false;
  if (entry->index <= last_index()) Truncate(entry->index);
  while (entry != entries.end()) Append(*entry++);
  return true;
}

void Log::Truncate(Index from) {
  STRATA_CHECK(from > snapshot_.last.index);
  if (from >= memory_from_) {
    memory_.resize(from - memory_from_);
  } else {
    memory_.clear();
    memory_from_ = from;
  }
  unwritten_ = std::min(unwritten_, from);
  stable_ = std::min(stable_, from - 1);
  for (InFlight& write : in_flight_) write.last = std::min(write.last, from - 1);
  while (configurations_.size() > 1 && configurations_.back().first >= from) {
    configurations_.pop_back();
  }
}

void Log::Restore(const Snapshot& snapshot) {
  snapshot_ = snapshot;
  configurations_ = {{snapshot.last.index, snapshot.configuration}};
  memory_.clear();
  memory_from_ = snapshot.last.index + 1;
  unwritten_ = memory_from_;
  // Not before the snapshot is durable is anything.
  stable_ = std::min(stable_, snapshot.last.index - 1);
  for (InFlight& write : in_flight_) write.last = std::min(write.last, snapshot.last.index - 1);
}

void Log::Compact(const Snapshot& snapshot) {
  STRATA_CHECK(snapshot.last.index <= stable_);
  if (snapshot.last.index <= snapshot_.last.index) return;
  Forget(snapshot.last.index);
  snapshot_ = snapshot;
  while (configurations_.size() > 1 && configurations_[1].first <= snapshot.last.index) {
    configurations_.erase(configurations_.begin());
  }
}

void Log::Forget(Index applied) {
  while (!memory_.empty() && memory_from_ <= std::min(stable_, applied)) {
    memory_.pop_front();
    ++memory_from_;
  }
}

std::vector<Entry> Log::TakeUnwritten(WriteNumber number) {
  std::vector<Entry> entries;
  for (Index index = unwritten_; index <= last_index(); ++index) {
    entries.push_back(memory_[index - memory_from_]);
  }
  unwritten_ = last_index() + 1;
  in_flight_.push_back({.number = number, .last = last_index()});
  return entries;
}

void Log::Written(WriteNumber number) {
  while (!in_flight_.empty() && in_flight_.front().number <= number) {
    stable_ = std::max(stable_, in_flight_.front().last);
    in_flight_.pop_front();
  }
}

}  // namespace strata::raft
