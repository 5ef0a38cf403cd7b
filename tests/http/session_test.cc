#include "http/session.h"

#include <catch2/catch.hpp>

#include <nlohmann/json.hpp>

#include "http_world.h"
#include "io/memory_file_system.h"
#include "stats/counters.h"

namespace strata::http {
namespace {

using nlohmann::json;
using testing::Got;
using testing::HttpWorld;
using testing::TakeAnswer;

const std::string kHost = "Host: 127.0.0.1\r\n";

TEST_CASE("requests of one connection are answered in order", "[observability]") {
  HttpWorld world;
  std::string bytes = "GET /livez HTTP/1.1\r\n" + kHost + "\r\nGET /metrics HTTP/1.1\r\n" + kHost +
                      "\r\nHEAD /version HTTP/1.1\r\n" + kHost + "\r\nGET /nothing HTTP/1.1\r\n" +
                      kHost + "\r\nPOST /metrics HTTP/1.1\r\nContent-Length: 3\r\n" + kHost +
                      "\r\nabcGET /livez HTTP/1.1\r\nConnection: close\r\n" + kHost + "\r\n";
  SECTION("all at once") {
    bytes = world.Exchange(1, bytes);
  }
  SECTION("a byte at a time") {
    std::string answers;
    for (const char byte : bytes) answers += world.Exchange(1, std::string(1, byte));
    bytes = answers;
  }
  CHECK(TakeAnswer(&bytes).body == "ok\n");
  const Got metrics = TakeAnswer(&bytes);
  CHECK(metrics.status == 200);
  CHECK(metrics.fields.at("content-type") == "text/plain; version=0.0.4; charset=utf-8");
  const Got head = TakeAnswer(&bytes, /*head=*/true);
  CHECK(head.status == 200);
  CHECK(std::stoi(head.fields.at("content-length")) > 20);
  CHECK(TakeAnswer(&bytes).status == 404);
  const Got refused = TakeAnswer(&bytes);
  CHECK(refused.status == 405);
  CHECK(refused.fields.at("allow") == "GET, HEAD");
  const Got last = TakeAnswer(&bytes);
  CHECK(last.status == 200);
  CHECK(last.fields.at("connection") == "close");
  CHECK(bytes.empty());
  CHECK(world.closed(1));
}

TEST_CASE("what is no request ends the connection, and says why", "[observability]") {
  HttpWorld world;
  std::string bytes =
      world.Exchange(1, "GET /livez HTTP/1.1\r\n" + kHost + "\r\nPING\r\n\r\nGET /livez");
  CHECK(TakeAnswer(&bytes).status == 200);
  const Got refused = TakeAnswer(&bytes);
  CHECK(refused.status == 400);
  CHECK(refused.fields.at("connection") == "close");
  CHECK(json::parse(refused.body)["error"].get<std::string>().starts_with("this is no request"));
  CHECK(bytes.empty());
  CHECK(world.closed(1));
}

TEST_CASE("a page elsewhere can't look at the store, whatever its name resolves to",
          "[observability]") {
  HttpWorld world;
  world.shared().browse = true;
  const auto ask = [&](const std::string& path, const std::string& fields) {
    std::string bytes = world.Exchange(7, "GET " + path + " HTTP/1.1\r\n" + fields + "\r\n");
    return TakeAnswer(&bytes).status;
  };
  for (const char* path : {"/", "/api/v1/keys", "/api/v1/stats", "/metrics"}) {
    CAPTURE(path);
    CHECK(ask(path, "Host: 127.0.0.1:8379\r\n") == 200);
    CHECK(ask(path, "Host: rebound.example:8379\r\n") == 403);
    CHECK(ask(path, "Host: 127.0.0.1:8379\r\nOrigin: http://evil.example\r\n") == 403);
    CHECK(ask(path, "Host: 127.0.0.1:8379\r\nSec-Fetch-Site: cross-site\r\n") == 403);
    CHECK(ask(path, "Host: 127.0.0.1:8379\r\nSec-Fetch-Site: same-site\r\n") == 403);
    CHECK(ask(path, "Host: 127.0.0.1:8379\r\nSec-Fetch-Site: same-origin\r\n") == 200);
  }
  CHECK(ask("/livez", "Host: strata.svc.cluster.local\r\n") == 200);
  CHECK(ask("/readyz", "Host: strata.svc.cluster.local\r\n") == 200);
}

TEST_CASE("answers tell browsers to be strict", "[observability]") {
  HttpWorld world;
  for (const char* path : {"/", "/api/v1/stats", "/nothing"}) {
    CAPTURE(path);
    const Got got = world.Get(path);
    CHECK(got.fields.at("content-security-policy").find("default-src 'none'") == 0);
    CHECK(got.fields.at("content-security-policy").find("unsafe") == std::string::npos);
    CHECK(got.fields.at("x-content-type-options") == "nosniff");
    CHECK(got.fields.at("cache-control") == "no-store");
    CHECK_FALSE(got.fields.contains("access-control-allow-origin"));
  }
}

TEST_CASE("it is ready until it stops, or takes no writes", "[observability]") {
  HttpWorld world;
  CHECK(world.Get("/readyz").status == 200);
  CHECK(world.Get("/readyz?verbose").body == "[+]serving ok\n[+]writes ok\nready\n");

  SECTION("it stops") {
    world.shared().stopping = true;
    const Got got = world.Get("/readyz?verbose");
    CHECK(got.status == 503);
    CHECK(got.body == "[-]serving failed: the server is stopping\n[+]writes ok\nnot ready\n");
    CHECK(world.Get("/livez").status == 200);
    CHECK(world.Get("/metrics").body.find("\nstrata_ready 0\n") != std::string::npos);
    CHECK(world.Get("/livez").fields.at("connection") == "close");
  }
  SECTION("the disk is full: that may pass") {
    world.store().disk().SetCapacity(1);
    CHECK_FALSE(world.store()->Put("k", std::string(1 << 20, 'v')).has_value());
    CHECK(world.Get("/readyz").status == 200);
    CHECK(world.Get("/metrics").body.find("\nstrata_store_read_only 0\n") != std::string::npos);
  }
  SECTION("a write fails for good") {
    WriteBatch batch;
    batch.Put("k", "v");
    const_cast<char&>(batch.encoded().front()) = '\xff';  // No entry begins so.
    CHECK_FALSE(world.store()->Write(batch).has_value());
    const Got got = world.Get("/readyz");
    CHECK(got.status == 503);
    CHECK(got.body.starts_with("the store takes no writes: "));
    CHECK(world.Get("/livez").status == 200);
    CHECK(world.Get("/metrics").body.find("\nstrata_store_read_only 1\n") != std::string::npos);
  }
}

TEST_CASE("events are sent as they happen, and a client that comes back misses none",
          "[observability]") {
  HttpWorld world;
  const std::string begin = world.Exchange(1, "GET /api/v1/events HTTP/1.1\r\n" + kHost + "\r\n");
  CHECK(begin.find("Content-Type: text/event-stream\r\n") != std::string::npos);
  CHECK(begin.find("Connection: close\r\n") != std::string::npos);
  REQUIRE(world.store()->Put("k", "v"));
  REQUIRE(world.store()->Flush());
  CHECK(world.TakeWakes() == std::vector<server::ConnectionId>{1});  // Once, for all of them.
  const std::string events = world.Wake(1);
  CHECK(events.find("\"event\":\"flush_begin\"") != std::string::npos);
  CHECK(events.find("\"event\":\"flush_end\"") != std::string::npos);
  const std::size_t id = events.find("id: ") + 4;
  const std::string first = events.substr(id, events.find('\n', id) - id);

  world.Leave(1);
  REQUIRE(world.store()->Put("k", "w"));
  REQUIRE(world.store()->Flush());
  CHECK(world.TakeWakes().empty());
  const std::string again = world.Exchange(
      2, "GET /api/v1/events HTTP/1.1\r\nLast-Event-ID: " + first + "\r\n" + kHost + "\r\n");
  CHECK(again.find("id: " + first + "\n") == std::string::npos);
  CHECK(again.find("flush_end") != std::string::npos);
  CHECK(again.find("missed") == std::string::npos);
  // What is asked on this connection now is asked of nobody.
  CHECK(world.Exchange(2, "GET /livez HTTP/1.1\r\n" + kHost + "\r\n").empty());
}

TEST_CASE("a client of the event stream that reads slowly costs little", "[observability]") {
  HttpWorld world;
  REQUIRE_FALSE(world.Exchange(1, "GET /api/v1/events HTTP/1.1\r\n" + kHost + "\r\n").empty());
  std::string sent;
  for (int i = 0; i < 2'000; ++i) {
    world.events().Append("{\"event\":\"test\",\"text\":\"" + std::string(200, 'x') + "\"}");
    sent += world.WakeSlowly(1, 10);
  }
  for (int i = 0; i < 1'000; ++i) sent += world.Wake(1);
  CHECK(sent.find("event: missed\n") != std::string::npos);
  CHECK(world.shared().events_missed > 1'000);
  CHECK(world.Get("/metrics").body.find("\nstrata_event_streams 1\n") != std::string::npos);
  world.Leave(1);
  CHECK(world.events().subscribers() == 0);
}

TEST_CASE("a request over a limit is refused by its name, which is counted", "[observability]") {
  HttpWorld world;
  const auto asks = [&](int id, const std::string& bytes) {
    const std::string answer = world.Exchange(id, bytes);
    CHECK(world.closed(id));
    const std::string limit = world.TakeMet();
    const bool told = answer.find(limit) != std::string::npos;
    return answer.substr(9, 3) + " " + limit + (told ? "" : "not told");
  };
  std::string many;
  for (int i = 0; i < 65; ++i) many += "X: 1\r\n";
  const auto request = [](const std::string& fields) {
    return "GET /livez HTTP/1.1\r\n" + kHost + fields + "\r\n";
  };
  CHECK(asks(1, "GET /" + std::string(9'000, 'a') + " HTTP/1.1\r\n") == "414 target_bytes_max ");
  CHECK(asks(2, request("X: " + std::string(17'000, 'a') + "\r\n")) == "431 header_bytes_max ");
  CHECK(asks(3, request(many)) == "431 headers_max ");
  CHECK(asks(4, request("Content-Length: 70000\r\n")) == "413 body_bytes_max ");
  CHECK(asks(5, "nonsense\r\n\r\n") == "400 ");
}

TEST_CASE("there are so many event streams at most", "[observability]") {
  HttpWorld world;
  const std::string ask = "GET /api/v1/events HTTP/1.1\r\n" + kHost + "\r\n";
  for (std::size_t i = 0; i < Session::kStreamsMax; ++i) {
    REQUIRE(world.Exchange(static_cast<int>(i), ask).starts_with("HTTP/1.1 200"));
  }
  CHECK(world.Exchange(999, ask).starts_with("HTTP/1.1 503"));
  CHECK(world.TakeMet() == "streams_max ");
  world.Leave(3);
  CHECK(world.Exchange(998, ask).starts_with("HTTP/1.1 200"));
}

TEST_CASE("who sends a request slowly, or nothing, is let go", "[observability]") {
  HttpWorld world;
  CHECK(world.Exchange(1, "GET /livez HT").empty());
  world.store().clock().Advance(Session::kRequestMicros / 2);
  CHECK(world.Exchange(1, "TP/1").empty());  // Byte by byte it could take for ever.
  CHECK(world.Wake(1).empty());
  CHECK_FALSE(world.closed(1));
  world.store().clock().Advance(Session::kRequestMicros / 2 + 1);
  CHECK(world.Wake(1).starts_with("HTTP/1.1 408"));
  CHECK(world.TakeMet() == "request_us ");
  CHECK(world.closed(1));

  CHECK_FALSE(world.Exchange(2, "GET /livez HTTP/1.1\r\n" + kHost + "\r\n").empty());
  world.store().clock().Advance(Session::kSilentMicros);
  CHECK(world.Wake(2).empty());
  CHECK_FALSE(world.closed(2));
  world.store().clock().Advance(1);
  CHECK(world.Wake(2).empty());
  CHECK(world.closed(2));
}

TEST_CASE("keys are shown to those alone who were let", "[observability]") {
  HttpWorld world;
  for (const char* key : {"a", "b", "b\xff", "c"}) {
    REQUIRE(world.store()->Put(key, std::string("value of ") + key));
  }
  CHECK(world.Get("/api/v1/keys").status == 403);
  CHECK(world.Get("/api/v1/value?key_b64=YQ==").status == 403);
  world.shared().browse = true;
  const auto first = json::parse(world.Get("/api/v1/keys?limit=2").body);
  CHECK(first["keys"].size() == 2);
  CHECK(first["keys"][0]["key"] == "a");
  CHECK(first["keys"][0]["value_bytes"] == 10);
  CHECK(first["more"] == true);
  for (const char* limit : {"", "0", "-1", "2x", "all", "18446744073709551616"}) {
    CAPTURE(limit);
    CHECK(world.Get(std::string("/api/v1/keys?limit=") + limit).status == 400);
  }
  const auto rest = json::parse(world.Get("/api/v1/keys?after_b64=Yg==").body);
  CHECK(rest["keys"].size() == 2);
  CHECK(rest["keys"][0]["key_b64"] == "Yv8=");  // Any bytes come back as they were.
  CHECK(rest["more"] == false);
  CHECK(json::parse(world.Get("/api/v1/keys?prefix=b").body)["keys"].size() == 2);
  const auto value = json::parse(world.Get("/api/v1/value?key_b64=Yv8%3D").body);
  CHECK(value["value_bytes"] == 11);
  CHECK(value["cut"] == false);
  CHECK(world.Get("/api/v1/value?key_b64=enp6").status == 404);
  CHECK(world.Get("/api/v1/value?key_b64=!").status == 400);
  CHECK(world.Get("/api/v1/value?key_b64=Yv9%3D").status == 400);  // Not how "Yv8=" is written.
  CHECK(world.Get("/api/v1/value").status == 400);
  CHECK(world.Get("/api/v1/keys?table=none").status == 404);
}

TEST_CASE("what the dashboard shows is what was counted", "[observability]") {
  HttpWorld world;
  REQUIRE(world.store()->Put("k", "v"));
  world.redis().times.Record(RequestKind::kWrite, 3'000'000);
  const auto first = json::parse(world.Get("/api/v1/stats").body);
  CHECK(first["requests"].back()["api"] == "redis");
  CHECK(first["requests"].back()["op"] == "write");
  CHECK(first["requests"].back()["count"] == 1);
  CHECK(first["memtables"]["entries"] == 1);
  CHECK(first["ready"] == true);
  // Ten in two seconds.
  world.store().clock().Advance(2'000'000);
  for (int i = 0; i < 10; ++i) world.redis().times.Record(RequestKind::kWrite, 40'000'000);
  const auto second = json::parse(world.Get("/api/v1/stats").body);
  CHECK(second["requests"].back()["count"] == 11);
  CHECK(second["requests"].back()["per_second"] == 5.0);
  CHECK(second["requests"].back()["p50_us"].get<double>() > 30'000);
  CHECK(second["requests"].back()["p50_us"].get<double>() <= 50'000);
  CHECK(second["rates"]["window_seconds"] == 2.0);
}

TEST_CASE("slow requests are shown without what clients named", "[observability]") {
  HttpWorld world;
  const std::vector<std::string_view> words = {"get", "secret"};
  const std::uint64_t id =
      world.redis().slow_log.Note({.micros = 12'345, .command = "get", .peer = "1.2.3.4:5"}, words);
  world.redis().slow_log.AddTrace(id, {{"memtable", "no", 100}, {"000007.sst filter", "no", 50}});
  const std::string hidden = world.Get("/api/v1/stats").body;
  CHECK(hidden.find("secret") == std::string::npos);
  const auto slow = json::parse(hidden)["slow"][0];
  CHECK(slow["micros"] == 12'345);
  CHECK(slow["trace"][1]["where"] == "000007.sst filter");
  world.shared().browse = true;
  CHECK(json::parse(world.Get("/api/v1/stats").body)["slow"][0]["words"][1] == "secret");
  CHECK(world.Get("/metrics").body.find("\nstrata_slow_requests_total 1\n") != std::string::npos);
}

}  // namespace
}  // namespace strata::http
