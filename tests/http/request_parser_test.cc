#include "http/request_parser.h"

#include <catch2/catch.hpp>

#include <string>
#include <vector>

namespace strata::http {
namespace {

// "GET /path?query host keep" of each request; an error ends it: "400 why".
std::vector<std::string> All(std::string_view bytes, std::size_t piece = SIZE_MAX,
                             const ParserLimits& limits = {}) {
  RequestParser parser(limits);
  std::vector<std::string> all;
  while (!bytes.empty()) {
    const std::string_view given = bytes.substr(0, piece);
    const Parsed parsed = parser.Parse(given);
    if (parsed == Parsed::kError) {
      all.push_back(std::to_string(parser.status()) + " " + parser.error());
      return all;
    }
    REQUIRE(parser.bytes() <= given.size());
    if (parsed == Parsed::kMore) REQUIRE(parser.bytes() == given.size());
    bytes.remove_prefix(parser.bytes());
    if (parsed != Parsed::kRequest) continue;
    const Request& request = parser.request();
    all.push_back(std::string(request.method == Method::kGet    ? "GET"
                              : request.method == Method::kHead ? "HEAD"
                                                                : "other") +
                  " " + request.path + "?" + request.query + " " + request.host +
                  (request.keep_alive ? " keep" : " close"));
  }
  if (parser.begun()) all.emplace_back("...");
  return all;
}

int StatusOf(std::string_view bytes, std::size_t piece = SIZE_MAX) {
  const auto all = All(bytes, piece);
  REQUIRE(!all.empty());
  return std::atoi(all.back().c_str());
}

// What a client may send, in one piece or byte by byte.
std::string Request(const std::string& fields, const std::string& body = "",
                    const std::string& line = "GET / HTTP/1.1") {
  return line + "\r\nHost: a\r\n" + fields + "\r\n" + body;
}

TEST_CASE("requests are taken apart in pieces of any size", "[observability]") {
  const std::string bytes =
      "GET /api/v1/keys?prefix=a&limit=2 HTTP/1.1\r\nHOST: 127.0.0.1:8379\r\nAccept: */*\r\n\r\n"
      "HEAD / HTTP/1.1\r\nHost:b\r\nConnection: close\r\n\r\n"
      "POST /x HTTP/1.1\r\nHost: c\r\nContent-Length: 5\r\n\r\nhello"
      "GET /y HTTP/1.1\r\nHost: d\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n"
      "GET /z HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"
      "GET /rest HT";
  const std::vector<std::string> expected = {
      "GET /api/v1/keys?prefix=a&limit=2 127.0.0.1:8379 keep",
      "HEAD /? b close",
      "other /x? c keep",
      "GET /y? d keep",
      "GET /z?  close",
      "..."};
  for (std::size_t piece = 1; piece <= bytes.size(); ++piece) {
    CAPTURE(piece);
    REQUIRE(All(bytes, piece) == expected);
  }
}

TEST_CASE("what ends where is never in doubt", "[observability]") {
  for (const std::size_t piece : {std::size_t{1}, SIZE_MAX}) {
    CAPTURE(piece);
    // Two parsers would understand each of these differently.
    CHECK(StatusOf(Request("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n"),
                   piece) == 400);
    CHECK(StatusOf(Request("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n", "0\r\n\r\n"),
                   piece) == 400);
    CHECK(StatusOf(Request("Content-Length: 5\r\nContent-Length: 6\r\n", "hello"), piece) == 400);
    CHECK(StatusOf(Request("Content-Length: 5\r\nContent-Length: 5\r\n", "hello"), piece) == 400);
    CHECK(StatusOf(Request("Content-Length : 5\r\n", "hello"), piece) == 400);
    CHECK(StatusOf(Request("Content-Length: 5, 5\r\n", "hello"), piece) == 400);
    CHECK(StatusOf(Request("Content-Length: +5\r\n", "hello"), piece) == 400);
    CHECK(StatusOf(Request("Content-Length: 0x5\r\n", "hello"), piece) == 400);
    CHECK(StatusOf(Request("Content-Length: -1\r\n"), piece) == 400);
    CHECK(StatusOf(Request("Transfer-Encoding: xchunked\r\n", "0\r\n\r\n"), piece) >= 400);
    CHECK(StatusOf(Request("Transfer-Encoding: chunked, identity\r\n", "0\r\n\r\n"), piece) >= 400);
    CHECK(StatusOf(
              Request("Transfer-Encoding: identity\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n"),
              piece) >= 400);
    CHECK(StatusOf("GET / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", piece) == 400);
    CHECK(StatusOf("GET / HTTP/1.1\r\n\r\n", piece) == 400);  // No Host,
    CHECK(StatusOf(Request("Host: b\r\n"), piece) == 400);    // and two of them.
    CHECK(StatusOf(Request("X y: 1\r\n"), piece) == 400);     // A space in a name.
    CHECK(StatusOf(Request("X\x01: 1\r\n"), piece) == 400);
  }
}

TEST_CASE("lengths that no machine has are refused, not added up", "[observability]") {
  const auto with = [](const std::string& length) {
    return StatusOf(Request("Content-Length: " + length + "\r\n"));
  };
  CHECK(with("65537") == 413);
  CHECK(with("2147483648") == 413);
  CHECK(with("4294967295") == 413);
  CHECK(with("9223372036854775807") == 413);
  CHECK(with("9223372036854775808") == 413);
  CHECK(with("18446744073709551615") >= 400);
  CHECK(with("18446744073709551616") == 400);
  CHECK(with("99999999999999999999999") == 400);
  const auto chunk = [](const std::string& size) {
    return StatusOf(
        Request("Transfer-Encoding: chunked\r\n", size + "\r\n" + std::string(70'000, 'x')));
  };
  CHECK(chunk("xyz") == 400);
  CHECK(chunk("-1") == 400);
  CHECK(chunk("ffffffffffffffffff") == 400);
  CHECK(chunk("80000000") == 413);
  CHECK(chunk("7fffffffffffffff") == 413);
  CHECK(chunk("10001") == 413);
}

TEST_CASE("what is too large is refused before it is kept", "[observability]") {
  const ParserLimits limits;
  for (const std::size_t piece : {std::size_t{1}, std::size_t{1'000}, SIZE_MAX}) {
    CAPTURE(piece);
    CHECK(StatusOf("GET /" + std::string(limits.target_bytes_max, 'a') + " HTTP/1.1\r\n", piece) ==
          414);
    CHECK(StatusOf(Request("X: " + std::string(limits.header_bytes_max, 'a')), piece) == 431);
    CHECK(StatusOf(Request(std::string(limits.header_bytes_max, 'a') + ": b"), piece) == 431);
    std::string many;
    for (std::size_t i = 0; i < limits.headers_max; ++i) many += "X: y\r\n";
    CHECK(StatusOf(Request(many), piece) == 431);
  }
  // Nothing of an endless header is kept.
  RequestParser parser;
  REQUIRE(parser.Parse("GET / HTTP/1.1\r\nHost: a\r\nX: ") == Parsed::kMore);
  std::size_t sent = 0;
  while (parser.Parse(std::string(1'000, 'a')) == Parsed::kMore) sent += 1'000;
  CHECK(sent < 2 * limits.header_bytes_max);
  CHECK(parser.bytes_kept() < 1'000);
}

TEST_CASE("nobody is let wait for leave to send a body", "[observability]") {
  for (const std::size_t piece : {std::size_t{1}, SIZE_MAX}) {
    CHECK(StatusOf(Request("Expect: 100-continue\r\nContent-Length: 5\r\n"), piece) == 417);
    CHECK(StatusOf(Request("expect: anything\r\n"), piece) == 417);
  }
}

TEST_CASE("garbage is no request", "[observability]") {
  CHECK(StatusOf("*1\r\n$4\r\nPING\r\n") == 400);
  CHECK(StatusOf(std::string(100, '\0')) == 400);
  CHECK(StatusOf("GET\r\n\r\n") == 400);
  CHECK(StatusOf("GET / HTTP/9.9\r\nHost: a\r\n\r\n") == 505);
  CHECK(StatusOf("GET / HTTP/2.0\r\nHost: a\r\n\r\n") == 505);
  CHECK(StatusOf("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n") >= 400);
  CHECK(StatusOf("\x16\x03\x01\x02") == 400);  // TLS.
  CHECK(StatusOf("CONNECT a:1 HTTP/1.1\r\nHost: a\r\n\r\n") == 405);
  RequestParser parser;
  CHECK(parser.Parse("\xff") == Parsed::kError);
  CHECK(parser.Parse("GET / HTTP/1.1\r\nHost: a\r\n\r\n") == Parsed::kError);  // It ended there.
}

TEST_CASE("parameters of a query are decoded", "[observability]") {
  const std::string query = "prefix=a%20b+c&limit=10&empty=&flag&prefix=second&bad=%4";
  CHECK(Parameter(query, "prefix") == "a b c");
  CHECK(Parameter(query, "limit") == "10");
  CHECK(Parameter(query, "empty") == "");
  CHECK(Parameter(query, "flag") == "");
  CHECK(Parameter(query, "lim") == std::nullopt);
  CHECK(Parameter(query, "bad") == std::nullopt);
  CHECK(Parameter("k=%00%FF", "k") == std::string("\0\xff", 2));
}

}  // namespace
}  // namespace strata::http
