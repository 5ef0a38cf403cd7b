// A directory with sealed files on a disk in memory. Names are those of a store: "7.wal", "7.sst",
// "7.blob", "MANIFEST-7", "7.tmp", "CURRENT"; "LOCK" is in the clear.

#pragma once

#include <catch2/catch.hpp>

#include <charconv>
#include <map>
#include <memory>
#include <string>

#include "io/memory_file_system.h"
#include "seal/open_store.h"
#include "seal/sealed_files.h"
#include "testing/results.h"

namespace strata::seal::testing {

inline std::optional<std::uint64_t> NumberOf(std::string_view text) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

inline std::optional<FileRole> RoleOf(std::string_view name) {
  if (name == "CURRENT") return FileRole{SealedKind::kCurrent, 0};
  if (name.rfind("MANIFEST-", 0) == 0) {
    const auto number = NumberOf(name.substr(9));
    if (number) return FileRole{SealedKind::kManifest, *number};
  }
  const std::map<std::string_view, SealedKind> kinds = {{".wal", SealedKind::kLog},
                                                        {".sst", SealedKind::kTable},
                                                        {".blob", SealedKind::kBlob},
                                                        {".tmp", SealedKind::kCurrent}};
  const std::size_t dot = name.find('.');
  if (dot == std::string_view::npos || kinds.count(name.substr(dot)) == 0) return std::nullopt;
  const auto number = NumberOf(name.substr(0, dot));
  if (!number) return std::nullopt;
  return FileRole{kinds.at(name.substr(dot)), *number};
}

inline FileRoles Roles() {
  return {.role_of = RoleOf,
          .is_in_the_clear = [](std::string_view name) { return name == "LOCK"; }};
}

inline std::shared_ptr<const keyring::Keyring> NewKeyring(const Entropy& entropy) {
  return std::make_shared<const keyring::Keyring>(
      keyring::Keyring::Create("env:K", crypto::Secret(std::string(32, 'K')), entropy, 1));
}

struct SealWorld {
  SealWorld() : keyring(NewKeyring(entropy)) {
    (void)disk->CreateDirectories("db");
    (void)disk->SyncDirectory(".");
  }

  SealedFilesOptions OptionsFor(std::shared_ptr<const keyring::Keyring> keys) {
    return {.directory = "db", .keyring = std::move(keys), .entropy = entropy, .roles = Roles()};
  }
  Result<std::unique_ptr<SealedFiles>> TryOpen(FileSystem& below,
                                               SealWish wish = SealWish::kAsItIs) {
    STRATA_TRY_ASSIGN(const bool is_there, below.Exists("db/CURRENT"));
    return OpenSealed(below, OptionsFor(keyring), {.is_there = is_there, .wish = wish});
  }
  std::unique_ptr<SealedFiles> Open() { return strata::testing::Must(TryOpen(*disk)); }

  Entropy entropy = SeededEntropy(1);
  std::unique_ptr<MemoryFileSystem> disk = NewMemoryFileSystem();
  std::shared_ptr<const keyring::Keyring> keyring;
};

// A file of one piece, as a format would write it.
inline Status WritePiece(FileSystem& files, const std::string& path, std::string_view text) {
  STRATA_TRY_ASSIGN(const auto file, files.Create(path));
  const FileCipher* const cipher = CipherOf(*file);
  std::string piece(text);
  if (cipher != nullptr) {
    piece.resize(text.size() + FileCipher::kOverhead);
    cipher->Seal({SealedPart::kBlock, 0, "as written"}, text, piece.data());
  }
  STRATA_TRY(file->Append(piece));
  STRATA_TRY(file->Sync());
  STRATA_TRY(file->Close());
  return files.SyncDirectory("db");
}

inline Result<std::string> ReadPiece(FileSystem& files, const std::string& path) {
  STRATA_TRY_ASSIGN(const auto file, files.Open(path));
  std::string piece(file->size(), '\0');
  STRATA_TRY_ASSIGN(const std::string_view read, file->Read(0, piece.size(), piece.data()));
  const FileCipher* const cipher = CipherOf(*file);
  if (cipher == nullptr) return std::string(read);
  STRATA_TRY(cipher->Open({SealedPart::kBlock, 0, "as written"}, read, piece.data()));
  piece.resize(piece.size() - FileCipher::kOverhead);
  return piece;
}

// A small file that is written as a whole, as CURRENT is.
inline Status SwitchTo(FileSystem& files, std::uint64_t manifest) {
  const std::string fresh = "db/" + std::to_string(manifest) + ".tmp";
  STRATA_TRY_ASSIGN(const auto file, files.Create(fresh));
  STRATA_TRY(file->Append("MANIFEST-" + std::to_string(manifest)));
  STRATA_TRY(file->Sync());
  STRATA_TRY(file->Close());
  STRATA_TRY(files.Rename(fresh, "db/CURRENT"));
  return files.SyncDirectory("db");
}

}  // namespace strata::seal::testing
