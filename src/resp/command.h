// A command of the Redis protocol: what it is called, what it takes, where it may run, what does
// it. From the table of them come COMMAND, the documents, and (with roles) who may call what.
//
// Thread safety: constants.

#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/result.h"
#include "resp/access.h"

namespace strata::resp {

struct Call;

// Replies, or says why it can't: that becomes the reply, too.
using Function = Status (*)(Call& call);

enum Flag : std::uint32_t {
  kWrite = 1 << 0,      // The committer carries it out.
  kRead = 1 << 1,       // The loop does, or where that would wait for the disk, a reader.
  kSlow = 1 << 2,       // A reader does in any case: it looks at many keys, or takes its time.
  kFast = 1 << 3,       // As COMMAND tells it.
  kAdmin = 1 << 4,      // The same.
  kDangerous = 1 << 5,  // The same.
  kControl = 1 << 6,    // Carried out, not queued, after MULTI.
  kNoMulti = 1 << 7,    // Not allowed after MULTI.
  kContainer = 1 << 8,  // Its first argument names the command: "client|list".
  kLogsIn = 1 << 9,     // While there are rules, a thread that may wait carries it out.
  kWaits = 1 << 10,     // Such a thread does in any case.
  kSecret = 1 << 11,    // Its arguments are shown to nobody.
};

// Where its keys are among the arguments; as COMMAND tells it.
struct KeyPlaces {
  int first = 0;  // 0: there are none.
  int last = 0;   // Negative: from the end.
  int step = 0;
};

struct Command {
  std::string_view name;  // "get", "client|list"
  int arity = 0;          // With the name; negative: at least so many.
  std::uint32_t flags = 0;
  KeyPlaces keys;
  std::string_view group;  // "string", "generic", "connection", "server", "transactions"
  std::string_view since;  // Of Redis.
  std::string_view summary;
  Function function = nullptr;
  Access access;           // What it needs.
  std::size_t number = 0;  // Its place in AllCommands, which sets it.
};

}  // namespace strata::resp
