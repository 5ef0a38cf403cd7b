#include "sst/learned_model.h"

#include <catch2/catch.hpp>

#include <algorithm>
#include <set>

#include "sst/table_testing.h"

namespace strata::sst {
namespace {

std::string Numbered(std::uint64_t number) {
  const std::string digits = std::to_string(number);
  return "user" + std::string(12 - digits.size(), '0') + digits;
}

// Sorted distinct keys of one of several kinds.
std::vector<std::string> KeysOfKind(Random& random, int kind, std::size_t count) {
  std::set<std::string> keys;
  while (keys.size() < count) {
    switch (kind) {
      case 0:
        keys.insert(Numbered(random.Uniform(1'000'000)));
        break;
      case 1:
        keys.insert(random.Bytes(16));
        break;
      case 2:
        keys.insert(random.Bytes(random.Uniform(12)));
        break;
      default:
        keys.insert(std::string(random.Uniform(70), 'p') + random.Bytes(2));
        break;
    }
  }
  return {keys.begin(), keys.end()};
}

// Blocks that a key of this number can lie in, by the definition: those between the last block that
// begins before it and the last that begins with it.
bool IsNextToAllCandidates(const std::vector<std::uint64_t>& numbers, std::uint64_t number,
                           std::size_t guess) {
  const auto low = std::lower_bound(numbers.begin(), numbers.end(), number) - numbers.begin();
  const auto high = std::upper_bound(numbers.begin(), numbers.end(), number) - numbers.begin();
  const auto first = static_cast<std::size_t>(std::max<std::ptrdiff_t>(low - 1, 0));
  const auto last = static_cast<std::size_t>(std::max<std::ptrdiff_t>(high - 1, 0));
  return guess + 1 >= last && guess <= first + 1;
}

std::size_t CheckedLines(const std::vector<std::uint64_t>& numbers, Random& random) {
  const auto segments = FitSegments(numbers);
  REQUIRE(segments.has_value());
  std::vector<std::uint64_t> asked = {0, ~std::uint64_t{0}};
  for (const std::uint64_t number : numbers) {
    for (const std::uint64_t around : {number - 1, number, number + 1}) asked.push_back(around);
    asked.push_back(numbers.front() + random.Uniform(numbers.back() - numbers.front() + 1));
  }
  std::sort(asked.begin(), asked.end());
  std::size_t before = 0;
  for (const std::uint64_t number : asked) {
    const std::size_t guess = GuessBlock(*segments, numbers.size(), number);
    CAPTURE(number, guess);
    REQUIRE(guess >= before);
    REQUIRE(guess < numbers.size());
    REQUIRE(IsNextToAllCandidates(numbers, number, guess));
    before = guess;
  }
  return segments->size();
}

TEST_CASE("a key scale keeps the order of all keys, its own and others", "[learned-index]") {
  Random random(20);
  for (int round = 0; round < 80; ++round) {
    const KeyScale scale = KeyScale::For(KeysOfKind(random, round % 4, 1 + random.Uniform(30)));
    std::vector<std::string> others = KeysOfKind(random, round % 4, 60);
    for (int i = 0; i < 60; ++i) others.push_back(random.Bytes(random.Uniform(20)));
    for (const std::string& key : KeysOfKind(random, 0, 20)) {
      others.push_back(key.substr(0, random.Uniform(key.size())));
      others.push_back(key + random.Bytes(1));
    }
    std::sort(others.begin(), others.end());
    std::uint64_t before = 0;
    for (const std::string& key : others) {
      REQUIRE(scale.NumberOf(key) >= before);
      before = scale.NumberOf(key);
    }
  }
}

TEST_CASE("keys that count in decimal digits become neighbours", "[learned-index]") {
  std::vector<std::string> keys;
  for (std::uint64_t number = 0; number < 10'000; ++number) keys.push_back(Numbered(number));
  const KeyScale scale = KeyScale::For(keys);
  for (std::uint64_t number = 0; number < 10'000; ++number) {
    REQUIRE(scale.NumberOf(keys[number]) == number);
  }
  CHECK(scale.NumberOf("user") == 0);
  CHECK(scale.NumberOf("user00000000:") == 9999);
  CHECK(scale.NumberOf("user000000000/") == 0);
  CHECK(scale.NumberOf("user000000004x") == 4999);
  CHECK(scale.NumberOf("zebra") == 9999);
  CHECK(scale.NumberOf("apple") == 0);
}

TEST_CASE("what stands in memory behind a key has no part in its number",
          "[learned-index][learned-index.1]") {
  const std::vector<std::string> keys = {"user000", "user999"};
  const KeyScale scale = KeyScale::For(keys);
  const std::string_view memory = "user424";
  CHECK(scale.NumberOf(memory.substr(0, 4)) == 0);
  CHECK(scale.NumberOf(memory.substr(0, 5)) == 400);
  CHECK(scale.NumberOf(memory.substr(0, 6)) == 420);
  CHECK(scale.NumberOf(memory) == 424);
}

TEST_CASE("a key scale takes all 64 bits and no more", "[learned-index]") {
  const KeyScale scale = KeyScale::For({std::string(10, '\0'), std::string(10, '\xff')});
  CHECK(scale.NumberOf(std::string("\0\0\0\0\0\0\0\1\7", 9)) == 1);
  CHECK(scale.NumberOf(std::string(10, '\xff')) == ~std::uint64_t{0});
  CHECK(scale.NumberOf(std::string(8, '\xff')) == ~std::uint64_t{0});
  CHECK(scale.NumberOf(std::string("\x80")) == std::uint64_t{1} << 63);
  CHECK(KeyScale::For({}).NumberOf("any") == 0);
  CHECK(KeyScale::For({"one"}).NumberOf("one") == 0);
}

TEST_CASE("one line serves blocks that begin at equal distances", "[learned-index]") {
  Random random(1);
  for (const std::uint64_t distance : {std::uint64_t{1}, std::uint64_t{7}, std::uint64_t{35},
                                       std::uint64_t{1} << 40, std::uint64_t{1} << 52}) {
    std::vector<std::uint64_t> numbers;
    for (std::uint64_t block = 0; block < 1000; ++block) numbers.push_back(5 + block * distance);
    CAPTURE(distance);
    CHECK(CheckedLines(numbers, random) == 1);
  }
}

TEST_CASE("no line is ever more than a block off", "[learned-index]") {
  Random random(2);
  for (int round = 0; round < 60; ++round) {
    std::vector<std::uint64_t> numbers = {random.Next() >> random.Between(8, 60)};
    while (numbers.size() < 400) {
      // Steps of all sizes, and now and then two blocks that begin with the same number.
      const std::uint64_t step = random.Next() >> random.Between(14, 63);
      const bool tie = numbers.size() > 1 && numbers[numbers.size() - 2] == numbers.back();
      numbers.push_back(numbers.back() + (tie ? std::max<std::uint64_t>(step, 1) : step));
    }
    CheckedLines(numbers, random);
  }
}

TEST_CASE("random keys need a line for some ten blocks", "[learned-index]") {
  Random random(3);
  std::vector<std::uint64_t> keys;
  for (int i = 0; i < 35 * 2000; ++i) keys.push_back(random.Next());
  std::sort(keys.begin(), keys.end());
  std::vector<std::uint64_t> numbers;
  for (std::size_t i = 0; i < keys.size(); i += 35) numbers.push_back(keys[i]);
  const std::size_t lines = CheckedLines(numbers, random);
  CAPTURE(lines);
  CHECK(lines > 50);
  CHECK(lines < 300);
}

TEST_CASE("three blocks that begin with one number fit no line", "[learned-index]") {
  CHECK(FitSegments({1, 5, 5, 9}).has_value());
  CHECK(FitSegments({5, 5, 9}).has_value());
  CHECK_FALSE(FitSegments({1, 5, 5, 5, 9}).has_value());
  CHECK_FALSE(FitSegments({5, 5, 5}).has_value());
}

TEST_CASE("what stands in memory behind the numbers has no part in the lines",
          "[learned-index][learned-index.2]") {
  std::vector<std::uint64_t> numbers = {1, 5, 5, 5};
  numbers.pop_back();  // Its memory is left as it was.
  CHECK(FitSegments(numbers).has_value());
}

}  // namespace
}  // namespace strata::sst
