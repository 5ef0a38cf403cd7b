// The key spaces of a store with their memtables, those that are full too: where entries go, and
// what readers are shown.
//
// Thread safety: the store's mutex guards it. The commit queue's front alone, and an opening,
// replaces memtables and has trees come and go, so it may look without the mutex.

#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/random.h"
#include "base/result.h"
#include "journal/direct_values.h"
#include "read/reader.h"
#include "state/store_context.h"
#include "state/tree.h"

namespace strata {

class TreeSet {
 public:
  // Shows what it has through `reader`.
  TreeSet(StoreContext& context, Reader& reader);

  // Makes the default tree. Errors: kInvalidArgument for a policy that can't be.
  Status Start(TableStore& store);  // Which has the direct values.

  // --- which there are ---
  const std::shared_ptr<Tree>& default_tree() const { return tree_; }
  std::vector<std::shared_ptr<Tree>> All() const;
  std::shared_ptr<Tree> Named(std::string_view name) const;  // Or null; so below.
  std::shared_ptr<Tree> Find(TableRef table) const;
  // A tree that isn't one of the set yet. Errors: as Start.
  Result<std::shared_ptr<Tree>> Make(const NamedTable& table);
  void Add(std::shared_ptr<Tree> tree);
  void Drop(const std::shared_ptr<Tree>& tree);
  // What a tree is once all is gone from it that was written up to `truncated_at`. Errors: as
  // Start.
  Result<std::shared_ptr<Tree>> MakeEmpty(const Tree& tree, SequenceNumber truncated_at);
  // Puts it in the tree's place.
  void Replace(const std::shared_ptr<Tree>& tree, std::shared_ptr<Tree> empty);
  std::uint32_t next_id() const { return next_id_; }
  void SetNextId(std::uint32_t id) { next_id_ = id; }
  std::size_t size() const { return 1 + named_.size(); }

  // --- memtables ---
  bool MemTablesEmpty() const;
  std::size_t MemTableBytes() const;
  // Wall clock of the first write into them.
  std::uint64_t since_us() const { return since_us_; }
  void SetSince(std::uint64_t since_us) { since_us_ = since_us; }
  std::shared_ptr<MemTable> NewMemTable();
  // Gives the tree an empty memtable: what was in it is in tables.
  void Renew(Tree& tree);
  // The newest entry that is, or will be in a moment, in a memtable or below.
  SequenceNumber last_sequence() const { return last_sequence_; }
  void SetLastSequence(SequenceNumber sequence) { last_sequence_ = sequence; }
  void SetEmptyValueDeletes(bool deletes) { empty_value_deletes_ = deletes; }
  bool empty_value_deletes() const { return empty_value_deletes_; }
  // Puts empty memtables in front; those that were there are full, and wait to be written out.
  // The next generation of direct values begins with them.
  void Switch(FileNumber oldest_log_after, std::shared_ptr<DirectValues> direct);
  const std::deque<Immutable>& full() const { return full_; }  // Oldest first.
  void PopOldestFull();
  // Entries of these tables, or of those in `entries`, were inserted: their memtables are neither
  // empty nor as small as they were. The first returns its tree, or null: the default one needs no
  // touch, and no other has the reference.
  const Tree* Touch(TableRef table);
  void Touch(const std::vector<TableRef>& tables) {
    for (const TableRef table : tables) Touch(table);
  }
  void Touch(std::string_view entries);
  // Adds encoded entries, the first one at `first`, and counts them.
  // An entry of a table that was dropped is left out.
  // REQUIRES: the caller is the queue's front, or was asked to by it. Tables are touched after it.
  Status Insert(std::string_view entries, SequenceNumber first, bool concurrently,
                std::uint64_t* count = nullptr) const;
  // The generation of direct values that the memtables point to.
  const std::shared_ptr<DirectValues>& direct() const { return direct_; }
  std::shared_ptr<DirectValues> NewDirect();
  void SetDirect(std::shared_ptr<DirectValues> direct) { direct_ = std::move(direct); }
  // REQUIRES: at the queue's front.
  const Tree& AtFront(std::uint64_t table) const;

  // --- what readers see ---
  // Shows them the memtables and the versions as they are now.
  void Publish();
  // The same where only these tables have changed: 0 is the default one.
  void Publish(const std::vector<std::uint32_t>& tables);

 private:
  ReadState StateOf(const Tree& tree) const;

  StoreContext& context_;
  Reader& reader_;
  Random random_;
  std::shared_ptr<Tree> tree_ = std::make_shared<Tree>();
  SequenceNumber last_sequence_ = 0;
  bool empty_value_deletes_ = false;
  std::uint64_t since_us_ = 0;
  std::deque<Immutable> full_;
  std::map<std::uint32_t, std::shared_ptr<Tree>> named_;
  std::map<std::string, std::shared_ptr<Tree>, std::less<>> by_name_;
  std::uint32_t next_id_ = 1;
  std::vector<std::shared_ptr<Tree>> touched_;  // Named ones, each once.
  std::size_t named_bytes_ = 0;                 // Of their memtables, as they were counted.
  TableStore* store_ = nullptr;
  std::shared_ptr<DirectValues> direct_;
};

}  // namespace strata
