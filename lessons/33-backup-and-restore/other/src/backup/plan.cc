// From the marks: all that backups and logs say of which sequence was the last at what time.

#include "backup/plan.h"

#include <map>

#include "backup/repository.h"

namespace strata::backup {
namespace {

Error Missing(const std::string& what) {
  return Error(ErrorCode::kNotFound, what);
}

class Planner {
 public:
  Planner(Target& target, const RestoreOptions& how) : target_(target), how_(how) {}

  Result<Plan> Run() {
    if (how_.sequence.has_value() && how_.time_us.has_value()) {
      return InvalidArgument("give a sequence or a time");
    }
    STRATA_TRY_ASSIGN(backups_, ReadBackups(target_));
    if (backups_.empty()) return Missing("there is no backup in " + target_.where());
    STRATA_TRY(Pick());
    store_ = plan_.from.state.properties.store_id;
    std::optional<SequenceNumber> wanted = how_.sequence;
    if (how_.time_us.has_value()) {
      STRATA_TRY_ASSIGN(wanted, NewestMark(*how_.time_us));
    }
    if (wanted && how_.backup.empty()) STRATA_TRY(PickBefore(*wanted));
    plan_.sequence = plan_.from.sequence();
    if (wanted && *wanted < plan_.sequence) {
      return InvalidArgument("the backup is of sequence " + std::to_string(plan_.sequence));
    }
    Checked checked;
    STRATA_TRY(CheckBackup(target_, plan_.from, &checked));
    if (wanted) STRATA_TRY(Follow(*wanted));
    return std::move(plan_);
  }

 private:
  // The last one that fits wins: numbers ascend.
  Status Pick() {
    const FoundBackup* picked = nullptr;
    std::string numbers;
    for (const FoundBackup& found : backups_) {
      const std::string number = std::to_string(found.number);
      numbers += (numbers.empty() ? "" : ", ") + number;
      const bool named = found.manifest && found.manifest->name == how_.backup;
      if (how_.backup.empty() || number == how_.backup || named) picked = &found;
    }
    if (picked == nullptr) {
      return Missing("there is no backup " + how_.backup + " in " + target_.where() +
                     "; there are " + numbers);
    }
    STRATA_TRY_ASSIGN(plan_.from, picked->manifest);
    return {};
  }

  Status PickBefore(SequenceNumber wanted) {
    bool any = false;
    for (const FoundBackup& found : backups_) {
      STRATA_TRY(found.manifest);
      if (found.manifest->state.properties.store_id != store_) continue;
      if (found.manifest->sequence() > wanted) continue;
      plan_.from = *found.manifest;
      any = true;
    }
    return any ? Status() : Missing("no backup is as old as sequence " + std::to_string(wanted));
  }

  Result<SequenceNumber> NewestMark(std::uint64_t time_us) {
    std::multimap<std::uint64_t, SequenceNumber> marks;
    for (const FoundBackup& found : backups_) {
      if (found.manifest && found.manifest->state.properties.store_id == store_) {
        marks.emplace(found.manifest->time_us, found.manifest->sequence());
      }
    }
    STRATA_TRY_ASSIGN(const auto names, ListLogs(target_, store_));
    for (const LogsName& name : names) {
      STRATA_TRY_ASSIGN(const Logs logs, ReadLogs(target_, name));
      marks.emplace(logs.time_us, name.last);
    }
    SequenceNumber newest = 0;
    const auto end = marks.upper_bound(time_us);
    if (end == marks.begin()) return Missing("nothing is as old as that");
    for (auto mark = marks.begin(); mark != end; ++mark) newest = std::max(newest, mark->second);
    return newest;
  }

  Status Follow(SequenceNumber wanted) {
    SequenceNumber covered = plan_.sequence;
    bool stopped = false;
    STRATA_TRY_ASSIGN(const auto names, ListLogs(target_, store_));
    for (const LogsName& name : names) {
      if (covered >= wanted || name.first > covered + 1) break;
      if (name.last <= covered) continue;
      STRATA_TRY_ASSIGN(const Logs logs, ReadLogs(target_, name));
      if (logs.tables != ChecksumOfTables(plan_.from.state)) {
        return Missing("a table was created, dropped or emptied before " +
                       std::to_string(name.last));
      }
      for (const LoggedRecord& record : logs.records) {
        STRATA_TRY_ASSIGN(const std::uint64_t count, CountEntries(record.payload));
        const SequenceNumber next = record.first + count;
        if (next <= plan_.sequence + 1 || stopped) continue;
        stopped = next > wanted + 1;
        if (stopped) continue;
        plan_.records.push_back(record);
        plan_.sequence = next - 1;
      }
      covered = name.last;
    }
    if (covered >= wanted) return {};
    return Missing("the logs lack the writes from " + std::to_string(covered + 1) + " on");
  }

  Target& target_;
  const RestoreOptions& how_;
  std::vector<FoundBackup> backups_;
  FileId store_{};
  Plan plan_;
};

}  // namespace

Result<Plan> MakePlan(Target& target, const RestoreOptions& how) {
  return Planner(target, how).Run();
}

}  // namespace strata::backup
