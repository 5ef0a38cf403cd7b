// What every file system must do. The whole suite runs over each implementation.

#include <catch2/catch.hpp>

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "io/faulty_file_system.h"
#include "io/file_system.h"
#include "io/memory_file_system.h"
#include "testing/results.h"
#include "testing/temp_dir.h"

namespace strata {
namespace {

using testing::CodeOf;
using testing::Must;
using testing::Outcome;

// A file system and an empty directory on it.
struct World {
  std::string name;
  FileSystem* files = nullptr;
  std::string directory = "world";
  std::unique_ptr<testing::TempDir> temp_dir = nullptr;
  std::unique_ptr<MemoryFileSystem> memory = nullptr;
  std::unique_ptr<FileSystem> above = nullptr;

  std::string operator()(const std::string& file) const { return JoinPath(directory, file); }
};

World MakeWorld(const std::string& name) {
  World world{.name = name};
  if (name == "posix") {
    world.temp_dir = std::make_unique<testing::TempDir>();
    world.directory = world.temp_dir->path();
    world.files = &PosixFileSystem();
    return world;
  }
  world.memory = NewMemoryFileSystem();
  world.files = world.memory.get();
  if (name == "faulty") {
    world.above = NewFaultyFileSystem(*world.memory);
    world.files = world.above.get();
  }
  REQUIRE(world.files->CreateDirectories(world.directory));
  return world;
}

World AnyWorld() {
  const std::string name = GENERATE(as<std::string>(), "faulty", "posix", "memory");
  UNSCOPED_INFO("file system: " << name);
  return MakeWorld(name);
}

void WriteFile(const World& world, const std::string& file, std::string_view content) {
  const auto out = Must(world.files->Create(world(file)));
  REQUIRE(out->Append(content));
  REQUIRE(out->Sync());
  REQUIRE(out->Close());
}

std::string ReadAll(const World& world, const std::string& file) {
  return Must(world.files->ReadFile(world(file), 1 << 24));
}

TEST_CASE("a file holds what was appended, before any sync", "[map-and-shell]") {
  const World world = AnyWorld();
  const auto file = Must(world.files->Create(world("f")));
  CHECK(file->size() == 0);
  CHECK(ReadAll(world, "f").empty());
  CHECK(file->Append("one "));
  CHECK(file->Append(""));
  CHECK(file->Append("two"));
  CHECK(file->size() == 7);
  CHECK(ReadAll(world, "f") == "one two");
  CHECK(Must(world.files->FileSize(world("f"))) == 7);
  CHECK(file->Sync());
  CHECK(file->Close());
  CHECK(ReadAll(world, "f") == "one two");
}

TEST_CASE("creating a file that exists is refused and leaves it alone", "[map-and-shell]") {
  const World world = AnyWorld();
  WriteFile(world, "f", "old");
  CHECK(CodeOf(world.files->Create(world("f"))) == "i/o error");
  CHECK(ReadAll(world, "f") == "old");
}

TEST_CASE("a file that isn't there is not found, by every way to it", "[map-and-shell]") {
  const World world = AnyWorld();
  CHECK(CodeOf(world.files->Open(world("no"))) == "not found");
  CHECK(CodeOf(world.files->Open(world("no"), ReadMode::kMapped)) == "not found");
  CHECK(CodeOf(world.files->ReadFile(world("no"), 10)) == "not found");
  CHECK(CodeOf(world.files->FileSize(world("no"))) == "not found");
  CHECK(CodeOf(world.files->Remove(world("no"))) == "not found");
  CHECK(CodeOf(world.files->RemoveDirectory(world("no"))) == "not found");
  CHECK(CodeOf(world.files->Rename(world("no"), world("new"))) == "not found");
  CHECK(CodeOf(world.files->List(world("no"))) == "not found");
  CHECK(CodeOf(world.files->SyncDirectory(world("no"))) == "not found");
  CHECK(CodeOf(world.files->Create(world("no/f"))) == "not found");
  CHECK(CodeOf(world.files->Lock(world("no/LOCK"))) == "not found");
  CHECK_FALSE(Must(world.files->Exists(world("no"))));
  CHECK_FALSE(Must(world.files->Exists(world("no/f"))));
}

TEST_CASE("an error names the file and what was being done", "[map-and-shell]") {
  const World world = AnyWorld();
  CHECK(Outcome(world.files->Open(world("no"))) ==
        "not found: opening " + world("no") + ": No such file or directory");
  WriteFile(world, "f", "");
  CHECK(Outcome(world.files->Create(world("f"))) ==
        "i/o error: creating " + world("f") + ": File exists");
}

TEST_CASE("a range is read exactly, in both modes", "[map-and-shell]") {
  const World world = AnyWorld();
  const ReadMode mode = GENERATE(ReadMode::kPread, ReadMode::kMapped);
  std::string content;
  for (int i = 0; i < 50'000; ++i) content += static_cast<char>('a' + i % 23);
  const auto out = Must(world.files->Create(world("f")));
  for (std::size_t i = 0; i < content.size(); i += 500) {
    REQUIRE(out->Append(content.substr(i, 500)));
  }
  const auto file = Must(world.files->Open(world("f"), mode));
  CHECK(file->size() == content.size());
  std::string scratch(content.size(), '\0');
  for (const std::size_t offset : {0, 1, 499, 500, 4095, 4096, 49'000}) {
    for (const std::size_t size : {0, 1, 3, 512, 1000}) {
      const auto read = file->Read(offset, size, scratch.data());
      REQUIRE(read);
      CHECK(*read == std::string_view(content).substr(offset, size));
    }
  }
  CHECK(Must(file->Read(0, content.size(), scratch.data())) == content);
  CHECK(Must(file->Read(content.size(), 0, scratch.data())).empty());
}

TEST_CASE("reading past the end is corruption", "[map-and-shell]") {
  const World world = AnyWorld();
  const ReadMode mode = GENERATE(ReadMode::kPread, ReadMode::kMapped);
  WriteFile(world, "f", "12345678");
  const auto file = Must(world.files->Open(world("f"), mode));
  char scratch[16];
  CHECK(CodeOf(file->Read(0, 9, scratch)) == "corruption");
  CHECK(CodeOf(file->Read(8, 1, scratch)) == "corruption");
  CHECK(CodeOf(file->Read(9, 0, scratch)) == "corruption");
  CHECK(CodeOf(file->Read(UINT64_MAX, 2, scratch)) == "corruption");
  CHECK(CodeOf(file->Read(4, SIZE_MAX, scratch)) == "corruption");
  CHECK(Must(file->Read(4, 4, scratch)) == "5678");
}

TEST_CASE("an empty file can be opened in both modes", "[map-and-shell]") {
  const World world = AnyWorld();
  WriteFile(world, "f", "");
  for (const ReadMode mode : {ReadMode::kPread, ReadMode::kMapped}) {
    const auto file = Must(world.files->Open(world("f"), mode));
    CHECK(file->size() == 0);
    CHECK(Must(file->Read(0, 0, nullptr)).empty());
  }
}

TEST_CASE("a mapped view lives as long as its file, whatever happens to the name",
          "[map-and-shell]") {
  const World world = AnyWorld();
  WriteFile(world, "f", "some bytes");
  const auto file = Must(world.files->Open(world("f"), ReadMode::kMapped));
  const std::string_view first = Must(file->Read(0, 4, nullptr));
  const std::string_view second = Must(file->Read(5, 5, nullptr));
  REQUIRE(world.files->Remove(world("f")));
  CHECK(first == "some");
  CHECK(second == "bytes");
}

TEST_CASE("an open file keeps its bytes after its name is gone", "[map-and-shell]") {
  const World world = AnyWorld();
  WriteFile(world, "f", "old");
  const auto file = Must(world.files->Open(world("f")));
  REQUIRE(world.files->Remove(world("f")));
  WriteFile(world, "f", "new");
  char scratch[3];
  CHECK(Must(file->Read(0, 3, scratch)) == "old");
  CHECK(ReadAll(world, "f") == "new");
}

TEST_CASE("a file larger than the reader allows is corruption", "[map-and-shell]") {
  const World world = AnyWorld();
  WriteFile(world, "f", "12345");
  CHECK(Must(world.files->ReadFile(world("f"), 5)) == "12345");
  CHECK(CodeOf(world.files->ReadFile(world("f"), 4)) == "corruption");
}

TEST_CASE("preallocated space doesn't show", "[map-and-shell]") {
  const World world = AnyWorld();
  const auto file = Must(world.files->Create(world("f"), {.preallocate_bytes = 1 << 16}));
  std::string content;
  for (int i = 0; i < 30; ++i) {
    const std::string piece(7000, static_cast<char>('a' + i));
    content += piece;
    REQUIRE(file->Append(piece));
    REQUIRE(Must(world.files->FileSize(world("f"))) == content.size());
  }
  CHECK(file->Close());
  CHECK(ReadAll(world, "f") == content);
}

TEST_CASE("a mapped file is what was appended, once it is closed", "[map-and-shell]") {
  const World world = AnyWorld();
  const auto file =
      Must(world.files->Create(world("f"), {.preallocate_bytes = 1 << 16, .mapped = true}));
  std::string content;
  // What is large goes another way than what is small, and so do a few appends after a sync.
  const std::vector<std::size_t> sizes = {7000, 1, 3000, 4095, 200'000, 100, 4096};
  for (std::size_t i = 0; i < 120; ++i) {
    const std::string piece(sizes[i % sizes.size()], static_cast<char>('a' + i % 26));
    content += piece;
    REQUIRE(file->Append(piece));
    REQUIRE(file->size() == content.size());
    // Others see it at once, with nothing or zeros after it.
    std::string seen = ReadAll(world, "f");
    REQUIRE(seen.size() >= content.size());
    REQUIRE(seen.find_first_not_of('\0', content.size()) == std::string::npos);
    seen.resize(content.size());
    REQUIRE(seen == content);
    if (i % 50 == 9) REQUIRE(file->Sync());
  }
  CHECK(file->Close());
  CHECK(ReadAll(world, "f") == content);
}

TEST_CASE("a listing is sorted and names files and directories", "[map-and-shell]") {
  const World world = AnyWorld();
  CHECK(Must(world.files->List(world.directory)).empty());
  for (const char* name : {"b", "a", "c10", "c9"}) WriteFile(world, name, "");
  REQUIRE(world.files->CreateDirectories(world("B")));
  CHECK(Must(world.files->List(world.directory)) ==
        std::vector<std::string>{"B", "a", "b", "c10", "c9"});
}

TEST_CASE("directories are made with their parents, once or twice", "[map-and-shell]") {
  const World world = AnyWorld();
  CHECK(world.files->CreateDirectories(world("a/b/c")));
  CHECK(world.files->CreateDirectories(world("a/b/c")));
  CHECK(world.files->CreateDirectories(world("a/b/d/")));
  CHECK(Must(world.files->List(world("a/b"))) == std::vector<std::string>{"c", "d"});
  CHECK(Must(world.files->Exists(world("a/b/c"))));
}

TEST_CASE("a directory can't be where a file is", "[map-and-shell]") {
  const World world = AnyWorld();
  WriteFile(world, "f", "");
  CHECK(CodeOf(world.files->CreateDirectories(world("f"))) == "i/o error");
  CHECK(CodeOf(world.files->CreateDirectories(world("f/d"))) == "i/o error");
  CHECK(CodeOf(world.files->Create(world("f/g"))) == "i/o error");
  CHECK(CodeOf(world.files->List(world("f"))) == "i/o error");
}

TEST_CASE("a directory isn't a file", "[map-and-shell]") {
  const World world = AnyWorld();
  REQUIRE(world.files->CreateDirectories(world("d")));
  CHECK(CodeOf(world.files->Open(world("d"))) == "i/o error");
  CHECK(CodeOf(world.files->Remove(world("d"))) == "i/o error");
  CHECK(CodeOf(world.files->Create(world("d"))) == "i/o error");
  CHECK(CodeOf(world.files->Lock(world("d"))) == "i/o error");
}

TEST_CASE("only an empty directory is removed", "[map-and-shell]") {
  const World world = AnyWorld();
  REQUIRE(world.files->CreateDirectories(world("d")));
  WriteFile(world, "d/f", "");
  CHECK(CodeOf(world.files->RemoveDirectory(world("d"))) == "i/o error");
  CHECK(world.files->Remove(world("d/f")));
  CHECK(world.files->RemoveDirectory(world("d")));
  CHECK_FALSE(Must(world.files->Exists(world("d"))));
}

TEST_CASE("a rename replaces what had the name", "[map-and-shell]") {
  const World world = AnyWorld();
  WriteFile(world, "from", "new");
  WriteFile(world, "to", "old");
  const auto old_file = Must(world.files->Open(world("to")));
  CHECK(world.files->Rename(world("from"), world("to")));
  CHECK(ReadAll(world, "to") == "new");
  CHECK_FALSE(Must(world.files->Exists(world("from"))));
  char scratch[3];
  CHECK(Must(old_file->Read(0, 3, scratch)) == "old");
  CHECK(world.files->Rename(world("to"), world("to")));
  CHECK(ReadAll(world, "to") == "new");
}

TEST_CASE("a file can be renamed while it is being written", "[map-and-shell]") {
  const World world = AnyWorld();
  const auto file = Must(world.files->Create(world("f.tmp")));
  REQUIRE(file->Append("one "));
  REQUIRE(world.files->Rename(world("f.tmp"), world("f")));
  CHECK(file->Append("two"));
  CHECK(file->Sync());
  CHECK(ReadAll(world, "f") == "one two");
}

TEST_CASE("a directory is renamed with everything in it", "[map-and-shell]") {
  const World world = AnyWorld();
  REQUIRE(world.files->CreateDirectories(world("d.tmp/sub")));
  WriteFile(world, "d.tmp/sub/f", "x");
  CHECK(world.files->Rename(world("d.tmp"), world("d")));
  CHECK(ReadAll(world, "d/sub/f") == "x");
  CHECK_FALSE(Must(world.files->Exists(world("d.tmp"))));
}

TEST_CASE("a directory can be synced at any time", "[map-and-shell]") {
  const World world = AnyWorld();
  CHECK(world.files->SyncDirectory(world.directory));
  WriteFile(world, "f", "x");
  CHECK(world.files->SyncDirectory(world.directory));
  CHECK(world.files->SyncDirectory(world.directory));
}

TEST_CASE("a lock keeps out a second handle until it is given back", "[map-and-shell]") {
  const World world = AnyWorld();
  auto lock = Must(world.files->Lock(world("LOCK")));
  const auto second = world.files->Lock(world("LOCK"));
  CHECK(CodeOf(second) == "busy");
  CHECK_THAT(second.error().message(), Catch::Contains(world("LOCK")));
  CHECK_THAT(second.error().message(), Catch::Contains("this process already has"));
  CHECK(CodeOf(world.files->Lock(world("OTHER"))) == "ok");
  lock.reset();
  CHECK(CodeOf(world.files->Lock(world("LOCK"))) == "ok");
  CHECK(Must(world.files->Exists(world("LOCK"))));
}

TEST_CASE("a directory that is held is the same one, whatever its path comes to mean",
          "[write-ahead-log]") {
  const World world = AnyWorld();
  const std::string path = world("d");
  REQUIRE(world.files->CreateDirectories(path));
  const auto held = Must(world.files->OpenDirectory(path));
  const auto write = [&](FileSystem& files, const std::string& name, std::string_view content) {
    const auto file = Must(files.Create(JoinPath(path, name)));
    REQUIRE(file->Append(content));
    REQUIRE(file->Sync());
    REQUIRE(file->Close());
  };
  write(*held, "a", "one");
  REQUIRE(world.files->Rename(path, world("moved")));
  REQUIRE(world.files->CreateDirectories(path));
  write(*world.files, "a", "another");

  CHECK(Must(held->ReadFile(JoinPath(path, "a"), 100)) == "one");
  write(*held, "b", "two");
  REQUIRE(held->Rename(JoinPath(path, "b"), JoinPath(path, "c")));
  REQUIRE(held->SyncDirectory(path));
  CHECK(Must(held->List(path)) == std::vector<std::string>{"a", "c"});
  CHECK(Must(held->FileSize(JoinPath(path, "c"))) == 3);
  REQUIRE(held->Remove(JoinPath(path, "a")));
  CHECK_FALSE(Must(held->Exists(JoinPath(path, "a"))));
  CHECK(Must(world.files->List(path)) == std::vector<std::string>{"a"});
  CHECK(Must(world.files->List(world("moved"))) == std::vector<std::string>{"c"});
}

TEST_CASE("nothing can be created in a held directory that was removed", "[write-ahead-log]") {
  const World world = AnyWorld();
  const std::string path = world("d");
  REQUIRE(world.files->CreateDirectories(path));
  const auto held = Must(world.files->OpenDirectory(path));
  REQUIRE(world.files->RemoveDirectory(path));
  CHECK_FALSE(held->Create(JoinPath(path, "f")));
  REQUIRE(world.files->CreateDirectories(path));  // Another one of that name.
  CHECK_FALSE(held->Create(JoinPath(path, "f")));
  CHECK(Must(world.files->List(path)).empty());
}

TEST_CASE("only a directory that is there can be held", "[write-ahead-log]") {
  const World world = AnyWorld();
  WriteFile(world, "f", "x");
  CHECK(CodeOf(world.files->OpenDirectory(world("none"))) == "not found");
  CHECK_FALSE(world.files->OpenDirectory(world("f")));
}

TEST_CASE("a file opened as growing shows what is appended later, also without its name",
          "[value-separation]") {
  const World world = AnyWorld();
  auto file = Must(world.files->Create(world("f")));
  const auto growing = Must(world.files->Open(world("f"), ReadMode::kGrowing));
  char scratch[8];
  CHECK(CodeOf(growing->Read(0, 1, scratch)) == "corruption");
  REQUIRE(file->Append("abc"));
  CHECK(Must(growing->Read(0, 3, scratch)) == "abc");
  CHECK(CodeOf(growing->Read(2, 2, scratch)) == "corruption");
  REQUIRE(file->Append("def"));
  REQUIRE(world.files->Remove(world("f")));
  CHECK(Must(growing->Read(2, 3, scratch)) == "cde");
}
}  // namespace
}  // namespace strata
