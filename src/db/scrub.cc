// What isn't whole: looked for now, and what is known of it.

#include <utility>

#include "db/db_impl.h"

namespace strata {

Result<ScrubReport> DbImpl::Scrub() {
  STRATA_TRY(CheckOwner());
  {
    MutexLock lock(mutex_);
    if (health_.closed()) return Error(ErrorCode::kAborted, "the store is closed");
  }
  return upkeep_.ScrubNow();
}

// A file that was damaged may be gone by now, with the table that it was of.
std::vector<Damage> DbImpl::LiveDamage() const {
  std::vector<Damage> live;
  for (Damage& damage : context_.damage.All()) {
    const auto file = ParseFileName(damage.file);
    if (!file || !versions_.IsInUse(*file)) continue;
    if (file->kind == FileKind::kTable) Locate(file->number, &damage);
    live.push_back(std::move(damage));
  }
  return live;
}

// A reader that met it knows less of it.
void DbImpl::Locate(FileNumber table, Damage* damage) const {
  for (const auto& tree : trees_.All()) {
    const auto found = tree->version->FindTable(table);
    if (found == nullptr) continue;
    damage->table = tree->table.id == 0 ? std::string(kDefaultTableName) : tree->table.name;
    if (!damage->first) damage->first = UserKeyOf(found->meta().smallest);
    if (!damage->last) damage->last = UserKeyOf(found->meta().largest);
  }
}

}  // namespace strata
