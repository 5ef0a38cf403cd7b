// Values as bytes, so that equal states can be known again: for explorers and traces. No format;
// the bytes are never kept.
//
// Thread safety: pure functions.

#pragma once

#include <string>

#include "raft/messages.h"

namespace strata::raft {

void AppendFingerprint(const Configuration& configuration, std::string* out);
void AppendFingerprint(const Entry& entry, std::string* out);
void AppendFingerprint(const Envelope& envelope, std::string* out);

}  // namespace strata::raft
