// One thread's load: connections to a server, and requests on them as a schedule has them (an open
// loop), or each as soon as there is room for it (a closed loop).
//
// A connection has room for `pipeline` requests at a time. In an open loop a request that is due
// while none has room waits here, and its latency is counted from when it was due: a server that
// stalls for 100 ms has made everybody wait who would have asked meanwhile.
//
// Thread safety: one thread.

#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/random.h"
#include "base/result.h"
#include "io/clock.h"
#include "io/network.h"
#include "load/operations.h"
#include "load/schedule.h"
#include "load/speaker.h"
#include "load/tally.h"

namespace strata::load {

struct GeneratorOptions {
  Endpoint endpoint;
  std::size_t connections = 1;
  std::size_t pipeline = 1;
  double rate = 0;  // Requests a second; 0: a closed loop.
  Arrivals arrivals = Arrivals::kPoisson;
  std::uint64_t warmup_us = 0;         // What is due in it isn't counted.
  std::uint64_t duration_us = 0;       // And then so long; 0: until something else ends it.
  std::uint64_t requests = 0;          // That are counted; 0: no limit.
  std::uint64_t drain_us = 5'000'000;  // So long it waits for the last answers.
  std::uint64_t connect_us = 5'000'000;
  std::uint64_t value_bytes = 100;
  std::uint64_t seed = 1;
};

// All borrowed but the functions.
struct GeneratorParts {
  Clock& clock;
  Network& network;
  KeySpace& keys;
  SpeakerFactory new_speaker;
  std::function<std::optional<Operation>()> next;  // Nothing: there is no more to do.
  std::function<bool()> stop = {};                 // Asked now and then; true ends it.
};

class Generator {
 public:
  Generator(const GeneratorOptions& options, GeneratorParts parts);
  ~Generator();

  // Connects, runs, and closes. Errors: kIo: the server isn't there, or speaks something else.
  Status Run();
  const Tally& tally() const { return tally_; }

 private:
  // A request under way, or room for one. Those of a link stand side by side.
  struct Flight {
    bool is_under_way = false;
    bool is_counted = false;
    bool is_second = false;  // The put of kModify.
    Operation operation;
    std::uint64_t due_ns = 0;
  };
  struct Link {
    std::unique_ptr<Socket> socket;
    std::unique_ptr<Speaker> speaker;
    Interest watched;
    bool is_up = false;
    bool has_output = false;  // It may have, and is in `to_flush_`.
    std::uint64_t retry_at_ns = 0;
  };

  // --- generator_links.cc: connections ---
  Status ConnectAll();
  Status Connect(std::size_t link);
  void Open(std::size_t link);
  void Touch(std::size_t link);  // It is flushed at the end of the turn.
  void Break(std::size_t link, const std::string& reason);
  void Retry();
  void Hear(std::span<const Ready> ready);
  void Receive(std::size_t link);
  void FlushAll();
  void Flush(std::size_t link);

  // --- generator.cc: requests ---
  void Turn();
  void SendDue();
  void Begin(const Operation& operation, std::uint64_t due_ns);
  void Ask(std::size_t flight);
  void Take(std::size_t link, const Answer& answer);
  void Count(const Flight& flight, const Answer& answer, std::uint64_t now_ns);
  void Release(std::size_t flight, std::uint64_t now_ns);
  void EndSending(std::uint64_t now_ns);
  void Finish();
  bool IsOver() const;
  std::uint64_t WaitMicros() const;
  std::string_view NextValue();

  const GeneratorOptions options_;
  const GeneratorParts parts_;
  Random random_;
  std::unique_ptr<Poller> poller_;
  std::vector<Link> links_;
  std::vector<Flight> flights_;      // `pipeline` of each link.
  std::deque<std::size_t> room_;     // Flights that aren't under way, of links that are up.
  std::uint64_t room_since_ns_ = 0;  // There has been some.
  std::vector<std::size_t> to_flush_;
  std::vector<std::size_t> broken_;  // Links to be made anew.
  std::vector<Answer> answers_;
  bool has_answers_ = false;  // There were some.
  Status wrong_server_;       // It answered something else before.
  std::vector<char> scratch_ = std::vector<char>(64 << 10);
  std::string value_;

  std::optional<Schedule> schedule_;
  std::uint64_t start_ns_ = 0;
  std::uint64_t count_from_ns_ = 0;  // After the warm-up.
  std::uint64_t end_ns_ = 0;         // Nothing that is due then or later is sent.
  std::uint64_t last_answer_ns_ = 0;
  std::uint64_t begun_ = 0;  // Requests that count.
  std::size_t under_way_ = 0;
  bool sending_ = true;
  std::uint64_t give_up_ns_ = 0;  // Once it isn't.
  Tally tally_;
};

}  // namespace strata::load
