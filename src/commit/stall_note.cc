#include "commit/stall_note.h"

#include <array>
#include <string_view>

namespace strata {
namespace {

constexpr std::uint64_t kToldMicros = 1'000;  // Shorter ones are counted alone.

struct Known {
  Counter counter;
  std::string_view name;
};
constexpr std::array<Known, 4> kCauses = {{{Counter::kStallMicrosMemtables, "memtables"},
                                           {Counter::kStallMicrosCompaction, "compaction"},
                                           {Counter::kStallMicrosBlobs, "blobs"},
                                           {Counter::kStallMicrosMemory, "memory"}}};

}  // namespace

void NoteStall(StoreContext& context, StallCause cause, std::uint64_t micros) {
  const Known& known = kCauses[static_cast<std::size_t>(cause)];
  context.counters.Add(Counter::kStallMicros, micros);
  context.counters.Add(known.counter, micros);
  if (context.events == nullptr || micros < kToldMicros) return;
  context.events->Emit("stall", {{"cause", known.name}, {"micros", micros}});
}

}  // namespace strata
