// No nonce is used twice with a key: one ledger over crashes, copies, full disks and restarts.

#include <catch2/catch.hpp>

#include <set>
#include <thread>
#include <vector>

#include "io/faulty_file_system.h"
#include "seal_world.h"

namespace strata::seal {
namespace {

using strata::testing::Must;
using namespace seal::testing;  // NOLINT(google-build-using-namespace): the world's verbs.

// A file's numbers are 0, 1, 2, ... in some order: one bit each.
struct Ledger {
  SealListener Listener() {
    return [this](const crypto::Salt& file, const crypto::Nonce& nonce) {
      MutexLock lock(mutex);
      ++seals;
      auto& used = numbers[file];
      if (used.size() <= nonce.number) used.resize(nonce.number + 1);
      if (used[nonce.number] || nonce.domain != 1) ++repeated;
      used[nonce.number] = true;
    };
  }

  Mutex mutex;
  std::map<crypto::Salt, std::vector<bool>> numbers;
  std::uint64_t seals = 0;
  std::uint64_t repeated = 0;
};

std::unique_ptr<SealedFiles> OpenWith(SealWorld& world, FileSystem& below, Ledger& ledger) {
  SealedFilesOptions options = world.OptionsFor(world.keyring);
  options.listener = ledger.Listener();
  auto files = OpenSealed(below, options, {});
  return files ? *std::move(files) : nullptr;
}

void SealMany(FileSystem& files, const std::string& path, std::uint64_t count) {
  const auto file = files.Create(path);
  if (!file) return;
  char piece[FileCipher::kOverhead + 8];
  for (std::uint64_t i = 0; i < count; ++i) {
    CipherOf(**file)->Seal({SealedPart::kRecord, i * 32, ""}, "12345678", piece);
    if (!(*file)->Append({piece, sizeof(piece)})) return;
  }
}

TEST_CASE("a place that is sealed again has another nonce", "[encryption-at-rest]") {
  SealWorld world;
  Ledger ledger;
  const auto files = OpenWith(world, *world.disk, ledger);
  const auto file = Must(files->Create("db/1.wal"));
  std::string one(FileCipher::kOverhead + 5, '\0');
  std::string two = one;
  CipherOf(*file)->Seal({SealedPart::kRecord, 0, ""}, "alpha", one.data());
  world.disk->SetCapacity(1);
  CHECK_FALSE(file->Append(one));  // No room, so the next record goes to the same place.
  world.disk->SetCapacity(0);
  CipherOf(*file)->Seal({SealedPart::kRecord, 0, ""}, "omega", two.data());
  REQUIRE(file->Append(two));
  CHECK(ledger.repeated == 0);
  CHECK(one.substr(0, 5) != two.substr(0, 5));
}

TEST_CASE("over crashes, copies and restores no nonce comes twice", "[encryption-at-rest]") {
  SealWorld world;
  Ledger ledger;
  std::unique_ptr<MemoryFileSystem> disk = world.disk->Clone();
  for (std::uint64_t round = 0; round < 200; ++round) {
    const auto faulty = NewFaultyFileSystem(*disk);
    faulty->SetPlan({.fail_at = 10 + round % 40, .crash = true});
    const auto files = OpenWith(world, *faulty, ledger);
    // The same names again and again, as after a crash that took them, or when a copy is put back.
    if (files != nullptr) {
      for (const std::string name : {"1.wal", "2.sst", "3.blob"}) {
        SealMany(*files, "db/" + name, 50);
        (void)faulty->Remove("db/" + name).has_value();
      }
    }
    Random random(round);
    disk = round % 3 == 0 ? world.disk->Clone()
                          : disk->Crash(static_cast<CrashKind>(round % kCrashKinds), random);
  }
  CHECK(ledger.seals > 4000);
  CHECK(ledger.repeated == 0);
}

TEST_CASE("ten million pieces, sealed by four threads, have ten million nonces",
          "[encryption-at-rest][concurrency][slow]") {
  SealWorld world;
  Ledger ledger;
  const auto files = OpenWith(world, *world.disk, ledger);
  const auto file = Must(files->Create("db/1.blob"));
  constexpr std::uint64_t kEach = 2'500'000;
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 4; ++i) {
      threads.emplace_back([&] {
        char piece[FileCipher::kOverhead];
        for (std::uint64_t n = 0; n < kEach; ++n) CipherOf(*file)->Seal({}, "", piece);
      });
    }
  }
  CHECK(ledger.seals == 4 * kEach + 1);  // And SEAL.
  CHECK(ledger.repeated == 0);
}

}  // namespace
}  // namespace strata::seal
