// A protocol as small as can be, for tests and benchmarks of what is below protocols. Requests and
// replies are lines, and both begin with the request's tag, so that a test knows which reply it
// got:
//
//   t1 get k        t1 none | t1 = v
//   t2 put k v      t2 ok
//   t3 add k 5      t3 = 12
//   t4 delete k     t4 ok
//   t5 scan         t5 = a,b,c       (carried out by a reader)
//   t6 large 100    t6 = xxxxx...    (so many bytes)
//   t7 quit         closes
//   t8 over a       meets the limit a_max; b: b_max
//
// An error: "t1 error <message>".
// Thread safety: as Protocol.

#pragma once

#include "io/clock.h"
#include "server/protocol.h"
#include "strata/db.h"

namespace strata::server::testing {

struct LineOptions {
  std::size_t requests_max = 64;  // Of one turn, and of one Work.
};

// `db` and `clock` are borrowed.
ProtocolFactory LineFactory(DB& db, Clock& clock, const LineOptions& options = {});

}  // namespace strata::server::testing
