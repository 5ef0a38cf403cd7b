// A run of several generators, a thread each, and the filling of a server with keys before it.
//
// Thread safety: one thread.

#pragma once

#include <functional>
#include <memory>

#include "io/environment.h"
#include "load/generator.h"

namespace strata::load {

struct CrewOptions {
  GeneratorOptions load;  // Of all together.
  std::size_t threads = 1;
  Workload workload;
};

// Both borrow `environment`. `keys`: which there are, and will be. Errors: kInvalidArgument for
// more threads than connections; those of Generator::Run.
Result<std::unique_ptr<Tally>> RunLoad(const CrewOptions& options, const Environment& environment,
                                       const SpeakerFactory& new_speaker, KeySpace& keys,
                                       const std::function<bool()>& stop);

// Puts the keys below `count`, as fast as it goes.
Result<std::unique_ptr<Tally>> Preload(const CrewOptions& options, const Environment& environment,
                                       const SpeakerFactory& new_speaker, std::uint64_t count,
                                       const std::function<bool()>& stop);

}  // namespace strata::load
