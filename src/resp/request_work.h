// Requests of one connection that aren't carried out in its loop.
//
// Thread safety: as Work.

#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "resp/client.h"
#include "resp/shared.h"
#include "server/output.h"
#include "server/work.h"

namespace strata::resp {

// A request that was looked up.
struct Asked {
  const Command* command = nullptr;  // Null: there is no such one.
  const Command* container =
      nullptr;  // What the first word names, if the second names the command.
  std::span<const std::string_view> words;
};

class RequestWork final : public server::Work {
 public:
  // `shared` is borrowed. The client may be gone when this is carried out.
  RequestWork(std::shared_ptr<Client> client, Shared& shared)
      : client_(std::move(client)), shared_(shared) {}

  // A request, whose bytes are copied.
  void Add(const Asked& asked);
  void SetWrites(bool writes) { writes_ = writes; }
  void SetWaits(bool waits) { waits_ = waits; }

  // Ends early once the replies are as many as a client may leave unread: see GoOn.
  void Run(server::Keyspace& keyspace) override;
  bool writes() const override { return writes_; }
  bool may_wait_for_others() const override { return waits_; }
  // How long its requests took, from when the first of them came until `now_nanos`.
  void RecordTimes(std::uint64_t now_nanos);
  std::size_t bytes() const { return bytes_.size(); }

  std::size_t size() const { return requests_.size(); }
  server::Output& replies() { return replies_; }
  // Forgets those that it has carried out, with their replies; whether any are left.
  bool GoOn();
  void Clear();

 private:
  struct Request {
    const Command* command = nullptr;
    const Command* container = nullptr;
    std::size_t first = 0;  // Of its words, among all.
    std::size_t count = 0;
  };
  struct Word {
    std::size_t begin = 0;
    std::size_t size = 0;
  };

  void ExplainIfSlow(const Request& request);

  const std::shared_ptr<Client> client_;
  Shared& shared_;
  bool writes_ = false;
  bool waits_ = false;
  std::string bytes_;  // Of all words.
  std::vector<Word> words_;
  std::vector<Request> requests_;
  std::size_t first_ = 0;  // Those before it are done, and their replies taken;
  std::size_t done_ = 0;   // those before this one are done.
  std::uint64_t began_nanos_ = 0;
  std::vector<std::string_view> views_;
  server::Output replies_;
  bool ran_ = false;
  Client before_;  // As it was at the first Run: a second begins there.
};

// What it counts as.
RequestKind KindOf(const Command* command);

// Carries out one request, known or not, with `replies` as the client wants them. Errors: as
// CarryOut.
Status Perform(const Asked& asked, server::Keyspace& keyspace, Client& client, Shared& shared,
               server::Output* replies);

}  // namespace strata::resp
