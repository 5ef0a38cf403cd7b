#include "txn/lock_table.h"

#include <algorithm>
#include <unordered_set>

#include "base/escape.h"
#include "base/mutant.h"

namespace strata {

bool LockTable::Holds(const Lock& lock, TxnId owner) {
  return std::find(lock.holders.begin(), lock.holders.end(), owner) != lock.holders.end();
}

bool LockTable::Compatible(const Lock& lock, TxnId owner, LockMode mode) {
  if (lock.holders.empty()) return true;
  if (lock.holders.size() == 1 && lock.holders.front() == owner) return true;
  return mode == LockMode::kShared && lock.mode == LockMode::kShared;
}

void LockTable::Grant(Lock* lock, TxnId owner, LockMode mode) {
  if (!Holds(*lock, owner)) lock->holders.push_back(owner);
  lock->mode = std::max(lock->mode, mode);
}

std::string LockTable::DescribePlace(const Place& place) {
  const std::string key = "key \"" + EscapeShort(place.key) + "\"";
  return place.table.id == 0 ? key : key + " of table " + std::to_string(place.table.id);
}

Status LockTable::Acquire(TxnId owner, std::string_view key, LockMode mode,
                          std::uint32_t timeout_ms, TableRef table) {
  MutexLock lock_guard(mutex_);
  auto& entry = *locks_.try_emplace({table, std::string(key)}).first;
  Lock& lock = entry.second;
  const bool held = Holds(lock, owner);
  if (held && lock.mode >= mode) return {};
  // Nobody overtakes those who wait, but for one who shares the lock already: they wait for it.
  if (Compatible(lock, owner, mode) && (held || lock.queue.empty())) {
    if (!held) held_[owner].push_back(entry.first);
    Grant(&lock, owner, mode);
    return {};
  }
  const auto timed_out = [&] {
    return Error(ErrorCode::kTimedOut, "waited " + std::to_string(timeout_ms) +
                                           " ms for the lock of " + DescribePlace(entry.first));
  };
  if (timeout_ms == 0) return timed_out();  // Who doesn't wait is in no circle.
  Waiter waiter{.owner = owner,
                .mode = mode,
                .lock = &entry,
                .deadline_us = clock_.NowMicros() + timeout_ms * 1000ULL};
  Enqueue(&waiter);
  BreakCircles(owner);
  ArmTimer(waiter.deadline_us);
  executor_.WaitUntil(mutex_, [&]() STRATA_REQUIRES(mutex_) {
    return waiter.granted || !waiter.circle.empty() || clock_.NowMicros() >= waiter.deadline_us;
  });
  if (waiter.granted) return {};
  Leave(&waiter);
  if (!waiter.circle.empty()) return Error(ErrorCode::kDeadlock, waiter.circle);
  return timed_out();
}

void LockTable::ReleaseAll(TxnId owner) {
  MutexLock lock_guard(mutex_);
  const auto held = held_.extract(owner);
  if (held.empty()) return;
  for (const Place& place : held.mapped()) {
    Lock& lock = locks_.at(place);
    std::erase(lock.holders, owner);
    if (lock.holders.empty()) lock.mode = LockMode::kShared;
    GrantWaiters(&lock);
    EraseIfUnused(place);
  }
  if (!STRATA_MUTANT(release_unheard)) executor_.NotifyAll();
}

std::size_t LockTable::locked_keys() const {
  MutexLock lock(mutex_);
  return locks_.size();
}

std::size_t LockTable::waiters() const {
  MutexLock lock(mutex_);
  return waiting_.size();
}

// --- the queue of a lock -------------------------------------------------------------------------

// One who shares the lock goes before those who don't have it: they can't get it before that.
void LockTable::Enqueue(Waiter* waiter) {
  Lock& lock = waiter->lock->second;
  auto place = lock.queue.end();
  if (Holds(lock, waiter->owner)) {
    place = std::find_if(lock.queue.begin(), lock.queue.end(),
                         [&](const Waiter* other) { return !Holds(lock, other->owner); });
  }
  lock.queue.insert(place, waiter);
  waiting_[waiter->owner] = waiter;
}

void LockTable::GrantWaiters(Lock* lock) {
  while (!lock->queue.empty()) {
    Waiter* const first = lock->queue.front();
    const bool checks = !STRATA_MUTANT(granted_unchecked);
    if (checks && !Compatible(*lock, first->owner, first->mode)) return;
    lock->queue.pop_front();
    waiting_.erase(first->owner);
    if (!Holds(*lock, first->owner)) held_[first->owner].push_back(first->lock->first);
    Grant(lock, first->owner, first->mode);
    first->granted = true;
  }
}

// Those behind it may go on now.
void LockTable::Leave(Waiter* waiter) {
  Lock& lock = waiter->lock->second;
  lock.queue.remove(waiter);
  waiting_.erase(waiter->owner);
  GrantWaiters(&lock);
  EraseIfUnused(Place(waiter->lock->first));
  executor_.NotifyAll();
}

void LockTable::EraseIfUnused(const Place& place) {
  const auto found = locks_.find(place);
  if (found->second.holders.empty() && found->second.queue.empty()) locks_.erase(found);
}

// --- deadlocks -----------------------------------------------------------------------------------

std::vector<TxnId> LockTable::Blockers(const Waiter& waiter) const {
  std::vector<TxnId> blockers;
  const Lock& lock = waiter.lock->second;
  const auto add = [&](TxnId other, LockMode mode) {
    const bool both_share = mode == LockMode::kShared && waiter.mode == LockMode::kShared;
    if (other != waiter.owner && !both_share) blockers.push_back(other);
  };
  for (const Waiter* ahead : lock.queue) {
    if (ahead == &waiter) break;
    add(ahead->owner, ahead->mode);
  }
  for (const TxnId holder : lock.holders) add(holder, lock.mode);
  return blockers;
}

std::vector<TxnId> LockTable::FindCircle(TxnId start) const {
  // Depth first; the last blocker of a waiter is looked at first, so holders before those in line.
  std::vector<TxnId> path = {start};
  std::vector<std::vector<TxnId>> to_visit = {Blockers(*waiting_.at(start))};
  std::unordered_set<TxnId> seen = {start};
  while (!path.empty()) {
    if (to_visit.back().empty()) {
      path.pop_back();
      to_visit.pop_back();
      continue;
    }
    const TxnId next = to_visit.back().back();
    to_visit.back().pop_back();
    if (next == start) return path;
    const auto waiter = waiting_.find(next);
    if (waiter == waiting_.end() || !seen.insert(next).second) continue;
    if (!waiter->second->circle.empty()) continue;  // It gives up anyway.
    path.push_back(next);
    to_visit.push_back(Blockers(*waiter->second));
  }
  return {};
}

void LockTable::BreakCircles(TxnId start) {
  while (true) {
    const std::vector<TxnId> circle = FindCircle(start);
    if (circle.empty()) return;
    const TxnId youngest = *std::max_element(circle.begin(), circle.end());
    waiting_.at(youngest)->circle =
        Describe(circle) + "; " + std::to_string(youngest) + ", the youngest, gives way";
    executor_.NotifyAll();
    if (youngest == start) return;
  }
}

// "deadlock: transaction 3 waits for 5 (key "a"), which waits for 3 (key "b")".
std::string LockTable::Describe(const std::vector<TxnId>& circle) const {
  std::string text = "deadlock: transaction " + std::to_string(circle.front());
  for (std::size_t i = 0; i < circle.size(); ++i) {
    text += i == 0 ? " waits for " : ", which waits for ";
    text += std::to_string(circle[(i + 1) % circle.size()]) + " (" +
            DescribePlace(waiting_.at(circle[i])->lock->first) + ")";
  }
  return text;
}

// --- time ----------------------------------------------------------------------------------------

void LockTable::ArmTimer(std::uint64_t deadline_us) {
  if (timer_us_ <= deadline_us) return;
  timer_us_ = deadline_us;
  const std::uint64_t now = clock_.NowMicros();
  const std::uint64_t delay = deadline_us > now ? deadline_us - now : 0;
  executor_.ScheduleAfter(delay, [weak = weak_from_this(), deadline_us] {
    const auto table = weak.lock();
    if (table == nullptr) return Step::kDone;  // A step that ends wakes everybody who waits.
    MutexLock lock(table->mutex_);
    if (table->timer_us_ != deadline_us) return Step::kDone;
    table->timer_us_ = UINT64_MAX;
    std::uint64_t next = UINT64_MAX;
    for (const auto& [_, waiter] : table->waiting_) {
      if (waiter->deadline_us > deadline_us) next = std::min(next, waiter->deadline_us);
    }
    if (next != UINT64_MAX) table->ArmTimer(next);
    return Step::kDone;
  });
}

}  // namespace strata
