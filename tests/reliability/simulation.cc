#include "reliability/simulation.h"

#include <algorithm>
#include <memory>
#include <vector>

#include "base/escape.h"
#include "base/hash.h"
#include "base/random.h"
#include "testing/history.h"
#include "testing/random_options.h"
#include "testing/store_world.h"

namespace strata::testing {
namespace {

// A held iterator and what it must show, whatever is written meanwhile.
struct Held {
  std::unique_ptr<Iterator> iterator;
  Model expected;
  Model::const_iterator at;
};

class Simulation {
 public:
  explicit Simulation(const SimulationPlan& plan)
      : plan_(plan),
        random_(plan.seed * 2 + (plan.calm ? 0 : 1)),
        set_random_(plan.seed * 1'000'003 + plan.option_set + 1),
        empty_deletes_(random_.OneIn(8)),
        key_count_(random_.OneIn(2) ? 24 : 200),
        world_(NewMemoryFileSystem(), NextOptions(), plan.seed * 4 + plan.option_set) {}

  SimulationResult Run() {
    Expect(world_.Open(), "opening");
    for (step_ = 0; step_ < plan_.operations && !result_.failure; ++step_) Operate();
    if (!result_.failure) Finish();
    held_.clear();
    result_.answers = answers_;
    return std::move(result_);
  }

 private:
  // --- operations ---

  void Operate() {
    // The background gets on by chance, not only when somebody waits.
    for (std::uint64_t i = set_random_.Uniform(3); i > 0; --i) world_.executor().RunOne();
    if (set_random_.OneIn(4)) world_.clock().Advance(set_random_.Uniform(3000));
    const std::uint64_t draw = random_.Uniform(1000);
    if (draw < 430) return Write();
    if (draw < 650) return Get();
    if (draw < 720) return MultiGet();
    if (draw < 860) return Scan();
    if (draw < 900) return Hold();
    if (draw < 940) return MoveHeld();
    if (draw < 955) return Count("flushes", world_->Flush());
    if (draw < 962) return CompactSome();
    if (draw < 970) return Count("waits", world_->WaitForCompactions());
    if (draw < 982) return Count("syncs", world_.Sync(&history_));
    if (draw < 985) return Count("verifies", world_->VerifyAll());
    if (draw < 991) return Reopen();
    if (draw < 996) return Kill();
    return PowerCut();
  }

  void Write() {
    Changes changes;
    const std::uint64_t count = random_.OneIn(3) ? random_.Between(2, 12) : 1;
    for (std::uint64_t i = 0; i < count; ++i) {
      const std::string key = DrawKey();
      if (random_.OneIn(3)) {
        changes.push_back({key, std::nullopt});
      } else {
        std::string value = DrawValue();
        // The store takes an empty value for a delete; the model is told so.
        const bool deletes = value.empty() && empty_deletes_;
        changes.push_back({key, deletes ? std::nullopt : std::optional(std::move(value))});
      }
    }
    WriteOptions options;
    if (random_.OneIn(5)) options.sync = random_.OneIn(2);
    Count("writes", world_.Write(std::move(changes), &history_, options));
  }

  void Get() {
    const std::string key = DrawKey();
    std::string value = "left over";
    ReadOptions options;
    options.parallel_runs = set_random_.OneIn(3);
    const auto found = world_->Get(key, &value, options);
    if (!Expect(found, "get")) return;
    Compare(key, *found ? std::optional(value) : std::nullopt);
    Answer(*found ? "=" + value : "absent");
    ++result_.counts["gets"];
  }

  void MultiGet() {
    std::vector<std::string> keys;
    for (std::uint64_t i = random_.Uniform(12); i > 0; --i) keys.push_back(DrawKey());
    const std::vector<std::string_view> views(keys.begin(), keys.end());
    ReadOptions options;
    options.parallel_runs = set_random_.OneIn(2);
    options.fill_cache = set_random_.OneIn(2);
    const auto found = world_->MultiGet(views, options);
    if (!Expect(found, "multi get")) return;
    if (found->size() != keys.size()) return Fail("multi get gave another number of answers");
    for (std::size_t i = 0; i < keys.size(); ++i) {
      const MultiGetResult& answer = (*found)[i];
      Compare(keys[i], answer.found ? std::optional(answer.value) : std::nullopt);
      Answer(answer.found ? "=" + answer.value : "absent");
    }
    ++result_.counts["multi_gets"];
  }

  void Scan() {
    ReadOptions options;
    if (random_.OneIn(2)) options.lower = DrawKey();
    if (random_.OneIn(2)) options.upper = DrawKey();
    if (random_.OneIn(6)) options.prefix = DrawKey().substr(0, 2);
    options.fill_cache = random_.OneIn(2);
    const Model expected = Range(options);
    auto iterator = world_->NewIterator(options);
    if (!Expect(iterator, "new iterator")) return;
    const bool backwards = random_.OneIn(2);
    const std::uint64_t turn = random_.OneIn(2) ? random_.Uniform(20) : ~0ULL;
    ++result_.counts["scans"];
    Walk(**iterator, expected, backwards, turn);
  }

  // Walks from one end, turns round once after `turn` steps, and walks on to the other.
  void Walk(Iterator& iterator, const Model& expected, bool backwards, std::uint64_t turn) {
    auto at = backwards ? expected.end() : expected.begin();
    if (backwards) {
      at = at == expected.begin() ? expected.end() : std::prev(at);
    }
    Status moved = backwards ? iterator.SeekToLast() : iterator.SeekToFirst();
    for (std::uint64_t steps = 0;; ++steps) {
      if (!Expect(moved, "iterator") || !SameEntry(iterator, expected, at)) return;
      if (at == expected.end()) return;
      if (steps == turn) backwards = !backwards;
      if (steps > 3 * expected.size() + 3) return Fail("a scan that doesn't end");
      moved = backwards ? iterator.Prev() : iterator.Next();
      at = backwards ? (at == expected.begin() ? expected.end() : std::prev(at)) : std::next(at);
    }
  }

  bool SameEntry(const Iterator& iterator, const Model& expected, Model::const_iterator at) {
    if (iterator.Valid() != (at != expected.end())) {
      Fail(iterator.Valid() ? "the iterator shows \"" + EscapeShort(iterator.key()) + "\" at an end"
                            : "the iterator ends before \"" + EscapeShort(at->first) + "\"");
      return false;
    }
    ++result_.counts["entries_scanned"];
    if (!iterator.Valid()) return true;
    Answer(iterator.key());
    Answer(iterator.value());
    if (iterator.key() == at->first && iterator.value() == at->second) return true;
    Fail("the iterator shows \"" + EscapeShort(iterator.key()) + "\" = \"" +
         EscapeShort(iterator.value()) + "\", expected \"" + EscapeShort(at->first) + "\" = \"" +
         EscapeShort(at->second) + "\"");
    return false;
  }

  void Hold() {
    if (held_.size() >= 4) held_.erase(held_.begin());
    auto iterator = world_->NewIterator({});
    if (!Expect(iterator, "new iterator")) return;
    held_.push_back({*std::move(iterator), history_.now(), {}});
    held_.back().at = held_.back().expected.end();
    ++result_.counts["held_iterators"];
  }

  // A seek and a few steps of one that was made some time ago.
  void MoveHeld() {
    const std::string key = DrawKey();
    const std::uint64_t pick = random_.Uniform(4);
    const bool to_previous = random_.OneIn(2);
    const std::uint64_t steps = random_.Uniform(6);
    if (held_.empty()) return;
    Held& held = held_[pick % held_.size()];
    const Model& model = held.expected;
    Status moved;
    if (to_previous) {
      held.at = model.upper_bound(key);
      held.at = held.at == model.begin() ? model.end() : std::prev(held.at);
      moved = held.iterator->SeekForPrev(key);
    } else {
      held.at = model.lower_bound(key);
      moved = held.iterator->Seek(key);
    }
    for (std::uint64_t i = 0;; ++i) {
      if (!Expect(moved, "held iterator") || !SameEntry(*held.iterator, model, held.at)) return;
      if (i == steps || held.at == model.end()) return;
      moved = held.iterator->Next();
      ++held.at;
    }
  }

  void CompactSome() {
    std::optional<std::string> from;
    std::optional<std::string> to;
    if (random_.OneIn(2)) from = DrawKey();
    if (random_.OneIn(2)) to = DrawKey();
    if (from && to && *from > *to) std::swap(from, to);
    Count("compactions", world_->CompactRange(from, to));
  }

  void Reopen() {
    held_.clear();
    if (!Expect(world_.Close(), "closing")) return;
    history_.MarkDurable();
    OpenAnew();
    CheckAll();
    ++result_.counts["reopens"];
  }

  void Kill() {
    held_.clear();
    world_.Kill();
    OpenAnew();
    CheckAll();
    ++result_.counts["kills"];
  }

  void PowerCut() {
    held_.clear();
    if (plan_.calm && !Expect(world_.Sync(&history_), "sync")) return;
    world_.PowerCut(static_cast<CrashKind>(set_random_.Uniform(kCrashKinds)), set_random_);
    OpenAnew();
    if (result_.failure) return;
    ++result_.counts["power_cuts"];
    auto found = world_.ReadAll();
    if (!Expect(found, "reading after a power cut")) return;
    if (auto wrong = history_.Explain(*found, Promise::kDurable)) {
      return Fail("after a power cut: " + *wrong);
    }
    history_.Restart(*std::move(found));
  }

  void OpenAnew() {
    world_.options() = WithEnvironment(NextOptions());
    Expect(world_.Open(), "opening");
  }

  // --- at the end ---

  void Finish() {
    CheckAll();
    if (result_.failure) return;
    held_.clear();
    if (!Expect(world_->WaitForCompactions(), "waiting")) return;
    CheckNoFileLeaks();
    CheckScrub();
    Reopen();
  }

  // A scrub finds nothing where nothing was damaged.
  void CheckScrub() {
    if (!Expect(world_->Scrub(), "scrubbing")) return;
    const StoreStats stats = world_->Stats();
    result_.counts["scrub_passes"] += stats.scrub.passes;
    if (!stats.damage.empty()) Fail("nothing is damaged, and yet: " + stats.damage.front().what);
  }

  // Every table on the disk is in the tree: nothing leaks.
  void CheckNoFileLeaks() {
    std::uint64_t on_disk = 0;
    for (const std::string& path : FilesOf(world_.disk())) on_disk += path.ends_with(".sst");
    std::uint64_t in_tree = 0;
    for (const LevelShape& level : world_->Stats().levels) in_tree += level.tables;
    if (on_disk != in_tree) {
      Fail(std::to_string(on_disk) + " tables on the disk, " + std::to_string(in_tree) +
           " in the tree");
    }
  }

  void CheckAll() {
    if (result_.failure) return;
    const auto found = world_.ReadAll();
    if (!Expect(found, "reading everything")) return;
    if (const auto wrong = FirstDifference(*found, history_.now())) Fail(*wrong);
    Answer(std::to_string(found->size()));
  }

  // --- helpers ---

  Options NextOptions() {
    Options options = DrawOptions(set_random_);
    options.empty_value_deletes = empty_deletes_;
    options.scrub_period_s = plan_.seed % 2;  // Beside everything else.
    return options;
  }

  Options WithEnvironment(Options options) {
    options.environment = world_.options().environment;
    return options;
  }

  std::string DrawKey() {
    const std::uint64_t n = random_.Uniform(key_count_);
    if (n == 0) return "";
    if (n == 1) return std::string("\0", 1);
    if (n == 2) return "\xff\xff";
    std::string key = n % 3 == 0 ? "user/" : n % 3 == 1 ? "u" : std::string(60, 'x');
    return key + std::to_string(n);
  }

  std::string DrawValue() {
    if (random_.OneIn(10)) return "";
    if (random_.OneIn(60)) return random_.Bytes(random_.Uniform(6000));
    const std::string head = std::to_string(step_) + ":";
    return head + std::string(random_.Uniform(60), static_cast<char>('a' + random_.Uniform(4)));
  }

  Model Range(const ReadOptions& options) const {
    Model range;
    for (const auto& [key, value] : history_.now()) {
      if (options.lower && key < *options.lower) continue;
      if (options.upper && key >= *options.upper) continue;
      if (!key.starts_with(options.prefix)) continue;
      range.emplace(key, value);
    }
    return range;
  }

  void Compare(const std::string& key, const std::optional<std::string>& found) {
    const auto expected = history_.now().find(key);
    const bool same = expected == history_.now().end() ? !found : found == expected->second;
    if (!same) {
      Fail("key \"" + EscapeShort(key) + "\" reads " +
           (found ? '"' + EscapeShort(*found) + '"' : "absent") + ", expected " +
           (expected == history_.now().end() ? "absent"
                                             : '"' + EscapeShort(expected->second) + '"'));
    }
  }

  void Answer(std::string_view answer) { answers_ = Hash64WithSeed(answer, answers_); }

  template <typename T>
  bool Expect(const Result<T>& result, const std::string& doing) {
    if (result.has_value()) return true;
    Fail(doing + ": " + result.error().message());
    return false;
  }

  void Count(const std::string& name, const Status& status) {
    Expect(status, name);
    ++result_.counts[name];
  }

  void Fail(const std::string& why) {
    if (result_.failure) return;
    result_.failure = "seed " + std::to_string(plan_.seed) + ", option set " +
                      std::to_string(plan_.option_set) + ", operation " + std::to_string(step_) +
                      ": " + why;
  }

  const SimulationPlan plan_;
  Random random_;      // Operations: the same for every option set.
  Random set_random_;  // Options, the background, power cuts.
  const bool empty_deletes_;
  const std::uint64_t key_count_;
  History history_;
  StoreWorld world_;
  std::vector<Held> held_;  // After the world: goes first.
  std::uint64_t step_ = 0;
  std::uint64_t answers_ = 0;
  SimulationResult result_;
};

}  // namespace

SimulationResult Simulate(const SimulationPlan& plan) {
  return Simulation(plan).Run();
}

}  // namespace strata::testing
