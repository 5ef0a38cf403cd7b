// A skip list of entries in an arena (Pugh, "Skip lists: a probabilistic alternative to balanced
// trees", 1990): a sorted linked list with express lanes, so a search takes few comparisons, about
// as many as the logarithm of the number of entries times a small number.
//
// Order: CompareKeyAndTag of iter/internal_key.h, so the newest version of a key comes first.
// Memory: the list takes one piece of the arena for itself, and one for each entry.
//
// Thread safety: one thread inserts; any number read meanwhile without locks. Nothing is removed.
// Invariant: a node is complete before a link to it is stored (release), and readers follow links
// by acquiring loads; so whoever reaches a node sees all of it.

#pragma once

#include <cstdint>
#include <string_view>

#include "base/arena.h"
#include "base/lesson.h"
#include "iter/internal_key.h"
#include "memtable/search_key.h"

namespace strata {

// Task memtable.build: the skip list, whole. What is private is yours; so is what a node looks
// like.
class SkipList {
 public:
  static constexpr int kHeightMax = 12;

  // An entry: user key, tag and value, copied into the arena.
  class Node {
   public:
    // The user key, and the tag behind it as eight bytes (EncodeFixed): one piece of memory.
    std::string_view internal_key() const { Yours(); }
    std::string_view user_key() const { Yours(); }
    std::uint64_t tag() const { Yours(); }
    std::string_view value() const { Yours(); }

    // The next entry on a lane, or null; lane 0 has all entries. REQUIRES: 0 <= level < the number
    // of lanes that this node stands on.
    Node* next(int level) const {
      (void)level;
      Yours();
    }
  };

  // `arena` must outlive the list. The same seed and the same inserts give the same lanes; another
  // seed gives others.
  SkipList(Arena& arena, std::uint64_t seed) {
    (void)arena;
    (void)seed;
    Yours();
  }
  SkipList(const SkipList&) = delete;
  SkipList& operator=(const SkipList&) = delete;

  // REQUIRES: no entry with this key and tag is there; one thread at a time.
  void Insert(std::string_view user_key, std::uint64_t tag, std::string_view value) {
    (void)user_key;
    (void)tag;
    (void)value;
    Yours();
  }

  // Each returns null where there is no such entry. `comparisons` grows by the keys looked at.
  const Node* FindFirstAtOrAfter(const SearchKey& key, std::uint64_t* comparisons) const {
    (void)key;
    (void)comparisons;
    Yours();
  }
  const Node* FindLastBefore(const SearchKey& key, std::uint64_t* comparisons) const {
    (void)key;
    (void)comparisons;
    Yours();
  }
  const Node* First() const { Yours(); }
  const Node* Last() const { Yours(); }

  // The number of lanes that any node stands on; at least 1.
  int height() const { Yours(); }

 private:
  [[noreturn]] static void Yours() {
    strata::lesson::YoursToWrite("memtable.build", "the skip list, whole");
  }
};

}  // namespace strata
