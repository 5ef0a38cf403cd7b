#include "io/memory_content.h"

#include <catch2/catch.hpp>

#include "base/random.h"

namespace strata {
namespace {

TEST_CASE("a content holds what was appended, in pieces of any size", "[map-and-shell]") {
  Random random(1);
  MemoryContent content;
  std::string expected;
  for (int i = 0; i < 300; ++i) {
    const std::string piece = random.Bytes(random.Uniform(random.OneIn(10) ? 20'000 : 100));
    content.Append(piece);
    expected += piece;
  }
  CHECK(content.size() == expected.size());
  CHECK(content.Flatten() == expected);
  for (int i = 0; i < 3000; ++i) {
    const std::size_t offset = random.Uniform(expected.size());
    const std::size_t size = random.Uniform(expected.size() - offset + 1);
    std::string scratch(size, '\0');
    REQUIRE(content.View(offset, size, scratch.data()) ==
            std::string_view(expected).substr(offset, size));
  }
}

TEST_CASE("copies share a past and not a future", "[map-and-shell]") {
  MemoryContent first("common ");
  MemoryContent second = first;
  first.Append("one");
  second.Append("two");
  MemoryContent third = first;
  third.Append(" and more");
  first.Append("!");
  CHECK(first.Flatten() == "common one!");
  CHECK(second.Flatten() == "common two");
  CHECK(third.Flatten() == "common one and more");
}

TEST_CASE("a view stays where it is while its content grows", "[map-and-shell]") {
  MemoryContent content("stable");
  const std::string_view view = content.View(0, 6, nullptr);
  for (int i = 0; i < 1000; ++i) content.Append("more and more");
  CHECK(view == "stable");
  CHECK(content.View(0, 6, nullptr).data() == view.data());
}

}  // namespace
}  // namespace strata
