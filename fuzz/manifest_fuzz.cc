// A manifest of any bytes. Checksums stop nearly every change, so the input is also cut into
// payloads and given to the reader as the records of a sound log: that reaches the edits. What is
// accepted is a state whose snapshot says the same.
//
//   input := whole manifest   and, read another way,   ( length u16, payload )*

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/check.h"
#include "io/memory_file_system.h"
#include "version/manifest.h"

namespace {

using strata::ManifestState;

void CheckState(const ManifestState& state) {
  ManifestState again;
  again.properties = state.properties;
  for (const strata::VersionEdit& edit : state.Snapshot()) {
    const auto decoded = strata::DecodeEdit(strata::EncodeEdit(edit));
    STRATA_CHECK(decoded.has_value() && again.Apply(*decoded).has_value());
  }
  STRATA_CHECK(again.tables == state.tables && again.sealed_logs == state.sealed_logs);
  STRATA_CHECK(again.oldest_log == state.oldest_log && again.next_file == state.next_file);
  STRATA_CHECK(again.last_sequence == state.last_sequence);
}

std::string LogOf(std::string_view payloads) {
  const auto disk = strata::NewMemoryFileSystem();
  const strata::Environment environment{.files = disk.get(),
                                        .clock = nullptr,
                                        .executor = nullptr,
                                        .entropy = strata::SeededEntropy(1)};
  const auto writer = strata::ManifestWriter::Create(environment, "m", 1, nullptr);
  STRATA_CHECK(writer.has_value());
  while (payloads.size() >= 2) {
    const std::size_t length = strata::DecodeFixed<std::uint16_t>(payloads.data());
    payloads.remove_prefix(2);
    STRATA_CHECK((*writer)->Append(payloads.substr(0, length)).has_value());
    payloads.remove_prefix(std::min(length, payloads.size()));
  }
  return disk->Contents("m").value();
}

void Read(std::string_view contents) {
  const auto state = strata::ReadManifest(contents, 0);
  if (state.has_value()) CheckState(*state);
  // With every byte promised, it is the same or refused.
  const auto whole = strata::ReadManifest(contents, contents.size());
  STRATA_CHECK(!whole.has_value() || state.has_value());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  Read(bytes);
  Read(LogOf(bytes));
  return 0;
}
