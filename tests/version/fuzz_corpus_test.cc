// Writes the seeds of the fuzz targets manifest, version_edit and current again, when asked to:
// strata_test_version "[.corpus]". The bytes change only when a format does.

#include <catch2/catch.hpp>

#include <filesystem>
#include <fstream>

#include "io/memory_file_system.h"
#include "testing/edits.h"
#include "testing/results.h"
#include "testing/source_tree.h"
#include "version/manifest.h"

namespace strata {
namespace {

void Write(const std::string& name, const std::string& bytes) {
  const auto path = testing::SourcePath("fuzz/corpus") / name;
  std::filesystem::create_directories(path.parent_path());
  std::ofstream(path, std::ios::binary) << bytes;
}

std::string Manifest(const std::vector<std::string>& payloads, bool close) {
  const auto disk = NewMemoryFileSystem();
  const Environment environment{.files = disk.get(), .entropy = SeededEntropy(1)};
  const auto writer = testing::Must(ManifestWriter::Create(environment, "m", 1, nullptr));
  for (const std::string& payload : payloads) {
    REQUIRE(writer->Append(payload));
    REQUIRE(writer->Sync());
  }
  if (close) REQUIRE(writer->Close());
  return testing::Must(disk->Contents("m"));
}

TEST_CASE("seeds of the fuzz targets", "[.corpus]") {
  VersionEdit flush;
  flush.added = {testing::SomeTable(4, {0, 4}, "a", "m")};
  flush.sealed_logs = {{3, 100}};
  flush.oldest_log = 5;
  VersionEdit compaction;
  compaction.removed = {4};
  compaction.added = {testing::SomeTable(7, {1, 1}, "a", "f"),
                      testing::SomeTable(8, {1, 1}, "g", "z")};
  compaction.next_file = 9;
  compaction.last_sequence = 77;
  StoreProperties plain;
  StoreProperties newer;
  newer.empty_value_deletes = true;
  newer.features = {"time travel"};
  std::string unknown = EncodeEdit(flush);
  AppendField(&unknown, 1000, "optional");
  std::string critical = EncodeEdit(flush);
  AppendField(&critical, 1001, "critical");

  Write("version_edit/flush", EncodeEdit(flush));
  Write("version_edit/compaction", EncodeEdit(compaction));
  Write("version_edit/optional-field", unknown);
  Write("version_edit/critical-field", critical);
  Write("version_edit/cut-table", EncodeEdit(flush).substr(0, 30));
  Write("version_edit/long-length", std::string("\x01\xff\xff\xff\xff\xff\xff\xff\xff\x7f", 10));
  Write("version_edit/properties", EncodeProperties(newer));

  const std::vector<std::string> payloads = {EncodeProperties(plain), EncodeEdit(flush),
                                             EncodeEdit(compaction)};
  const std::string closed = Manifest(payloads, true);
  Write("manifest/closed", closed);
  Write("manifest/open", Manifest(payloads, false));
  Write("manifest/torn", closed.substr(0, closed.size() - 60));
  Write("manifest/twice", Manifest({payloads[0], payloads[1], payloads[1]}, true));
  Write("manifest/newer", Manifest({EncodeProperties(newer)}, true));
  std::string as_payloads;
  for (const std::string& payload : payloads) {
    AppendFixed16(&as_payloads, static_cast<std::uint16_t>(payload.size()));
    as_payloads += payload;
  }
  Write("manifest/payloads", as_payloads);

  Write("current/sound", EncodeCurrent({12, 3456}));
  Write("current/largest", EncodeCurrent({kFileNumberMax, UINT64_MAX}));
  Write("current/leading-zero", "MANIFEST-000012\nsynced 03456\ncrc32c 00000000\n");
  Write("current/table-name", "000007.sst");
  Write("current/upper-case", "MANIFEST-000012\nsynced 3456\ncrc32c B3F0E384\n");
}

}  // namespace
}  // namespace strata
