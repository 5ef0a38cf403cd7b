// What a power cut may leave of a disk, kind by kind, and what it may never take.

#include "io/memory_disk.h"

#include <catch2/catch.hpp>

#include <algorithm>
#include <map>
#include <set>

#include "io/memory_file_system.h"
#include "testing/results.h"

namespace strata {
namespace {

using testing::CodeOf;
using testing::Must;

constexpr CrashKind kAllKinds[] = {
    CrashKind::kNothingUnsynced, CrashKind::kEverything,   CrashKind::kPrefix,
    CrashKind::kMetadataOnly,    CrashKind::kDataOnly,     CrashKind::kTornLast,
    CrashKind::kReversed,        CrashKind::kRandomSubset,
};
static_assert(std::size(kAllKinds) == kCrashKinds);

// A disk with the empty, durable directory "d".
std::unique_ptr<MemoryFileSystem> NewDisk() {
  auto disk = NewMemoryFileSystem();
  REQUIRE(disk->CreateDirectories("d"));
  REQUIRE(disk->SyncDirectory("."));
  return disk;
}

std::unique_ptr<WritableFile> CreateSynced(MemoryFileSystem& disk, const std::string& path) {
  auto file = Must(disk.Create(path));
  REQUIRE(disk.SyncDirectory(ParentDirectory(path)));
  return file;
}

// Every outcome of many power cuts, with how the outcome reads.
template <typename Describe>
std::set<std::string> Outcomes(const MemoryFileSystem& disk, CrashKind kind, Describe describe) {
  std::set<std::string> outcomes;
  Random random(17);
  for (int i = 0; i < 400; ++i) outcomes.insert(describe(*disk.Crash(kind, random)));
  return outcomes;
}

// "name=content name=content" of the directory "d".
std::string Show(MemoryFileSystem& disk) {
  if (!Must(disk.Exists("d"))) return "(no d)";
  std::string text;
  for (const std::string& name : Must(disk.List("d"))) {
    if (!text.empty()) text += ' ';
    text += name + "=" + Must(disk.Contents("d/" + name));
  }
  return text;
}

std::set<std::string> Shown(const MemoryFileSystem& disk, CrashKind kind) {
  return Outcomes(disk, kind, Show);
}

TEST_CASE("what was synced survives every crash", "[map-and-shell]") {
  const auto disk = NewDisk();
  const auto file = CreateSynced(*disk, "d/f");
  REQUIRE(file->Append("synced"));
  REQUIRE(file->Sync());
  const auto gone = CreateSynced(*disk, "d/gone");
  REQUIRE(disk->Rename("d/gone", "d/renamed"));
  REQUIRE(disk->SyncDirectory("d"));
  for (const CrashKind kind : kAllKinds) {
    CAPTURE(static_cast<int>(kind));
    CHECK(Shown(*disk, kind) == std::set<std::string>{"f=synced renamed="});
  }
}

TEST_CASE("syncing a file doesn't make its name durable", "[map-and-shell]") {
  const auto disk = NewDisk();
  const auto file = Must(disk->Create("d/f"));
  REQUIRE(file->Append("x"));
  REQUIRE(file->Sync());
  CHECK(Shown(*disk, CrashKind::kNothingUnsynced) == std::set<std::string>{""});
  CHECK(Shown(*disk, CrashKind::kDataOnly) == std::set<std::string>{""});
  CHECK(Shown(*disk, CrashKind::kRandomSubset) == std::set<std::string>{"", "f=x"});
}

TEST_CASE("syncing a directory doesn't make its files' bytes durable", "[map-and-shell]") {
  const auto disk = NewDisk();
  const auto file = Must(disk->Create("d/f"));
  REQUIRE(file->Append("x"));
  REQUIRE(disk->SyncDirectory("d"));
  CHECK(Shown(*disk, CrashKind::kNothingUnsynced) == std::set<std::string>{"f="});
}

TEST_CASE("a new directory is lost with all that was synced in it", "[map-and-shell]") {
  const auto disk = NewMemoryFileSystem();
  REQUIRE(disk->CreateDirectories("d"));
  const auto file = CreateSynced(*disk, "d/f");
  REQUIRE(file->Append("x"));
  REQUIRE(file->Sync());
  CHECK(Shown(*disk, CrashKind::kNothingUnsynced) == std::set<std::string>{"(no d)"});
  CHECK(Shown(*disk, CrashKind::kRandomSubset) == std::set<std::string>{"(no d)", "f=x"});
}

TEST_CASE("a crash of everything keeps what a process saw", "[map-and-shell]") {
  const auto disk = NewDisk();
  const auto file = Must(disk->Create("d/f"));
  REQUIRE(file->Append("one "));
  REQUIRE(file->Append("two"));
  const auto moved = Must(disk->Create("d/tmp"));
  REQUIRE(disk->Rename("d/tmp", "d/g"));
  CHECK(Shown(*disk, CrashKind::kEverything) == std::set<std::string>{"f=one two g="});
  CHECK(Show(*disk->Clone()) == "f=one two g=");
}

TEST_CASE("a crash in order leaves a prefix of all operations", "[map-and-shell]") {
  const auto disk = NewDisk();
  const auto first = Must(disk->Create("d/a"));
  const auto second = Must(disk->Create("d/b"));
  REQUIRE(first->Append("1"));
  REQUIRE(second->Append("2"));
  REQUIRE(first->Append("3"));
  REQUIRE(disk->Remove("d/b"));
  CHECK(Shown(*disk, CrashKind::kPrefix) ==
        std::set<std::string>{"", "a=", "a= b=", "a=1 b=", "a=1 b=2", "a=13 b=2", "a=13"});
}

TEST_CASE("a reversed crash leaves what came later, over zeros", "[map-and-shell]") {
  const auto disk = NewDisk();
  const auto file = CreateSynced(*disk, "d/f");
  REQUIRE(file->Append("ab"));
  REQUIRE(file->Append("cd"));
  const std::string zeros(2, '\0');
  CHECK(Shown(*disk, CrashKind::kReversed) ==
        std::set<std::string>{"f=abcd", "f=" + zeros + "cd", "f="});
}

TEST_CASE("a reversed crash leaves the later names", "[map-and-shell]") {
  const auto disk = NewDisk();
  REQUIRE(disk->Create("d/a"));
  REQUIRE(disk->Create("d/b"));
  CHECK(Shown(*disk, CrashKind::kReversed) == std::set<std::string>{"a= b=", "b=", ""});
}

TEST_CASE("syncing one directory leaves the names of others alone", "[map-and-shell]") {
  const auto disk = NewDisk();
  REQUIRE(disk->CreateDirectories("e"));
  REQUIRE(disk->Create("d/a"));
  REQUIRE(disk->Create("e/b"));
  REQUIRE(disk->SyncDirectory("e"));
  CHECK(Shown(*disk, CrashKind::kNothingUnsynced) == std::set<std::string>{""});
  REQUIRE(disk->SyncDirectory("d"));
  CHECK(Shown(*disk, CrashKind::kNothingUnsynced) == std::set<std::string>{"a="});
}

TEST_CASE("a crash of names only leaves sizes and zeros", "[map-and-shell]") {
  const auto disk = NewDisk();
  const auto file = Must(disk->Create("d/f"));
  REQUIRE(file->Append("ab"));
  REQUIRE(file->Sync());
  REQUIRE(file->Append("cd"));
  CHECK(Shown(*disk, CrashKind::kMetadataOnly) ==
        std::set<std::string>{std::string("f=ab") + std::string(2, '\0')});
}

TEST_CASE("a crash of data only keeps bytes and no new names", "[map-and-shell]") {
  const auto disk = NewDisk();
  const auto file = CreateSynced(*disk, "d/f");
  REQUIRE(file->Append("abcd"));
  REQUIRE(disk->Rename("d/f", "d/g"));
  CHECK(Shown(*disk, CrashKind::kDataOnly) == std::set<std::string>{"f=abcd"});
}

TEST_CASE("only the last write is torn, at a sector", "[map-and-shell]") {
  const auto disk = NewDisk();
  const auto file = CreateSynced(*disk, "d/f");
  REQUIRE(file->Append(std::string(700, 'a')));
  REQUIRE(file->Append(std::string(1000, 'b')));
  const auto seen = Outcomes(*disk, CrashKind::kTornLast, [](MemoryFileSystem& crashed) {
    const std::string content = Must(crashed.Contents("d/f"));
    REQUIRE(content.substr(0, 700) == std::string(700, 'a'));
    const auto good = std::min(content.find_last_of('b') + 1, content.size());
    return std::to_string(std::max<std::size_t>(good, 700)) + "/" + std::to_string(content.size());
  });
  CHECK(seen == std::set<std::string>{"700/700", "700/1700", "1024/1024", "1024/1700", "1536/1536",
                                      "1536/1700"});
}

TEST_CASE("pages persist, vanish, tear or rot each by itself", "[map-and-shell]") {
  const auto disk = NewDisk();
  const auto file = CreateSynced(*disk, "d/f");
  REQUIRE(file->Append(std::string(100, 's')));
  REQUIRE(file->Sync());
  REQUIRE(file->Append(std::string(12'000, 'n')));
  std::set<std::string> pages;  // What was seen of the second page, which is unsynced as a whole.
  std::set<std::size_t> sizes;
  bool later_without_earlier = false;
  Random random(5);
  for (int i = 0; i < 600; ++i) {
    const auto crashed = disk->Crash(CrashKind::kRandomSubset, random);
    const std::string content = Must(crashed->Contents("d/f"));
    REQUIRE(content.size() >= 100);
    REQUIRE(content.size() <= 12'100);
    REQUIRE(content.substr(0, 100) == std::string(100, 's'));
    REQUIRE(content.substr(100, 412).find_first_not_of(std::string("n\0", 2)) ==
            std::string::npos);  // The rest of a sector with durable bytes isn't garbage.
    sizes.insert(content.size());
    if (content.size() < 12'100) continue;
    const std::string page = content.substr(4096, 4096);
    const auto news = std::count(page.begin(), page.end(), 'n');
    const auto zeros = std::count(page.begin(), page.end(), '\0');
    pages.insert(news == 4096                              ? "new"
                 : zeros == 4096                           ? "zeros"
                 : news + zeros == 4096 && news % 512 == 0 ? "torn"
                                                           : "garbage");
    later_without_earlier |= content[500] == '\0' && content[12'000] == 'n';
  }
  CHECK(pages == std::set<std::string>{"garbage", "new", "torn", "zeros"});
  CHECK(later_without_earlier);
  CHECK(sizes.count(100) == 1);
  CHECK(sizes.count(12'100) == 1);
  CHECK(sizes.size() > 50);
}

TEST_CASE("names persist in any order, and a rename keeps at least one of them",
          "[map-and-shell]") {
  const auto disk = NewDisk();
  const auto old_file = CreateSynced(*disk, "d/CURRENT");
  REQUIRE(old_file->Append("old"));
  REQUIRE(old_file->Sync());
  const auto new_file = CreateSynced(*disk, "d/tmp");
  REQUIRE(new_file->Append("new"));
  REQUIRE(new_file->Sync());
  REQUIRE(disk->Rename("d/tmp", "d/CURRENT"));
  const auto seen = Shown(*disk, CrashKind::kRandomSubset);
  CHECK(seen == std::set<std::string>{"CURRENT=old tmp=new", "CURRENT=new", "CURRENT=new tmp=new"});
}

TEST_CASE("a removal can overtake the creation that it relied on", "[map-and-shell]") {
  const auto disk = NewDisk();
  const auto old_file = CreateSynced(*disk, "d/old");
  const auto new_file = Must(disk->Create("d/new"));
  REQUIRE(new_file->Sync());
  REQUIRE(disk->Remove("d/old"));
  CHECK(Shown(*disk, CrashKind::kRandomSubset) ==
        std::set<std::string>{"", "old=", "new=", "new= old="});
}

TEST_CASE("a crash changes neither the disk nor the outcome of its seed", "[map-and-shell]") {
  const auto disk = NewDisk();
  const auto file = CreateSynced(*disk, "d/f");
  REQUIRE(file->Append(std::string(20'000, 'x')));
  const std::string before = Show(*disk);
  for (const CrashKind kind : kAllKinds) {
    Random first(9);
    Random second(9);
    CHECK(Show(*disk->Crash(kind, first)) == Show(*disk->Crash(kind, second)));
    CHECK(Show(*disk) == before);
  }
}

TEST_CASE("what a crash left is durable", "[map-and-shell]") {
  const auto disk = NewDisk();
  const auto file = Must(disk->Create("d/f"));
  REQUIRE(file->Append(std::string(9'000, 'x')));
  Random random(4);
  for (const CrashKind kind : kAllKinds) {
    const auto crashed = disk->Crash(kind, random);
    CHECK(Show(*crashed->Crash(CrashKind::kNothingUnsynced, random)) == Show(*crashed));
    CHECK(Show(*crashed->Crash(CrashKind::kRandomSubset, random)) == Show(*crashed));
  }
}

TEST_CASE("a crash gives locks back and a clone starts without them", "[map-and-shell]") {
  const auto disk = NewDisk();
  const auto lock = Must(disk->Lock("d/LOCK"));
  Random random(1);
  CHECK(CodeOf(disk->Lock("d/LOCK")) == "busy");
  CHECK(CodeOf(disk->Crash(CrashKind::kEverything, random)->Lock("d/LOCK")) == "ok");
  CHECK(CodeOf(disk->Clone()->Lock("d/LOCK")) == "ok");
}

TEST_CASE("a clone remembers what isn't synced, and goes its own way", "[map-and-shell]") {
  const auto disk = NewDisk();
  const auto file = Must(disk->Create("d/f"));
  REQUIRE(file->Append("x"));
  const auto clone = disk->Clone();
  REQUIRE(file->Append("y"));
  REQUIRE(file->Sync());
  REQUIRE(disk->SyncDirectory("d"));
  CHECK(Show(*clone) == "f=x");
  CHECK(Shown(*clone, CrashKind::kNothingUnsynced) == std::set<std::string>{""});
  REQUIRE(clone->SyncDirectory("d"));
  CHECK(Shown(*clone, CrashKind::kNothingUnsynced) == std::set<std::string>{"f="});
  CHECK(Shown(*disk, CrashKind::kNothingUnsynced) == std::set<std::string>{"f=xy"});
}

// --- failed syncs ------------------------------------------------------------------------------

struct FailedFile {
  std::unique_ptr<MemoryFileSystem> disk = NewDisk();
  std::unique_ptr<WritableFile> file = CreateSynced(*disk, "d/f");

  // "aa" is synced, the sync of "bb" failed, and that of "cc" succeeded.
  explicit FailedFile(FailedSync how) {
    REQUIRE(file->Append("aa"));
    REQUIRE(file->Sync());
    REQUIRE(file->Append("bb"));
    disk->ForgetUnsynced("d/f", how);
    after_failure = Show(*disk);
    REQUIRE(file->Append("cc"));
    REQUIRE(file->Sync());
  }

  std::string after_failure;
};

const std::string kHole = std::string("f=aa") + std::string(2, '\0') + "cc";

TEST_CASE("after a failed sync a later one succeeds without the bytes", "[map-and-shell]") {
  const FailedFile kept(FailedSync::kKeepsData);
  CHECK(kept.after_failure == "f=aabb");
  CHECK(Show(*kept.disk) == "f=aabbcc");
  CHECK(Shown(*kept.disk, CrashKind::kNothingUnsynced) == std::set<std::string>{kHole});
  CHECK(Shown(*kept.disk, CrashKind::kEverything) == std::set<std::string>{"f=aabbcc"});
}

TEST_CASE("a failed sync may take the bytes back at once", "[map-and-shell]") {
  const FailedFile reverted(FailedSync::kRevertsData);
  CHECK(reverted.after_failure == std::string("f=aa") + std::string(2, '\0'));
  CHECK(Show(*reverted.disk) == kHole);
  CHECK(Shown(*reverted.disk, CrashKind::kEverything) == std::set<std::string>{kHole});
}

TEST_CASE("a failed sync may take the bytes at the next crash, whatever its kind",
          "[map-and-shell]") {
  const FailedFile lost(FailedSync::kLosesOnCrash);
  CHECK(Show(*lost.disk) == "f=aabbcc");
  for (const CrashKind kind : kAllKinds) {
    if (kind == CrashKind::kRandomSubset) continue;  // It may leave garbage there.
    CHECK(Shown(*lost.disk, kind) == std::set<std::string>{kHole});
  }
}

// --- what tests reach in for -------------------------------------------------------------------

TEST_CASE("contents that are set were always there", "[map-and-shell]") {
  const auto disk = NewMemoryFileSystem();
  disk->SetContents("d/sub/f", "damaged");
  CHECK(Must(disk->Contents("d/sub/f")) == "damaged");
  CHECK(CodeOf(disk->Contents("d/no")) == "not found");
  Random random(1);
  const auto crashed = disk->Crash(CrashKind::kNothingUnsynced, random);
  CHECK(Must(crashed->Contents("d/sub/f")) == "damaged");

  const auto file = Must(disk->Create("d/g"));
  REQUIRE(file->Append("unsynced"));
  REQUIRE(disk->Remove("d/g"));
  disk->SetContents("d/g", "set");
  CHECK(Must(disk->Crash(CrashKind::kNothingUnsynced, random)->Contents("d/g")) == "set");
  CHECK(Must(disk->Crash(CrashKind::kEverything, random)->Contents("d/g")) == "set");
}

TEST_CASE("a full disk refuses what doesn't fit as a whole", "[map-and-shell]") {
  const auto disk = NewDisk();
  const auto file = Must(disk->Create("d/f"));
  disk->SetCapacity(10);
  CHECK(file->Append("12345678"));
  CHECK(CodeOf(file->Append("9012")) == "no space");
  CHECK(Must(disk->Contents("d/f")) == "12345678");
  CHECK(file->Append("90"));
  CHECK(Must(disk->Contents("d/f")) == "1234567890");
  CHECK(CodeOf(disk->Create("d/g")) == "no space");
  CHECK(CodeOf(disk->Clone()->Create("d/g")) == "no space");
  REQUIRE(disk->Remove("d/f"));
  const auto second = Must(disk->Create("d/g"));
  CHECK(second->Append("1234567890"));
  disk->SetCapacity(20);
  REQUIRE(Must(disk->Create("d/h"))->Append("12345"));
  REQUIRE(disk->Rename("d/h", "d/g"));  // Gives back what it replaces.
  CHECK(Must(disk->Create("d/i"))->Append("123456789012345"));
  disk->SetCapacity(0);
  CHECK(second->Append("more"));
}

TEST_CASE("a power cut may leave what fitted of an append that was refused, until a sync",
          "[map-and-shell]") {
  const auto disk = NewDisk();
  const auto file = Must(disk->Create("d/f"));
  REQUIRE(file->Append("1234"));
  REQUIRE(file->Sync());
  REQUIRE(disk->SyncDirectory("d"));
  disk->SetCapacity(6);
  CHECK(CodeOf(file->Append("5678")) == "no space");
  CHECK(Must(disk->Contents("d/f")) == "1234");
  const auto left = [&] {
    std::set<std::string> contents;
    Random random(3);
    for (int i = 0; i < 20; ++i) {
      contents.insert(Must(disk->Crash(CrashKind::kNothingUnsynced, random)->Contents("d/f")));
    }
    return contents;
  };
  CHECK(left() == std::set<std::string>{"1234", "123456"});
  REQUIRE(file->Sync());
  CHECK(left() == std::set<std::string>{"1234"});
}

}  // namespace
}  // namespace strata
