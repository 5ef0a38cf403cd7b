// What tests of values that live in blob files have in common: a store of tiny files, what is on
// its disk, and random operations beside a map.
//
// Thread safety: none.

#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "testing/test_store.h"

namespace strata::testing {

// Values from 100 bytes on live apart.
Options SmallBlobs();

// `size` bytes after the number.
std::string Big(std::uint64_t version, std::size_t size = 500);

// Paths, sorted.
std::vector<std::string> BlobFiles(TestStore& store);
// What all files whose names end so take.
std::uint64_t BytesOf(TestStore& store, std::string_view suffix);

// Puts values of up to 400 bytes and deletes, and now and then compares scans, gets and multi-gets
// with a map; at last after a compaction of all. `between` runs after each operation.
void CheckAgainstMap(TestStore& store, Random& random, const std::function<void()>& between);

}  // namespace strata::testing
