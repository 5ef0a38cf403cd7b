#include "testing/crash_sweep.h"

#include <optional>
#include <utility>

#include "testing/watched_file_system.h"

namespace strata::testing {
namespace {

constexpr int kKillKind = kCrashKinds;  // One past the power cuts: the process dies.
constexpr const char* kMarker = "zz written after the crash";

const char* KindName(int kind) {
  static constexpr const char* kNames[] = {"nothing unsynced", "everything",    "prefix",
                                           "metadata only",    "data only",     "torn last write",
                                           "reversed",         "random subset", "kill -9"};
  return kNames[kind];
}

// ".wal", "MANIFEST", "CURRENT", ...
std::string FileTypeOf(const std::string& path) {
  const std::string name = path.substr(path.rfind('/') + 1);
  const auto dot = name.rfind('.');
  if (dot != std::string::npos) return name.substr(dot);
  return name.substr(0, name.find('-'));
}

class Sweep {
 public:
  explicit Sweep(const CrashSweepOptions& options)
      : options_(options), random_(options.seed * 7919 + 17) {}

  CrashReport Run(const CrashWorkload& workload) {
    auto disk = NewMemoryFileSystem();
    const auto files = NewWatchedFileSystem(*disk, [this, &disk = *disk](const FileEvent& event) {
      if (report_.operations++ % options_.every == 0) {
        CrashBefore(event, disk, Promise::kAcknowledged, 0);
      }
    });
    StoreWorld world(std::move(disk), options_.store, options_.seed);
    Status done = world.Open(files.get());
    if (done) done = workload(world, history_, files.get());
    if (!done) Fail("the workload itself", done.error().message());
    if (world.is_open()) (void)world.Close().has_value();
    return std::move(report_);
  }

 private:
  // `promise`: what a kill -9 leaves on this disk. A power cut may leave what is durable only.
  void CrashBefore(const FileEvent& event, const MemoryFileSystem& disk, Promise promise,
                   int depth) {
    const std::string where =
        std::string(FileOperationName(event.operation)) + " " + FileTypeOf(event.path);
    // Deeper than the workload one kind is drawn, or the number of copies explodes.
    if (depth > 0) {
      const int kind = static_cast<int>(random_.Uniform(kKillKind + 1));
      return CrashLike(kind, where, disk, promise, depth);
    }
    for (int kind = 0; kind <= kKillKind; ++kind) {
      const bool by_chance = kind >= 2 && kind != kKillKind;
      for (std::uint64_t i = 0; i < (by_chance ? options_.draws : 1); ++i) {
        CrashLike(kind, where, disk, promise, depth);
      }
    }
  }

  void CrashLike(int kind, const std::string& where, const MemoryFileSystem& disk, Promise promise,
                 int depth) {
    if (report_.failures.size() >= options_.failures_max) return;
    const bool is_kill = kind == kKillKind;
    auto image = is_kill ? disk.Clone() : disk.Crash(static_cast<CrashKind>(kind), random_);
    const std::string what = "operation " + std::to_string(report_.operations) + ", before " +
                             where + ", " + KindName(kind) +
                             (depth > 0 ? ", inside the recovery after " + outer_ : "");
    const std::string outer = std::exchange(outer_, what);
    const auto wrong = Check(std::move(image), is_kill ? promise : Promise::kDurable, depth);
    outer_ = outer;
    if (wrong) Fail(what, *wrong);
    ++(depth == 0 ? report_.images : report_.nested_images);
    if (depth == 0) ++report_.by_operation[where];
  }

  // Nothing when the store on `image` is as promised.
  std::optional<std::string> Check(std::unique_ptr<MemoryFileSystem> image, Promise promise,
                                   int depth) {
    bool crash_inside =
        options_.nested_every > 0 && depth < options_.depth && random_.OneIn(options_.nested_every);
    const auto files = NewWatchedFileSystem(
        *image, [this, &disk = *image, &crash_inside, promise, depth](const FileEvent& event) {
          if (crash_inside) CrashBefore(event, disk, promise, depth + 1);
        });
    StoreWorld world(std::move(image), options_.store, options_.seed + ++worlds_);
    if (Status opened = world.Open(files.get()); !opened) {
      return "doesn't open: " + opened.error().message();
    }
    crash_inside = false;  // What is written from here on isn't in the history.
    const auto found = world.ReadAll();
    if (!found) return "can't be read: " + found.error().message();
    if (const auto wrong = history_.Explain(*found, promise)) return wrong;
    return CheckLifeGoesOn(world, *found);
  }

  // A store that came back takes writes and keeps them.
  std::optional<std::string> CheckLifeGoesOn(StoreWorld& world, const Model& found) {
    Model expected = found;
    expected[kMarker] = "x";
    if (Status put = world->Put(kMarker, "x", {.sync = true}); !put) {
      return "takes no write: " + put.error().message();
    }
    if (random_.OneIn(2)) {
      if (Status closed = world.Close(); !closed) {
        return "doesn't close: " + closed.error().message();
      }
    } else {
      world.PowerCut(static_cast<CrashKind>(random_.Uniform(kCrashKinds)), random_);
    }
    if (Status opened = world.Open(); !opened) {
      return "doesn't open a second time: " + opened.error().message();
    }
    const auto again = world.ReadAll();
    if (!again) return "can't be read a second time: " + again.error().message();
    if (const auto wrong = FirstDifference(*again, expected)) {
      return "after a write and a second recovery " + *wrong;
    }
    return std::nullopt;
  }

  void Fail(const std::string& what, const std::string& why) {
    report_.failures.push_back("seed " + std::to_string(options_.seed) + ": " + what + ": " + why);
  }

  const CrashSweepOptions& options_;
  Random random_;
  History history_;
  CrashReport report_;
  std::string outer_;
  std::uint64_t worlds_ = 0;
};

}  // namespace

CrashReport SweepCrashPoints(const CrashSweepOptions& options, const CrashWorkload& workload) {
  return Sweep(options).Run(workload);
}

}  // namespace strata::testing
