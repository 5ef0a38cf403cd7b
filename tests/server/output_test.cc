#include "server/output.h"

#include <catch2/catch.hpp>

#include <array>

#include "base/random.h"

namespace strata::server {
namespace {

std::string Text(const Output& output) {
  std::vector<std::string_view> parts(10'000);
  parts.resize(output.Front(parts));
  std::string text;
  for (const std::string_view part : parts) text += part;
  return text;
}

TEST_CASE("output keeps the order of bytes, however they come and go", "[event-loop]") {
  Random random(26);
  for (int round = 0; round < 60; ++round) {
    Output output;
    std::string model;
    for (int step = 0; step < 60; ++step) {
      const std::string bytes =
          random.Bytes(random.OneIn(10) ? random.Uniform(40'000) : random.Uniform(100));
      switch (random.Uniform(6)) {
        case 0:
          output.Append(std::string_view(bytes));
          model += bytes;
          break;
        case 1:
          output.Append(std::string(bytes));
          model += bytes;
          break;
        case 2: {
          Output other;
          other.Append(std::string_view("dropped"));
          other.Append(std::string(bytes));
          other.Drop(3);
          output.Append(std::move(other));
          model += "pped" + bytes;
          break;
        }
        case 3: {
          const std::size_t count = random.Uniform(model.size() + 1);
          output.Drop(count);
          model.erase(0, count);
          break;
        }
        case 4: {
          const std::size_t mark = output.Mark();
          output.Append(std::string_view(bytes));
          output.Append(std::string(20'000, 'y'));
          output.GoBackTo(mark);
          break;
        }
        default:
          output.Shrink();
      }
      REQUIRE(output.bytes() == model.size());
      REQUIRE(output.empty() == model.empty());
      REQUIRE(Text(output) == model);
    }
  }
}

TEST_CASE("an output that was sent gives its memory back", "[event-loop]") {
  Output output;
  output.Append(std::string(1 << 20, 'x'));
  CHECK(output.capacity() >= 1 << 20);
  output.Drop(1 << 20);
  CHECK(output.capacity() < 1024);
  output.Append(std::string_view("short"));
  output.Drop(5);
  output.Shrink();
  CHECK(output.capacity() == 0);
}

TEST_CASE("the front of an output has no more parts than there is room for", "[event-loop]") {
  Output output;
  for (int i = 0; i < 10; ++i) output.Append(std::string(10'000, static_cast<char>('a' + i)));
  std::array<std::string_view, 3> parts;
  CHECK(output.Front(parts) == 3);
  CHECK(parts[2].front() == 'c');
}

}  // namespace
}  // namespace strata::server
