#include "txn/transaction_impl.h"

#include <algorithm>
#include <utility>

#include "base/check.h"
#include "base/escape.h"
#include "base/mutant.h"
#include "read/read_bounds.h"
#include "txn/transaction_iterator.h"

namespace strata {

TransactionImpl::TransactionImpl(DB& db, std::shared_ptr<TransactionHome> home,
                                 const TransactionOptions& options)
    : db_(db), home_(std::move(home)), options_(options), id_(++home_->last_id) {
  // One that takes locks reads what it finds once it has the first of them.
  if (reads_one_moment() && !takes_locks()) Moment();
}

TransactionImpl::~TransactionImpl() {
  if (ended_.empty()) End("dropped");
}

Status TransactionImpl::CheckUsable() const {
  if (!home_->open) return Error(ErrorCode::kAborted, "the transaction's store is closed");
  if (ended_.empty()) return {};
  return Error(ErrorCode::kAborted, "the transaction is over: it was " + ended_);
}

void TransactionImpl::End(std::string how) {
  ended_ = std::move(how);
  if (takes_locks() && home_->open) home_->locks->ReleaseAll(id_);
  first_moment_.reset();
  for (auto& [table, part] : parts_) part.writes.Clear();
}

// --- reading -------------------------------------------------------------------------------------

bool TransactionImpl::reads_one_moment() const {
  if (options_.isolation == Isolation::kReadCommitted) return false;
  // With a lock the newest value is the right one: who changed it before had the lock.
  return !(takes_locks() && serializable());
}

std::shared_ptr<const Snapshot> TransactionImpl::Moment() {
  if (reads_one_moment() && first_moment_ != nullptr) return first_moment_;
  auto now = db_.GetSnapshot();
  if (first_moment_ == nullptr) first_moment_ = now;
  return now;
}

TransactionImpl::Part& TransactionImpl::In(TableRef table) {
  const auto [place, is_new] = parts_.try_emplace(table);
  for (std::size_t i = 0; is_new && i < savepoints_; ++i) place->second.writes.SetSavepoint();
  return place->second;
}

bool TransactionImpl::FindOwn(TableRef table, std::string_view key, std::string* value,
                              bool* found) const {
  const auto part = parts_.find(table);
  if (part == parts_.end()) return false;
  const WriteSet::Write* const write = part->second.writes.Find(key);
  if (write == nullptr) return false;
  *found = write->value.has_value();
  if (*found) *value = *write->value;
  return true;
}

Status TransactionImpl::CheckReadOptions(const ReadOptions& options) {
  if (options.snapshot == nullptr) return {};
  return InvalidArgument("a transaction chooses its snapshot itself");
}

Result<bool> TransactionImpl::ReadAt(const std::shared_ptr<const Snapshot>& moment,
                                     std::string_view key, std::string* value,
                                     ReadOptions options) {
  options.snapshot = moment;
  return db_.Get(key, value, options);
}

Result<bool> TransactionImpl::Get(std::string_view key, std::string* value,
                                  const ReadOptions& options) {
  STRATA_TRY(CheckUsable());
  bool found = false;
  STRATA_TRY(CheckReadOptions(options));
  if (FindOwn(options.table, key, value, &found)) return found;
  if (options_.isolation == Isolation::kReadCommitted) return db_.Get(key, value, options);
  if (serializable()) STRATA_TRY(Lock(options.table, key, LockMode::kShared));
  const auto moment = Moment();
  const bool checked = serializable() && !STRATA_MUTANT(skip_read_validation);
  if (checked) In(options.table).reads->AddKey(key, moment->sequence());
  return ReadAt(moment, key, value, options);
}

Result<bool> TransactionImpl::GetForUpdate(std::string_view key, std::string* value,
                                           const ReadOptions& options) {
  STRATA_TRY(CheckUsable());
  STRATA_TRY(CheckReadOptions(options));
  bool found = false;
  if (FindOwn(options.table, key, value, &found)) return found;
  STRATA_TRY(Lock(options.table, key, LockMode::kExclusive));
  const auto moment = Moment();
  In(options.table).reads->AddKey(key, moment->sequence());
  return ReadAt(moment, key, value, options);
}

Result<std::unique_ptr<Iterator>> TransactionImpl::NewIterator(const ReadOptions& options) {
  STRATA_TRY(CheckUsable());
  STRATA_TRY(CheckReadOptions(options));
  ReadOptions at = options;
  at.snapshot = Moment();
  STRATA_TRY_ASSIGN(auto below, db_.NewIterator(at));
  VisibleIteratorOptions bounds = BoundsOf(options);
  const Part& part = In(options.table);
  return NewTransactionIterator(std::move(below), part.writes,
                                {.lower = std::move(bounds.lower),
                                 .upper = std::move(bounds.upper),
                                 .reads = serializable() ? part.reads : nullptr,
                                 .sequence = at.snapshot->sequence()});
}

// --- writing -------------------------------------------------------------------------------------

// A transaction that loses a deadlock is over at once: the others wait for its locks.
Status TransactionImpl::Lock(TableRef table, std::string_view key, LockMode mode) {
  if (!takes_locks()) return {};
  Status locked = home_->locks->Acquire(id_, key, mode, options_.lock_timeout_ms, table);
  if (!locked && locked.error().code() == ErrorCode::kDeadlock) {
    End("rolled back: " + locked.error().message());
  }
  if (STRATA_MUTANT(lock_released_early)) home_->locks->ReleaseAll(id_);
  return locked;
}

Status TransactionImpl::AddWrite(TableRef table, std::string_view key, WriteSet::Write write) {
  if (key.size() > kKeySizeMax) return InvalidArgument("the key is too long");
  STRATA_TRY(Lock(table, key, LockMode::kExclusive));
  if (options_.isolation == Isolation::kSnapshot) Moment();
  if (STRATA_MUTANT(write_before_commit) && write.value) {
    STRATA_TRY(db_.Put(key, *write.value, {.table = table}));
  }
  In(table).writes.Set(key, std::move(write));
  return {};
}

Status TransactionImpl::Put(std::string_view key, std::string_view value,
                            const EntryOptions& options) {
  STRATA_TRY(CheckUsable());
  if (value.size() > kValueSizeMax) return InvalidArgument("the value is too long");
  STRATA_TRY_ASSIGN(const bool deletes, home_->empty_value_deletes(options.table));
  if (value.empty() && deletes) return AddWrite(options.table, key, {});
  return AddWrite(options.table, key, {std::string(value), options.expires_at_us});
}

Status TransactionImpl::Delete(std::string_view key, const EntryOptions& options) {
  STRATA_TRY(CheckUsable());
  STRATA_TRY(home_->empty_value_deletes(options.table));  // The table is there.
  return AddWrite(options.table, key, {});
}

void TransactionImpl::SetSavepoint() {
  ++savepoints_;
  for (auto& [table, part] : parts_) part.writes.SetSavepoint();
}

Status TransactionImpl::RollbackToSavepoint() {
  STRATA_TRY(CheckUsable());
  if (STRATA_MUTANT(savepoint_keeps_writes)) return {};
  if (savepoints_ == 0) return Error(ErrorCode::kNotFound, "the transaction has no savepoint");
  --savepoints_;
  for (auto& [table, part] : parts_) STRATA_CHECK(part.writes.RollbackToSavepoint());
  return {};
}

Status TransactionImpl::PopSavepoint() {
  STRATA_TRY(CheckUsable());
  if (savepoints_ == 0) return Error(ErrorCode::kNotFound, "the transaction has no savepoint");
  --savepoints_;
  for (auto& [table, part] : parts_) STRATA_CHECK(part.writes.PopSavepoint());
  return {};
}

// --- the end -------------------------------------------------------------------------------------

// Reads of one moment are right whatever came later, if nothing is written because of them. Those
// of several moments must all be true at the end.
bool TransactionImpl::NeedsChecks() const {
  return std::any_of(parts_.begin(), parts_.end(), [this](const auto& it) {
    const Part& part = it.second;
    return !part.writes.empty() || (takes_locks() && serializable() && !part.reads->empty());
  });
}

WriteBatch TransactionImpl::MakeBatch() const {
  WriteBatch batch;
  for (const auto& [table, part] : parts_) {
    part.reads->AddTo(&batch, table);
    part.writes.AddTo(&batch, table);
    if (options_.isolation != Isolation::kSnapshot) continue;
    for (const auto& [key, _] : part.writes.writes()) {
      if (part.reads->Has(key)) continue;
      batch.RequireUnchanged(key, first_moment_->sequence(), table);
    }
  }
  return batch;
}

Result<std::uint64_t> TransactionImpl::Commit(const WriteOptions& options) {
  STRATA_TRY(CheckUsable());
  if (!NeedsChecks()) {
    End("committed");
    return std::uint64_t{0};
  }
  const WriteBatch batch = MakeBatch();
  auto outcome = db_.WriteIf(batch, options);
  if (!outcome) {
    End("ended by an error: " + outcome.error().message());
    return std::move(outcome).error();
  }
  if (outcome->failed && STRATA_MUTANT(commit_ok_but_rolled_back)) outcome->failed.reset();
  if (outcome->failed) {
    Error conflict = ConflictError(batch, *outcome->failed);
    End("rolled back: " + conflict.message());
    return conflict;
  }
  End("committed");
  return outcome->version;
}

Status TransactionImpl::Rollback() {
  if (ended_ == "committed") return CheckUsable();
  if (ended_.empty()) End("rolled back");
  return {};
}

Error TransactionImpl::ConflictError(const WriteBatch& batch, const FailedCondition& failed) const {
  const Condition& condition = batch.conditions()[failed.index];
  const TableRef table = condition.table;
  const auto part = parts_.find(table);
  const bool read = part != parts_.end() && part->second.reads->Has(failed.key);
  std::string what = read ? "read it" : "began";
  std::string where = table == kDefaultTable ? "" : " of table " + std::to_string(table.id);
  if (condition.kind == Condition::Kind::kRangeUnchanged) what = "read the range around it";
  return {ErrorCode::kConflict, "transaction " + std::to_string(id_) + " conflicts at key \"" +
                                    EscapeShort(failed.key) + "\"" + where +
                                    ": another one wrote it after this one " + what +
                                    "; nothing was written"};
}

}  // namespace strata
