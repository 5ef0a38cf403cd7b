#include "http/event_ring.h"

#include <catch2/catch.hpp>

#include "http/event_stream.h"

namespace strata::http {
namespace {

std::string Ids(const EventRing::Batch& batch) {
  std::string ids = batch.missed == 0 ? "" : "missed " + std::to_string(batch.missed) + ": ";
  for (const auto& event : batch.events) ids += std::to_string(event.id) + "=" + event.line + " ";
  return ids;
}

std::string Sent(EventStream* stream, server::Output* output, std::uint64_t now_us) {
  stream->WriteTo(output, now_us);
  std::string sent;
  while (!output->empty()) {
    std::string_view part;
    REQUIRE(output->Front({&part, 1}) == 1);
    sent += part;
    output->Drop(part.size());
  }
  return sent;
}

TEST_CASE("the ring keeps the last events, and says what is gone", "[observability]") {
  EventRing ring(3, 1'000);
  CHECK(Ids(ring.ReadAfter(0, 100)).empty());
  for (const char* line : {"a\n", "b", "c", "d", "e"}) ring.Append(line);
  CHECK(ring.last_id() == 5);
  CHECK(Ids(ring.ReadAfter(0, 100)) == "missed 2: 3=c 4=d 5=e ");
  CHECK(Ids(ring.ReadAfter(1, 100)) == "missed 1: 3=c 4=d 5=e ");
  CHECK(Ids(ring.ReadAfter(2, 100)) == "3=c 4=d 5=e ");
  CHECK(Ids(ring.ReadAfter(3, 100)) == "4=d 5=e ");
  CHECK(Ids(ring.ReadAfter(5, 100)).empty());
  CHECK(Ids(ring.ReadAfter(99, 100)).empty());
  CHECK(Ids(ring.ReadAfter(~std::uint64_t{0}, 100)).empty());
}

TEST_CASE("the ring keeps so many bytes, and always the last event", "[observability]") {
  EventRing ring(100, 10);
  ring.Append("aaaa");
  ring.Append("bbbb");
  ring.Append("cccc");
  CHECK(Ids(ring.ReadAfter(0, 100)) == "missed 1: 2=bbbb 3=cccc ");
  CHECK(Ids(ring.ReadAfter(1, 5)) == "2=bbbb ");  // What is read at once is limited, too,
  CHECK(Ids(ring.ReadAfter(1, 1)) == "2=bbbb ");  // but for one event.
  CHECK(Ids(ring.ReadAfter(1, 7)) == "2=bbbb ");
  CHECK(Ids(ring.ReadAfter(1, 8)) == "2=bbbb 3=cccc ");
  ring.Append(std::string(50, 'd'));
  CHECK(Ids(ring.ReadAfter(3, 1)) == "4=" + std::string(50, 'd') + " ");
}

TEST_CASE("a stream goes on behind the event that the client has", "[observability]") {
  EventRing ring(100, 1 << 20);
  ring.Append("a");
  ring.Append("b");
  server::Output output;
  EventStream fresh(ring, "run", "");
  CHECK(Sent(&fresh, &output, 1) == "retry: 2000\n\n");
  ring.Append("c");
  CHECK(Sent(&fresh, &output, 2) == "id: run.3\ndata: c\n\n");
  CHECK(Sent(&fresh, &output, 3).empty());

  EventStream again(ring, "run", "run.2");
  CHECK(Sent(&again, &output, 1) == "retry: 2000\n\nid: run.3\ndata: c\n\n");
  EventStream by_number(ring, "run", "1");
  CHECK(Sent(&by_number, &output, 1) ==
        "retry: 2000\n\nid: run.2\ndata: b\n\nid: run.3\ndata: c\n\n");
}

TEST_CASE("a client of another run begins anew, and is told", "[observability]") {
  EventRing ring(100, 1 << 20);
  ring.Append("a");
  server::Output output;
  EventStream stream(ring, "new", "old.77");
  CHECK(Sent(&stream, &output, 1) ==
        "retry: 2000\n\nevent: restarted\ndata: {}\n\nid: new.1\ndata: a\n\n");
  CHECK(Sent(&stream, &output, 2).empty());  // It is told once.
  EventStream garbage(ring, "new", "x");
  CHECK(Sent(&garbage, &output, 1) == "retry: 2000\n\n");
}

TEST_CASE("a slow client is told what it missed, and keeps its place", "[observability]") {
  EventRing ring(4, 1 << 20);
  server::Output output;
  EventStream stream(ring, "r", "0");
  output.Append(std::string(EventStream::kUnsentMax + 1, 'x'));  // It reads nothing.
  for (int i = 0; i < 10; ++i) ring.Append(std::to_string(i));
  const std::size_t before = output.bytes();
  stream.WriteTo(&output, 1);
  CHECK(output.bytes() == before + std::string("retry: 2000\n\n").size());
  output.Clear();  // It has read all of it.
  CHECK(Sent(&stream, &output, 2) ==
        "id: r.6\nevent: missed\ndata: {\"count\":6}\n\nid: r.7\ndata: 6\n\nid: r.8\ndata: 7\n\n"
        "id: r.9\ndata: 8\n\nid: r.10\ndata: 9\n\n");
  CHECK(stream.missed() == 6);
  for (int i = 10; i < 15; ++i) ring.Append(std::to_string(i));
  CHECK(Sent(&stream, &output, 3).starts_with("id: r.11\nevent: missed\ndata: {\"count\":1}\n\n"));
  CHECK(stream.missed() == 7);
}

TEST_CASE("a stream never has much more than its limit unsent", "[observability]") {
  EventRing ring(1'000, 10 << 20);
  for (int i = 0; i < 1'000; ++i) ring.Append(std::string(1'000, 'x'));
  server::Output output;
  EventStream stream(ring, "r", "0");
  stream.WriteTo(&output, 1);
  CHECK(output.bytes() > EventStream::kUnsentMax);
  CHECK(output.bytes() < EventStream::kUnsentMax + (32 << 10));
}

TEST_CASE("a stream without events says that it lives", "[observability]") {
  EventRing ring(4, 100);
  server::Output output;
  EventStream stream(ring, "r", "");
  CHECK(Sent(&stream, &output, 1) == "retry: 2000\n\n");
  CHECK(Sent(&stream, &output, EventStream::kQuietMicros + 1).empty());
  CHECK(Sent(&stream, &output, EventStream::kQuietMicros + 2) == ":\n\n");
  CHECK(Sent(&stream, &output, EventStream::kQuietMicros + 3).empty());
}

TEST_CASE("a sign of life is for a client that has all and has heard nothing", "[observability]") {
  EventRing ring(4, 100);
  server::Output output;
  EventStream stream(ring, "r", "");
  CHECK(Sent(&stream, &output, 1) == "retry: 2000\n\n");
  ring.Append("a");
  CHECK(Sent(&stream, &output, EventStream::kQuietMicros) == "id: r.1\ndata: a\n\n");
  CHECK(Sent(&stream, &output, EventStream::kQuietMicros + 2).empty());  // An event is one, too.
  output.Append(std::string(20, 'x'));                                   // It hasn't taken it.
  const std::size_t before = output.bytes();
  stream.WriteTo(&output, 3 * EventStream::kQuietMicros);
  CHECK(output.bytes() == before);
}

TEST_CASE("a line break can't end an event", "[observability]") {
  CHECK(EventFields("data", "a\nb\r\n\nc") == "data: a\ndata: b\ndata: \ndata: \ndata: c\n");
  CHECK(EventFields("data", "") == "data: \n");
}

}  // namespace
}  // namespace strata::http
