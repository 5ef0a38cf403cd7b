// A store is sealed anew, or its seal taken off, beside its readers and writers: every file that is
// under another key than it should be is written anew, as compactions and collections do it. A
// crash leaves a store whose files are of both kinds, and each says which it is.

#include <map>

#include "compaction/rewrite_pick.h"
#include "db/db_impl.h"
#include "keyring/keyring.h"
#include "recovery/open_sealed.h"
#include "seal/sealed_files.h"

namespace strata {
namespace {

using seal::FileSeal;
using seal::SealMode;

bool IsSealItself(const FileSeal& file) {
  return file.role.kind == seal::SealedKind::kSeal;
}

// It isn't as the store's mode wants it.
bool IsStale(const FileSeal& file, SealMode mode, keyring::KeyId active) {
  if (mode == SealMode::kUnsealing) return file.key.has_value() && !IsSealItself(file);
  return file.key != active;
}

std::string_view StateName(keyring::KeyState state) {
  switch (state) {
    case keyring::KeyState::kActive:
      return "active";
    case keyring::KeyState::kOld:
      return "old";
    case keyring::KeyState::kRetired:
      return "retired";
  }
  return "unknown";
}

SealedKeyUse UseOf(const std::optional<keyring::KeyId>& id, const keyring::Keyring& keyring) {
  SealedKeyUse use;
  if (!id) return use;
  use.key = keyring::KeyIdText(*id);
  use.state = "unknown";
  for (const keyring::DataKey& key : keyring.keys()) {
    if (key.id != *id) continue;
    use.state = StateName(key.state);
    use.created_us = key.created_us;
  }
  return use;
}

}  // namespace

// What isn't a store in a directory of this machine has no files to speak of.
Result<SealInfo> DB::SealStatus() {
  return Error(ErrorCode::kUnsupported, "what is sealed is asked where the store's files are");
}

Status DB::SealAnew() {
  return Error(ErrorCode::kUnsupported, "a store is sealed where its files are");
}

Result<SealInfo> DbImpl::SealStatus() {
  STRATA_TRY(CheckOwner());
  SealInfo info{.mode = "in the clear", .uses = {}};
  if (context_.sealed == nullptr) return info;
  seal::SealedFiles& sealed = *context_.sealed;
  const auto keyring = sealed.keyring();
  info.mode = sealed.is_unsealed() ? "in the clear" : SealModeName(sealed.mode());
  info.keys_are_locked = keyring->is_locked();
  STRATA_TRY_ASSIGN(const auto files, sealed.Census());
  std::map<std::optional<keyring::KeyId>, SealedKeyUse> uses;
  for (const FileSeal& file : files) {
    auto size = sealed.stored().FileSize(JoinPath(context_.directory, file.name));
    if (!size) continue;  // It went meanwhile.
    SealedKeyUse& use = uses.try_emplace(file.key, UseOf(file.key, *keyring)).first->second;
    ++use.files;
    use.bytes += *size;
  }
  for (auto& [_, use] : uses) info.uses.push_back(std::move(use));
  return info;
}

Status DbImpl::SealAnew() {
  STRATA_TRY(CheckOwner());
  if (context_.sealed == nullptr) {
    return InvalidArgument(
        "the store is in the clear, and was opened to stay so: open it to be "
        "sealed (Options::seal, `strata seal`)");
  }
  seal::SealedFiles& sealed = *context_.sealed;
  STRATA_TRY_ASSIGN(auto keyring, LoadStoreKeyring(context_));  // It may have been rotated.
  sealed.SetKeyring(std::move(keyring));
  // What is written to while one looks is of the next round; more rounds wait for readers.
  constexpr int kRounds = 3;
  STRATA_TRY_ASSIGN(std::size_t stale, CountStale());
  for (int round = 0; stale > 0 && round < kRounds; ++round) {
    STRATA_TRY(RewriteStale());
    STRATA_TRY_ASSIGN(stale, CountStale());
  }
  if (stale > 0) {
    return Error(ErrorCode::kBusy, std::to_string(stale) +
                                       " files couldn't be written anew, as readers have them "
                                       "open: try again when they have ended");
  }
  if (sealed.mode() == SealMode::kSealing) return sealed.EndSealing();
  if (sealed.mode() == SealMode::kUnsealing && !sealed.is_unsealed()) return sealed.EndUnsealing();
  return {};
}

Result<std::size_t> DbImpl::CountStale() {
  seal::SealedFiles& sealed = *context_.sealed;
  STRATA_TRY_ASSIGN(const auto files, sealed.Census());
  const SealMode mode = sealed.mode();
  const keyring::KeyId active = sealed.keyring()->active();
  std::size_t stale = 0;
  for (const FileSeal& file : files) stale += IsStale(file, mode, active) ? 1 : 0;
  return stale;
}

// Logs first: what they hold goes to tables under the right key, and new logs begin.
Status DbImpl::RewriteStale() {
  seal::SealedFiles& sealed = *context_.sealed;
  STRATA_TRY(Flush());
  STRATA_TRY_ASSIGN(const auto files, sealed.Census());
  compaction::FileNumbers numbers;
  for (const FileSeal& file : files) {
    if (IsStale(file, sealed.mode(), sealed.keyring()->active())) numbers.insert(file.role.number);
  }
  {
    MutexLock lock(mutex_);
    STRATA_TRY(upkeep_.Rewrite(numbers));
    STRATA_TRY(versions_.RewriteManifest());
  }
  return sealed.mode() == SealMode::kUnsealing ? Status() : sealed.Reseal();
}

}  // namespace strata
