// The client's end of the Redis protocol, byte by byte.

#include <catch2/catch.hpp>

#include "load/speaker.h"
#include "testing/results.h"

namespace strata::load {
namespace {

using testing::Must;
using enum Answer::Outcome;

std::string Told(const std::vector<Answer>& answers) {
  std::string told;
  for (const Answer& answer : answers) {
    told += std::to_string(answer.tag) + (answer.outcome == kDone      ? " done"
                                          : answer.outcome == kMissing ? " missing"
                                                                       : " " + answer.text);
    told += "\n";
  }
  return told;
}

TEST_CASE("requests are arrays of bulk strings", "[client]") {
  const auto speaker = NewRespSpeaker();
  speaker->Ask({.verb = Request::Verb::kGet, .key = "k"}, 0);
  speaker->Ask({.verb = Request::Verb::kPut, .key = "key", .value = "a value"}, 1);
  const std::string_view bytes =
      "*2\r\n$3\r\nGET\r\n$1\r\nk\r\n*3\r\n$3\r\nSET\r\n$3\r\nkey\r\n$7\r\na value\r\n";
  CHECK(speaker->Pending() == bytes);
  speaker->Sent(5);
  CHECK(speaker->Pending() == bytes.substr(5));
  speaker->Sent(bytes.size() - 5);
  CHECK(speaker->Pending().empty());
}

TEST_CASE("replies answer requests in order, cut anywhere", "[client]") {
  const std::string replies =
      "+OK\r\n$-1\r\n$5\r\na\r\nbc\r\n-OOM command not allowed\r\n_\r\n"
      "*2\r\n*1\r\n:1\r\n$1\r\nx\r\n%1\r\n+a\r\n:2\r\n$0\r\n\r\n";
  const std::string told =
      "7 done\n6 missing\n5 done\n4 OOM command not allowed\n3 missing\n2 done\n1 done\n0 done\n";
  for (std::size_t cut = 0; cut <= replies.size(); ++cut) {
    const auto speaker = NewRespSpeaker();
    for (std::uint32_t tag = 8; tag-- > 0;) speaker->Ask({.key = "k"}, tag);
    std::vector<Answer> answers;
    REQUIRE(speaker->Feed(std::string_view(replies).substr(0, cut), &answers));
    REQUIRE(speaker->Feed(std::string_view(replies).substr(cut), &answers));
    INFO("cut at " << cut);
    CHECK(Told(answers) == told);
    CHECK(answers.at(3).kind == "OOM");
  }
}

TEST_CASE("what isn't the Redis protocol is an error that shows it", "[client]") {
  for (const char* bytes : {"HTTP/1.1 400 Bad Request\r\n", "$x\r\n", "*1\r\n?\r\n", "\r\n\r\n"}) {
    const auto speaker = NewRespSpeaker();
    speaker->Ask({.key = "k"}, 0);
    std::vector<Answer> answers;
    const Status fed = speaker->Feed(bytes, &answers);
    INFO(bytes);
    REQUIRE_FALSE(fed);
    CHECK(fed.error().message().find("doesn't speak the Redis protocol") != std::string::npos);
  }
  std::vector<Answer> answers;
  CHECK(NewRespSpeaker()->Feed("+OK\r\n", &answers).error().message() ==
        "the server answered what nobody asked");
}

}  // namespace
}  // namespace strata::load
