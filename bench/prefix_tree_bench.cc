// Lesson prefix-tree: what a search of a memtable waits for, in a skip list and in a tree of key
// prefixes beside it. A visit is a place in memory that must have come before the search knows the
// next one: a node of the list, a node of the tree (its lines are asked for together) or an entry
// whose key is compared. Asserted: the tree visits less than half of what the list does.

#include <algorithm>
#include <benchmark/benchmark.h>
#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

#include "base/arena.h"
#include "base/random.h"
#include "iter/internal_key.h"
#include "memtable/prefix_tree.h"
#include "memtable/skiplist.h"

namespace strata {

// The root is private, and nobody but this benchmark wants it: an explicit instantiation may name
// what is private.
const PrefixTree::Node* RootOf(const PrefixTree& tree);
template <auto kTrunk>
struct Reached {
  friend const PrefixTree::Node* RootOf(const PrefixTree& tree) {
    return (tree.*kTrunk).load()->root.load();
  }
};
template struct Reached<&PrefixTree::trunk_>;

namespace {

enum KeyKind : std::int64_t { kHash, kDigits };
constexpr const char* kKindNames[] = {"hash", "digits"};

std::uint64_t KeyCount() {
  return std::getenv("STRATA_BENCH_QUICK") != nullptr ? 20'000 : 440'000;
}

// In random order. Hash: sixteen random digits. Digits: numbers from one on, with zeros in front.
std::vector<std::string> MakeKeys(std::int64_t kind) {
  Random random(24);
  std::vector<std::string> keys;
  for (std::uint64_t i = 0; i < KeyCount(); ++i) {
    std::string key = std::to_string(i + 1);
    key.insert(0, 16 - key.size(), '0');
    if (kind == kHash) {
      std::uint64_t mixed = random.Next();
      for (char& digit : key) {
        digit = "0123456789abcdef"[mixed & 15];
        mixed >>= 4;
      }
    }
    keys.push_back(std::move(key));
  }
  for (std::uint64_t i = keys.size(); i > 1; --i) std::swap(keys[i - 1], keys[random.Uniform(i)]);
  return keys;
}

class List {
 public:
  void Insert(const std::string& key, std::uint64_t tag) { list_.Insert(key, tag, kValue); }
  bool Find(const SearchKey& key, std::uint64_t* visits) const {
    const SkipList::Node* const node = list_.FindFirstAtOrAfter(key, visits);
    return node != nullptr && node->user_key() == key.user_key;
  }
  std::uint64_t bytes() const { return arena_.bytes_reserved(); }

 private:
  static constexpr const char* kValue = "0123456789";
  Arena arena_;
  SkipList list_{arena_, /*seed=*/1};
};

class Tree {
 public:
  void Insert(const std::string& key, std::uint64_t tag) { tree_.Insert(key, tag, "0123456789"); }
  bool Find(const SearchKey& key, std::uint64_t* visits) const {
    const PrefixTree::Entry* const entry = tree_.Seek(key, visits).entry();
    return entry != nullptr && entry->user_key() == key.user_key;
  }
  std::uint64_t bytes() const { return arena_.bytes_reserved(); }
  // From the root to a leaf; all leaves are as deep.
  std::uint64_t height() const {
    std::uint64_t nodes = 1;
    for (const PrefixTree::Node* node = RootOf(tree_); !node->is_leaf; ++nodes) {
      node = node->ChildIn(0);
    }
    return nodes;
  }

 private:
  Arena arena_;
  PrefixTree tree_{arena_};
};

template <typename Table>
std::unique_ptr<Table> Filled(const std::vector<std::string>& keys) {
  auto table = std::make_unique<Table>();
  for (std::uint64_t i = 0; i < keys.size(); ++i) {
    table->Insert(keys[i], PackTag(i + 1, EntryKind::kValue));
  }
  return table;
}

// Visits a search, over all keys.
template <typename Table>
double VisitsEach(const Table& table, const std::vector<std::string>& keys) {
  std::uint64_t visits = 0;
  for (const std::string& key : keys) {
    table.Find(SearchKey(key, PackTag(kSequenceMax, kEntryKindForSeek)), &visits);
  }
  return static_cast<double>(visits) / static_cast<double>(keys.size());
}

template <typename Table>
void Search(benchmark::State& state, const Table& table, const std::vector<std::string>& keys) {
  Random random(1);
  std::uint64_t visits = 0;
  for (auto _ : state) {
    const SearchKey key(keys[random.Uniform(keys.size())],
                        PackTag(kSequenceMax, kEntryKindForSeek));
    if (!table.Find(key, &visits)) state.SkipWithError("a key is gone");
  }
  state.SetItemsProcessed(state.iterations());
  state.SetLabel(kKindNames[state.range(0)]);
  state.counters["bytes_per_entry"] =
      static_cast<double>(table.bytes()) / static_cast<double>(keys.size());
}

void BM_SearchList(benchmark::State& state) {
  const std::vector<std::string> keys = MakeKeys(state.range(0));
  const auto list = Filled<List>(keys);
  Search(state, *list, keys);
  state.counters["visits_per_search"] = VisitsEach(*list, keys);
}
BENCHMARK(BM_SearchList)->Arg(kHash)->Arg(kDigits);

void BM_SearchTree(benchmark::State& state) {
  const std::vector<std::string> keys = MakeKeys(state.range(0));
  const auto tree = Filled<Tree>(keys);
  Search(state, *tree, keys);
  const double entries = VisitsEach(*tree, keys);
  const double visits = entries + static_cast<double>(tree->height());
  state.counters["entries_compared"] = entries;
  state.counters["visits_per_search"] = visits;
  if (entries > 2) state.SkipWithError("keys are compared that their prefixes tell apart");
  if (visits > 0.5 * VisitsEach(*Filled<List>(keys), keys)) {
    state.SkipWithError("the tree visits more than half of what the list does");
  }
}
BENCHMARK(BM_SearchTree)->Arg(kHash)->Arg(kDigits);

template <typename Table>
void BM_Insert(benchmark::State& state) {
  const std::vector<std::string> keys = MakeKeys(state.range(0));
  for (auto _ : state) benchmark::DoNotOptimize(Filled<Table>(keys));
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(keys.size()));
  state.SetLabel(kKindNames[state.range(0)]);
}
BENCHMARK(BM_Insert<List>)->Arg(kHash)->Arg(kDigits)->Unit(benchmark::kMillisecond);
BENCHMARK(BM_Insert<Tree>)->Arg(kHash)->Arg(kDigits)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace strata
