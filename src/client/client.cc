// What strata/client.h offers for data: questions and answers in three forms.

#include "strata/client.h"

#include "client/calls.h"
#include "client/pages.h"
#include "client/transaction.h"
#include "client/waiting.h"
#include "client/watch.h"

namespace strata {

using client::Answer;
using client::CallKind;
using client::Core;
using client::HeldOf;

namespace {

// The three forms of a call, of the one with a callback.
template <typename T, typename Ask>
T Await(Core& core, Ask ask) {
  client::Waiting<T> waiting(core.environment());
  ask(waiting.Teller());
  return waiting.Wait();
}

template <typename T, typename Ask>
std::future<T> Later(Ask ask) {
  const auto promise = std::make_shared<std::promise<T>>();
  ask([promise](T value) { promise->set_value(std::move(value)); });
  return promise->get_future();
}

void SendWrite(Core& core, std::string_view path, std::string message, std::uint64_t timeout_us,
               Client::Then<WriteResult> then) {
  core.Send({.path = path,
             .kind = CallKind::kWrite,
             .message = std::move(message),
             .timeout_us = timeout_us},
            [&core, then = std::move(then)](const Answer& answer) {
              WriteResult result = client::ResultOf(answer);
              core.Saw(result.sequence);
              then(std::move(result));
            });
}

// One change, as a batch: Put has no expiry at a moment.
void SendChange(Core& core, v1::Change change, std::uint64_t timeout_us,
                Client::Then<WriteResult> then) {
  v1::WriteRequest request;
  *request.add_changes() = std::move(change);
  request.set_write_id(core.NewWriteId());
  SendWrite(core, "/strata.v1.KV/Write", request.SerializeAsString(), timeout_us, std::move(then));
}

std::optional<std::size_t> EndpointOf(const client::HeldSnapshot* snapshot) {
  if (snapshot == nullptr) return std::nullopt;
  return snapshot->held().endpoint();
}

Client::ManyFound ManyOf(const Answer& answer) {
  STRATA_TRY_ASSIGN(const auto response, client::MessageIn<v1::MultiGetResponse>(answer));
  std::vector<std::optional<Entry>> found;
  for (const v1::GetResponse& result : response.results()) {
    found.push_back(client::EntryOf(result));
  }
  return found;
}

Client::Found FoundOf(const Answer& answer) {
  STRATA_TRY_ASSIGN(const auto response, client::MessageIn<v1::GetResponse>(answer));
  return client::EntryOf(response);
}

}  // namespace

Client::Client(std::shared_ptr<Core> core) : core_(std::move(core)) {}

Client::~Client() {
  core_->Close();
}

Result<std::unique_ptr<Client>> Client::Connect(const ClientOptions& options) {
  STRATA_TRY_ASSIGN(auto core, Core::Start(options));
  return std::unique_ptr<Client>(new Client(std::move(core)));
}

void Client::Get(std::string_view key, const ClientRead& read, Then<Found> then) {
  const client::HeldSnapshot* const snapshot = HeldOf(read.snapshot);
  v1::GetRequest request;
  request.set_key(std::string(key));
  request.mutable_from()->set_table(read.table);
  request.mutable_from()->set_snapshot(snapshot != nullptr ? snapshot->held().id() : 0);
  if (snapshot == nullptr) request.mutable_from()->set_min_sequence(core_->min_sequence());
  core_->Send({.path = "/strata.v1.KV/Get",
               .message = request.SerializeAsString(),
               .timeout_us = read.timeout_us,
               .endpoint = EndpointOf(snapshot)},
              [then = std::move(then)](const Answer& answer) { then(FoundOf(answer)); });
}

Client::Found Client::Get(std::string_view key, const ClientRead& read) {
  return Await<Found>(*core_, [&](auto then) { Get(key, read, std::move(then)); });
}

std::future<Client::Found> Client::GetLater(std::string_view key, const ClientRead& read) {
  return Later<Found>([&](auto then) { Get(key, read, std::move(then)); });
}

void Client::MultiGet(const std::vector<ClientKey>& keys, const ClientRead& read,
                      Then<ManyFound> then) {
  const client::HeldSnapshot* const snapshot = HeldOf(read.snapshot);
  v1::MultiGetRequest request;
  for (const ClientKey& key : keys) {
    auto* const asked = request.add_keys();
    asked->set_key(key.key);
    asked->set_table(key.table);
  }
  request.set_snapshot(snapshot != nullptr ? snapshot->held().id() : 0);
  if (snapshot == nullptr) request.set_min_sequence(core_->min_sequence());
  core_->Send({.path = "/strata.v1.KV/MultiGet",
               .message = request.SerializeAsString(),
               .timeout_us = read.timeout_us,
               .endpoint = EndpointOf(snapshot)},
              [then = std::move(then), count = keys.size()](const Answer& answer) {
                ManyFound found = ManyOf(answer);
                if (found && found->size() != count) {
                  found = Corruption("the server answers for another number of keys");
                }
                then(std::move(found));
              });
}

Client::ManyFound Client::MultiGet(const std::vector<ClientKey>& keys, const ClientRead& read) {
  return Await<ManyFound>(*core_, [&](auto then) { MultiGet(keys, read, std::move(then)); });
}

std::future<Client::ManyFound> Client::MultiGetLater(const std::vector<ClientKey>& keys,
                                                     const ClientRead& read) {
  return Later<ManyFound>([&](auto then) { MultiGet(keys, read, std::move(then)); });
}

void Client::Put(std::string_view key, std::string_view value, const ClientWrite& write,
                 Then<WriteResult> then) {
  SendChange(*core_, client::ChangeOf(key, value, write), write.timeout_us, std::move(then));
}

WriteResult Client::Put(std::string_view key, std::string_view value, const ClientWrite& write) {
  return Await<WriteResult>(*core_, [&](auto then) { Put(key, value, write, std::move(then)); });
}

std::future<WriteResult> Client::PutLater(std::string_view key, std::string_view value,
                                          const ClientWrite& write) {
  return Later<WriteResult>([&](auto then) { Put(key, value, write, std::move(then)); });
}

void Client::Delete(std::string_view key, const ClientWrite& write, Then<WriteResult> then) {
  SendChange(*core_, client::ChangeOf(key, std::nullopt, write), write.timeout_us, std::move(then));
}

WriteResult Client::Delete(std::string_view key, const ClientWrite& write) {
  return Await<WriteResult>(*core_, [&](auto then) { Delete(key, write, std::move(then)); });
}

std::future<WriteResult> Client::DeleteLater(std::string_view key, const ClientWrite& write) {
  return Later<WriteResult>([&](auto then) { Delete(key, write, std::move(then)); });
}

void Client::Write(const ClientBatch& batch, std::uint64_t timeout_us, Then<WriteResult> then) {
  v1::WriteRequest request = batch.content().request;
  request.set_write_id(core_->NewWriteId());
  SendWrite(*core_, "/strata.v1.KV/Write", request.SerializeAsString(), timeout_us,
            std::move(then));
}

WriteResult Client::Write(const ClientBatch& batch, std::uint64_t timeout_us) {
  return Await<WriteResult>(*core_, [&](auto then) { Write(batch, timeout_us, std::move(then)); });
}

std::future<WriteResult> Client::WriteLater(const ClientBatch& batch, std::uint64_t timeout_us) {
  return Later<WriteResult>([&](auto then) { Write(batch, timeout_us, std::move(then)); });
}

std::unique_ptr<ClientScan> Client::Scan(const ClientRange& range, const ClientRead& read) {
  return client::NewScan(client::PagesOf(core_, read), range);
}

Result<std::shared_ptr<const ClientSnapshot>> Client::OpenSnapshot() {
  STRATA_TRY_ASSIGN(auto snapshot, client::OpenSnapshot(core_));
  return std::shared_ptr<const ClientSnapshot>(std::move(snapshot));
}

Result<std::unique_ptr<ClientTransaction>> Client::Begin(const TransactionOptions& options) {
  STRATA_TRY_ASSIGN(auto begun, client::HeldTransaction::Begin(core_, options));
  return std::unique_ptr<ClientTransaction>(std::move(begun));
}

Result<std::unique_ptr<ClientWatch>> Client::Watch(const ClientWatchOptions& options,
                                                   Then<WatchNews> tell) {
  return client::NewWatch(core_, options, std::move(tell));
}

ClientStats Client::stats() const {
  return core_->stats();
}

// --- batches -------------------------------------------------------------------------------------

ClientBatch::ClientBatch() : content_(std::make_unique<client::BatchContent>()) {}
ClientBatch::ClientBatch(ClientBatch&&) noexcept = default;
ClientBatch& ClientBatch::operator=(ClientBatch&&) noexcept = default;
ClientBatch::~ClientBatch() = default;

void ClientBatch::Put(std::string_view key, std::string_view value, const ClientWrite& write) {
  *content_->request.add_changes() = client::ChangeOf(key, value, write);
}

void ClientBatch::Delete(std::string_view key, std::string_view table) {
  *content_->request.add_changes() =
      client::ChangeOf(key, std::nullopt, {.table = std::string(table)});
}

namespace {

v1::Condition* AddCondition(client::BatchContent& content, v1::Condition::Kind kind,
                            std::string_view key, std::string_view table) {
  v1::Condition* const condition = content.request.add_conditions();
  condition->set_kind(kind);
  condition->set_key(std::string(key));
  condition->set_table(std::string(table));
  return condition;
}

}  // namespace

void ClientBatch::RequireAbsent(std::string_view key, std::string_view table) {
  AddCondition(*content_, v1::Condition::ABSENT, key, table);
}

void ClientBatch::RequirePresent(std::string_view key, std::string_view table) {
  AddCondition(*content_, v1::Condition::PRESENT, key, table);
}

void ClientBatch::RequireValue(std::string_view key, std::string_view value,
                               std::string_view table) {
  AddCondition(*content_, v1::Condition::VALUE, key, table)->set_value(std::string(value));
}

void ClientBatch::RequireVersion(std::string_view key, std::uint64_t version,
                                 std::string_view table) {
  AddCondition(*content_, v1::Condition::VERSION, key, table)->set_version(version);
}

}  // namespace strata
