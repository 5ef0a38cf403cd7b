// KV.Put, KV.Delete and KV.Write: carried out by the committer, many in one batch.

#include <charconv>

#include "api/methods.h"

namespace strata::api {
namespace {

constexpr std::size_t kWriteIdBytesMax = 64;

// What is there, with the version that it has in the store: what is only drafted has none yet, and
// is written first.
Result<std::optional<Entry>> Current(server::Keyspace& keyspace, TableRef table,
                                     const std::string& key) {
  STRATA_TRY_ASSIGN(auto entry, keyspace.Get(table, key));
  if (!entry || entry->version != server::Keyspace::kUnwritten) return entry;
  STRATA_TRY(keyspace.Commit());
  return keyspace.Get(table, key);
}

Result<bool> Holds(const v1::Condition& condition, const std::optional<Entry>& entry) {
  switch (condition.kind()) {
    case v1::Condition::ABSENT:
      return !entry;
    case v1::Condition::PRESENT:
      return entry.has_value();
    case v1::Condition::VALUE:
      return entry && entry->value == condition.value();
    case v1::Condition::VERSION:
      return entry && entry->version == condition.version();
    default:
      return InvalidArgument("a condition of kind " + std::to_string(condition.kind()) +
                             ": it must be ABSENT, PRESENT, VALUE or VERSION");
  }
}

// The first condition that doesn't hold, in the reply. True: all do.
Result<bool> AllHold(Service& service, server::Keyspace& keyspace, const v1::WriteRequest& request,
                     v1::WriteResponse* reply) {
  for (int i = 0; i < request.conditions_size(); ++i) {
    const v1::Condition& condition = request.conditions(i);
    STRATA_TRY_ASSIGN(const TableRef table, service.Table(condition.table()));
    STRATA_TRY_ASSIGN(const auto entry, Current(keyspace, table, condition.key()));
    STRATA_TRY_ASSIGN(const bool holds, Holds(condition, entry));
    if (holds) continue;
    reply->mutable_failed()->set_index(static_cast<std::uint32_t>(i));
    reply->mutable_failed()->set_key(condition.key());
    if (entry) Describe(*entry, reply->mutable_failed()->mutable_current());
    return false;
  }
  return true;
}

// As a part of the same batch, right before the changes: what it is answered later is the version
// of the last of them.
Status Remember(Service& service, server::Keyspace& keyspace, const std::string& write_id,
                std::size_t changes) {
  if (write_id.empty()) return {};
  STRATA_TRY_ASSIGN(const TableRef ids, service.WriteIds());
  return keyspace.Put(ids, write_id, std::to_string(changes), keyspace.now_us() + kWriteIdUs);
}

Status Write(Service& service, server::Keyspace& keyspace, const v1::WriteRequest& request,
             v1::WriteResponse* reply) {
  STRATA_TRY_ASSIGN(const bool was_written,
                    WasWritten(service, keyspace, request.write_id(), reply));
  if (was_written) return {};
  STRATA_TRY_ASSIGN(const bool all_hold, AllHold(service, keyspace, request, reply));
  if (!all_hold) return {};
  std::vector<KeyChange> changes;  // All are looked at before one is drafted.
  for (const v1::Change& change : request.changes()) {
    STRATA_TRY_ASSIGN(changes.emplace_back(), ChangeOf(service, change, keyspace.now_us()));
  }
  STRATA_TRY(Remember(service, keyspace, request.write_id(), changes.size()));
  for (const KeyChange& change : changes) {
    STRATA_TRY(change.value
                   ? keyspace.Put(change.table, change.key, *change.value, change.expires_at_us)
                   : keyspace.Delete(change.table, change.key));
  }
  return {};
}

// What a refusal, or an answer of before, has already stays.
void AddVersion(std::uint64_t version, std::string* reply) {
  v1::WriteResponse response;
  if (!response.ParseFromString(*reply) || response.has_failed() || response.sequence() != 0)
    return;
  response.set_sequence(version);
  *reply = response.SerializeAsString();
}

v1::WriteRequest AsWrite(const v1::PutRequest& put) {
  v1::WriteRequest write;
  v1::Change* const change = write.add_changes();
  change->set_key(put.key());
  change->set_value(put.value());
  change->set_table(put.table());
  change->set_ttl_us(put.ttl_us());
  write.set_write_id(put.write_id());
  return write;
}

v1::WriteRequest AsWrite(const v1::DeleteRequest& erase) {
  v1::WriteRequest write;
  write.add_changes()->set_key(erase.key());
  write.mutable_changes(0)->set_table(erase.table());
  write.set_write_id(erase.write_id());
  return write;
}

const v1::WriteRequest& AsWrite(const v1::WriteRequest& write) {
  return write;
}

template <typename Request>
grpc::Method WriteMethod(Service& service) {
  return {.access = Needing<Request>(),
          .route = grpc::Route::kCommit,
          .function = Typed<Request, v1::WriteResponse>(
              [&service](grpc::Call& call, const Request& request, v1::WriteResponse* reply) {
                return Write(service, call.keyspace, AsWrite(request), reply);
              }),
          .add_version = AddVersion};
}

}  // namespace

Result<KeyChange> ChangeOf(Service& service, const v1::Change& change, std::uint64_t now_us) {
  STRATA_TRY(Service::CheckNotOurs(change.table()));
  STRATA_TRY_ASSIGN(const TableRef table, service.Table(change.table()));
  if (change.key().size() > kKeySizeMax) {
    return InvalidArgument("the key has " + std::to_string(change.key().size()) +
                           " bytes, and may have " + std::to_string(kKeySizeMax));
  }
  if (change.ttl_us() != 0 && change.expires_at_us() != 0) {
    return InvalidArgument("a change has both ttl_us and expires_at_us: give one of them");
  }
  KeyChange made{.table = table, .key = change.key(), .value = {}};
  if (!change.has_value()) return made;
  made.value = change.value();
  made.expires_at_us = change.ttl_us() != 0 ? now_us + change.ttl_us() : change.expires_at_us();
  if (made.expires_at_us < change.ttl_us()) {
    return InvalidArgument("ttl_us is beyond the end of time");
  }
  return made;
}

// Each attempt of one write has the same id, and the first that gets through leaves it in the
// store, together with what it wrote: neither a crash nor another connection can make a second one
// of it.
Result<bool> WasWritten(Service& service, server::Keyspace& keyspace, const std::string& write_id,
                        v1::WriteResponse* reply) {
  if (write_id.empty()) return false;
  if (write_id.size() > kWriteIdBytesMax) {
    return InvalidArgument("the write_id has " + std::to_string(write_id.size()) +
                           " bytes, and may have " + std::to_string(kWriteIdBytesMax));
  }
  STRATA_TRY_ASSIGN(const TableRef ids, service.WriteIds());
  STRATA_TRY_ASSIGN(const auto entry, keyspace.Get(ids, write_id));
  if (!entry) return false;
  reply->set_repeated(true);
  if (entry->version == server::Keyspace::kUnwritten) return true;  // It is told at the commit.
  std::uint64_t changes = 0;
  std::from_chars(entry->value.data(), entry->value.data() + entry->value.size(), changes);
  reply->set_sequence(entry->version + changes);
  return true;
}

void AddWriteMethods(Service& service, grpc::MethodTable* methods) {
  (*methods)["/strata.v1.KV/Put"] = WriteMethod<v1::PutRequest>(service);
  (*methods)["/strata.v1.KV/Delete"] = WriteMethod<v1::DeleteRequest>(service);
  (*methods)["/strata.v1.KV/Write"] = WriteMethod<v1::WriteRequest>(service);
}

}  // namespace strata::api
