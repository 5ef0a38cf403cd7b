// Damage in messages.
//
// Thread safety: pure functions.

#pragma once

#include "strata/damage.h"
#include "strata/v1/strata.pb.h"

namespace strata::api {

inline void Describe(const Damage& damage, v1::Damage* message) {
  message->set_file(damage.file);
  message->set_offset(damage.offset);
  message->set_what(damage.what);
  message->set_table(damage.table);
  if (damage.first) message->set_first(*damage.first);
  if (damage.last) message->set_last(*damage.last);
}

inline void Describe(const ScrubProgress& progress, v1::ScrubProgress* message) {
  message->set_passes(progress.passes);
  message->set_running(progress.running);
  message->set_file(progress.file);
  message->set_files_read(progress.files_read);
  message->set_files(progress.files);
  message->set_bytes_read(progress.bytes_read);
  message->set_began_us(progress.began_us);
  message->set_next_due_us(progress.next_due_us);
}

}  // namespace strata::api
