// The key spaces of a store, and what readers see of them.

#include <algorithm>  //@L19

#include "db/db_impl.h"

namespace strata {

std::vector<std::shared_ptr<Tree>> DbImpl::Trees() const {
  //@L02..16{
  //| return {tree_};
  //@}
  //@L17{
  std::vector<std::shared_ptr<Tree>> trees = {tree_};
  for (const auto& [id, tree] : named_) trees.push_back(tree);
  return trees;
  //@}
}

std::shared_ptr<MemTable> DbImpl::NewMemTable() {
  //@L02..19{
  //| return std::make_shared<MemTable>(random_.Next(), &counters_);
  //@}
  return std::make_shared<MemTable>(random_.Next(), &counters_, options_.memtable);  //@L20
}

bool DbImpl::MemTablesEmpty() const {
  //@L17{
  for (const auto& [id, tree] : named_) {
    if (!tree->memtable->empty()) return false;
  }
  //@}
  return tree_->memtable->empty();
}

std::size_t DbImpl::MemTableBytes() const {
  std::size_t bytes = tree_->memtable->bytes_used();
  //@L17{
  for (const auto& [id, tree] : named_) {
    if (!tree->memtable->empty()) bytes += tree->memtable->bytes_used();
  }
  //@}
  //| return bytes;  //@L02..18
  return std::max<std::size_t>(bytes, DirectFill());  //@L19
}

//@L05..05{
//| std::shared_ptr<const Version> DbImpl::VersionOf(const Tree&) const {
//|   return version_;
//| }
//@}
//@L06..16{
//| std::shared_ptr<const Version> DbImpl::VersionOf(const Tree&) const {
//|   return versions_->current();
//| }
//@}
//@L17{
std::shared_ptr<const Version> DbImpl::VersionOf(const Tree& tree) const {
  auto version = versions_->current(tree.table.id);
  return version != nullptr ? version : std::make_shared<const Version>();  // Dropped meanwhile.
}

//@}
//@L20{
std::shared_ptr<const Version> DbImpl::PublishedVersionOf(const Tree& tree) const {
  const auto state = read_state_.Get();
  if (tree.table.id == 0) return state->version;
  const auto found = state->named.find(tree.table.id);
  return found == state->named.end() ? std::make_shared<const Version>() : found->second->version;
}

//@}
ReadState DbImpl::StateOf(const Tree& tree) const {
  ReadState state;
  state.memtable = tree.memtable;
  state.direct.push_back(direct_);  //@L19
  //@L12{
  for (auto it = immutables_.rbegin(); it != immutables_.rend(); ++it) {
    state.direct.push_back(it->direct);  //@L19
    for (const auto& [owner, memtable] : it->memtables) {
      if (owner.get() == &tree) state.immutables.push_back(memtable);
    }
  }
  //@}
  state.version = VersionOf(tree);  //@L05
  //@L17{
  state.ttl_us = tree.table.options.ttl_us;
  state.empty_value_deletes = tree.table.options.empty_value_deletes;
  //@}
  return state;
}

void DbImpl::PublishReadState() {
  ReadState state = StateOf(*tree_);
  //@L17{
  for (const auto& [id, tree] : named_) {
    state.named.emplace(id, std::make_shared<const ReadState>(StateOf(*tree)));
  }
  //@}
  read_state_.Set(state);
}

}  // namespace strata
