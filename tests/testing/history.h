// What a store was asked to write and what it acknowledged; and from that, what it may hold after a
// crash: the state after some prefix of the batches, not shorter than what was promised.
//
// Thread safety: none. It lives outside the store and its disk, so no crash touches it.

#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "strata/write_batch.h"

namespace strata::testing {

using Model = std::map<std::string, std::string>;

struct Change {
  std::string key;
  std::optional<std::string> value;  // Nothing: a delete.
};
using Changes = std::vector<Change>;

WriteBatch BatchOf(const Changes& changes);

// Which promise holds: of a power cut, or of the end of the process.
enum class Promise : std::uint8_t { kDurable, kAcknowledged };

class History {
 public:
  // `changes` are about to be written, as one batch.
  void Issue(Changes changes);
  // The batch issued last was acknowledged. REQUIRES: every one before it was, too.
  void Acknowledge(bool durable);
  // The batch issued last was refused before anything was written.
  void Refuse();
  // A batch that is neither acknowledged nor refused is unknown: it may be there or not.

  // Everything acknowledged is durable.
  void MarkDurable();

  // What readers must see.
  const Model& now() const { return now_; }
  std::size_t batches() const { return batches_; }
  std::size_t unknown() const { return pending_.size() - acknowledged_; }

  // Nothing when a crash may leave `found`; otherwise what is wrong with it.
  std::optional<std::string> Explain(const Model& found, Promise promise) const;

  // After a crash: the store holds `found`, all of it durable.
  void Restart(Model found);

 private:
  Model durable_;                 // State after all that is durable.
  std::vector<Changes> pending_;  // Batches after it, in order.
  std::size_t acknowledged_ = 0;  // So many of `pending_`; at most one isn't.
  Model now_;
  std::size_t batches_ = 0;
};

// "key "a" is "1", expected "2"": the first difference, or nothing.
std::optional<std::string> FirstDifference(const Model& found, const Model& expected);

}  // namespace strata::testing
