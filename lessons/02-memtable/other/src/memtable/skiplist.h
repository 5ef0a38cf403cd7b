// Another right answer: every second node stands on the next lane, links stand behind the key and
// the value, and no prefix of a key is kept. Heights come from the number of entries, so that they
// follow from the seed.

#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <vector>

#include "base/arena.h"
#include "base/random.h"
#include "iter/internal_key.h"
#include "memtable/search_key.h"

namespace strata {

class SkipList {
 public:
  static constexpr int kHeightMax = 12;

  class Node {
   public:
    std::string_view internal_key() const { return {bytes(), key_size_}; }
    std::string_view user_key() const { return UserKeyOf(internal_key()); }
    std::uint64_t tag() const { return TagOf(internal_key()); }
    std::string_view value() const { return {bytes() + key_size_, value_size_}; }
    Node* next(int level) const { return link(level).load(std::memory_order_acquire); }

   private:
    friend class SkipList;
    using Link = std::atomic<Node*>;

    const char* bytes() const { return reinterpret_cast<const char*>(this + 1); }
    Link& link(int level) const { return links_[level]; }

    Link* links_ = nullptr;
    std::size_t key_size_ = 0;
    std::size_t value_size_ = 0;
  };

  SkipList(Arena& arena, std::uint64_t seed) : arena_(arena), random_(seed) {
    head_ = Make("", 0, "", kHeightMax);
  }
  SkipList(const SkipList&) = delete;
  SkipList& operator=(const SkipList&) = delete;

  void Insert(std::string_view user_key, std::uint64_t tag, std::string_view value) {
    int height = 1;
    while (height < kHeightMax && random_.OneIn(2)) ++height;
    std::vector<Node*> before(static_cast<std::size_t>(kHeightMax), head_);
    std::uint64_t ignored = 0;
    Node* at = head_;
    for (int level = this->height() - 1; level >= 0; --level) {
      at = Walk(at, level, SearchKey(user_key, tag), &ignored);
      before[static_cast<std::size_t>(level)] = at;
    }
    Node* const node = Make(user_key, tag, value, height);
    for (int level = 0; level < height; ++level) {
      Node* const previous = before[static_cast<std::size_t>(level)];
      node->link(level).store(previous->next(level), std::memory_order_relaxed);
      previous->link(level).store(node, std::memory_order_release);
    }
    height_.store(std::max(height, this->height()), std::memory_order_release);
  }

  const Node* FindFirstAtOrAfter(const SearchKey& key, std::uint64_t* comparisons) const {
    const Node* found = Before(key, comparisons)->next(0);
    while (found != nullptr && IsBefore(*found, key)) found = found->next(0);
    return found;
  }
  const Node* FindLastBefore(const SearchKey& key, std::uint64_t* comparisons) const {
    const Node* found = Before(key, comparisons);
    return found == head_ ? nullptr : found;
  }
  const Node* First() const { return head_->next(0); }
  const Node* Last() const {
    const Node* at = head_;
    for (int level = height() - 1; level >= 0; --level) {
      while (at->next(level) != nullptr) at = at->next(level);
    }
    return at == head_ ? nullptr : at;
  }
  int height() const { return height_.load(std::memory_order_acquire); }

 private:
  static bool IsBefore(const Node& node, const SearchKey& key) {
    return CompareKeyAndTag(node.user_key(), node.tag(), key.user_key, key.tag) < 0;
  }

  Node* Walk(Node* at, int level, const SearchKey& key, std::uint64_t* comparisons) const {
    while (Node* const next = at->next(level)) {
      ++*comparisons;
      if (!IsBefore(*next, key)) break;
      at = next;
    }
    return at;
  }

  Node* Before(const SearchKey& key, std::uint64_t* comparisons) const {
    Node* at = head_;
    for (int level = height() - 1; level >= 0; --level) at = Walk(at, level, key, comparisons);
    return at;
  }

  Node* Make(std::string_view user_key, std::uint64_t tag, std::string_view value, int height) {
    const std::size_t bytes = user_key.size() + kTagSize + value.size();
    const std::size_t padded = (bytes + 7) / 8 * 8;
    char* const memory = arena_.Allocate(
        sizeof(Node) + padded + static_cast<std::size_t>(height) * sizeof(Node::Link), 8);
    Node* const node = new (memory) Node();
    char* out = memory + sizeof(Node);
    out = std::copy(user_key.begin(), user_key.end(), out);
    EncodeFixed(out, tag);
    std::copy(value.begin(), value.end(), out + kTagSize);
    node->links_ = reinterpret_cast<Node::Link*>(memory + sizeof(Node) + padded);
    node->key_size_ = user_key.size() + kTagSize;
    node->value_size_ = value.size();
    for (int level = 0; level < height; ++level) new (&node->link(level)) Node::Link(nullptr);
    return node;
  }

  Arena& arena_;
  Random random_;
  Node* head_;
  std::atomic<int> height_{1};
};

}  // namespace strata
