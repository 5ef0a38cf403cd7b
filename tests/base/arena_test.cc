#include "base/arena.h"

#include <catch2/catch.hpp>

#include <cstring>
#include <string_view>
#include <thread>
#include <vector>

#include "base/check.h"
#include "base/random.h"

namespace strata {
namespace {

struct Piece {
  char* bytes;
  std::size_t size;
  char fill;
};

using Allocation = char* (Arena::*)(std::size_t bytes, std::size_t align);

// Fills each piece with its own byte, so that two pieces that overlap show.
void AllocateMany(Arena* arena, std::uint64_t seed, std::vector<Piece>* pieces,
                  Allocation allocate = &Arena::Allocate) {
  Random random(seed);
  for (int i = 0; i < 3000; ++i) {
    const std::size_t size = random.OneIn(100) ? random.Uniform(400'000) : 1 + random.Uniform(200);
    const std::size_t align = std::size_t{1} << random.Uniform(7);
    char* const bytes = (arena->*allocate)(size, align);
    STRATA_CHECK(reinterpret_cast<std::uintptr_t>(bytes) % align == 0);
    const auto fill = static_cast<char>(random.Next());
    std::memset(bytes, fill, size);
    pieces->push_back({.bytes = bytes, .size = size, .fill = fill});
  }
}

bool IsIntact(const Piece& piece) {
  const std::string_view bytes(piece.bytes, piece.size);
  return bytes.find_first_not_of(piece.fill) == std::string_view::npos;
}

TEST_CASE("pieces are aligned and apart from each other", "[memtable]") {
  Arena arena;
  std::vector<Piece> pieces;
  AllocateMany(&arena, 1, &pieces);
  for (const Piece& piece : pieces) REQUIRE(IsIntact(piece));
  CHECK(arena.allocations() == pieces.size());
}

TEST_CASE("pieces for one thread alone are aligned and apart from all others", "[prefix-tree]") {
  Arena arena;
  std::vector<Piece> pieces;
  AllocateMany(&arena, 1, &pieces, &Arena::AllocateAlone);
  AllocateMany(&arena, 2, &pieces);
  AllocateMany(&arena, 3, &pieces, &Arena::AllocateAlone);
  for (const Piece& piece : pieces) REQUIRE(IsIntact(piece));
  CHECK(arena.allocations() == pieces.size());
}

TEST_CASE("many small pieces cost little more than their bytes", "[memtable]") {
  Arena arena;
  CHECK(arena.bytes_reserved() == 0);
  for (int i = 0; i < 100'000; ++i) arena.Allocate(64);
  CHECK(arena.bytes_reserved() > 6'400'000);
  CHECK(arena.bytes_reserved() < 7'600'000);
}

TEST_CASE("an empty store's arena is small", "[memtable]") {
  Arena arena;
  arena.Allocate(1);
  CHECK(arena.bytes_reserved() < 5'000);
}

TEST_CASE("a large piece doesn't waste the block in use", "[memtable]") {
  Arena arena;
  char* const first = arena.Allocate(16);
  arena.Allocate(10'000'000);
  CHECK(arena.Allocate(16) == first + 16);
  CHECK(arena.bytes_reserved() < 10'010'000);
}

TEST_CASE("threads that allocate at once get pieces apart from each other", "[memtable]") {
  Arena arena;
  std::vector<std::vector<Piece>> pieces(4);
  {
    std::vector<std::jthread> threads;
    threads.reserve(pieces.size());
    for (std::size_t i = 0; i < pieces.size(); ++i) {
      threads.emplace_back([&arena, &pieces, i] { AllocateMany(&arena, i, &pieces[i]); });
    }
  }
  for (const auto& of_thread : pieces) {
    for (const Piece& piece : of_thread) REQUIRE(IsIntact(piece));
  }
  CHECK(arena.allocations() == 12'000);
}

}  // namespace
}  // namespace strata
