// Lists in values of the store. Keys come in windows: when enough was appended the clients move on
// to new keys, so lists stay short. Behind a window's shared keys each process has one that only it
// writes.

#include <algorithm>
#include <cstdio>

#include "base/coding.h"
#include "isolation/checker.h"
#include "isolation/workload.h"

namespace strata::isolation {
namespace {

constexpr std::uint32_t kSharedKeys = 5;
constexpr std::uint32_t kAppendsPerWindow = 100;
constexpr std::uint32_t kReader = 999'999;  // The process that reads everything at the end.

std::string KeyText(Key key) {
  char text[16];
  std::snprintf(text, sizeof text, "list/%08u", key);
  return text;
}

std::string Encoded(const std::vector<Value>& list) {
  std::string bytes;
  for (const Value value : list) AppendFixed32(&bytes, value);
  return bytes;
}

std::vector<Value> Decoded(const Found& bytes) {
  std::vector<Value> list;
  for (std::size_t at = 0; bytes && at + 4 <= bytes->size(); at += 4) {
    list.push_back(DecodeFixed<Value>(bytes->data() + at));
  }
  return list;
}

class ListWorkload final : public Workload {
 public:
  explicit ListWorkload(std::uint32_t clients) : clients_(clients) {}

  std::unique_ptr<Client> NewClient(Surroundings& around, std::uint32_t process,
                                    std::uint64_t seed) override;
  Findings Judge(Surroundings& around, Counts* counts) override;

  Value NextValue() { return values_.fetch_add(1) + 1; }
  // The first key of the window in use, and how many keys it has.
  Key FirstKey() const { return values_.load() / kAppendsPerWindow * WindowKeys(); }
  Key WindowKeys() const { return kSharedKeys + clients_; }

 private:
  Status ReadEverything(Surroundings& around, History* history) const;

  const std::uint32_t clients_;
  std::atomic<Value> values_{0};
  std::vector<class ListClient*> of_clients_;
};

class ListClient final : public Client {
 public:
  ListClient(ListWorkload& workload, Surroundings& around, std::uint32_t process,
             std::uint64_t seed)
      : Client(around, process, seed), workload_(workload), place_(process) {}

  std::vector<Transaction> history;

 protected:
  Plan DrawPlan() override {
    first_key_ = workload_.FirstKey();
    current_ = {.process = process_, .invoked = around_.Now(), .operations = {}};
    undone_ = {};
    const std::uint64_t draw = random_.Uniform(around_.locks_alone ? 9 : 10);
    Plan plan{.style = draw < 7   ? DrawStyle()
                       : draw < 9 ? Style::kSnapshot
                                  : Style::kPlain,
              .operations = random_.Between(1, 4)};
    return plan;
  }

  Status Do(Access& access, std::size_t /*index*/) override {
    if (plan_.style == Style::kPlain) return AppendTo(access, first_key_ + kSharedKeys + place_);
    if (plan_.style == Style::kSnapshot) return random_.OneIn(3) ? Scan(access) : Read(access);
    const std::uint64_t draw = random_.Uniform(16);
    if (draw == 0 && IsTransaction(plan_.style)) return AppendInVain(access);
    const bool may_scan = IsTransaction(plan_.style) && !around_.locks_alone;
    if (draw < 3 && may_scan) return Scan(access);
    if (draw < 8) return Read(access);
    return AppendTo(access, SharedKey());
  }

  void Ended(Outcome outcome) override {
    current_.outcome = outcome;
    current_.completed = outcome == Outcome::kUnknown ? kNever : around_.Now();
    if (!undone_.operations.empty()) {
      undone_.process = current_.process + 500'000;
      undone_.invoked = current_.invoked;
      undone_.completed = current_.completed;
      undone_.outcome = Outcome::kFail;
      history.push_back(std::move(undone_));
    }
    history.push_back(std::move(current_));
  }

 private:
  Key SharedKey() { return first_key_ + static_cast<Key>(random_.Uniform(kSharedKeys)); }

  Status Read(Access& access) {
    const Key key = first_key_ + static_cast<Key>(random_.Uniform(workload_.WindowKeys()));
    STRATA_TRY_ASSIGN(const Found found, access.Get(KeyText(key)));
    current_.operations.push_back(isolation::Read(key, Decoded(found)));
    return {};
  }

  // Keys of the range that aren't there were read, too.
  Status Scan(Access& access) {
    const Key from = first_key_ + static_cast<Key>(random_.Uniform(workload_.WindowKeys()));
    const Key to = from + static_cast<Key>(random_.Between(1, workload_.WindowKeys()));
    STRATA_TRY_ASSIGN(Rows rows, access.Scan(KeyText(from), KeyText(to)));
    for (Key key = from; key < to; ++key) {
      const auto row = rows.find(KeyText(key));
      const Found found = row == rows.end() ? Found() : Found(row->second);
      current_.operations.push_back(isolation::Read(key, Decoded(found)));
    }
    return {};
  }

  Status AppendTo(Access& access, Key key) {
    STRATA_TRY_ASSIGN(std::vector<Value> list, ReadToAppend(access, key));
    list.push_back(workload_.NextValue());
    STRATA_TRY(access.Put(KeyText(key), Encoded(list)));
    current_.operations.push_back(Append(key, list.back()));
    return {};
  }

  // An append that is undone by going back to a savepoint: nobody may see it.
  Status AppendInVain(Access& access) {
    const Key key = SharedKey();
    access.SetSavepoint();
    STRATA_TRY_ASSIGN(std::vector<Value> list, ReadToAppend(access, key));
    list.push_back(workload_.NextValue());
    STRATA_TRY(access.Put(KeyText(key), Encoded(list)));
    undone_.operations.push_back(Append(key, list.back()));
    return access.RollbackToSavepoint();
  }

  Result<std::vector<Value>> ReadToAppend(Access& access, Key key) {
    const bool lock = around_.level == Level::kReadCommitted || random_.OneIn(2);
    STRATA_TRY_ASSIGN(const Found found,
                      lock ? access.GetForUpdate(KeyText(key)) : access.Get(KeyText(key)));
    std::vector<Value> list = Decoded(found);
    current_.operations.push_back(isolation::Read(key, list));
    return list;
  }

  ListWorkload& workload_;
  const std::uint32_t place_;
  Key first_key_ = 0;
  Transaction current_;
  Transaction undone_;
};

std::unique_ptr<Client> ListWorkload::NewClient(Surroundings& around, std::uint32_t process,
                                                std::uint64_t seed) {
  auto client = std::make_unique<ListClient>(*this, around, process, seed);
  of_clients_.push_back(client.get());
  return client;
}

Status ListWorkload::ReadEverything(Surroundings& around, History* history) const {
  Transaction all{.process = kReader, .invoked = around.Now(), .operations = {}};
  STRATA_TRY_ASSIGN(const auto access, BeginAccess(*around.db, Style::kSnapshot, around.level, 0));
  const Key end = FirstKey() + 2 * WindowKeys();
  STRATA_TRY_ASSIGN(const Rows rows, access->Scan(KeyText(0), KeyText(end)));
  for (Key key = 0; key < end; ++key) {
    const auto row = rows.find(KeyText(key));
    all.operations.push_back(Read(key, Decoded(row == rows.end() ? Found() : Found(row->second))));
  }
  all.completed = around.Now();
  history->transactions.push_back(std::move(all));
  return {};
}

Findings ListWorkload::Judge(Surroundings& around, Counts* counts) {
  History history;
  for (ListClient* client : of_clients_) {
    for (Transaction& txn : client->history) history.transactions.push_back(std::move(txn));
  }
  std::stable_sort(
      history.transactions.begin(), history.transactions.end(),
      [](const Transaction& a, const Transaction& b) { return a.invoked < b.invoked; });
  const Status read = ReadEverything(around, &history);
  if (!read) return {"reading everything: " + read.error().message()};
  const Report report = Check(history);
  (*counts)["transactions_checked"] += report.transactions;
  (*counts)["dependencies"] += report.edges;
  for (const auto& [kind, count] : report.counts) {
    (*counts)[std::string(AnomalyName(kind))] += count;
  }
  if (report.Holds(around.level)) return {};
  return {"not " + std::string(LevelName(around.level)) + ": " + report.Violations(around.level)};
}

}  // namespace

std::unique_ptr<Workload> NewListWorkload(std::uint32_t clients) {
  return std::make_unique<ListWorkload>(clients);
}

}  // namespace strata::isolation
