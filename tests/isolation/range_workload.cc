// Rules about the rows of a range, each kept by transactions that read the range and write one row
// of their own. A doctor is on call while her row is there: she deletes it only when another's is
// there. A guest has a room while his row is there: he takes it only when the room has no row.

#include "isolation/workload.h"

namespace strata::isolation {
namespace {

constexpr std::uint64_t kRanges = 2;  // Shifts, and as many rooms.

std::string Shift(std::uint64_t number) {
  return "call/" + std::to_string(number) + "/";
}
std::string Room(std::uint64_t number) {
  return "room/" + std::to_string(number) + "/";
}

Result<Rows> ReadRange(Access& access, const std::string& prefix) {
  return access.Scan(prefix, prefix + "~");
}

class RangeClient final : public Client {
 public:
  using Client::Client;

 protected:
  Plan DrawPlan() override {
    call_ = random_.OneIn(2);
    prefix_ = call_ ? Shift(random_.Uniform(kRanges)) : Room(random_.Uniform(kRanges));
    own_ = prefix_ + std::to_string(process_ % 1000);
    const Style style = DrawStyle();
    writes_ = IsTransaction(style) && !random_.OneIn(4);
    return {.style = writes_ ? style : Style::kSnapshot, .operations = writes_ ? 2U : 1U};
  }

  Status Do(Access& access, std::size_t index) override {
    if (index == 0) {
      STRATA_TRY_ASSIGN(rows_, ReadRange(access, prefix_));
      return {};
    }
    const bool there = rows_.contains(own_);
    if (there && (!call_ || rows_.size() > 1)) return access.Delete(own_);
    if (!there && (call_ || rows_.empty())) return access.Put(own_, "here");
    return {};
  }

  void Ended(Outcome outcome) override {
    if (outcome != Outcome::kOk) return;
    if (call_ && rows_.empty()) Find("nobody is on call in " + prefix_);
    if (call_ || rows_.size() < 2) return;
    std::string guests;
    for (const auto& [key, value] : rows_) guests += " " + key;
    Find("two guests in a room:" + guests);
  }

 private:
  bool call_ = false;
  bool writes_ = false;
  std::string prefix_;
  std::string own_;
  Rows rows_;
};

class RangeWorkload final : public Workload {
 public:
  explicit RangeWorkload(std::uint32_t clients) : clients_(clients) {}

  Status Prepare(DB& db) override {
    WriteBatch batch;
    for (std::uint64_t shift = 0; shift < kRanges; ++shift) {
      for (std::uint32_t doctor = 0; doctor < clients_; ++doctor) {
        batch.Put(Shift(shift) + std::to_string(doctor), "here");
      }
    }
    WriteOptions durably;
    durably.sync = true;
    return db.Write(batch, durably);
  }

  std::unique_ptr<Client> NewClient(Surroundings& around, std::uint32_t process,
                                    std::uint64_t seed) override {
    return std::make_unique<RangeClient>(around, process, seed);
  }

  Findings Judge(Surroundings& around, Counts* /*counts*/) override {
    const auto access = BeginAccess(*around.db, Style::kSnapshot, around.level, 0);
    if (!access) return {access.error().message()};
    for (std::uint64_t i = 0; i < kRanges; ++i) {
      const auto call = ReadRange(**access, Shift(i));
      const auto guests = ReadRange(**access, Room(i));
      if (!call || !guests) return {"a scan failed at the end"};
      if (call->empty()) return {"at the end nobody is on call in " + Shift(i)};
      if (guests->size() > 1) return {"at the end two guests are in " + Room(i)};
    }
    return {};
  }

 private:
  const std::uint32_t clients_;
};

}  // namespace

std::unique_ptr<Workload> NewRangeWorkload(std::uint32_t clients) {
  return std::make_unique<RangeWorkload>(clients);
}

}  // namespace strata::isolation
