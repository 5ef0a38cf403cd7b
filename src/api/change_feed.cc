#include "api/change_feed.h"

#include <algorithm>
#include <utility>

#include "base/check.h"
#include "wal/batch_format.h"

namespace strata::api {
namespace {

constexpr std::size_t kBytesAtOnce = 256 << 10;  // Read before writers are let in.

}  // namespace

void ChangeFeed::Add(const WriteBatch& batch, std::uint64_t version, Sequences sequences) {
  Batch added{.encoded = std::string(batch.encoded()),
              .first = sequences == Sequences::kEach ? version + 1 - batch.count() : version,
              .last = version,
              .sequences = sequences};
  const MutexLock lock(mutex_);
  last_.store(version, std::memory_order_release);
  bytes_ += SizeOf(added);
  batches_.push_back(std::move(added));
  while (bytes_ > bytes_max_ && batches_.size() > 1) {
    floor_ = batches_.front().last;
    bytes_ -= SizeOf(batches_.front());
    batches_.pop_front();
  }
  for (const auto& [id, sleeper] : sleepers_) sleeper.home->PutAwake(id);
}

std::optional<std::uint64_t> ChangeFeed::Read(
    std::uint64_t after, const std::function<bool(const FeedChange&)>& take) const {
  for (bool more = true; more;) {
    const MutexLock lock(mutex_);  // Let go of now and then, for those who write.
    if (after < floor_) return std::nullopt;
    auto at = std::partition_point(batches_.begin(), batches_.end(),
                                   [&](const Batch& batch) { return batch.last <= after; });
    for (std::size_t passed = 0; at != batches_.end() && passed < kBytesAtOnce; ++at) {
      if (!Pass(*at, &after, take)) return after;
      passed += SizeOf(*at);
    }
    more = at != batches_.end();
  }
  return after;
}

bool ChangeFeed::Pass(const Batch& batch, std::uint64_t* after,
                      const std::function<bool(const FeedChange&)>& take) {
  const bool together = batch.sequences == Sequences::kTogether;
  wal::BatchReader entries(batch.encoded, batch.first);
  while (const auto entry = *entries.Next()) {
    const bool deleted = entry->kind == EntryKind::kDelete;
    const FeedChange change{.table = {static_cast<std::uint32_t>(entry->table)},
                            .key = entry->key,
                            .value = deleted ? std::nullopt : std::optional(entry->value),
                            .expires_at_us = entry->expires_at_us,
                            .sequence = together ? batch.last : entry->sequence};
    if (change.sequence <= *after || take(change)) continue;
    *after = std::max(*after, change.sequence - 1);
    return false;
  }
  *after = std::max(*after, batch.last);
  return true;
}

std::uint64_t ChangeFeed::floor() const {
  const MutexLock lock(mutex_);
  return floor_;
}

void ChangeFeed::BeginToWake(server::Mailbox* home, server::ConnectionId id) {
  const MutexLock lock(mutex_);
  Sleeper& sleeper = sleepers_[id];
  sleeper.home = home;
  ++sleeper.count;
}

void ChangeFeed::StopWaking(server::ConnectionId id) {
  const MutexLock lock(mutex_);
  const auto at = sleepers_.find(id);
  if (at != sleepers_.end() && --at->second.count == 0) sleepers_.erase(at);
}

}  // namespace strata::api
