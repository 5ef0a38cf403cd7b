// Background work that does nothing but tell what it was asked for.
//
// Thread safety: as BackgroundWork.

#pragma once

#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "commit/background_work.h"

namespace strata::testing {

struct FakeBackground final : BackgroundWork {
  void AddTo(WritePressure* pressure) const override {
    pressure->debt_bytes = owed.debt_bytes;
    pressure->debt_runs = owed.debt_runs;
  }
  FlushTrouble flush_trouble() const override {
    return {.error = no_room ? &*no_room : nullptr, .tried_again = tried_again};
  }
  void OnSwitched() override { ++switched; }
  void After(std::uint64_t delay_us, std::function<void()> task) override {
    timers.emplace_back(delay_us, std::move(task));
  }
  void OnWritten(const Tree& tree) override { written += std::to_string(tree.table.id) + " "; }
  void Schedule(Priority /*priority*/, std::function<Step()> step) override {
    while (step() == Step::kMore) {
    }
  }
  void AwaitSpace() override {
    if (await_space) await_space();
  }

  std::function<void()> await_space;
  WritePressure owed;
  std::optional<Error> no_room;  // For tables.
  bool tried_again = false;
  int switched = 0;
  std::vector<std::pair<std::uint64_t, std::function<void()>>> timers;
  std::string written;  // Ids of the trees.
};

}  // namespace strata::testing
