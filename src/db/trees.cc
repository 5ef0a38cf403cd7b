// The key spaces of a store, and what readers see of them.

#include "db/db_impl.h"

namespace strata {

std::vector<std::shared_ptr<Tree>> DbImpl::Trees() const {
  return {tree_};
}

std::shared_ptr<MemTable> DbImpl::NewMemTable() {
  //@L02..19{
  //| return std::make_shared<MemTable>(random_.Next(), &counters_);
  //@}
  return std::make_shared<MemTable>(random_.Next(), &counters_, options_.memtable);  //@L20
}

bool DbImpl::MemTablesEmpty() const {
  return tree_->memtable->empty();
}

std::size_t DbImpl::MemTableBytes() const {
  return tree_->memtable->bytes_used();
}

//@L05..05{
//| std::shared_ptr<const Version> DbImpl::VersionOf(const Tree&) const {
//|   return version_;
//| }
//@}
//@L06{
std::shared_ptr<const Version> DbImpl::VersionOf(const Tree&) const {
  return versions_->current();
}

//@}
ReadState DbImpl::StateOf(const Tree& tree) const {
  ReadState state;
  state.memtable = tree.memtable;
  //@L12{
  for (auto it = immutables_.rbegin(); it != immutables_.rend(); ++it) {
    for (const auto& [owner, memtable] : it->memtables) {
      if (owner.get() == &tree) state.immutables.push_back(memtable);
    }
  }
  //@}
  state.version = VersionOf(tree);  //@L05
  return state;
}

void DbImpl::PublishReadState() {
  read_state_.Set(StateOf(*tree_));
}

}  // namespace strata
