#include "backup/repository.h"

#include <algorithm>
#include <set>

namespace strata::backup {
namespace {

Result<Manifest> ReadManifestObject(Target& target, std::uint64_t number) {
  const std::string name = BackupObjectName(number);
  const std::string context = "reading " + name + " in " + target.where();
  auto bytes = Annotate(ReadObject(target, name, kListBytesMax), context);
  if (!bytes) return std::move(bytes).error();
  auto manifest = Annotate(DecodeManifest(*bytes), context);
  if (manifest && manifest->number != number) {
    return Corruption(context + ": it is of backup " + std::to_string(manifest->number));
  }
  return manifest;
}

// What the backups that stay need.
struct Needed {
  std::set<std::string> files;
  std::map<FileId, SequenceNumber> logs_after;  // By store: from its oldest backup on.

  void Add(const Manifest& manifest) {
    for (const StoredFile& file : manifest.Files()) files.insert(file.ObjectName());
    // Numbers ascend, so the first one is the oldest.
    logs_after.emplace(manifest.state.properties.store_id, manifest.sequence());
  }

  bool Needs(const std::string& object) const {
    if (object.starts_with(kFilePrefix)) return files.contains(object);
    const auto logs = LogsName::Parse(object);
    if (!logs) return true;  // Not ours.
    const auto after = logs_after.find(logs->store_id);
    return after != logs_after.end() && logs->last > after->second;
  }
};

Status RemoveUnneeded(Target& target, std::string_view prefix, const Needed& needed,
                      Pruned* pruned) {
  STRATA_TRY_ASSIGN(const auto objects, target.List(prefix));
  for (const Target::Object& object : objects) {
    if (needed.Needs(object.name)) continue;
    STRATA_TRY(target.Delete(object.name));
    ++pruned->objects;
    pruned->bytes += object.size;
  }
  return {};
}

}  // namespace

Result<std::vector<FoundBackup>> ReadBackups(Target& target) {
  STRATA_TRY_ASSIGN(const auto objects, target.List(kBackupPrefix));
  std::vector<FoundBackup> backups;
  for (const Target::Object& object : objects) {
    const auto number = ParseBackupObjectName(object.name);
    if (number) backups.push_back({*number, ReadManifestObject(target, *number)});
  }
  std::sort(backups.begin(), backups.end(),
            [](const FoundBackup& a, const FoundBackup& b) { return a.number < b.number; });
  return backups;
}

Result<std::vector<LogsName>> ListLogs(Target& target) {
  STRATA_TRY_ASSIGN(const auto objects, target.List(kLogsPrefix));
  std::vector<LogsName> logs;
  for (const Target::Object& object : objects) {
    if (const auto name = LogsName::Parse(object.name)) logs.push_back(*name);
  }
  return logs;
}

Result<std::vector<LogsName>> ListLogs(Target& target, const FileId& store) {
  STRATA_TRY_ASSIGN(auto logs, ListLogs(target));
  std::erase_if(logs, [&](const LogsName& name) { return name.store_id != store; });
  std::sort(logs.begin(), logs.end(),
            [](const LogsName& a, const LogsName& b) { return a.first < b.first; });
  return logs;
}

Result<Logs> ReadLogs(Target& target, const LogsName& name) {
  const std::string context = "reading " + name.ObjectName() + " in " + target.where();
  auto bytes = Annotate(ReadObject(target, name.ObjectName(), kListBytesMax), context);
  if (!bytes) return std::move(bytes).error();
  auto logs = Annotate(DecodeLogs(*bytes), context);
  if (logs && logs->name != name) return Corruption(context + ": it holds other logs");
  return logs;
}

Status CheckBackup(Target& target, const Manifest& manifest, Checked* checked) {
  for (const StoredFile& file : manifest.Files()) {
    const std::string name = file.ObjectName();
    auto found = checked->find(name);
    if (found == checked->end()) {
      found = checked->emplace(name, CheckObject(target, name, file.content())).first;
    }
    Status status = found->second;
    if (status) continue;
    const bool missing = status.error().code() == ErrorCode::kNotFound;
    const std::string context = "backup " + std::to_string(manifest.number);
    if (missing) return Corruption(context + ": " + name + " is missing in " + target.where());
    return std::move(status).error().WithContext(context);
  }
  return {};
}

Result<Pruned> Prune(Target& target, std::uint64_t keep) {
  STRATA_TRY_ASSIGN(auto backups, ReadBackups(target));
  const std::size_t going = backups.size() > keep ? backups.size() - keep : 0;
  Needed needed;
  for (std::size_t i = going; i < backups.size(); ++i) {
    STRATA_TRY_ASSIGN(const Manifest manifest, std::move(backups[i].manifest));
    needed.Add(manifest);
  }
  Pruned pruned;
  for (std::size_t i = 0; i < going; ++i) {  // Before anything that they need.
    STRATA_TRY(target.Delete(BackupObjectName(backups[i].number)));
    pruned.backups.push_back(backups[i].number);
  }
  STRATA_TRY(RemoveUnneeded(target, kFilePrefix, needed, &pruned));
  STRATA_TRY(RemoveUnneeded(target, kLogsPrefix, needed, &pruned));
  return pruned;
}

}  // namespace strata::backup
