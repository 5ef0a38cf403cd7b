#include "load/crew.h"

#include <algorithm>
#include <vector>

namespace strata::load {
namespace {

constexpr std::size_t kPreloadPipeline = 16;

// Of `whole`, what the i-th of `parts` gets.
std::uint64_t ShareOf(std::uint64_t whole, std::size_t i, std::size_t parts) {
  return whole * (i + 1) / parts - whole * i / parts;
}

GeneratorOptions PartOf(const CrewOptions& options, std::size_t i, std::uint64_t seed) {
  GeneratorOptions part = options.load;
  part.connections = ShareOf(part.connections, i, options.threads);
  part.requests = ShareOf(part.requests, i, options.threads);
  part.rate /= static_cast<double>(options.threads);
  part.seed = seed;
  return part;
}

}  // namespace

Result<std::unique_ptr<Tally>> RunLoad(const CrewOptions& options, const Environment& environment,
                                       const SpeakerFactory& new_speaker, KeySpace& keys,
                                       const std::function<bool()>& stop) {
  if (options.threads > options.load.connections ||
      (options.load.requests > 0 && options.threads > options.load.requests)) {
    return InvalidArgument("more threads than connections or requests");
  }
  Random random(options.load.seed);
  std::vector<std::unique_ptr<Operations>> operations;
  std::vector<std::unique_ptr<Generator>> generators;
  for (std::size_t i = 0; i < options.threads; ++i) {
    operations.push_back(std::make_unique<Operations>(options.workload, keys, random.Fork()));
    Operations* const source = operations.back().get();
    generators.push_back(std::make_unique<Generator>(
        PartOf(options, i, random.Next()),
        GeneratorParts{.clock = *environment.clock,
                       .network = *environment.network,
                       .keys = keys,
                       .new_speaker = new_speaker,
                       .next = [source] { return std::optional(source->Next()); },
                       .stop = stop}));
  }
  std::vector<Status> results(options.threads);
  {
    std::vector<std::unique_ptr<RunningThread>> threads;  // The first one's work is done here.
    for (std::size_t i = 1; i < options.threads; ++i) {
      threads.push_back(environment.executor->StartThread(
          "strata-load", [&, i] { results[i] = generators[i]->Run(); }));
    }
    results[0] = generators[0]->Run();
  }
  auto all = std::make_unique<Tally>();
  for (std::size_t i = 0; i < options.threads; ++i) {
    STRATA_TRY(results[i]);
    all->MergeFrom(generators[i]->tally());
  }
  return all;
}

Result<std::unique_ptr<Tally>> Preload(const CrewOptions& options, const Environment& environment,
                                       const SpeakerFactory& new_speaker, std::uint64_t count,
                                       const std::function<bool()>& stop) {
  GeneratorOptions fill = options.load;
  fill.pipeline = std::max(fill.pipeline, kPreloadPipeline);
  fill.rate = 0;
  fill.warmup_us = fill.duration_us = fill.requests = 0;
  KeySpace keys(0);
  Generator generator(fill, {.clock = *environment.clock,
                             .network = *environment.network,
                             .keys = keys,
                             .new_speaker = new_speaker,
                             .next = [&]() -> std::optional<Operation> {
                               const std::uint64_t key = keys.Claim();
                               if (key >= count) return std::nullopt;
                               return Operation{.kind = Kind::kInsert, .key = key};
                             },
                             .stop = stop});
  STRATA_TRY(generator.Run());
  auto tally = std::make_unique<Tally>();
  tally->MergeFrom(generator.tally());
  return tally;
}

}  // namespace strata::load
