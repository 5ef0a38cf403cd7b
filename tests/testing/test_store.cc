#include "testing/test_store.h"

#include <catch2/catch.hpp>

#include "base/escape.h"
#include "testing/sealed_store.h"

namespace strata::testing {
namespace {

std::string Pair(std::string_view key, std::string_view value) {
  return Escape(key) + "=" + Escape(value) + " ";
}

}  // namespace

TestStore::TestStore(Options options, std::uint64_t seed, Start start)
    : options_(std::move(options)), seed_(seed), disk_(NewMemoryFileSystem()) {
  executor_ = NewSimExecutor(seed_, clock_);
  environment_ = {.files = disk_.get(),
                  .clock = &clock_,
                  .executor = executor_.get(),
                  .entropy = SeededEntropy(seed_)};
  options_.environment = &environment_;
  SealIfAsked(*disk_, &options_);
  if (start == Start::kClosed) return;
  auto opened = DB::Open(options_, kDirectory);
  INFO((opened ? "" : opened.error().message()));
  REQUIRE(opened);
  db_ = *std::move(opened);
}

TestStore::~TestStore() = default;

std::optional<std::string> TestStore::Get(std::string_view key) {
  std::string value;
  auto found = db_->Get(key, &value);
  INFO((found ? "" : found.error().message()));
  REQUIRE(found);
  return *found ? std::optional(value) : std::nullopt;
}

void TestStore::Reopen() {
  REQUIRE(db_->Close());
  REQUIRE(TryOpen());
}

void TestStore::Kill() {
  auto survivor = disk_->Clone();
  db_.reset();  // Whatever it still writes goes to the disk that is thrown away.
  disk_ = std::move(survivor);
}

void TestStore::PowerCut(CrashKind kind, Random& random) {
  auto survivor = disk_->Crash(kind, random);
  db_.reset();
  disk_ = std::move(survivor);
}

Status TestStore::TryOpen() {
  db_.reset();
  environment_.files = disk_.get();
  STRATA_TRY_ASSIGN(db_, DB::Open(options_, kDirectory));
  return {};
}

std::string Scan(DB& db, const ReadOptions& options) {
  std::string seen;
  auto iterator = db.NewIterator(options);
  REQUIRE(iterator);
  for (Status moved = (*iterator)->SeekToFirst();; moved = (*iterator)->Next()) {
    INFO((moved ? "" : moved.error().message()));
    REQUIRE(moved);
    if (!(*iterator)->Valid()) return seen;
    seen += Pair((*iterator)->key(), (*iterator)->value());
  }
}

std::string ScanBackwards(DB& db, const ReadOptions& options) {
  std::string seen;
  auto iterator = db.NewIterator(options);
  REQUIRE(iterator);
  for (Status moved = (*iterator)->SeekToLast();; moved = (*iterator)->Prev()) {
    INFO((moved ? "" : moved.error().message()));
    REQUIRE(moved);
    if (!(*iterator)->Valid()) return seen;
    seen += Pair((*iterator)->key(), (*iterator)->value());
  }
}

std::string Render(const std::map<std::string, std::string>& model) {
  std::string text;
  for (const auto& [key, value] : model) text += Pair(key, value);
  return text;
}

}  // namespace strata::testing
