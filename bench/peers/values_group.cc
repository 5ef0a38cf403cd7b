// Large values: a load in random order, then lookups with nothing cached by anyone.

#include "peers/groups.h"

namespace strata::peers {
namespace {

void RunSize(Session* session, std::uint64_t size, const std::string& name) {
  const std::uint64_t total = session->config().Scaled(2ULL << 30, 4U << 20);
  const std::uint64_t count = std::max<std::uint64_t>(total / size, 16);
  Values values(size);
  session->Fresh(session->config().budget());
  session->Written("load-" + name, 16 + size, [&] {
    return TimeCount(count, kStride, [&](std::uint64_t i) {
      session->Must(session->store().Put(Key::Scattered(i).view(), values.Next()));
    });
  });
  session->Emit("load-" + name, "disk_per_live_byte",
                static_cast<double>(DiskBytes(session->directory())) /
                    static_cast<double>(count * (16 + size)));
  if (!session->Wants("cold-" + name)) return;
  session->Close();
  DropPageCache(session->directory());
  (void)session->Reopen(session->config().budget());
  std::string value;
  std::uint64_t found = 0;
  // No warming up: the first lookup counts as all others. No key twice, so cold stays cold.
  const auto nanos_max = static_cast<std::uint64_t>(session->config().seconds * 1e9);
  Timed timed = TimeLoop(
      1, [&](std::uint64_t i, std::uint64_t nanos) { return nanos < nanos_max && i < count; },
      [&](std::uint64_t i) {
        const std::uint64_t number = (i * 0x9e3779b1ULL + 12345) % count;
        found += session->store().Get(Key::Scattered(number).view(), &value) ? 1 : 0;
      });
  session->Report("cold-" + name, &timed);
  session->Emit("cold-" + name, "hits",
                static_cast<double>(found) / static_cast<double>(timed.operations));
}

}  // namespace

void RunValues(Session* session) {
  for (const std::uint64_t kib : {1, 4, 16, 64}) {
    const std::string name = std::to_string(kib) + "k";
    if (session->Wants("load-" + name) || session->Wants("cold-" + name)) {
      RunSize(session, kib << 10, name);
    }
  }
}

}  // namespace strata::peers
