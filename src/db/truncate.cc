// A table becomes empty by one edit, which says up to which sequence all that was written to it is
// gone. A new tree takes the place of the old one, which goes as that of a dropped table does:
// flushes and merges that run for it install nothing, and its files go with their last reader.
//
// The truncation has a sequence of its own, so that what was read before it has changed since.

#include "commit/apply.h"
#include "db/db_impl.h"

namespace strata {

Status DbImpl::TruncateTable(std::string_view name) {
  STRATA_TRY(CheckOwner());
  return commit_.RunAtFront([&]() -> Status {
    const std::shared_ptr<Tree> tree = trees_.Named(name);
    if (tree == nullptr) {
      return Error(ErrorCode::kNotFound, "no table is named \"" + std::string(name) + "\"");
    }
    if (tree->replica != nullptr) return OnlyByApply(*tree);
    STRATA_TRY(commit_.SyncAtFront());  // What came before it, in any table, isn't lost without it.
    const SequenceNumber at = trees_.last_sequence() + 1;
    STRATA_TRY_ASSIGN(auto empty, trees_.MakeEmpty(*tree, at));
    trees_.SetLastSequence(at);
    versions_.AwaitEdits();
    const std::shared_ptr<const Version> version = tree->version;
    VersionEdit edit;
    edit.truncated.push_back({tree->table.id, at});
    STRATA_TRY(
        versions_.Install(std::move(edit), {}, [&] { trees_.Replace(tree, std::move(empty)); }));
    reader_.Show(at);
    for (const Run& run : version->runs()) {
      for (const auto& table : run.tables) table->MarkObsolete(files_.RemovalOf(*table));
    }
    upkeep_.Look();
    return {};
  });
}

}  // namespace strata
