#include "client/remote_batch.h"

#include "wal/batch_format.h"

namespace strata::client {
namespace {

Result<v1::Condition::Kind> KindOf(Condition::Kind kind) {
  switch (kind) {
    case Condition::Kind::kAbsent:
      return v1::Condition::ABSENT;
    case Condition::Kind::kPresent:
      return v1::Condition::PRESENT;
    case Condition::Kind::kValue:
      return v1::Condition::VALUE;
    case Condition::Kind::kVersion:
      return v1::Condition::VERSION;
    case Condition::Kind::kUnchanged:
    case Condition::Kind::kRangeUnchanged:
      break;
  }
  return Error(ErrorCode::kUnsupported,
               "a batch for a server can't require that nothing was written since a moment: use a "
               "transaction, or the version of a key");
}

Status AddCondition(const Condition& condition, TableNames& names, v1::WriteRequest* request) {
  STRATA_TRY_ASSIGN(const auto kind, KindOf(condition.kind));
  STRATA_TRY_ASSIGN(const std::string table, names.NameOf(condition.table));
  v1::Condition* const added = request->add_conditions();
  added->set_kind(kind);
  added->set_key(condition.key);
  added->set_table(table);
  added->set_value(condition.value);
  added->set_version(condition.version);
  return {};
}

Status AddChange(const wal::BatchEntry& entry, const WriteOptions& options, TableNames& names,
                 v1::WriteRequest* request) {
  ClientWrite write{.expires_at_us = entry.expires_at_us};
  STRATA_TRY_ASSIGN(write.table, names.NameOf({static_cast<std::uint32_t>(entry.table)}));
  if (entry.expires_at_us == 0) write.ttl_us = options.ttl_us;
  std::optional<std::string_view> value;
  if (entry.kind != EntryKind::kDelete) value = entry.value;
  *request->add_changes() = ChangeOf(entry.key, value, write);
  return {};
}

}  // namespace

Result<v1::WriteRequest> RequestOf(const WriteBatch& batch, const WriteOptions& options,
                                   TableNames& names) {
  if (options.now_us != 0) {
    return Error(ErrorCode::kUnsupported, "a server writes by its own clock");
  }
  v1::WriteRequest request;
  for (const Condition& condition : batch.conditions()) {
    STRATA_TRY(AddCondition(condition, names, &request));
  }
  STRATA_TRY(wal::ForEachEntry(batch.encoded(), 0, [&](const wal::BatchEntry& entry) {
    return AddChange(entry, options, names, &request);
  }));
  return request;
}

}  // namespace strata::client
