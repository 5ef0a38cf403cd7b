#include "txn/transaction_impl.h"

#include <algorithm>  //@L17
#include <utility>

#include "base/check.h"  //@L17
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
  //| writes_.Clear();  //@L16..16
  for (auto& [table, part] : parts_) part.writes.Clear();  //@L17
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

//@L16..16{
//| bool TransactionImpl::FindOwn(std::string_view key, std::string* value, bool* found) const {
//|   const WriteSet::Write* const write = writes_.Find(key);
//@}
//@L17{
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
  //@}
  if (write == nullptr) return false;
  *found = write->value.has_value();
  if (*found) *value = *write->value;
  return true;
}

//@L17{
Status TransactionImpl::CheckReadOptions(const ReadOptions& options) {
  if (options.snapshot == nullptr) return {};
  return InvalidArgument("a transaction chooses its snapshot itself");
}

//@}
Result<bool> TransactionImpl::ReadAt(const std::shared_ptr<const Snapshot>& moment,
                                     //| std::string_view key, std::string* value) {  //@L16..16
                                     std::string_view key, std::string* value,  //@L17
                                     ReadOptions options) {                     //@L17
  //| ReadOptions options;  //@L16..16
  options.snapshot = moment;
  return db_.Get(key, value, options);
}

//@L16..16{
//| Result<bool> TransactionImpl::Get(std::string_view key, std::string* value) {
//@}
//@L17{
Result<bool> TransactionImpl::Get(std::string_view key, std::string* value,
                                  const ReadOptions& options) {
  //@}
  STRATA_TRY(CheckUsable());
  bool found = false;
  //@L16..16{
  //| if (FindOwn(key, value, &found)) return found;
  //| if (options_.isolation == Isolation::kReadCommitted) return db_.Get(key, value);
  //| if (serializable()) STRATA_TRY(Lock(key, LockMode::kShared));
  //@}
  //@L17{
  STRATA_TRY(CheckReadOptions(options));
  if (FindOwn(options.table, key, value, &found)) return found;
  if (options_.isolation == Isolation::kReadCommitted) return db_.Get(key, value, options);
  if (serializable()) STRATA_TRY(Lock(options.table, key, LockMode::kShared));
  //@}
  const auto moment = Moment();
  const bool checked = serializable() && !STRATA_MUTANT(skip_read_validation);
  //@L16..16{
  //| if (checked) reads_->AddKey(key, moment->sequence());
  //| return ReadAt(moment, key, value);
  //@}
  //@L17{
  if (checked) In(options.table).reads->AddKey(key, moment->sequence());
  return ReadAt(moment, key, value, options);
  //@}
}

//@L16..16{
//| Result<bool> TransactionImpl::GetForUpdate(std::string_view key, std::string* value) {
//|   STRATA_TRY(CheckUsable());
//|   bool found = false;
//|   if (FindOwn(key, value, &found)) return found;
//|   STRATA_TRY(Lock(key, LockMode::kExclusive));
//|   const auto moment = Moment();
//|   reads_->AddKey(key, moment->sequence());
//|   return ReadAt(moment, key, value);
//| }
//@}
//@L17{
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
//@}

Result<std::unique_ptr<Iterator>> TransactionImpl::NewIterator(const ReadOptions& options) {
  STRATA_TRY(CheckUsable());
  //@L16..16{
  //| if (options.snapshot != nullptr) {
  //|   return InvalidArgument("a transaction chooses its snapshot itself");
  //| }
  //@}
  STRATA_TRY(CheckReadOptions(options));  //@L17
  ReadOptions at = options;
  at.snapshot = Moment();
  STRATA_TRY_ASSIGN(auto below, db_.NewIterator(at));
  VisibleIteratorOptions bounds = BoundsOf(options);
  //| return NewTransactionIterator(std::move(below), writes_,  //@L16..16
  const Part& part = In(options.table);                         //@L17
  return NewTransactionIterator(std::move(below), part.writes,  //@L17
                                {.lower = std::move(bounds.lower),
                                 .upper = std::move(bounds.upper),
                                 //| .reads = serializable() ? reads_ : nullptr,  //@L16..16
                                 .reads = serializable() ? part.reads : nullptr,  //@L17
                                 .sequence = at.snapshot->sequence()});
}

// --- writing -------------------------------------------------------------------------------------

// A transaction that loses a deadlock is over at once: the others wait for its locks.
//| Status TransactionImpl::Lock(std::string_view key, LockMode mode) {  //@L16..16
Status TransactionImpl::Lock(TableRef table, std::string_view key, LockMode mode) {  //@L17
  if (!takes_locks()) return {};
  //@L16..16{
  //| Status locked = home_->locks->Acquire(id_, key, mode, options_.lock_timeout_ms);
  //@}
  //@L17{
  Status locked = home_->locks->Acquire(id_, key, mode, options_.lock_timeout_ms, table);
  //@}
  if (!locked && locked.error().code() == ErrorCode::kDeadlock) {
    End("rolled back: " + locked.error().message());
  }
  if (STRATA_MUTANT(lock_released_early)) home_->locks->ReleaseAll(id_);
  return locked;
}

//@L16..16{
//| Status TransactionImpl::AddWrite(std::string_view key, WriteSet::Write write) {
//|   STRATA_TRY(CheckUsable());
//|   if (key.size() > kKeySizeMax) return InvalidArgument("the key is too long");
//|   STRATA_TRY(Lock(key, LockMode::kExclusive));
//|   if (options_.isolation == Isolation::kSnapshot) Moment();
//|   if (STRATA_MUTANT(write_before_commit) && write.value) {
//|     STRATA_TRY(db_.Put(key, *write.value));
//|   }
//|   writes_.Set(key, std::move(write));
//|   return {};
//| }
//|
//| Status TransactionImpl::Put(std::string_view key, std::string_view value) {
//|   if (value.size() > kValueSizeMax) return InvalidArgument("the value is too long");
//|   if (value.empty() && home_->empty_value_deletes) return Delete(key);
//|   return AddWrite(key, {std::string(value)});
//| }
//|
//| Status TransactionImpl::Delete(std::string_view key) {
//|   return AddWrite(key, {std::nullopt});
//| }
//|
//| Status TransactionImpl::RollbackToSavepoint() {
//|   STRATA_TRY(CheckUsable());
//|   if (STRATA_MUTANT(savepoint_keeps_writes)) return {};
//|   if (writes_.RollbackToSavepoint()) return {};
//|   return Error(ErrorCode::kNotFound, "the transaction has no savepoint");
//| }
//|
//| Status TransactionImpl::PopSavepoint() {
//|   STRATA_TRY(CheckUsable());
//|   if (writes_.PopSavepoint()) return {};
//|   return Error(ErrorCode::kNotFound, "the transaction has no savepoint");
//| }
//@}
//@L17{
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
//@}

// --- the end -------------------------------------------------------------------------------------

// Reads of one moment are right whatever came later, if nothing is written because of them. Those
// of several moments must all be true at the end.
bool TransactionImpl::NeedsChecks() const {
  //| return !writes_.empty() || (takes_locks() && serializable() && !reads_->empty());  //@L16..16
  //@L17{
  return std::any_of(parts_.begin(), parts_.end(), [this](const auto& it) {
    const Part& part = it.second;
    return !part.writes.empty() || (takes_locks() && serializable() && !part.reads->empty());
  });
  //@}
}

WriteBatch TransactionImpl::MakeBatch() const {
  //@solve 16.2 "say what must not have changed"
  WriteBatch batch;
  //@L16..16{
  //| reads_->AddTo(&batch);
  //| if (options_.isolation == Isolation::kSnapshot) {
  //|   for (const auto& [key, _] : writes_.writes()) {
  //|     if (!reads_->Has(key)) batch.RequireUnchanged(key, first_moment_->sequence());
  //|   }
  //| }
  //| writes_.AddTo(&batch);
  //@}
  //@L17{
  for (const auto& [table, part] : parts_) {
    part.reads->AddTo(&batch, table);
    part.writes.AddTo(&batch, table);
    if (options_.isolation != Isolation::kSnapshot) continue;
    for (const auto& [key, _] : part.writes.writes()) {
      if (part.reads->Has(key)) continue;
      batch.RequireUnchanged(key, first_moment_->sequence(), table);
    }
  }
  //@}
  return batch;
  //@}
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
  //| std::string what = reads_->Has(failed.key) ? "read it" : "began";  //@L16..16
  //@L17{
  const TableRef table = condition.table;
  const auto part = parts_.find(table);
  const bool read = part != parts_.end() && part->second.reads->Has(failed.key);
  std::string what = read ? "read it" : "began";
  std::string where = table == kDefaultTable ? "" : " of table " + std::to_string(table.id);
  //@}
  if (condition.kind == Condition::Kind::kRangeUnchanged) what = "read the range around it";
  return {ErrorCode::kConflict,
          "transaction " + std::to_string(id_) + " conflicts at key \"" + EscapeShort(failed.key) +
              //@L16..16{
              //| "\": another one wrote it after this one " + what + "; nothing was written"};
              //@}
              //@L17{
              "\"" + where + ": another one wrote it after this one " + what +
              "; nothing was written"};
  //@}
}

}  // namespace strata
