#include "isolation/workload.h"

namespace strata::isolation {
namespace {

constexpr std::size_t kFindingsMax = 3;

}  // namespace

Client::Client(Surroundings& around, std::uint32_t process, std::uint64_t seed)
    : around_(around), process_(process), random_(seed) {}

void Client::Step() {
  if (idle()) return Begin();
  if (next_ < plan_.operations) {
    const Status done = Do(*access_, next_);
    if (done) {
      ++next_;
    } else if (done.error().code() == ErrorCode::kTimedOut && !random_.OneIn(4)) {
      ++counts_["lock_timeouts"];  // It may go on: the operation is tried again.
    } else {
      Fail(done.error(), false);
    }
    return;
  }
  if (roll_back_) {
    const Status rolled_back = access_->Rollback();
    if (!rolled_back) Find("rollback: " + rolled_back.error().message());
    ++counts_["rolled_back"];
    return End(Outcome::kFail);
  }
  const Status committed = access_->Commit();
  if (!committed) return Fail(committed.error(), true);
  ++counts_["committed"];
  End(Outcome::kOk);
}

void Client::Begin() {
  plan_ = DrawPlan();
  next_ = 0;
  roll_back_ = random_.OneIn(16);
  auto access = BeginAccess(*around_.db, plan_.style, around_.level, around_.lock_timeout_ms);
  if (!access) {
    if (!around_.may_fail) Find("begin: " + access.error().message());
    return Ended(Outcome::kFail);
  }
  access_ = *std::move(access);
}

// Whoever fails before it commits has surely written nothing.
void Client::Fail(const Error& error, bool committing) {
  const bool conflict = IsConflict(error);
  ++counts_[error.code() == ErrorCode::kDeadlock ? "deadlocks" : conflict ? "conflicts" : "errors"];
  if (around_.locks_alone && error.code() == ErrorCode::kConflict) {
    Find("a conflict in spite of locks: " + error.message());
  }
  if (!conflict && !around_.may_fail) Find(error.message());
  End(conflict || !committing ? Outcome::kFail : Outcome::kUnknown);
}

void Client::End(Outcome outcome) {
  access_.reset();
  ++ended_;
  Ended(outcome);
  if (outcome == Outcome::kUnknown) process_ += 1000;  // The old one may still be under way.
}

void Client::Abandon() {
  if (!idle()) End(Outcome::kFail);
}

Style Client::DrawStyle() {
  return around_.styles[random_.Uniform(around_.styles.size())];
}

void Client::Find(std::string finding) {
  if (findings_.size() < kFindingsMax) findings_.push_back(std::move(finding));
}

}  // namespace strata::isolation
