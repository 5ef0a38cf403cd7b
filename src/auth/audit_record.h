// One line of the audit log: who did what, when, from where, and whether it was allowed. Never a
// value, never a password; a key only where whoever runs the server asked for keys.
//
// Lines are chained: each has the hash of the one before it, and its own hash is over all that
// comes before in it. So a line that was changed, taken out, or put in shows; and, to who knows a
// later hash, a cut end. A line is JSON:
//
//   {"seq":2,"prev":"<64 hex digits>","synced":1,"time_us":1700000000000000,"who":"ada",
//    "from":"10.0.0.7:5000","what":"get","table":"users","allowed":false,"note":"...",
//    "hash":"<64 hex digits>"}
//
// in this order, without spaces or line breaks; "who", "table", "key" and "note" are left out where
// they are empty. "prev" of the first is 64 zeros. The hash is SHA-256 of the line's bytes before
// `,"hash"`. "synced" is the last record that was on the disk when this one was made: so what a
// power cut took from the end can be told from what somebody took from the middle.
//
// Thread safety: pure functions.

#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace strata::auth {

struct AuditRecord {
  std::uint64_t time_us = 0;  // Wall clock.
  std::string who = {};       // "": nobody.
  std::string from = {};      // An address, or "this machine".
  std::string what = {};      // The command or method.
  std::string table = {};
  std::string key = {};
  bool allowed = true;
  std::string note = {};
};

// Where a chain stands: its last record.
struct AuditPlace {
  std::uint64_t seq = 0;  // 0: there is none yet.
  std::string hash = std::string(64, '0');

  bool operator==(const AuditPlace&) const = default;
};

// The next line of the chain, without a line break; `*place` moves on.
// `synced`: see above.
std::string SealRecord(const AuditRecord& record, std::uint64_t synced, AuditPlace* place);
// The way back: moves `*place` on if the line is the next of the chain. Errors: kCorruption that
// says whether the line was changed, or which are missing before it.
Status CheckLine(std::string_view line, AuditPlace* place);
// There is a record in the text, wherever it belongs, that was made when record `seq` was on the
// disk.
bool ProvesSynced(std::string_view text, std::uint64_t seq);
// Where the chain stands before the line, by what the line says. Errors: kCorruption for what is no
// line of a log.
Result<AuditPlace> PlaceBefore(std::string_view line);

}  // namespace strata::auth
