// What every write does first: the batch is checked, and its entries get their expiries.

#include <algorithm>

#include "commit/conditions.h"
#include "db/db_impl.h"
#include "wal/batch_format.h"

namespace strata {
namespace {

// A batch is one record of the log, whose length has 32 bits.
constexpr std::size_t kBatchSizeMax = 1ULL << 30;

}  // namespace

namespace {

// A batch for one entry, in the memory of the thread's last one. While it is in use the thread may
// come by again (a wait runs other jobs), so it is taken out of its place.
class OneEntry {
 public:
  OneEntry() : batch_(std::move(kept)) { batch_.Clear(); }
  OneEntry(const OneEntry&) = delete;
  OneEntry& operator=(const OneEntry&) = delete;
  ~OneEntry() {
    if (batch_.size_bytes() <= kKeptMax) kept = std::move(batch_);
  }
  WriteBatch& batch() { return batch_; }

 private:
  static constexpr std::size_t kKeptMax = 64 << 10;
  static thread_local WriteBatch kept;
  WriteBatch batch_;
};
thread_local WriteBatch OneEntry::kept;

}  // namespace

Status DB::Put(std::string_view key, std::string_view value, const WriteOptions& options) {
  OneEntry one;
  one.batch().Put(key, value, {.table = options.table});
  return Write(one.batch(), options);
}

Status DB::Delete(std::string_view key, const WriteOptions& options) {
  OneEntry one;
  one.batch().Delete(key, {.table = options.table});
  return Write(one.batch(), options);
}

Status DbImpl::CheckBatch(const WriteBatch& batch) {
  if (batch.key_size_max() > kKeySizeMax) {
    return InvalidArgument("a key of " + std::to_string(batch.key_size_max()) +
                           " bytes is longer than the " + std::to_string(kKeySizeMax) +
                           " that are allowed; nothing was written");
  }
  if (batch.value_size_max() > kValueSizeMax) {
    return InvalidArgument("a value of " + std::to_string(batch.value_size_max()) +
                           " bytes is longer than the " + std::to_string(kValueSizeMax) +
                           " that are allowed; nothing was written");
  }
  if (batch.size_in_log_max() > kBatchSizeMax) {
    return InvalidArgument("a batch of " + std::to_string(batch.size_bytes()) +
                           " bytes is larger than the " + std::to_string(kBatchSizeMax) +
                           " that are allowed; split it; nothing was written");
  }
  return {};
}

bool DbImpl::WantsSync(const WriteOptions& options) const {
  return options.sync.value_or(context_.options.sync == SyncMode::kAlways);
}

Status DbImpl::Write(const WriteBatch& batch, const WriteOptions& options) {
  WriteOutcome outcome;
  STRATA_TRY(CheckAndWrite(batch, options, &outcome));
  return outcome.failed ? ConditionError(batch, *outcome.failed) : Status();
}

Result<WriteOutcome> DbImpl::WriteIf(const WriteBatch& batch, const WriteOptions& options) {
  WriteOutcome outcome;
  STRATA_TRY(CheckAndWrite(batch, options, &outcome));
  return outcome;
}

Status DbImpl::CheckAndWrite(const WriteBatch& batch, const WriteOptions& options,
                             WriteOutcome* outcome) {
  STRATA_TRY(CheckOwner());
  STRATA_TRY(CheckBatch(batch));
  if (batch.count() == 0 && batch.conditions().empty()) return {};
  SequenceNumber first = 0;
  std::optional<WriteBatch> resolved;
  if (MayExpire(batch, options)) {
    STRATA_TRY_ASSIGN(resolved, ResolveExpiries(batch, options));
  }
  if (resolved) STRATA_TRY(CheckBatch(*resolved));  // Expiries have made it larger.
  STRATA_TRY(commit_.Write(resolved ? *resolved : batch, WantsSync(options), options.now_us,
                           &outcome->failed, &first));
  if (!outcome->failed && batch.count() > 0) outcome->version = first + batch.count() - 1;
  return {};
}

bool DbImpl::MayExpire(const WriteBatch& batch, const WriteOptions& options) const {
  return batch.expires() || options.ttl_us != 0 || context_.options.ttl_us != 0 ||
         !batch.tables().empty();
}

Result<std::optional<WriteBatch>> DbImpl::ResolveExpiries(const WriteBatch& batch,
                                                          const WriteOptions& options) const {
  const bool by_default = options.ttl_us != 0 || context_.options.ttl_us != 0;
  const auto state = reader_.state();
  const auto ttl_of = [&](TableRef table) -> std::uint64_t {
    if (options.ttl_us != 0) return options.ttl_us;
    if (table.id == 0) return context_.options.ttl_us;
    const auto found = state->named.Find(table.id);
    return found == nullptr ? 0 : found->ttl_us;
  };
  const bool some_expire = batch.expires() || by_default ||
                           std::any_of(batch.tables().begin(), batch.tables().end(),
                                       [&](TableRef table) { return ttl_of(table) != 0; });
  if (!some_expire) return std::optional<WriteBatch>();
  STRATA_TRY(CheckExpiringSize(batch.value_size_max()));
  const std::uint64_t now =
      options.now_us != 0 ? options.now_us : context_.environment.clock->WallMicros();
  return std::optional(batch.WithExpiries([&](TableRef table, std::uint64_t expires_at_us) {
    if (expires_at_us != 0) return expires_at_us == kNeverExpires ? 0 : expires_at_us;
    const std::uint64_t ttl = ttl_of(table);
    return ttl == 0 || ttl > kNeverExpires - now ? 0 : now + ttl;
  }));
}
}  // namespace strata
