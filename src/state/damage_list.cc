#include "state/damage_list.h"

#include <algorithm>

namespace strata {
namespace {

// A disk that falls to pieces doesn't fill the memory too: files count, not their last block.
constexpr std::size_t kPiecesMax = 10'000;

// The manifest is begun anew under other numbers, and is the same thing all the time.
FileNumber KeyOf(const ParsedFileName& file) {
  return file.kind == FileKind::kManifest ? kManifestDamage : file.number;
}

}  // namespace

void DamageList::OnDamage(Damage damage) {
  const auto file = ParseFileName(damage.file);
  if (!file) return;
  {
    MutexLock lock(mutex_);
    if (pieces_.size() >= kPiecesMax) return;
    const auto [at, is_new] = pieces_.try_emplace({KeyOf(*file), damage.offset});
    if (!is_new) return;
    at->second = {damage, ++found_};
  }
  counters_.Add(Counter::kDamageFound);
  if (events_ == nullptr) return;
  events_->Emit("damage", {{"file", std::string_view(damage.file)},
                           {"offset", damage.offset},
                           {"what", std::string_view(damage.what)}});
}

void DamageList::Clear(FileNumber file) {
  MutexLock lock(mutex_);
  pieces_.erase(pieces_.lower_bound({file, 0}), pieces_.lower_bound({file + 1, 0}));
}

std::vector<Damage> DamageList::All() const {
  MutexLock lock(mutex_);
  std::vector<Damage> all;
  all.reserve(pieces_.size());
  for (const auto& [_, noted] : pieces_) all.push_back(noted.damage);
  return all;
}

std::set<FileNumber> DamageList::Files() const {
  MutexLock lock(mutex_);
  std::set<FileNumber> files;
  for (const auto& [place, _] : pieces_) files.insert(place.first);
  return files;
}

bool DamageList::empty() const {
  MutexLock lock(mutex_);
  return pieces_.empty();
}

std::uint64_t DamageList::found() const {
  MutexLock lock(mutex_);
  return found_;
}

bool DamageList::FoundSince(std::uint64_t before, const std::vector<FileNumber>& files) const {
  MutexLock lock(mutex_);
  return std::any_of(pieces_.begin(), pieces_.end(), [&](const auto& piece) {
    return piece.second.number > before &&
           std::find(files.begin(), files.end(), piece.first.first) != files.end();
  });
}

}  // namespace strata
