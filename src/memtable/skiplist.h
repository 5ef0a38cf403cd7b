// A skip list of entries in an arena (Pugh, "Skip lists: a probabilistic alternative to balanced
// trees", 1990): a sorted linked list with express lanes, so a search takes about log4(n) hops a
// lane. An entry is one piece of memory: links, key prefix, key and value side by side.
//
// Thread safety: one thread inserts; any number read meanwhile without locks. Nothing is removed.
// Invariant: a node is complete before a link to it is stored (release), and readers follow links
// by acquiring loads; so whoever reaches a node sees all of it.

#pragma once

#include <array>
#include <atomic>
#include <bit>
#include <cstdint>
#include <cstring>
#include <string_view>

#include "base/arena.h"
#include "base/check.h"
#include "base/random.h"
#include "iter/internal_key.h"
#include "memtable/raced_atomic.h"
#include "memtable/search_key.h"

namespace strata {

class SkipList {
 public:
  static constexpr int kHeightMax = 12;

  // An entry. In memory: this header, `height` links, the internal key, the value.
  class Node {
   public:
    std::string_view internal_key() const { return {bytes(), key_size_}; }
    std::string_view user_key() const { return {bytes(), key_size_ - kTagSize}; }
    std::uint64_t tag() const { return DecodeFixed<std::uint64_t>(bytes() + key_size_ - kTagSize); }
    std::string_view value() const { return {bytes() + key_size_, value_size_}; }

    // REQUIRES: 0 <= level < height.
    Node* next(int level) const { return links()[level].load(std::memory_order_acquire); }

   private:
    friend class SkipList;
    using Link = RacedLink<Node>;

    Node(const SearchKey& key, std::string_view value, int height)
        : prefix_(key.prefix),
          value_size_(static_cast<std::uint32_t>(value.size())),
          key_size_(static_cast<std::uint32_t>(key.user_key.size() + kTagSize) & 0xff'ffff),
          height_(static_cast<std::uint32_t>(height) & 0xff) {
      for (int level = 0; level < height; ++level) new (&links()[level]) Link(nullptr);
      char* out = reinterpret_cast<char*>(links() + height);
      if (!key.user_key.empty()) std::memcpy(out, key.user_key.data(), key.user_key.size());
      EncodeFixed(out + key.user_key.size(), key.tag);
      if (!value.empty()) std::memcpy(out + key_size_, value.data(), value.size());
    }

    Link* links() const { return reinterpret_cast<Link*>(const_cast<Node*>(this) + 1); }
    const char* bytes() const { return reinterpret_cast<const char*>(links() + height_); }

    std::uint64_t prefix_;
    std::uint32_t value_size_;
    std::uint32_t key_size_ : 24;  // Of the internal key.
    std::uint32_t height_ : 8;
  };
  static_assert(sizeof(Node) == 16 && alignof(Node) == 8);
  static_assert(kInternalKeySizeMax < (1 << 24));

  // `arena` must outlive the list. The same seed and entries give the same lanes.
  SkipList(Arena& arena, std::uint64_t seed) : arena_(arena), seed_(seed) {
    head_ = NewNode(SearchKey("", 0), "", kHeightMax);
  }
  SkipList(const SkipList&) = delete;
  SkipList& operator=(const SkipList&) = delete;

  // REQUIRES: no entry with this key and tag is there; one thread at a time.
  void Insert(std::string_view user_key, std::uint64_t tag, std::string_view value);
  // As Insert, by any number of threads at once.
  void InsertConcurrently(std::string_view user_key, std::uint64_t tag, std::string_view value);

  // Each returns null where there is no such entry. `comparisons` grows by the keys looked at.
  const Node* FindFirstAtOrAfter(const SearchKey& key, std::uint64_t* comparisons) const {
    const Node* node = Search(key, nullptr, comparisons)->next(0);
    // Since the search went by, newer entries may have come in before the one that it found.
    while (node != nullptr && IsBefore(*node, key)) node = node->next(0);
    return node;
  }
  const Node* FindLastBefore(const SearchKey& key, std::uint64_t* comparisons) const {
    return Entry(Search(key, nullptr, comparisons));
  }
  const Node* First() const { return head_->next(0); }
  const Node* Last() const;

  // The number of lanes that any node stands on. Readers may see an old, smaller one: they only
  // start lower. A new, larger one: the head's links up there are null or lead to complete nodes.
  int height() const { return height_.load(std::memory_order_relaxed); }

 private:
  // For each level, the node after which a new one would be linked.
  using Splice = std::array<Node*, kHeightMax>;

  // The last node before `key`, which may be the head. Fills `splice` if it isn't null.
  Node* Search(const SearchKey& key, Splice* splice, std::uint64_t* comparisons) const;

  const Node* Entry(const Node* node) const { return node == head_ ? nullptr : node; }

  static bool IsBefore(const Node& node, const SearchKey& key) {
    if (node.prefix_ != key.prefix) return node.prefix_ < key.prefix;
    return CompareKeyAndTag(node.user_key(), node.tag(), key.user_key, key.tag) < 0;
  }

  Node* NewNode(const SearchKey& key, std::string_view value, int height) {
    const std::size_t links_size = static_cast<std::size_t>(height) * sizeof(Node::Link);
    const std::size_t key_size = key.user_key.size() + kTagSize;
    char* memory =
        arena_.Allocate(sizeof(Node) + links_size + key_size + value.size(), alignof(Node));
    return new (memory) Node(key, value, height);
  }

  // One node in four stands on the next lane too. It follows from seed and tag alone, so that
  // inserting threads share no generator.
  int HeightFor(std::uint64_t tag) const {
    const std::uint64_t coins = Random(seed_ ^ tag).Next() | std::uint64_t{1}
                                                                 << (2 * (kHeightMax - 1));
    return 1 + std::countr_zero(coins) / 2;
  }

  Arena& arena_;
  const std::uint64_t seed_;
  Node* head_;
  RacedAtomic<int, kRaisingHeight> height_{1};
};

inline SkipList::Node* SkipList::Search(const SearchKey& key, Splice* splice,
                                        std::uint64_t* comparisons) const {
  Node* node = head_;
  const Node* after = nullptr;  // Known to be at or after `key`: not compared again a lane below.
  for (int level = height() - 1; level >= 0; --level) {
    Node* next = node->next(level);
    while (next != after && next != nullptr) {
      if (level > 0) __builtin_prefetch(node->next(level - 1));  // Needed if this one is too far.
      ++*comparisons;
      if (!IsBefore(*next, key)) break;
      node = next;
      next = node->next(level);
    }
    after = next;
    if (splice != nullptr) (*splice)[static_cast<std::size_t>(level)] = node;
  }
  return node;
}

inline const SkipList::Node* SkipList::Last() const {
  const Node* node = head_;
  for (int level = height() - 1; level >= 0; --level) {
    while (const Node* next = node->next(level)) node = next;
  }
  return Entry(node);
}

inline void SkipList::Insert(std::string_view user_key, std::uint64_t tag, std::string_view value) {
  const SearchKey key(user_key, tag);
  Splice before;
  before.fill(head_);
  std::uint64_t comparisons = 0;
  Search(key, &before, &comparisons);
  const int height = HeightFor(tag);
  Node* const node = NewNode(key, value, height);
  if (height > this->height()) height_.store(height, std::memory_order_relaxed);
  for (int level = 0; level < height; ++level) {
    Node* const previous = before[static_cast<std::size_t>(level)];
    node->links()[level].store(previous->next(level), std::memory_order_relaxed);
    previous->links()[level].store(node, std::memory_order_release);
  }
}

// Every level is linked by compare-and-swap. When another thread was first, only this level is
// searched again, onwards from the node before: nothing is ever removed, so that is still right.
inline void SkipList::InsertConcurrently(std::string_view user_key, std::uint64_t tag,
                                         std::string_view value) {
  const SearchKey key(user_key, tag);
  const int height = HeightFor(tag);
  Splice before;
  before.fill(head_);
  std::uint64_t comparisons = 0;
  Search(key, &before, &comparisons);
  Node* const node = NewNode(key, value, height);
  int seen = this->height();
  while (height > seen && !height_.compare_exchange_weak(seen, height, std::memory_order_relaxed)) {
  }
  for (int level = 0; level < height; ++level) {
    Node* previous = before[static_cast<std::size_t>(level)];
    Node* next = previous->next(level);
    do {
      while (next != nullptr && IsBefore(*next, key)) {
        previous = next;
        next = previous->next(level);
      }
      node->links()[level].store(next, std::memory_order_relaxed);
    } while (!previous->links()[level].compare_exchange_weak(next, node, std::memory_order_release,
                                                             std::memory_order_acquire));
  }
}

}  // namespace strata
