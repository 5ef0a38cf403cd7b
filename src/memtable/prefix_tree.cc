#include "memtable/prefix_tree.h"

#include <algorithm>
#include <cstring>

#include "base/check.h"
#include "base/prefetch.h"

namespace strata {
namespace {

// The child at `rank`, or null when the node isn't any more as `order` says: then the child may
// have given half of what it had to a new one beside it, which `order` doesn't know. (A child is
// replaced after the new one was shown, so whoever sees the replacement sees the new order.)
const PrefixTree::Node* ChildAt(const PrefixTree::Node& node, PrefixTree::Order order,
                                std::uint64_t rank) {
  const PrefixTree::Node* const child = node.ChildIn(order.SlotAt(rank));
  return node.order.load(std::memory_order_acquire) == order.word() ? child : nullptr;
}

// The entry whose key stands for a slot; null for the child that has everything from the start.
const PrefixTree::Entry* KeyIn(const PrefixTree::Node& node, std::uint64_t slot) {
  return node.is_leaf ? node.EntryIn(slot) : node.ChildIn(slot)->low;
}

}  // namespace

PrefixTree::Order PrefixTree::Order::With(std::uint64_t rank) const {
  const std::uint64_t slot = count();
  const std::uint64_t shift = 4 * rank + 4;
  const std::uint64_t below = word_ & ((std::uint64_t{1} << shift) - 1);
  const std::uint64_t above = (word_ >> shift) << shift;
  return Order((above << 4 | slot << shift | below) + 1);
}

PrefixTree::PrefixTree(Arena& arena) : arena_(arena) {
  GrowTrunk("");
}

std::uint64_t PrefixTree::Trunk::PrefixOf(std::string_view user_key) const {
  if (common.empty()) return KeyPrefix(user_key);
  const int order = user_key.substr(0, common.size()).compare(common);
  if (order == 0) return KeyPrefix(user_key.substr(common.size()));
  return order < 0 ? 0 : ~std::uint64_t{0};
}

// --- searching ---------------------------------------------------------------------------------

std::uint64_t PrefixTree::Rank(const Node& node, Order order, std::uint64_t prefix,
                               const SearchKey& key, bool or_equal, std::uint64_t* comparisons) {
  std::uint64_t before = 0;
  std::uint64_t equal = 0;
  for (std::uint64_t slot = 0; slot < order.count(); ++slot) {
    before += node.prefixes[slot] < prefix ? 1U : 0U;
    equal += node.prefixes[slot] == prefix ? 1U : 0U;
  }
  // Where the prefixes say nothing, the keys decide.
  std::uint64_t end = before + equal;
  while (before < end) {
    const std::uint64_t middle = (before + end) / 2;
    const Entry* const entry = KeyIn(node, order.SlotAt(middle));
    ++*comparisons;
    const int compared =
        entry == nullptr ? -1
                         : CompareKeyAndTag(entry->user_key(), entry->tag(), key.user_key, key.tag);
    if (compared < 0 || (compared == 0 && or_equal)) {
      before = middle + 1;
    } else {
      end = middle;
    }
  }
  return before;
}

PrefixTree::Node* PrefixTree::Descend(const Trunk& trunk, std::uint64_t prefix,
                                      const SearchKey& key, Path* path,
                                      std::uint64_t* comparisons) {
  auto* node = const_cast<Node*>(trunk.root.load(std::memory_order_acquire));
  path->size = 0;
  while (!node->is_leaf) {
    const Order order(node->order.load(std::memory_order_acquire));
    const std::uint64_t rank = Rank(*node, order, prefix, key, /*or_equal=*/true, comparisons);
    const Node* const child = ChildAt(*node, order, rank == 0 ? 0 : rank - 1);
    if (child == nullptr) continue;
    STRATA_CHECK(path->size < kDepthMax);
    path->steps[path->size++] = {.node = node, .order = order, .rank = rank == 0 ? 0 : rank - 1};
    node = const_cast<Node*>(child);
    PrefetchLines({reinterpret_cast<const char*>(node), sizeof(Node)});
  }
  return node;
}

PrefixTree::Node* PrefixTree::DescendToLast(const Trunk& trunk, Path* path) {
  auto* node = const_cast<Node*>(trunk.root.load(std::memory_order_relaxed));
  path->size = 0;
  while (!node->is_leaf) {
    const Order order(node->order.load(std::memory_order_relaxed));
    STRATA_CHECK(path->size < kDepthMax);
    path->steps[path->size++] = {.node = node, .order = order, .rank = order.count() - 1};
    node = const_cast<Node*>(node->ChildIn(order.SlotAt(order.count() - 1)));
  }
  return node;
}

PrefixTree::Position PrefixTree::Seek(const SearchKey& key, std::uint64_t* comparisons,
                                      bool after) const {
  const Trunk& trunk = *trunk_.load(std::memory_order_acquire);
  const std::uint64_t prefix = trunk.PrefixOf(key.user_key);
  Path path;
  Position found;
  found.leaf_ = Descend(trunk, prefix, key, &path, comparisons);
  found.order_ = Order(found.leaf_->order.load(std::memory_order_acquire));
  found.rank_ = Rank(*found.leaf_, found.order_, prefix, key, after, comparisons);
  if (found.rank_ < found.order_.count()) return found;
  while (path.size > 0) {  // The next leaf is below the next child of the lowest node that has one.
    const Step& step = path.steps[--path.size];
    if (step.rank + 1 < step.order.count()) {
      return FirstBelow(step.node->ChildIn(step.order.SlotAt(step.rank + 1)));
    }
  }
  return {};
}

PrefixTree::Position PrefixTree::SeekBefore(const SearchKey& key,
                                            std::uint64_t* comparisons) const {
  const Trunk& trunk = *trunk_.load(std::memory_order_acquire);
  const std::uint64_t prefix = trunk.PrefixOf(key.user_key);
  Path path;
  Position found;
  found.leaf_ = Descend(trunk, prefix, key, &path, comparisons);
  found.order_ = Order(found.leaf_->order.load(std::memory_order_acquire));
  found.rank_ = Rank(*found.leaf_, found.order_, prefix, key, /*or_equal=*/false, comparisons);
  if (found.rank_ > 0) {
    --found.rank_;
    return found;
  }
  while (path.size > 0) {
    const Step& step = path.steps[--path.size];
    if (step.rank == 0) continue;
    const Node* const child = ChildAt(*step.node, step.order, step.rank - 1);
    return child == nullptr ? SeekBefore(key, comparisons) : LastBelow(child);
  }
  return {};
}

PrefixTree::Position PrefixTree::FirstBelow(const Node* node) {
  while (!node->is_leaf) {
    node = node->ChildIn(Order(node->order.load(std::memory_order_acquire)).SlotAt(0));
  }
  Position first;
  first.leaf_ = node;
  first.order_ = Order(node->order.load(std::memory_order_acquire));
  return first;
}

PrefixTree::Position PrefixTree::LastBelow(const Node* node) {
  Order order(node->order.load(std::memory_order_acquire));
  while (!node->is_leaf) {
    const Node* const child = ChildAt(*node, order, order.count() - 1);
    if (child != nullptr) node = child;
    order = Order(node->order.load(std::memory_order_acquire));
  }
  Position last;
  last.leaf_ = node;
  last.order_ = order;
  last.rank_ = order.count() == 0 ? 0 : order.count() - 1;
  return last;
}

PrefixTree::Position PrefixTree::First() const {
  return FirstBelow(trunk_.load(std::memory_order_acquire)->root.load(std::memory_order_acquire));
}

PrefixTree::Position PrefixTree::Last() const {
  return LastBelow(trunk_.load(std::memory_order_acquire)->root.load(std::memory_order_acquire));
}

PrefixTree::Position PrefixTree::Next(const Position& position, std::uint64_t* comparisons) const {
  Position next = position;
  if (++next.rank_ < next.order_.count()) return next;
  next = Seek(SearchKey(position.entry()->internal_key()), comparisons, /*after=*/true);
  // A scan waits for the memory of entries: ask for the whole leaf's at once.
  for (std::uint64_t rank = next.rank_ + 1; rank < next.order_.count(); ++rank) {
    const char* const entry =
        reinterpret_cast<const char*>(next.leaf_->EntryIn(next.order_.SlotAt(rank)));
    __builtin_prefetch(entry);
    __builtin_prefetch(entry + 64);
  }
  return next;
}

// --- inserting ---------------------------------------------------------------------------------

PrefixTree::Entry::Entry(std::string_view user_key, std::uint64_t tag, std::string_view value)
    : key_size_(static_cast<std::uint32_t>(user_key.size() + kTagSize)),
      value_size_(static_cast<std::uint32_t>(value.size())) {
  char* out = reinterpret_cast<char*>(this + 1);
  if (!user_key.empty()) std::memcpy(out, user_key.data(), user_key.size());
  EncodeFixed(out + user_key.size(), tag);
  if (!value.empty()) std::memcpy(out + key_size_, value.data(), value.size());
}

const PrefixTree::Entry* PrefixTree::NewEntry(std::string_view user_key, std::uint64_t tag,
                                              std::string_view value) {
  const std::size_t size = sizeof(Entry) + user_key.size() + kTagSize + value.size();
  return new (arena_.AllocateAlone(size)) Entry(user_key, tag, value);
}

PrefixTree::Node* PrefixTree::NewNode(bool is_leaf, const Entry* low) {
  constexpr std::size_t kNodesAtOnceMax = 4;  // What aligning costs is shared.
  if (free_node_count_ == 0) {
    free_node_count_ = std::min(kNodesAtOnceMax, node_count_ + 1);
    free_nodes_ = arena_.AllocateAlone(free_node_count_ * sizeof(Node), kCacheLine);
  }
  ++node_count_;
  auto* const node = new (free_nodes_) Node;
  free_nodes_ += sizeof(Node);
  --free_node_count_;
  node->is_leaf = is_leaf;
  node->low = low;
  return node;
}

void PrefixTree::Put(Node* node, std::uint64_t rank, Item item) {
  const Order order(node->order.load(std::memory_order_relaxed));
  const std::uint64_t slot = order.count();
  node->prefixes[slot] = item.prefix;
  node->slots[slot].store(item.content, std::memory_order_release);
  node->order.store(order.With(rank).word(), std::memory_order_release);
}

void PrefixTree::Insert(std::string_view user_key, std::uint64_t tag, std::string_view value) {
  constexpr std::uint64_t kLearnFrom = 256;
  constexpr std::uint64_t kStrangersMin = 64;
  Trunk* const trunk = trunk_.load(std::memory_order_relaxed);
  const std::uint64_t prefix = trunk->PrefixOf(user_key);
  InsertEntry(trunk, prefix, NewEntry(user_key, tag, value));
  const bool may_be_stranger = prefix == 0 || prefix == ~std::uint64_t{0};
  if (may_be_stranger && !trunk->Fits(user_key)) ++strangers_;
  ++entries_;
  if (entries_ == kLearnFrom || strangers_ > kStrangersMin + entries_ / 8)
    GrowTrunk(CommonPrefix());
}

void PrefixTree::InsertEntry(Trunk* trunk, std::uint64_t prefix, const Entry* entry) {
  const SearchKey key(entry->user_key(), entry->tag());
  const Item item{.prefix = prefix, .content = entry};
  // Keys that come in order need no search.
  const bool is_last =
      trunk->last == nullptr || prefix > trunk->last_prefix ||
      (prefix == trunk->last_prefix &&
       CompareKeyAndTag(trunk->last->user_key(), trunk->last->tag(), key.user_key, key.tag) < 0);
  if (is_last) {
    trunk->last = entry;
    trunk->last_prefix = prefix;
  }
  std::uint64_t comparisons = 0;
  Path path;
  Node* const leaf =
      is_last ? DescendToLast(*trunk, &path) : Descend(*trunk, prefix, key, &path, &comparisons);
  const Order order(leaf->order.load(std::memory_order_relaxed));
  const std::uint64_t rank =
      is_last ? order.count() : Rank(*leaf, order, prefix, key, /*or_equal=*/false, &comparisons);
  if (order.count() < kSlots) {
    Put(leaf, rank, item);
  } else {
    Split(trunk, &path, leaf, rank, item, nullptr);
  }
}

void PrefixTree::Split(Trunk* trunk, Path* path, Node* full, std::uint64_t rank, Item item,
                       const Node* replacement) {
  const Order order(full->order.load(std::memory_order_relaxed));
  std::array<Item, kSlots + 1> items;
  for (std::uint64_t i = 0; i < kSlots; ++i) {
    const std::uint64_t slot = order.SlotAt(i);
    items[i < rank ? i : i + 1] = {full->prefixes[slot],
                                   full->slots[slot].load(std::memory_order_relaxed)};
  }
  items[rank] = item;
  if (replacement != nullptr) items[rank - 1].content = replacement;
  // Keys that come in order fill one node after the other.
  const bool at_end =
      rank == kSlots && std::all_of(path->steps.begin(), path->steps.begin() + path->size,
                                    [](const Step& s) { return s.rank + 1 == s.order.count(); });
  const std::uint64_t cut = at_end ? kSlots : (kSlots + 1) / 2;
  const auto low_of = [&](const void* content) {
    return full->is_leaf ? static_cast<const Entry*>(content)
                         : static_cast<const Node*>(content)->low;
  };
  Node* const left = at_end && replacement == nullptr ? full : NewNode(full->is_leaf, full->low);
  Node* const right = NewNode(full->is_leaf, low_of(items[cut].content));
  if (left != full) {
    for (std::uint64_t i = 0; i < cut; ++i) Put(left, i, items[i]);
  }
  for (std::uint64_t i = cut; i < items.size(); ++i) Put(right, i - cut, items[i]);
  ReplaceChild(trunk, path, left, right);
}

// The right half is shown first: until the left one takes its place, the full node still has all
// of both, so no reader misses an entry.
void PrefixTree::ReplaceChild(Trunk* trunk, Path* path, const Node* left, const Node* right) {
  const Item item{.prefix = trunk->PrefixOf(right->low->user_key()), .content = right};
  if (path->size == 0) {
    Node* const root = NewNode(/*is_leaf=*/false, nullptr);
    Put(root, 0, {.prefix = 0, .content = left});
    Put(root, 1, item);
    trunk->root.store(root, std::memory_order_release);
    return;
  }
  const Step step = path->steps[--path->size];
  if (step.order.count() < kSlots) {
    Put(step.node, step.rank + 1, item);
    step.node->slots[step.order.SlotAt(step.rank)].store(left, std::memory_order_release);
  } else {
    Split(trunk, path, step.node, step.rank + 1, item, left);
  }
}

// --- what the keys have in common ----------------------------------------------------------------

std::string PrefixTree::CommonPrefix() const {
  const std::string_view first = First().entry()->user_key();
  const std::string_view last = Last().entry()->user_key();
  const auto differ = std::mismatch(first.begin(), first.end(), last.begin(), last.end());
  return {first.begin(), differ.first};
}

// The entries stay where they are; only the nodes above them are made anew.
void PrefixTree::GrowTrunk(std::string common) {
  auto trunk = std::make_unique<Trunk>();
  trunk->common = std::move(common);
  trunk->root = NewNode(/*is_leaf=*/true, nullptr);
  if (entries_ > 0) {
    std::uint64_t comparisons = 0;
    for (Position at = First(); at.entry() != nullptr; at = Next(at, &comparisons)) {
      InsertEntry(trunk.get(), trunk->PrefixOf(at.entry()->user_key()), at.entry());
    }
  }
  strangers_ = 0;
  trunk_.store(trunk.get(), std::memory_order_release);
  trunks_.push_back(std::move(trunk));
}

}  // namespace strata
