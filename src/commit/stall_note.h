// A writer was held back: counted by its cause, and told to who listens to the store's events.
//
// Thread safety: any thread.

#pragma once

#include <cstdint>

#include "commit/write_controller.h"
#include "state/store_context.h"

namespace strata {

void NoteStall(StoreContext& context, StallCause cause, std::uint64_t micros);

}  // namespace strata
