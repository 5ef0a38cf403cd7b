// A sorted tree of entries in an arena that is kind to the processor's cache: a node keeps the
// first eight bytes of 14 keys side by side, so one visit to memory decides between 14 keys, where
// a skip list pays one visit for each. (The way of publishing a change is that of Masstree: Mao,
// Kohler, Morris, "Cache craftiness for fast multicore key-value storage", 2012.)
//
// Thread safety: one thread inserts; any number read meanwhile without locks. Nothing is removed.
// Invariant: a slot that was published never changes, but for the child in an inner node, which is
// replaced by one that holds the same entries.

#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/arena.h"
#include "iter/internal_key.h"
#include "iter/iterator.h"
#include "memtable/search_key.h"

namespace strata {

class PrefixTree {
 public:
  // An entry. In memory: this header, the internal key, the value.
  class Entry {
   public:
    std::string_view internal_key() const { return {bytes(), key_size_}; }
    std::string_view user_key() const { return {bytes(), key_size_ - kTagSize}; }
    std::uint64_t tag() const { return DecodeFixed<std::uint64_t>(bytes() + key_size_ - kTagSize); }
    std::string_view value() const { return {bytes() + key_size_, value_size_}; }

   private:
    friend class PrefixTree;
    Entry(std::string_view user_key, std::uint64_t tag, std::string_view value);
    const char* bytes() const { return reinterpret_cast<const char*>(this + 1); }

    std::uint32_t key_size_;  // Of the internal key.
    std::uint32_t value_size_;
  };

  static constexpr std::uint64_t kSlots = 14;  // So that a node is four cache lines.

  // The order of a node's slots in one word, so that one store shows a reader the node with a new
  // entry: the lowest four bits are how many slots are in use, the next four the slot of the
  // smallest key, and so on.
  class Order {
   public:
    Order() = default;
    explicit Order(std::uint64_t word) : word_(word) {}
    std::uint64_t word() const { return word_; }
    std::uint64_t count() const { return word_ & 15; }
    // REQUIRES: rank < count().
    std::uint64_t SlotAt(std::uint64_t rank) const { return (word_ >> (4 * rank + 4)) & 15; }
    // The next free slot, put in as the one of `rank`. REQUIRES: count() < kSlots.
    Order With(std::uint64_t rank) const;

   private:
    std::uint64_t word_ = 0;
  };

  struct alignas(64) Node {
    std::atomic<std::uint64_t> order{0};
    const Entry* low = nullptr;  // No entry below this node is smaller; null: none is.
    bool is_leaf = true;
    std::array<std::uint64_t, kSlots> prefixes{};
    // Entries in a leaf, nodes elsewhere.
    std::array<std::atomic<const void*>, kSlots> slots{};

    const Entry* EntryIn(std::uint64_t slot) const {
      return static_cast<const Entry*>(slots[slot].load(std::memory_order_relaxed));
    }
    const Node* ChildIn(std::uint64_t slot) const {
      return static_cast<const Node*>(slots[slot].load(std::memory_order_acquire));
    }
  };

  // A place between entries: at `rank` in a leaf as it was when it was reached.
  class Position {
   public:
    // Null past the last entry.
    const Entry* entry() const {
      return leaf_ == nullptr || rank_ >= order_.count() ? nullptr
                                                         : leaf_->EntryIn(order_.SlotAt(rank_));
    }

   private:
    friend class PrefixTree;
    const Node* leaf_ = nullptr;
    Order order_;
    std::uint64_t rank_ = 0;
  };

  // `arena` must outlive the tree.
  explicit PrefixTree(Arena& arena);
  PrefixTree(const PrefixTree&) = delete;
  PrefixTree& operator=(const PrefixTree&) = delete;

  // REQUIRES: no entry with this key and tag is there; one thread at a time.
  void Insert(std::string_view user_key, std::uint64_t tag, std::string_view value);

  // The first entry at or after `key`; with `after`, the first one after it.
  Position Seek(const SearchKey& key, std::uint64_t* comparisons, bool after = false) const;
  Position SeekBefore(const SearchKey& key, std::uint64_t* comparisons) const;
  Position First() const;
  Position Last() const;
  // The place after `position`, which is on an entry.
  Position Next(const Position& position, std::uint64_t* comparisons) const;

  // What the keys so far begin with, and what is left out of the prefixes for it. A tree learns it
  // from its first keys, and again when too many others come.
  const std::string& common() const { return trunk_.load(std::memory_order_acquire)->common; }

 private:
  struct Step {
    Node* node;
    Order order;         // As it was when the node was visited.
    std::uint64_t rank;  // Of the child taken.
  };
  static constexpr std::size_t kDepthMax = 24;  // 7^24 entries are more than fit into memory.
  struct Path {
    std::array<Step, kDepthMax> steps;
    std::size_t size = 0;
  };
  struct Item {
    std::uint64_t prefix;
    const void* content;
  };

  // A tree over all entries. Keys that begin with `common` are told apart by the eight bytes after
  // it; the others are all before or all behind them, and need comparing.
  struct Trunk {
    std::string common;
    std::atomic<const Node*> root{nullptr};
    const Entry* last = nullptr;  // The writer's own, as the next: the largest, and its prefix.
    std::uint64_t last_prefix = 0;

    bool Fits(std::string_view user_key) const { return user_key.starts_with(common); }
    // Numbers that never go down as keys go up.
    std::uint64_t PrefixOf(std::string_view user_key) const;
  };

  // How many of a node's keys are before `key` (with `or_equal`, or are it).
  static std::uint64_t Rank(const Node& node, Order order, std::uint64_t prefix,
                            const SearchKey& key, bool or_equal, std::uint64_t* comparisons);
  // The leaf where `key` belongs; fills `path` with the inner nodes above it.
  static Node* Descend(const Trunk& trunk, std::uint64_t prefix, const SearchKey& key, Path* path,
                       std::uint64_t* comparisons);
  // The last leaf; fills `path` likewise.
  static Node* DescendToLast(const Trunk& trunk, Path* path);
  static Position FirstBelow(const Node* node);
  static Position LastBelow(const Node* node);

  const Entry* NewEntry(std::string_view user_key, std::uint64_t tag, std::string_view value);
  Node* NewNode(bool is_leaf, const Entry* low);
  static void Put(Node* node, std::uint64_t rank, Item item);
  // `prefix` is that of the entry's key.
  void InsertEntry(Trunk* trunk, std::uint64_t prefix, const Entry* entry);
  // Puts `item`, which finds no room in `full` as its `rank`, and splits that node in two.
  // `replacement`, if any, takes the place of the child before it.
  void Split(Trunk* trunk, Path* path, Node* full, std::uint64_t rank, Item item,
             const Node* replacement);
  // Shows readers two nodes in place of the last child on the path.
  void ReplaceChild(Trunk* trunk, Path* path, const Node* left, const Node* right);
  std::string CommonPrefix() const;
  void GrowTrunk(std::string common);

  Arena& arena_;
  std::vector<std::unique_ptr<Trunk>> trunks_;  // Readers may still be in an old one.
  std::atomic<Trunk*> trunk_{nullptr};          // The newest, which has every entry.
  // The writer's own.
  std::uint64_t entries_ = 0;
  std::uint64_t strangers_ = 0;  // Entries that don't fit the trunk.
  char* free_nodes_ = nullptr;
  std::size_t free_node_count_ = 0;
  std::size_t node_count_ = 0;
};

// The tree must outlive the iterator. Entries added meanwhile may or may not be met.
std::unique_ptr<InternalIterator> NewPrefixTreeIterator(const PrefixTree& tree);

}  // namespace strata
