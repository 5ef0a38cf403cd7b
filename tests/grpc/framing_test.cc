// Messages in a stream of bytes.

#include "grpc/framing.h"

#include <catch2/catch.hpp>

#include <vector>

namespace strata::grpc {
namespace {

std::vector<std::string> AllOf(MessageReader& reader) {
  std::vector<std::string> messages;
  while (true) {
    const auto next = reader.Next();
    REQUIRE(next.has_value());
    if (!*next) return messages;
    messages.emplace_back(**next);
  }
}

TEST_CASE("messages come out as they went in, however they are cut", "[typed-api][typed-api.1]") {
  const std::vector<std::string> messages{"", "a", std::string(300, 'b'), std::string(70'000, 'c')};
  std::string bytes;
  for (const std::string& message : messages) AppendMessage(&bytes, message);
  for (const std::size_t piece : {1U, 2U, 5U, 7U, 1024U, 1U << 20}) {
    MessageReader reader(1 << 20);
    std::vector<std::string> got;
    for (std::size_t at = 0; at < bytes.size(); at += piece) {
      reader.Append(std::string_view(bytes).substr(at, piece));
      for (std::string& message : AllOf(reader)) got.push_back(std::move(message));
    }
    CHECK(got == messages);
    CHECK_FALSE(reader.in_message());
  }
}

TEST_CASE("the length is four bytes, the highest first", "[typed-api][typed-api.1]") {
  std::string bytes;
  AppendMessage(&bytes, std::string(0x010203, 'x'));
  CHECK(bytes.substr(0, 5) == std::string("\0\0\1\2\3", 5));
  MessageReader reader(0x010203);
  reader.Append(bytes);
  CHECK(AllOf(reader).at(0).size() == 0x010203);
}

TEST_CASE("a message that is too long is refused by its header alone", "[typed-api][typed-api.1]") {
  for (const std::string& length :
       {std::string("\0\0\0\x65", 4), std::string("\x7f\xff\xff\xff"), std::string("\x80\0\0\0", 4),
        std::string("\xff\xff\xff\xff")}) {
    MessageReader reader(100);
    reader.Append(std::string("\0", 1) + length);
    const auto next = reader.Next();
    REQUIRE_FALSE(next.has_value());
    CHECK(next.error().code() == ErrorCode::kInvalidArgument);
    CHECK(next.error().message().find("100") != std::string::npos);
    CHECK(reader.capacity() < 1000);
  }
  MessageReader reader(100);
  reader.Append(std::string("\0\0\0\0\x64", 5) + std::string(100, 'x'));
  CHECK(AllOf(reader).size() == 1);
}

TEST_CASE("a compressed message is an error that says so", "[typed-api][typed-api.1]") {
  MessageReader reader(100);
  reader.Append(std::string("\1\0\0\0\0", 5));
  const auto next = reader.Next();
  REQUIRE_FALSE(next.has_value());
  CHECK(next.error().code() == ErrorCode::kUnsupported);
}

TEST_CASE("half a message is known to be one", "[typed-api][typed-api.1]") {
  MessageReader reader(100);
  reader.Append(std::string("\0\0\0\0\2a", 6));
  CHECK(AllOf(reader).empty());
  CHECK(reader.in_message());
}

}  // namespace
}  // namespace strata::grpc
