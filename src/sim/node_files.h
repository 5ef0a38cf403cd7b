// A machine's view of its disk: each operation is a point of the world, and a sync takes a while.
//
// Thread safety: the world's.

#pragma once

#include <cstdint>
#include <memory>

#include "io/file_system.h"

namespace strata::sim {

class World;

// `disk` and `world` must outlive it. A sync takes up to `sync_nanos_max`, and makes what it does
// durable at its end.
std::unique_ptr<FileSystem> NewNodeFiles(World& world, FileSystem& disk,
                                         std::uint64_t sync_nanos_max);

}  // namespace strata::sim
