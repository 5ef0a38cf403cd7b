// A disk with a keyring, and key sources in memory.

#pragma once

#include <catch2/catch.hpp>

#include <map>
#include <memory>
#include <string>

#include "io/memory_file_system.h"
#include "keyring/key_sources.h"
#include "keyring/keyring_file.h"
#include "testing/results.h"

namespace strata::keyring::testing {

inline const std::string kKeyA(32, 'A');
inline const std::string kKeyB(32, 'B');

struct KeyringWorld {
  KeyringWorld() {
    disk->SetContents("/keys/a", kKeyA);
    disk->SetContents("/keys/b", kKeyB);
    (void)disk->CreateDirectories("/etc");
    (void)disk->SyncDirectory("/");
  }

  KeySources Sources(FileSystem& files) {
    return {.files = &files,
            .variable = [this](const std::string& name) -> std::optional<std::string> {
              const auto found = variables.find(name);
              if (found == variables.end()) return std::nullopt;
              return found->second;
            },
            .command = [this](const std::string& command) -> Result<std::string> {
              commands.push_back(command);
              return Error(ErrorCode::kTimedOut, "it took longer than 10000 ms");
            }};
  }
  KeyReader Reader(FileSystem& files) { return ReaderOf(Sources(files)); }
  KeyReader Reader() { return Reader(*disk); }

  Keyring New() {
    return Keyring::Create("file:/keys/a", crypto::Secret(kKeyA), entropy, /*now_us=*/1'000'000);
  }
  std::string NewFile() {
    const Keyring keyring = New();
    REQUIRE(CreateKeyring(*disk, path, keyring, entropy));
    return strata::testing::Must(disk->Contents(path));
  }

  std::unique_ptr<MemoryFileSystem> disk = NewMemoryFileSystem();
  std::map<std::string, std::string> variables;
  std::vector<std::string> commands;
  Entropy entropy = SeededEntropy(1);
  const std::string path = "/etc/strata.keyring";
};

}  // namespace strata::keyring::testing
