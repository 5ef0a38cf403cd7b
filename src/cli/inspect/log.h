// What logs and manifests have in common: records with headers.
//
// Thread safety: pure functions.

#pragma once

#include <cstdint>
#include <functional>
#include <string_view>

#include "cli/inspect/field_dump.h"
#include "cli/inspect/inspect.h"
#include "wal/log_reader.h"

namespace strata::cli {

// Explains a record's payload (start and end records are explained already).
using PayloadDumper = std::function<Status(const wal::Record& record, FieldDump& dump)>;

Inspection InspectLog(std::string_view contents, std::uint64_t limit, const PayloadDumper& payload);

}  // namespace strata::cli
