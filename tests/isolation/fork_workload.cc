// Each client counts up a counter of its own, without reading anybody else's; and reads
// everybody's, in an order of its own. If two readers' answers can't be put in an order, time has
// forked.

#include <algorithm>

#include "isolation/workload.h"

namespace strata::isolation {
namespace {

using Counters = std::vector<std::uint64_t>;

std::string CounterKey(std::size_t number) {
  return "fork/" + std::to_string(number);
}

std::string CountersWords(const Counters& counters) {
  std::string words;
  for (const std::uint64_t counter : counters) words += " " + std::to_string(counter);
  return words;
}

class ForkClient final : public Client {
 public:
  ForkClient(Surroundings& around, std::uint32_t process, std::uint64_t seed, std::uint32_t clients)
      : Client(around, process, seed), own_(process), seen_(clients) {}

  std::vector<Counters> readings;

 protected:
  Plan DrawPlan() override {
    writes_ = random_.OneIn(2);
    if (writes_) {
      return {.style = random_.OneIn(2) ? Style::kPlain : DrawStyle(), .operations = 1};
    }
    const Style style = DrawStyle();
    first_ = random_.Uniform(seen_.size());
    return {.style = IsTransaction(style) ? style : Style::kSnapshot, .operations = seen_.size()};
  }

  Status Do(Access& access, std::size_t index) override {
    const std::size_t counter = writes_ ? own_ : (first_ + index) % seen_.size();
    STRATA_TRY_ASSIGN(const Found row, access.Get(CounterKey(counter)));
    seen_[counter] = row ? std::stoull(*row) : 0;
    if (!writes_) return {};
    return access.Put(CounterKey(own_), std::to_string(seen_[own_] + 1));
  }

  void Ended(Outcome outcome) override {
    if (outcome == Outcome::kOk && !writes_) readings.push_back(seen_);
  }

 private:
  const std::size_t own_;
  bool writes_ = false;
  std::size_t first_ = 0;
  Counters seen_;
};

class ForkWorkload final : public Workload {
 public:
  explicit ForkWorkload(std::uint32_t clients) : clients_(clients) {}

  std::unique_ptr<Client> NewClient(Surroundings& around, std::uint32_t process,
                                    std::uint64_t seed) override {
    auto client = std::make_unique<ForkClient>(around, process, seed, clients_);
    of_clients_.push_back(client.get());
    return client;
  }

  // In a world with one time each reading is at most the next one, counter by counter.
  Findings Judge(Surroundings& /*around*/, Counts* counts) override {
    std::vector<Counters> readings;
    for (const ForkClient* client : of_clients_) {
      readings.insert(readings.end(), client->readings.begin(), client->readings.end());
    }
    (*counts)["readings"] += readings.size();
    std::sort(readings.begin(), readings.end());
    for (std::size_t i = 1; i < readings.size(); ++i) {
      for (std::size_t counter = 0; counter < clients_; ++counter) {
        if (readings[i - 1][counter] <= readings[i][counter]) continue;
        return {"long fork: one read" + CountersWords(readings[i - 1]) + ", another" +
                CountersWords(readings[i])};
      }
    }
    return {};
  }

 private:
  const std::uint32_t clients_;
  std::vector<ForkClient*> of_clients_;
};

}  // namespace

std::unique_ptr<Workload> NewForkWorkload(std::uint32_t clients) {
  return std::make_unique<ForkWorkload>(clients);
}

}  // namespace strata::isolation
