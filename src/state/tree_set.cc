#include "state/tree_set.h"

#include <algorithm>
#include <utility>

#include "base/mutant.h"
#include "blob/blob_format.h"
#include "iter/expiry.h"
#include "wal/batch_format.h"

namespace strata {
namespace {

// A generation holds so many times memtable_bytes of direct values at most. More would make
// recovery, which reads and writes them all, slow.
constexpr std::uint64_t kDirectShare = 4;

// The store's options with a table's own put over them.
Options OptionsOf(const Options& store, const TableOptions& table) {
  Options options = store;
  options.compaction = table.compaction.value_or(store.compaction);
  options.compression = table.compression.value_or(store.compression);
  return options;
}

// What goes by the clock of each store would make replicas differ.
Status CheckReplicated(const NamedTable& table, const Options& options) {
  const std::string what = "table \"" + table.name + "\" is replicated: ";
  if (options.compaction == CompactionStyle::kFifo) {
    return InvalidArgument(what +
                           "FIFO compaction, which drops what is old by this store's clock, "
                           "isn't for it; give the table another compaction style");
  }
  if (table.options.delete_deadline_us != 0) {
    return InvalidArgument(what +
                           "it can't have a delete deadline, as it goes by the clocks of its "
                           "entries");
  }
  return {};
}
}  // namespace

TreeSet::TreeSet(StoreContext& context, Reader& reader)
    : context_(context), reader_(reader), random_(context.environment.entropy()) {}

Status TreeSet::Start(TableStore& store) {
  tree_->memtable = NewMemTable();
  tree_->table.options.ttl_us = context_.options.ttl_us;
  tree_->table.options.delete_deadline_us = context_.options.delete_deadline_us;
  store_ = &store;
  direct_ = NewDirect();
  STRATA_TRY_ASSIGN(tree_->policy, compaction::MakePolicy(context_.options));
  return {};
}

// --- which there are -----------------------------------------------------------------------------

std::vector<std::shared_ptr<Tree>> TreeSet::All() const {
  std::vector<std::shared_ptr<Tree>> trees = {tree_};
  for (const auto& [id, tree] : named_) trees.push_back(tree);
  return trees;
}

std::shared_ptr<Tree> TreeSet::Named(std::string_view name) const {
  if (name == kDefaultTableName) return tree_;
  const auto found = by_name_.find(name);
  return found == by_name_.end() ? nullptr : found->second;
}

std::shared_ptr<Tree> TreeSet::Find(TableRef table) const {
  if (table.id == 0) return tree_;
  const auto found = named_.find(table.id);
  return found == named_.end() ? nullptr : found->second;
}

Result<std::shared_ptr<Tree>> TreeSet::Make(const NamedTable& table) {
  auto tree = std::make_shared<Tree>();
  tree->table = table;
  tree->memtable = NewMemTable();
  const Options options = OptionsOf(context_.options, table.options);
  STRATA_TRY_ASSIGN(tree->policy, compaction::MakePolicy(options));
  if (table.options.replicated) {
    STRATA_TRY(CheckReplicated(table, options));
    tree->replica = std::make_shared<Replica>(table.applied);
  }
  return tree;
}

void TreeSet::Add(std::shared_ptr<Tree> tree) {
  const std::uint32_t id = tree->table.id;
  by_name_.emplace(tree->table.name, tree);
  named_.emplace(id, std::move(tree));
  next_id_ = std::max(next_id_, id + 1);
}

void TreeSet::Drop(const std::shared_ptr<Tree>& tree) {
  tree->dropped = true;
  tree->version = std::make_shared<const Version>();
  by_name_.erase(tree->table.name);
  named_.erase(tree->table.id);
  std::erase(touched_, tree);
  named_bytes_ -= tree->counted_bytes;
}

Result<std::shared_ptr<Tree>> TreeSet::MakeEmpty(const Tree& tree, SequenceNumber truncated_at) {
  STRATA_TRY_ASSIGN(auto empty, Make(tree.table));
  empty->truncated_at = truncated_at;
  return empty;
}

void TreeSet::Replace(const std::shared_ptr<Tree>& tree, std::shared_ptr<Tree> empty) {
  if (tree->table.id != 0) {
    Drop(tree);
    return Add(std::move(empty));
  }
  tree->dropped = true;
  tree->version = std::make_shared<const Version>();
  tree_ = std::move(empty);
}

// --- memtables -----------------------------------------------------------------------------------

std::shared_ptr<MemTable> TreeSet::NewMemTable() {
  return std::make_shared<MemTable>(random_.Next(), &context_.counters, context_.options.memtable);
}

void TreeSet::Renew(Tree& tree) {
  tree.memtable = NewMemTable();
  if (tree.touched) Touch(TableRef{tree.table.id});
}

bool TreeSet::MemTablesEmpty() const {
  for (const auto& tree : touched_) {
    if (!tree->memtable->empty()) return false;
    if (tree->replica != nullptr && tree->replica->ahead()) return false;
  }
  return tree_->memtable->empty();
}

std::size_t TreeSet::MemTableBytes() const {
  std::size_t bytes = tree_->memtable->bytes_used();
  bytes += named_bytes_;
  return std::max<std::size_t>(bytes, direct_->bytes() / kDirectShare);
}

void TreeSet::Switch(FileNumber oldest_log_after, std::shared_ptr<DirectValues> direct) {
  Immutable& full = full_.emplace_back(
      Immutable{{}, oldest_log_after, since_us_, std::exchange(direct_, std::move(direct))});
  std::vector<std::shared_ptr<Tree>> trees = {tree_};
  trees.insert(trees.end(), touched_.begin(), touched_.end());
  for (const auto& tree : touched_) {
    tree->touched = false;
    tree->counted_bytes = 0;
  }
  touched_.clear();
  named_bytes_ = 0;
  for (const auto& tree : trees) {
    full.memtables.emplace_back(tree, tree->memtable);
    if (tree->replica != nullptr) full.applied.emplace_back(tree, tree->replica->Switch());
    tree->memtable = NewMemTable();
  }
  Publish();
}

void TreeSet::PopOldestFull() {
  if (STRATA_MUTANT(flush_pops_newest)) std::swap(full_.front(), full_.back());
  full_.pop_front();
}

const Tree* TreeSet::Touch(TableRef table) {
  const auto found = named_.find(table.id);
  if (found == named_.end()) return nullptr;
  Tree& tree = *found->second;
  const std::size_t bytes = tree.memtable->bytes_used();
  named_bytes_ += bytes - std::exchange(tree.counted_bytes, bytes);
  if (!std::exchange(tree.touched, true)) touched_.push_back(found->second);
  return &tree;
}

void TreeSet::Touch(std::string_view entries) {
  if (named_.empty()) return;
  // What can't be taken apart is refused by Insert.
  (void)wal::ForEachEntry(entries, 1, [this](const wal::BatchEntry& entry) {
    if (entry.table != 0) Touch(TableRef{static_cast<std::uint32_t>(entry.table)});
    return Status();
  }).has_value();
}

std::shared_ptr<DirectValues> TreeSet::NewDirect() {
  return std::make_shared<DirectValues>(*store_, context_.options.blob_file_bytes,
                                        context_.counters);
}

// Tables come and go at the queue's front only, which therefore needs no mutex.
const Tree& TreeSet::AtFront(std::uint64_t table) const {
  const auto found = named_.find(static_cast<std::uint32_t>(table));
  return found == named_.end() ? *tree_ : *found->second;
}

// The memtables stay where they are while the queue's front works: no mutex is needed.
Status TreeSet::Insert(std::string_view entries, SequenceNumber first,
                       [[maybe_unused]] bool concurrently, std::uint64_t* count) const {
  std::uint64_t counted = 0;
  STRATA_TRY(wal::ForEachEntry(entries, first, [&](const wal::BatchEntry& entry) {
    ++counted;
    const auto found =
        entry.table == 0 ? named_.end() : named_.find(static_cast<std::uint32_t>(entry.table));
    if (entry.table != 0 && found == named_.end()) {
      if (entry.table < next_id_) return Status();  // Dropped after it was written.
      return Status(
          Corruption("an entry of table " + std::to_string(entry.table) + ", which never was"));
    }
    const Tree& tree = entry.table == 0 ? *tree_ : *found->second;
    MemTable& memtable = *tree.memtable;
    EntryKind kind = entry.kind;
    std::string_view value = entry.value;
    std::string with_expiry;
    std::string pointer;
    if (sst::IsPointer(kind)) {
      const auto place = blob::DecodePlace(value);
      if (!place) return Status(Corruption("an entry whose pointer to a blob can't be"));
      AppendBlobPointer(&pointer, place->pointer);
      value = pointer;
    }
    const bool deletes =
        entry.table == 0 ? empty_value_deletes_ : tree.table.options.empty_value_deletes;
    if (kind != EntryKind::kDelete && value.empty() && deletes) {
      kind = EntryKind::kDelete;
    } else if (IsExpiring(kind)) {
      AppendFixed64(&with_expiry, entry.expires_at_us);
      with_expiry.append(value);
      value = with_expiry;
    }
    if (concurrently) {
      memtable.AddConcurrently(entry.sequence, kind, entry.key, value);
      return Status();
    }
    memtable.Add(entry.sequence, kind, entry.key, value);
    return Status();
  }));
  if (count != nullptr) *count = counted;
  return {};
}

// --- what readers see ----------------------------------------------------------------------------

ReadState TreeSet::StateOf(const Tree& tree) const {
  ReadState state;
  state.memtable = tree.memtable;
  state.direct.push_back(direct_);
  for (auto it = full_.rbegin(); it != full_.rend(); ++it) {
    state.direct.push_back(it->direct);
    for (const auto& [owner, memtable] : it->memtables) {
      if (owner.get() == &tree) state.immutables.push_back(memtable);
    }
  }
  state.version = tree.version;
  state.ttl_us = tree.table.options.ttl_us;
  state.empty_value_deletes = tree.table.options.empty_value_deletes;
  state.truncated_at = tree.truncated_at;
  if (tree.replica != nullptr) state.clock_us = tree.replica->clock_us();
  return state;
}

void TreeSet::Publish() {
  ReadState state = StateOf(*tree_);
  for (const auto& [id, tree] : named_) {
    state.named.Set(id, std::make_shared<const ReadState>(StateOf(*tree)));
  }
  reader_.Publish(state);
}

void TreeSet::Publish(const std::vector<std::uint32_t>& tables) {
  const auto before = reader_.state();
  if (before == nullptr) return Publish();
  ReadState state = StateOf(*tree_);
  state.named = before->named;
  for (const std::uint32_t id : tables) {
    if (id == 0) continue;
    const auto found = named_.find(id);
    state.named.Set(id, found == named_.end()
                            ? nullptr
                            : std::make_shared<const ReadState>(StateOf(*found->second)));
  }
  reader_.Publish(state);
}
}  // namespace strata
