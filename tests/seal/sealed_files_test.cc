#include "seal/sealed_files.h"

#include <catch2/catch.hpp>

#include "seal_world.h"

namespace strata::seal {
namespace {

using strata::testing::CodeOf;
using strata::testing::Must;
using strata::testing::Outcome;
using namespace seal::testing;  // NOLINT(google-build-using-namespace): the world's verbs.

constexpr std::string_view kCanary = "the canary sings in the coal mine";

TEST_CASE("a sealed file is read back, and nothing of it stands on the disk",
          "[encryption-at-rest]") {
  SealWorld world;
  const auto files = world.Open();
  for (const std::string name : {"1.wal", "2.sst", "3.blob", "MANIFEST-4"}) {
    CAPTURE(name);
    REQUIRE(WritePiece(*files, "db/" + name, kCanary));
    CHECK(Must(ReadPiece(*files, "db/" + name)) == kCanary);
    const std::string stored = Must(world.disk->Contents("db/" + name));
    CHECK(stored.find(kCanary.substr(0, 8)) == std::string::npos);
    CHECK(Must(files->FileSize("db/" + name)) == stored.size() - kHeaderSize);
  }
  REQUIRE(SwitchTo(*files, 4));
  CHECK(Must(files->ReadFile("db/CURRENT", 100)) == "MANIFEST-4");
  CHECK(Must(files->FileSize("db/CURRENT")) == 10);
  CHECK(Must(world.disk->Contents("db/CURRENT")).find("MANIFEST") == std::string::npos);
}

TEST_CASE("the same text is sealed otherwise in each file", "[encryption-at-rest]") {
  SealWorld world;
  const auto files = world.Open();
  REQUIRE(WritePiece(*files, "db/1.sst", kCanary));
  REQUIRE(WritePiece(*files, "db/2.sst", kCanary));
  CHECK(Must(world.disk->Contents("db/1.sst")).substr(kHeaderSize) !=
        Must(world.disk->Contents("db/2.sst")).substr(kHeaderSize));
}

TEST_CASE("offsets and sizes are those that a format knows", "[encryption-at-rest]") {
  SealWorld world;
  const auto files = world.Open();
  const auto file = Must(files->Create("db/1.sst"));
  CHECK(file->size() == 0);
  REQUIRE(file->Append("0123456789"));
  CHECK(file->size() == 10);
  REQUIRE(file->Close());
  for (const ReadMode mode : {ReadMode::kPread, ReadMode::kMapped, ReadMode::kGrowing}) {
    const auto read = Must(files->Open("db/1.sst", mode));
    CHECK(read->size() == 10);
    char scratch[4];
    CHECK(Must(read->Read(3, 4, scratch)) == "3456");
    CHECK(CodeOf(read->Read(8, 4, scratch)) == "corruption");
    CHECK(CodeOf(read->Read(UINT64_MAX - 10, 4, scratch)) == "corruption");
  }
}

TEST_CASE("what no rule names isn't made", "[encryption-at-rest]") {
  SealWorld world;
  const auto files = world.Open();
  CHECK(Outcome(files->Create("db/notes.txt")) ==
        "invalid argument: db/notes.txt: nothing says how such a file is sealed");
  CHECK(CodeOf(files->Lock("db/LOCK")) == "ok");
}

TEST_CASE("a file without room for its header isn't there", "[encryption-at-rest]") {
  SealWorld world;
  const auto files = world.Open();
  world.disk->SetCapacity(1);
  CHECK(CodeOf(files->Create("db/1.sst")) == "no space");
  CHECK_FALSE(Must(world.disk->Exists("db/1.sst")));
}

// --- attacks -------------------------------------------------------------------------------------

TEST_CASE("every flipped bit and every cut of a sealed file is noticed", "[encryption-at-rest]") {
  SealWorld world;
  const auto files = world.Open();
  for (const std::string path : {"db/1.sst", "db/2.wal", "db/3.blob", "db/MANIFEST-4"}) {
    CAPTURE(path);
    REQUIRE(WritePiece(*files, path, "value"));
    const std::string whole = Must(world.disk->Contents(path));
    for (std::size_t bit = 0; bit < whole.size() * 8; ++bit) {
      if (bit / 8 >= kHeaderSize - 12 && bit / 8 < kHeaderSize) continue;  // See the header's test.
      std::string changed = whole;
      changed[bit / 8] = static_cast<char>(changed[bit / 8] ^ (1 << (bit % 8)));
      world.disk->SetContents(path, changed);
      if (ReadPiece(*files, path)) FAIL_CHECK("bit " << bit);
    }
    for (std::size_t size = 0; size < whole.size(); ++size) {
      world.disk->SetContents(path, whole.substr(0, size));
      if (ReadPiece(*files, path)) FAIL_CHECK("cut at " << size);
    }
    world.disk->SetContents(path, whole);
    CHECK(Must(ReadPiece(*files, path)) == "value");
  }
}

TEST_CASE("a file under another's name is refused", "[encryption-at-rest]") {
  SealWorld world;
  const auto files = world.Open();
  REQUIRE(WritePiece(*files, "db/1.sst", "one"));
  REQUIRE(WritePiece(*files, "db/2.sst", "two"));
  const std::string one = Must(world.disk->Contents("db/1.sst"));
  world.disk->SetContents("db/2.sst", one);
  CHECK(Outcome(files->Open("db/2.sst")) == "corruption: db/2.sst: it was sealed as file 1");
  world.disk->SetContents("db/1.blob", one);
  CHECK(Outcome(files->Open("db/1.blob")) ==
        "corruption: db/1.blob: it was sealed as a file of another kind");
}

TEST_CASE("a file of another store is refused, though it has the same keyring",
          "[encryption-at-rest]") {
  SealWorld world;
  SealWorld other;
  other.keyring = world.keyring;
  other.entropy = SeededEntropy(99);
  const auto files = world.Open();
  const auto others = other.Open();
  REQUIRE(files->store() != others->store());
  REQUIRE(WritePiece(*others, "db/1.sst", "theirs"));
  world.disk->SetContents("db/1.sst", Must(other.disk->Contents("db/1.sst")));
  CHECK(Outcome(files->Open("db/1.sst")) == "corruption: db/1.sst: it was sealed in another store");
}

// The store's id stands in the clear: who changes it changes the key.
TEST_CASE("a header that is given another store's id isn't genuine", "[encryption-at-rest]") {
  SealWorld world;
  SealWorld other;
  other.keyring = world.keyring;
  other.entropy = SeededEntropy(99);
  const auto files = world.Open();
  const auto others = other.Open();
  REQUIRE(WritePiece(*others, "db/1.sst", "theirs"));
  const std::string theirs = Must(other.disk->Contents("db/1.sst"));
  SealHeader header = Must(DecodeHeader(theirs));
  header.store = files->store();
  const crypto::Aead made_up(std::string(32, 'x'));
  world.disk->SetContents("db/1.sst", EncodeHeader(header, made_up) + theirs.substr(kHeaderSize));
  CHECK(Outcome(files->Open("db/1.sst")) ==
        "corruption: db/1.sst: its header isn't what was sealed");
}

TEST_CASE("a file in the clear is refused in a sealed store", "[encryption-at-rest]") {
  SealWorld world;
  const auto files = world.Open();
  world.disk->SetContents("db/1.sst", std::string(500, 'p'));
  CHECK(Outcome(files->Open("db/1.sst")) ==
        "corruption: db/1.sst: it isn't sealed, and the store is");
  world.disk->SetContents("db/CURRENT", "MANIFEST-1");
  CHECK(CodeOf(files->ReadFile("db/CURRENT", 100)) == "corruption");
}

// A crash may leave a log's name without its bytes: its format says what that means.
TEST_CASE("a log or blob that a crash has cut opens, and nothing in it does",
          "[encryption-at-rest]") {
  SealWorld world;
  const auto files = world.Open();
  for (const std::string& left : {std::string(), std::string(4096, '\0'), std::string(60, 'g')}) {
    world.disk->SetContents("db/1.wal", left);
    const auto file = Must(files->Open("db/1.wal"));
    REQUIRE(CipherOf(*file) != nullptr);
    char out[8];
    CHECK(CodeOf(CipherOf(*file)->Open({}, std::string(32, 'x'), out)) == "corruption");
    CHECK(file->size() == (left.size() > kHeaderSize ? left.size() - kHeaderSize : 0));
  }
}

TEST_CASE("an older manifest than a file knows of is refused", "[encryption-at-rest]") {
  SealWorld world;
  std::string older;
  std::string older_current;
  {
    const auto files = world.Open();
    REQUIRE(WritePiece(*files, "db/MANIFEST-1", "the first edits"));
    REQUIRE(SwitchTo(*files, 1));
    older = Must(world.disk->Contents("db/MANIFEST-1"));
    older_current = Must(world.disk->Contents("db/CURRENT"));
    REQUIRE(WritePiece(*files, "db/2.sst", "a table"));
    REQUIRE(WritePiece(*files, "db/MANIFEST-3", "the edits after it"));
    REQUIRE(SwitchTo(*files, 3));
    REQUIRE(WritePiece(*files, "db/4.sst", "another table"));
  }
  {
    const auto files = world.Open();
    CHECK(Must(files->ReadFile("db/CURRENT", 100)) == "MANIFEST-3");
    CHECK(CodeOf(files->Open("db/MANIFEST-3")) == "ok");
  }
  world.disk->SetContents("db/MANIFEST-1", older);
  world.disk->SetContents("db/CURRENT", older_current);
  const auto files = world.Open();
  CHECK(Must(files->ReadFile("db/CURRENT", 100)) == "MANIFEST-1");
  CHECK(Outcome(files->Open("db/MANIFEST-1")) ==
        "corruption: the manifest is older than the file 4.sst: somebody has put back what the "
        "store was before");
}

// Else whoever can add a file could keep a store from being opened.
TEST_CASE("a made-up header proves nothing of the manifest's age", "[encryption-at-rest]") {
  SealWorld world;
  {
    const auto files = world.Open();
    REQUIRE(WritePiece(*files, "db/MANIFEST-1", "edits"));
    REQUIRE(SwitchTo(*files, 1));
  }
  SealHeader made_up = Must(DecodeHeader(Must(world.disk->Contents("db/MANIFEST-1"))));
  made_up.kind = SealedKind::kTable;
  made_up.number = 9;
  made_up.manifest = {1000, 1000};
  world.disk->SetContents("db/9.sst", EncodeHeader(made_up, crypto::Aead(std::string(32, 'x'))));
  CHECK(CodeOf(world.Open()->Open("db/MANIFEST-1")) == "ok");
}

TEST_CASE("a manifest that was cut back is refused", "[encryption-at-rest]") {
  SealWorld world;
  std::string cut;
  {
    const auto files = world.Open();
    const auto manifest = Must(files->Create("db/MANIFEST-1"));
    REQUIRE(manifest->Append("one edit "));
    REQUIRE(manifest->Sync());
    REQUIRE(SwitchTo(*files, 1));
    cut = Must(world.disk->Contents("db/MANIFEST-1"));
    REQUIRE(manifest->Append("and another"));
    REQUIRE(manifest->Sync());
    REQUIRE(WritePiece(*files, "db/2.sst", "a table"));
  }
  CHECK(CodeOf(world.Open()->Open("db/MANIFEST-1")) == "ok");
  world.disk->SetContents("db/MANIFEST-1", cut);
  CHECK(CodeOf(world.Open()->Open("db/MANIFEST-1")) == "corruption");
}

// --- keys ----------------------------------------------------------------------------------------

TEST_CASE("a store is refused without its keyring, and with another", "[encryption-at-rest]") {
  SealWorld world;
  REQUIRE(SwitchTo(*world.Open(), 1));
  const auto keyring = world.keyring;
  world.keyring = nullptr;
  CHECK(Outcome(world.TryOpen(*world.disk)) ==
        "invalid argument: the store is sealed: give the keyring that it was sealed with "
        "(Options::keyring, --keyring FILE, STRATA_KEYRING)");
  world.keyring = NewKeyring(SeededEntropy(5));
  CHECK(Outcome(world.TryOpen(*world.disk)) ==
        "invalid argument: db/SEAL: it is sealed under data key " +
            keyring::KeyIdText(keyring->active()) + ", which isn't in the keyring");
}

TEST_CASE("a store in the clear isn't opened with a keyring, unless to be sealed",
          "[encryption-at-rest]") {
  SealWorld world;
  world.disk->SetContents("db/CURRENT", "MANIFEST-1");
  CHECK(CodeOf(world.TryOpen(*world.disk)) == "invalid argument");
  CHECK(CodeOf(world.TryOpen(*world.disk, SealWish::kSeal)) == "ok");
}

TEST_CASE("after a rotation new files are under the new key, and old ones open",
          "[encryption-at-rest]") {
  SealWorld world;
  const auto files = world.Open();
  REQUIRE(WritePiece(*files, "db/1.sst", "one"));
  keyring::Keyring rotated =
      keyring::Keyring::Create("env:K", crypto::Secret(std::string(32, 'K')), world.entropy, 1);
  const auto image = world.keyring->Encode(world.entropy);
  rotated = Must(keyring::Keyring::Open(
      image, [](const std::string&) { return crypto::Secret(std::string(32, 'K')); }));
  REQUIRE(rotated.Rotate(world.entropy, 2));
  const auto newer = std::make_shared<const keyring::Keyring>(std::move(rotated));
  files->SetKeyring(newer);
  REQUIRE(WritePiece(*files, "db/2.sst", "two"));
  CHECK(Must(ReadPiece(*files, "db/1.sst")) == "one");
  CHECK(Must(ReadPiece(*files, "db/2.sst")) == "two");
  std::map<std::string, keyring::KeyId> under;
  for (const FileSeal& file : Must(files->Census())) under[file.name] = file.key.value_or(0);
  CHECK(under == std::map<std::string, keyring::KeyId>{{"1.sst", world.keyring->active()},
                                                       {"2.sst", newer->active()},
                                                       {"SEAL", world.keyring->active()}});
  REQUIRE(files->Reseal());
  CHECK(Must(files->Census()).back().key == newer->active());
}

}  // namespace
}  // namespace strata::seal
