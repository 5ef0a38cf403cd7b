// Tests of the tests: with each planted bug switched on, the check that is there for it must fail.
// The bugs are real ones of other engines.

#include <catch2/catch.hpp>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <regex>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "client/planted.h"
#include "isolation/planted_names.h"
#include "reliability/checks.h"
#include "sim/planted_names.h"
#include "testing/ledger.h"
#include "testing/mutant_guard.h"
#include "testing/replicated.h"
#include "testing/source_tree.h"

namespace strata::testing {
namespace {

using Check = Findings (*)();

struct Planted {
  const char* mutant;
  const char* origin;
  Check check;
};

constexpr Planted kPlanted[] = {
    {"ack_before_fsync", "etcd#14370", CheckCrashes},
    {"skip_dir_fsync_new_wal", "etcd#6368", CheckCrashes},
    {"skip_dir_fsync_rename", "rocksdb#10573", CheckCrashes},
    {"unlink_before_rename_durable", "leveldb#195", CheckCrashes},
    {"old_wal_not_synced_on_rotate", "leveldb#193", CheckCrashesWithoutSync},
    {"replay_past_lost_tail", "", CheckCrashesWithoutSync},
    {"retry_fsync_and_continue", "ATC'20", CheckFaults},
    {"reuse_manifest_after_write_error", "rocksdb#6331", CheckManifestAfterError},
    {"delete_outputs_after_manifest_sync_error", "rocksdb#4990", CheckFaults},
    {"replay_past_corrupt_wal", "rocksdb#7701", CheckDamageOfKilledStore},
    {"ignore_read_eio_in_replay", "rocksdb#6288", CheckFaults},
    {"reuse_file_number", "pebble#788", CheckCrashes},
    {"drop_tombstone_with_older_below", "rocksdb#2722", CheckSimulation},
    {"drop_version_under_snapshot", "cockroach#70886", CheckDropRules},
    {"seqno_before_superversion", "cockroach#50182", CheckReadPoint},
    {"skip_block_crc", "", CheckDamageOfClosedStore},
    {"crc_without_offset", "misplaced block", CheckDamageOfClosedStore},
    {"u32_wrap_in_entry_bound", "leveldb#1324", CheckAbsurdLengths},
    {"stale_record_in_recycled_wal", "", CheckDamageOfKilledStore},
    {"alloc_declared_len", "leveldb#1349", CheckAbsurdLengths},
};

constexpr Planted kPlantedInBlobs[] = {
    {"blob_not_synced_before_edit", "", CheckBlobCrashes},
    {"blob_removed_before_edit", "slatedb#604", CheckBlobCrashes},
    {"collect_from_one_table", "", CheckBlobReads},
    {"blob_rank_counts_itself", "", CheckBlobReads},
    {"log_before_values", "", CheckDirectCrashes},
    {"direct_removed_before_edit", "", CheckDirectCrashes},
};

void ExpectNothing(const std::vector<Check>& checks) {
  Ledger ledger("checks");
  for (const Check check : checks) {
    const Findings findings = check();
    for (const std::string& finding : findings) FAIL_CHECK(finding);
    ledger.Add("checks");
  }
}

TEST_CASE("the checks find nothing wrong with the engine as it is", "[parallel-reads][long]") {
  ExpectNothing({CheckCrashes, CheckCrashesWithoutSync, CheckSimulation, CheckDamageOfClosedStore,
                 CheckDamageOfKilledStore, CheckFaults, CheckDropRules, CheckReadPoint,
                 CheckManifestAfterError, CheckAbsurdLengths});
}

TEST_CASE("the checks find nothing wrong with values in blob files", "[value-separation][long]") {
  ExpectNothing({CheckBlobCrashes, CheckBlobReads, CheckDirectCrashes});
}

#if defined(STRATA_MUTANTS)
void ExpectFound(std::span<const Planted> all) {
  Ledger ledger("mutants");
  for (const Planted& planted : all) {
    const MutantGuard guard(planted.mutant);
    const Findings findings = planted.check();
    ledger.Add("mutants");
    ledger.Add("killed", findings.empty() ? 0 : 1);
    if (findings.empty()) {
      FAIL_CHECK(planted.mutant << " (" << planted.origin << ") survives");
    } else {
      std::printf("mutant %s: %s\n", planted.mutant, findings.front().c_str());
    }
  }
  CHECK(ledger.Get("killed") == all.size());
}

TEST_CASE("every planted bug is found by its check", "[parallel-reads][long]") {
  ExpectFound(kPlanted);
}

TEST_CASE("every planted bug in blob files is found by its check", "[value-separation][long]") {
  ExpectFound(kPlantedInBlobs);
}
#endif

// The names in the sources, as STRATA_MUTANT(name).
std::set<std::string> MutantsInSources() {
  std::set<std::string> names;
  const std::regex hook(R"(STRATA_MUTANT\(([a-z0-9_]+)\))");
  for (const auto& entry : std::filesystem::recursive_directory_iterator(SourcePath("src"))) {
    if (!entry.is_regular_file() || entry.path().filename() == "mutant.h") continue;
    std::ifstream file(entry.path());
    const std::string text((std::istreambuf_iterator<char>(file)), {});
    for (std::sregex_iterator at(text.begin(), text.end(), hook), end; at != end; ++at) {
      names.insert((*at)[1]);
    }
  }
  return names;
}

TEST_CASE("every planted bug in the sources has a check, and every check its bug",
          "[parallel-reads][long]") {
  std::set<std::string> listed;
  for (const Planted& planted : kPlanted) listed.insert(planted.mutant);
  for (const Planted& planted : kPlantedInBlobs) listed.insert(planted.mutant);
  for (const char* mutant : sim::kPlantedNames) listed.insert(mutant);
  for (const char* mutant : isolation::kPlantedNames) listed.insert(mutant);
  for (const char* mutant : kPlantedInApply) listed.insert(mutant);
  for (const char* mutant : client::testing::kPlantedNames) listed.insert(mutant);
  CHECK(MutantsInSources() == listed);
}

}  // namespace
}  // namespace strata::testing
