#include "state/direct_writer.h"

#include <catch2/catch.hpp>

#include <string>

#include "blob/pending_blob.h"
#include "testing/parts_world.h"
#include "testing/results.h"
#include "wal/batch_format.h"

namespace strata {
namespace {

using testing::CodeOf;
using testing::Must;
using testing::PartsWorld;

Options Apart() {
  return {.blob_threshold = 100, .direct_value_bytes = 200};
}

// "a=v(300) b! c->(300) ": a value, a delete and a pointer, with how long the values are.
std::string Show(const StoreContext& context, std::string_view batch) {
  std::string text;
  const Status shown = wal::ForEachEntry(batch, 1, [&](const wal::BatchEntry& entry) -> Status {
    text += std::string(entry.key);
    std::string value(entry.value);
    if (sst::IsPointer(entry.kind)) {
      STRATA_TRY(ReadDirect(context, blob::DecodePlace(entry.value).value(), &value));
      text += "->";
    } else {
      text += entry.kind == EntryKind::kDelete ? "!" : "=";
    }
    if (!value.empty()) text += value.substr(0, 1) + "(" + std::to_string(value.size()) + ")";
    text += " ";
    return {};
  });
  return shown ? text : CodeOf(shown);
}

TEST_CASE("large values go to a file at once, and the batch points to them", "[value-separation]") {
  PartsWorld world(Apart());
  WriteBatch batch;
  batch.Put("a", std::string(199, 'x'));
  CHECK_FALSE(world->direct_writer.MayHave(batch));
  batch.Put("b", std::string(200, 'y'));
  batch.Delete("c");
  batch.Put("d", std::string(3000, 'z'));
  REQUIRE(world->direct_writer.MayHave(batch));
  CHECK(world->direct_writer.BytesIn(batch) == 3200);

  std::string only_huge;
  REQUIRE(world->direct_writer.Write(batch, /*only_huge=*/true, &only_huge));
  CHECK(only_huge == batch.encoded());
  std::string with_pointers;
  REQUIRE(world->direct_writer.Write(batch, /*only_huge=*/false, &with_pointers));
  REQUIRE(world->trees.direct()->HandOver());
  CHECK(Show(world->context, with_pointers) == "a=x(199) b->y(200) c! d->z(3000) ");
}

TEST_CASE("what is written directly counts a quarter of what memtables may take",
          "[value-separation]") {
  PartsWorld world(Apart());
  WriteBatch batch;
  batch.Put("a", std::string(100'000, 'x'));
  const std::uint64_t before = world->trees.MemTableBytes();
  std::string with_pointers;
  for (int i = 0; i < 40; ++i) {
    with_pointers.clear();
    REQUIRE(world->direct_writer.Write(batch, /*only_huge=*/false, &with_pointers));
  }
  const std::uint64_t bytes = world->trees.direct()->bytes();
  CHECK(world->trees.MemTableBytes() == std::max(before, bytes / 4));
  world->trees.SetDirect(world->trees.NewDirect());
  CHECK(world->trees.MemTableBytes() == before);
}

TEST_CASE("a table says whether its values live apart, and so whether they are written directly",
          "[value-separation]") {
  PartsWorld world(Apart());
  const auto add = [&](std::uint32_t id, std::uint64_t threshold) {
    world->trees.Add(Must(world->trees.Make(
        {.id = id, .name = std::to_string(id), .options = {.blob_threshold = threshold}})));
  };
  add(1, 0);    // Never apart.
  add(2, 500);  // Only larger ones.
  WriteBatch batch;
  batch.Put("a", std::string(400, 'x'), {.table = {1}});
  batch.Put("b", std::string(400, 'x'), {.table = {2}});
  batch.Put("c", std::string(500, 'x'), {.table = {2}});
  CHECK(world->direct_writer.BytesIn(batch) == 500);
  std::string with_pointers;
  REQUIRE(world->direct_writer.Write(batch, /*only_huge=*/false, &with_pointers));
  REQUIRE(world->trees.direct()->HandOver());
  CHECK(Show(world->context, with_pointers) == "a=x(400) b=x(400) c->x(500) ");
}

TEST_CASE("a value that isn't where its pointer says is told, with the place",
          "[value-separation]") {
  PartsWorld world(Apart());
  WriteBatch batch;
  batch.Put("a", std::string(400, 'x'));
  std::string with_pointers;
  REQUIRE(world->direct_writer.Write(batch, /*only_huge=*/false, &with_pointers));
  REQUIRE(world->trees.direct()->HandOver());
  const std::string path = world.PathOf(world.Names(".blob").substr(0, 11));
  std::string contents = Must(world.disk->Contents(path));
  contents[contents.size() - 10] ^= 1;
  world.disk->SetContents(path, contents);
  CHECK(Show(world->context, with_pointers) == "corruption");
  REQUIRE(world.disk->Remove(path));
  CHECK(Show(world->context, with_pointers) == "not found");
}

}  // namespace
}  // namespace strata
