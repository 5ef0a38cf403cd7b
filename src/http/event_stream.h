// Server-Sent Events (https://html.spec.whatwg.org/multipage/server-sent-events.html): one client
// that is sent what comes into an EventRing, for as long as it reads.
//
//   id: 5f21ab09.17
//   data: {"time_us":12,"event":"flush_end","bytes":4096}
//
// An id has the run of the server before the event's number, so that a client that comes back after
// a restart isn't told to go on in the middle of another run. Events that are gone are told, with
// the id of the last of them:
//
//   id: 5f21ab09.37
//   event: missed
//   data: {"count":20}
//
// The first that a client is sent is how long to wait before it comes back, "retry: 2000", and an
// empty line. Then one of another run is told so, without an id, and gets all that the ring has:
//
//   event: restarted
//   data: {}
//
// Thread safety: none; its loop's.

#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "http/event_ring.h"
#include "server/output.h"

namespace strata::http {

class EventStream {
 public:
  // Both borrowed. `last_id`: of the last event that the client has, as an id or as the number
  // alone; empty, or anything else: it wants those that come from now on.
  EventStream(EventRing& ring, std::string_view run, std::string_view last_id);

  // Adds what there is, some 16 KiB at once, and none while more than kUnsentMax bytes haven't
  // left: the client is slow, and what it misses meanwhile it is told. `now_us`: a clock for
  // durations; a client that was sent nothing for longer than kQuietMicros, and for whom nothing
  // waits, is sent a comment (":" and an empty line), so that both ends find out when the other is
  // gone.
  void WriteTo(server::Output* output, std::uint64_t now_us);

  // Events that it was told it missed.
  std::uint64_t missed() const { return missed_; }

  static constexpr std::size_t kUnsentMax = 64 << 10;
  static constexpr std::uint64_t kQuietMicros = 15'000'000;

 private:
  void WriteEvent(const EventRing::Event& event, server::Output* output);

  EventRing& ring_;
  const std::string run_;
  std::uint64_t after_ = 0;  // The last that it was sent.
  std::uint64_t missed_ = 0;
  std::uint64_t spoke_us_ = 0;
  bool restarted_ = false;  // The client's id is of another run.
};

// One field of the stream for each line of the text: "data: a\n". A line ends with "\n" or "\r",
// each by itself.
std::string EventFields(std::string_view field, std::string_view text);

}  // namespace strata::http
