// Who is told when a reader meets a piece of a file that isn't whole.
//
// Thread safety: any thread may call, also with locks of its own held.

#pragma once

#include "base/result.h"
#include "strata/damage.h"

namespace strata::sst {

class DamageListener {
 public:
  DamageListener() = default;
  DamageListener(const DamageListener&) = delete;
  DamageListener& operator=(const DamageListener&) = delete;
  virtual ~DamageListener() = default;

  // May be told of the same piece again and again.
  virtual void OnDamage(Damage damage) = 0;
};

// An error of the bytes, or of the disk below them: not one that another try would pass by.
inline bool IsDamage(const Error& error) {
  return error.code() == ErrorCode::kCorruption || error.code() == ErrorCode::kIo;
}

}  // namespace strata::sst
