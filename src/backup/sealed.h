// The frame of a repository's small objects: a magic, a version, fields, and a checksum of it all.
//
// Thread safety: pure functions.

#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "version/manifest_format.h"

namespace strata::backup {

// `magic` has eight bytes.
std::string Seal(std::string_view magic, std::string_view fields);

// Checks the frame of `bytes` and calls `visit` for each field that it knows: it returns false for
// one that it doesn't. Errors: kCorruption; kUnsupported when a newer program wrote it.
using FieldVisitor = std::function<Result<bool>(const FieldReader::Field& field)>;
Status Unseal(std::string_view magic, std::string_view bytes, const FieldVisitor& visit);

// The varints that `bytes` consist of, each in its place. Errors: kCorruption.
Status ReadVarints(std::string_view bytes, std::initializer_list<std::uint64_t*> out);
std::string Varints(std::initializer_list<std::uint64_t> values);

}  // namespace strata::backup
