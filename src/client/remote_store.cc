#include "client/remote_store.h"

#include "client/calls.h"
#include "client/remote_batch.h"
#include "client/remote_iterator.h"
#include "client/remote_transaction.h"
#include "client/table_names.h"
#include "stats/counters.h"
#include "stats/histogram.h"

namespace strata::client {
namespace {

Error Unsupported(std::string_view what) {
  return Error(ErrorCode::kUnsupported,
               std::string(what) + ": do it where the store is, with its directory");
}

class RemoteSnapshot final : public Snapshot {
 public:
  explicit RemoteSnapshot(Result<std::shared_ptr<const ClientSnapshot>> opened)
      : opened_(std::move(opened)) {}

  std::uint64_t sequence() const override { return opened_ ? (*opened_)->sequence() : 0; }
  // Errors: why it couldn't be opened.
  const Result<std::shared_ptr<const ClientSnapshot>>& opened() const { return opened_; }

 private:
  const Result<std::shared_ptr<const ClientSnapshot>> opened_;
};

class RemoteStore final : public DB {
 public:
  explicit RemoteStore(std::unique_ptr<Client> client)
      : client_(std::move(client)), names_(*client_) {}

  // Asks for little, of each server once.
  Status Greet(std::size_t servers) {
    const Answer answer =
        client_->core().Ask({.path = "/strata.v1.Tables/List", .attempts_max = servers});
    STRATA_TRY(MessageIn<v1::ListTablesResponse>(answer));
    return {};
  }

  using DB::Write;
  Status Write(const WriteBatch& batch, const WriteOptions& options) override {
    STRATA_TRY_ASSIGN(const WriteOutcome outcome, WriteIf(batch, options));
    if (outcome.written()) return {};
    return Error(ErrorCode::kConditionFailed, "condition " + std::to_string(outcome.failed->index) +
                                                  " doesn't hold; nothing was written");
  }

  using DB::WriteIf;
  Result<WriteOutcome> WriteIf(const WriteBatch& batch, const WriteOptions& options) override {
    STRATA_TRY_ASSIGN(v1::WriteRequest request, RequestOf(batch, options, names_));
    Core& core = client_->core();
    request.set_write_id(core.NewWriteId());
    const WriteResult result = ResultOf(core.Ask({.path = "/strata.v1.KV/Write",
                                                  .kind = CallKind::kWrite,
                                                  .message = request.SerializeAsString()}));
    core.Saw(result.sequence);
    if (result.outcome == Outcome::kUnknown) {
      return Error(ErrorCode::kUnavailable,
                   "it isn't known whether this was written: " + result.error.error().message());
    }
    if (!result.failed) STRATA_TRY(result.error);
    if (result.done() && options.sync.value_or(false)) STRATA_TRY(client_->Sync());
    return WriteOutcome{
        .version = result.sequence, .failed = result.failed, .repeated = result.repeated};
  }

  using DB::Get;
  Result<bool> Get(std::string_view key, std::string* value, const ReadOptions& options) override {
    STRATA_TRY_ASSIGN(auto entry, GetEntry(key, options));
    if (entry) *value = std::move(entry->value);
    return entry.has_value();
  }

  using DB::GetEntry;
  Result<std::optional<Entry>> GetEntry(std::string_view key, const ReadOptions& options) override {
    STRATA_TRY_ASSIGN(const ClientRead read, ReadOf(options));
    return client_->Get(key, read);
  }

  using DB::MultiGet;
  Result<std::vector<MultiGetResult>> MultiGet(std::span<const std::string_view> keys,
                                               const ReadOptions& options) override {
    std::vector<TableKey> of_table;
    of_table.reserve(keys.size());
    for (const std::string_view key : keys) of_table.push_back({options.table, key});
    return MultiGet(of_table, options);
  }
  Result<std::vector<MultiGetResult>> MultiGet(std::span<const TableKey> keys,
                                               const ReadOptions& options) override {
    STRATA_TRY_ASSIGN(const ClientRead read, ReadOf(options));
    std::vector<ClientKey> asked;
    for (const TableKey& key : keys) {
      STRATA_TRY_ASSIGN(std::string table, names_.NameOf(key.table));
      asked.push_back({std::string(key.key), std::move(table)});
    }
    STRATA_TRY_ASSIGN(auto found, client_->MultiGet(asked, read));
    std::vector<MultiGetResult> results;
    results.reserve(found.size());
    for (auto& entry : found) {
      results.push_back({entry.has_value(), entry ? std::move(entry->value) : std::string()});
    }
    return results;
  }

  Result<bool> TraceGet(std::string_view /*key*/, std::string* /*value*/,
                        ReadTrace* /*trace*/) override {
    return Unsupported("the steps of a read aren't told by a server");
  }

  std::shared_ptr<const Snapshot> GetSnapshot() override {
    return std::make_shared<RemoteSnapshot>(client_->OpenSnapshot());
  }

  using DB::Begin;
  Result<std::unique_ptr<Transaction>> Begin(const TransactionOptions& options) override {
    STRATA_TRY_ASSIGN(auto held, HeldTransaction::Begin(SharedCore(), options));
    return NewRemoteTransaction(std::move(held), names_);
  }

  Result<TableRef> CreateTable(std::string_view name, const TableOptions& options) override {
    const std::string names[] = {std::string(name)};
    STRATA_TRY_ASSIGN(const auto made, CreateTables(names, options));
    return made.front();
  }
  Result<std::vector<TableRef>> CreateTables(std::span<const std::string> names,
                                             const TableOptions& options) override {
    STRATA_TRY_ASSIGN(const auto ids, client_->CreateTables({names.begin(), names.end()}, options));
    if (ids.size() != names.size()) return Corruption("the server made another number of tables");
    std::vector<TableRef> made;
    for (std::size_t i = 0; i < ids.size(); ++i) {
      made.push_back({ids[i]});
      names_.Learn(made.back(), names[i]);
    }
    return made;
  }
  Status DropTable(std::string_view name) override { return client_->DropTable(name); }
  Status TruncateTable(std::string_view name) override { return client_->TruncateTable(name); }
  Result<TableRef> FindTable(std::string_view name) override {
    if (name == kDefaultTableName) return kDefaultTable;
    return names_.Find(name);
  }
  std::vector<TableInfo> ListTables() override {
    auto tables = names_.List();
    return tables ? *std::move(tables) : std::vector<TableInfo>();
  }
  Status CompactTable(TableRef table, std::optional<std::string> from,
                      std::optional<std::string> to) override {
    STRATA_TRY_ASSIGN(const std::string name, names_.NameOf(table));
    return client_->Compact(name, std::move(from), std::move(to));
  }

  Result<WriteOutcome> Apply(TableRef /*table*/, const WriteBatch& /*batch*/,
                             const Applied& /*at*/) override {
    return Unsupported("entries of another log aren't applied through a server");
  }
  Result<AppliedIndex> AppliedIndexOf(TableRef /*table*/) override {
    return Unsupported("a server doesn't tell how far a replicated table is");
  }

  Result<std::unique_ptr<Iterator>> NewIterator(const ReadOptions& options) override {
    STRATA_TRY_ASSIGN(ClientRead read, ReadOf(options));
    if (read.snapshot == nullptr) {
      STRATA_TRY_ASSIGN(read.snapshot, client_->OpenSnapshot());
    }
    return NewRemoteIterator(PagesOf(SharedCore(), read), options);
  }

  Status Flush() override { return client_->Flush(); }
  Status CompactRange(std::optional<std::string> from, std::optional<std::string> to) override {
    return client_->Compact({}, std::move(from), std::move(to));
  }
  Status WaitForCompactions() override { return client_->WaitForCompactions(); }
  Status Sync() override {
    STRATA_TRY(client_->Sync());
    return {};
  }
  std::uint64_t DurableVersion() override {
    const auto stats = client_->Stats();
    return stats ? stats->durable_sequence : 0;
  }
  // A sync makes everything durable that was written before it.
  void WhenDurable(std::uint64_t /*version*/, std::function<void(const Status&)> told) override {
    client_->core().Send({.path = "/strata.v1.Admin/Sync"},
                         [told = std::move(told)](const Answer& answer) {
                           const auto synced = MessageIn<v1::SyncResponse>(answer);
                           told(synced ? Status() : Status(synced.error()));
                         });
  }
  Status WaitDurable(std::uint64_t /*version*/) override { return Sync(); }
  Result<CheckpointInfo> Checkpoint(const std::string& directory) override {
    return client_->Checkpoint(directory);
  }
  // The server knows where to: an empty directory is meant.
  Result<BackupInfo> Backup(const std::string& directory, const BackupOptions& options) override {
    if (directory.empty()) return client_->Backup(options);
    return InvalidArgument("a server's backups go where it was told to put them (--backup-dir)");
  }
  Status VerifyAll() override { return client_->Verify(); }
  Result<ScrubReport> Scrub() override { return client_->Scrub(); }

  Status Close() override {
    client_->core().Close();
    return {};
  }

  StoreStats Stats() override {
    auto stats = client_->Stats();
    if (stats) return std::move(stats->store);
    StoreStats none;
    none.waiting_cause = "the server doesn't tell: " + stats.error().message();
    return none;
  }
  Counters& counters() override {
    const auto stats = client_->Stats();
    counters_.Reset();
    for (std::size_t i = 0; stats && i < static_cast<std::size_t>(Counter::kCount); ++i) {
      const auto counter = static_cast<Counter>(i);
      const auto told = stats->counters.find(std::string(CounterName(counter)));
      if (told != stats->counters.end()) counters_.Add(counter, told->second);
    }
    return counters_;
  }
  const Histogram& LogSyncTimes() const override {
    const auto stats = client_->Stats();
    log_sync_times_.Reset();
    if (!stats) return log_sync_times_;
    for (const auto& [nanos, count] : stats->log_sync_nanos) {
      for (std::uint64_t i = 0; i < count; ++i) log_sync_times_.Record(nanos);
    }
    return log_sync_times_;
  }

 private:
  std::shared_ptr<Core> SharedCore() { return client_->shared_core(); }

  Result<ClientRead> ReadOf(const ReadOptions& options) {
    if (options.now_us != 0) return Unsupported("a server judges expiry by its own clock");
    if (!options.may_wait) return Unsupported("a read of a server waits for it");
    ClientRead read;
    STRATA_TRY_ASSIGN(read.table, names_.NameOf(options.table));
    if (options.snapshot == nullptr) return read;
    const auto* const snapshot = dynamic_cast<const RemoteSnapshot*>(options.snapshot.get());
    if (snapshot == nullptr) return InvalidArgument("the snapshot is of another store");
    STRATA_TRY_ASSIGN(read.snapshot, snapshot->opened());
    return read;
  }

  const std::unique_ptr<Client> client_;
  TableNames names_;
  // What the server told last.
  Counters counters_;
  mutable Histogram log_sync_times_;
};

}  // namespace

Result<std::unique_ptr<DB>> ConnectStore(const ClientOptions& options) {
  STRATA_TRY_ASSIGN(auto client, Client::Connect(options));
  auto store = std::make_unique<RemoteStore>(std::move(client));
  STRATA_TRY(store->Greet(options.endpoints.size()));
  return std::unique_ptr<DB>(std::move(store));
}

}  // namespace strata::client
