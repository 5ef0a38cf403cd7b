// Damage as a server tells it.
//
// Thread safety: pure functions.

#pragma once

#include <vector>

#include "strata/damage.h"
#include "strata/v1/strata.pb.h"

namespace strata::client {

template <typename Message>
std::vector<Damage> DamageOf(const Message& message) {
  std::vector<Damage> all;
  for (const v1::Damage& piece : message.damage()) {
    Damage& damage = all.emplace_back();
    damage.file = piece.file();
    damage.offset = piece.offset();
    damage.what = piece.what();
    damage.table = piece.table();
    if (piece.has_first()) damage.first = piece.first();
    if (piece.has_last()) damage.last = piece.last();
  }
  return all;
}

inline ScrubProgress ScrubOf(const v1::ScrubProgress& message) {
  return {.passes = message.passes(),
          .running = message.running(),
          .file = message.file(),
          .files_read = message.files_read(),
          .files = message.files(),
          .bytes_read = message.bytes_read(),
          .began_us = message.began_us(),
          .next_due_us = message.next_due_us()};
}

}  // namespace strata::client
