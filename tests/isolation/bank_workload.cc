// Money moves between accounts and none is made. An account without money has no row.

#include "isolation/workload.h"

namespace strata::isolation {
namespace {

constexpr std::uint64_t kAccounts = 8;
constexpr std::uint64_t kStart = 10;

std::string Account(std::uint64_t number) {
  return "bank/" + std::to_string(number);
}

std::uint64_t Balance(const Found& row) {
  return row ? std::stoull(*row) : 0;
}

std::uint64_t Sum(const Rows& rows) {
  std::uint64_t sum = 0;
  for (const auto& [key, value] : rows) sum += std::stoull(value);
  return sum;
}

std::string RowsWords(const Rows& rows) {
  std::string words;
  for (const auto& [key, value] : rows) words += " " + key + "=" + value;
  return words;
}

Result<Rows> ReadAccounts(Access& access) {
  return access.Scan("bank/", "bank0");
}

class BankClient final : public Client {
 public:
  using Client::Client;

 protected:
  Plan DrawPlan() override {
    moving_ = random_.OneIn(2);
    rows_.clear();
    if (moving_) {
      from_ = random_.Uniform(kAccounts);
      to_ = (from_ + random_.Between(1, kAccounts - 1)) % kAccounts;
      return {.style = DrawStyle(), .operations = 3};
    }
    const Style style = DrawStyle();
    return {.style = IsTransaction(style) ? style : Style::kSnapshot,
            .operations = random_.Between(1, 2)};
  }

  Status Do(Access& access, std::size_t index) override {
    return moving_ ? Move(access, index) : ReadAll(access, index);
  }

  void Ended(Outcome outcome) override {
    if (outcome != Outcome::kOk || moving_) return;
    if (Sum(rows_) == kAccounts * kStart) return;
    Find("a scan saw " + std::to_string(Sum(rows_)) + " instead of " +
         std::to_string(kAccounts * kStart) + ":" + RowsWords(rows_));
  }

 private:
  Status Move(Access& access, std::size_t index) {
    if (index == 0) {
      STRATA_TRY_ASSIGN(const Found row, access.Get(Account(from_)));
      at_from_ = Balance(row);
      return {};
    }
    if (index == 1) {
      STRATA_TRY_ASSIGN(const Found row, access.GetForUpdate(Account(to_)));
      at_to_ = Balance(row);
      return {};
    }
    const std::uint64_t amount = random_.Uniform(at_from_ + 1);
    STRATA_TRY(Set(access, from_, at_from_ - amount));
    return Set(access, to_, at_to_ + amount);
  }

  static Status Set(Access& access, std::uint64_t account, std::uint64_t balance) {
    if (balance == 0) return access.Delete(Account(account));
    return access.Put(Account(account), std::to_string(balance));
  }

  // By one scan, or by a get of each account with other clients' steps in between.
  Status ReadAll(Access& access, std::size_t index) {
    if (plan_.operations == 1) {
      STRATA_TRY_ASSIGN(rows_, ReadAccounts(access));
      return {};
    }
    for (std::uint64_t i = index; i < kAccounts; i += 2) {
      STRATA_TRY_ASSIGN(const Found row, access.Get(Account(i)));
      if (row) rows_[Account(i)] = *row;
    }
    return {};
  }

  bool moving_ = false;
  std::uint64_t from_ = 0;
  std::uint64_t to_ = 0;
  std::uint64_t at_from_ = 0;
  std::uint64_t at_to_ = 0;
  Rows rows_;
};

class BankWorkload final : public Workload {
 public:
  Status Prepare(DB& db) override {
    WriteBatch batch;
    for (std::uint64_t i = 0; i < kAccounts; ++i) batch.Put(Account(i), std::to_string(kStart));
    WriteOptions durably;
    durably.sync = true;
    return db.Write(batch, durably);
  }

  std::unique_ptr<Client> NewClient(Surroundings& around, std::uint32_t process,
                                    std::uint64_t seed) override {
    return std::make_unique<BankClient>(around, process, seed);
  }

  Findings Judge(Surroundings& around, Counts* /*counts*/) override {
    const auto access = BeginAccess(*around.db, Style::kSnapshot, around.level, 0);
    if (!access) return {access.error().message()};
    const auto rows = ReadAccounts(**access);
    if (!rows) return {rows.error().message()};
    if (Sum(*rows) == kAccounts * kStart) return {};
    return {"at the end there is " + std::to_string(Sum(*rows)) + ":" + RowsWords(*rows)};
  }
};

}  // namespace

std::unique_ptr<Workload> NewBankWorkload(std::uint32_t /*clients*/) {
  return std::make_unique<BankWorkload>();
}

}  // namespace strata::isolation
