#include "backup/directory_target.h"

#include <catch2/catch.hpp>

#include "base/crc32c.h"
#include "base/random.h"
#include "io/memory_file_system.h"
#include "testing/results.h"
#include "testing/watched_file_system.h"

namespace strata::backup {
namespace {

using testing::CodeOf;
using testing::Must;
using testing::Outcome;
using Access = DirectoryTarget::Access;

Target::Content ContentOf(const std::string& bytes) {
  return {.size = bytes.size(), .crc = Crc32c(bytes)};
}

// `bytes` in pieces of seven.
Target::Source InPieces(std::string bytes) {
  return [bytes = std::move(bytes), at = std::size_t{0}]() mutable -> Result<std::string_view> {
    const std::string_view piece = std::string_view(bytes).substr(at, 7);
    at += piece.size();
    return piece;
  };
}

Status PutText(Target& target, const std::string& name, const std::string& text) {
  return target.Put(name, ContentOf(text), InPieces(text));
}

std::unique_ptr<DirectoryTarget> Open(FileSystem& files, Access access = Access::kWrite) {
  return Must(DirectoryTarget::Open(files, "there/backups", access));
}

// "name:size " of each.
std::string NamesOf(Target& target, std::string_view prefix) {
  std::string names;
  for (const Target::Object& object : Must(target.List(prefix))) {
    names += object.name + ":" + std::to_string(object.size) + " ";
  }
  return names;
}

TEST_CASE("what is put is read, listed and deleted by its name", "[backup-and-restore]") {
  const auto disk = NewMemoryFileSystem();
  const auto target = Open(*disk);
  const std::string text = "more bytes than one piece has";
  REQUIRE(PutText(*target, "file-2", text));
  REQUIRE(PutText(*target, "file-1", ""));
  REQUIRE(PutText(*target, "other", "x"));
  CHECK(Must(ReadObject(*target, "file-2", 100)) == text);
  CHECK(Must(ReadObject(*target, "file-1", 100)).empty());
  CHECK(NamesOf(*target, "file-") == "file-1:0 file-2:" + std::to_string(text.size()) + " ");
  REQUIRE(target->Delete("file-2"));
  CHECK(NamesOf(*target, "") == "file-1:0 other:1 ");
  REQUIRE(target->Delete("file-2"));
  CHECK(CodeOf(ReadObject(*target, "file-2", 100)) == "not found");
  CHECK(CodeOf(ReadObject(*target, "other", 0)) == "corruption");
}

TEST_CASE("an object appears with the bytes that were meant, or not at all",
          "[backup-and-restore]") {
  const auto disk = NewMemoryFileSystem();
  const auto target = Open(*disk);
  REQUIRE(PutText(*target, "a", "old"));
  CHECK(CodeOf(target->Put("a", ContentOf("new!"), InPieces("new?"))) == "corruption");
  CHECK(CodeOf(target->Put("a", ContentOf("new!"), InPieces("new"))) == "corruption");
  CHECK(CodeOf(target->Put("b", ContentOf("new!"), []() -> Result<std::string_view> {
          return Error(ErrorCode::kAborted, "enough");
        })) == "aborted");
  CHECK(NamesOf(*target, "") == "a:3 ");
  CHECK(Must(disk->List("there/backups")) == std::vector<std::string>{"LOCK", "a"});
  CHECK(Must(ReadObject(*target, "a", 100)) == "old");
}

TEST_CASE("what is there already isn't put", "[backup-and-restore]") {
  const auto disk = NewMemoryFileSystem();
  const auto target = Open(*disk);
  CHECK(Must(target->Create("a", "1")));
  CHECK_FALSE(Must(target->Create("a", "2")));
  CHECK(Must(ReadObject(*target, "a", 100)) == "1");
}

TEST_CASE("one at a time writes, anyone reads", "[backup-and-restore]") {
  const auto disk = NewMemoryFileSystem();
  CHECK(CodeOf(DirectoryTarget::Open(*disk, "there/backups", Access::kRead)) == "not found");
  const auto target = Open(*disk);
  REQUIRE(PutText(*target, "a", "1"));
  CHECK(CodeOf(DirectoryTarget::Open(*disk, "there/backups", Access::kWrite)) == "busy");
  CHECK(Must(ReadObject(*Open(*disk, Access::kRead), "a", 100)) == "1");
}

TEST_CASE("what a crash left half written is no object, and goes", "[backup-and-restore]") {
  const auto disk = NewMemoryFileSystem();
  disk->SetContents("there/backups/tmp-a", "half");
  CHECK(Must(Open(*disk, Access::kRead)->List("")).empty());
  CHECK(Must(disk->Exists("there/backups/tmp-a")));
  const auto target = Open(*disk);
  CHECK_FALSE(Must(disk->Exists("there/backups/tmp-a")));
  CHECK(PutText(*target, "a", "whole"));
}

// A power cut before each operation of a put, and after the last.
TEST_CASE("wherever the power is cut an object is whole or not there, and stays when it was put",
          "[backup-and-restore]") {
  const auto disk = NewMemoryFileSystem();
  Random random(5);
  const std::string text(1300, 't');
  bool is_put = false;
  int images = 0;
  const auto cut = [&] {
    for (int kind = 0; kind < kCrashKinds; ++kind) {
      const auto image = disk->Crash(static_cast<CrashKind>(kind), random);
      if (!Must(image->Exists("there/backups"))) {
        CHECK_FALSE(is_put);
        continue;
      }
      const auto target = Open(*image, Access::kRead);
      const auto objects = Must(target->List("a"));
      if (is_put) CHECK(objects.size() == 1);
      if (!objects.empty()) CHECK(Must(ReadObject(*target, "a", 2000)) == text);
      ++images;
    }
  };
  const auto files = testing::NewWatchedFileSystem(*disk, [&](const FileEvent&) { cut(); });
  const auto target = Open(*files);
  REQUIRE(PutText(*target, "a", text));
  is_put = true;
  cut();
  CHECK(images > 40);
}

}  // namespace
}  // namespace strata::backup
