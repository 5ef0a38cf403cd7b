#include "upkeep/collector.h"

#include <optional>
#include <utility>

#include "base/mutant.h"
#include "commit/stall_note.h"

namespace strata {
namespace {

constexpr std::uint64_t kStepBytes = 1ULL << 20;

}  // namespace

struct Collector::Running {
  std::shared_ptr<Tree> tree;
  std::unique_ptr<compaction::BlobCollection> collection;
};

void Collector::Start() {
  const Options& options = parts_.context.options;
  space_ = {};
  for (const auto& tree : parts_.trees.All()) space_ += compaction::SpaceOf(tree->version->blobs());
  if (running_) return;
  const compaction::CollectionRules rules{.garbage_ratio = options.blob_garbage_ratio,
                                          .space_bound = options.blob_space_bound};
  std::optional<compaction::PickedBlob> best;
  std::shared_ptr<Tree> of;
  for (const auto& tree : parts_.trees.All()) {
    const auto picked = compaction::PickBlob(tree->version->blobs(), space_, rules);
    if (!picked || (best && best->garbage_ratio >= picked->garbage_ratio)) continue;
    best = picked;
    of = tree;
  }
  if (best) Begin(of, best->blob);
}

void Collector::Begin(const std::shared_ptr<Tree>& tree, BlobId blob) {
  auto running = std::make_shared<Running>();
  running->tree = tree;
  running_ = true;
  running->collection = std::make_unique<compaction::BlobCollection>(
      parts_.files.store(), tree->version, blob, parts_.context.options.verify_outputs);
  parts_.jobs.Run(Priority::kLow, [this, running] { return Run(*running); });
}

Status Collector::Rewrite(const compaction::FileNumbers& files) {
  StoreContext& context = parts_.context;
  context.mutex.AssertHeld();
  Status status;
  while ((status = parts_.health.CheckWritable()) && !failures_.passing()) {
    context.environment.executor->WaitOn(context.job_ended, context.mutex,
                                         [this] { return !running_; });
    std::optional<BlobId> blob;
    for (const auto& tree : parts_.trees.All()) {
      blob = compaction::PickBlobRewrite(*tree->version, files);
      if (!blob) continue;
      Begin(tree, *blob);
      break;
    }
    if (!blob) break;
  }
  return status && failures_.passing() ? Status(*failures_.passing()) : status;
}

Step Collector::Run(Running& running) {
  std::shared_ptr<const Blob> copy;
  auto copied = Copy(running);
  if (copied && !*copied) return Step::kMore;
  Status status = copied ? Status() : Status(std::move(copied).error());
  if (status) {
    auto finished = running.collection->Finish();
    if (finished) {
      copy = *std::move(finished);
    } else {
      status = std::move(finished).error();
    }
  }
  MutexLock lock(parts_.context.mutex);
  if (status) status = Install(running, copy);
  running.collection.reset();  // Lets go of the version, and of the file if it failed.
  running_ = false;
  failures_.Note(std::move(status));
  done_();
  return Step::kDone;
}

// A step of the copying. True when all is copied.
Result<bool> Collector::Copy(Running& running) {
  if (parts_.health.closing()) return Error(ErrorCode::kAborted, "the store is closing");
  compaction::BlobCollection& collection = *running.collection;
  const std::uint64_t before = collection.bytes_copied();
  STRATA_TRY_ASSIGN(const bool all, collection.Step(kStepBytes));
  if (all) return true;
  StoreContext& context = parts_.context;
  const std::uint64_t pause_us = context.limiter->Charge(collection.bytes_copied() - before);
  if (pause_us > 0) context.environment.clock->SleepMicros(pause_us);
  return false;
}

Status Collector::Install(const Running& running, const std::shared_ptr<const Blob>& copy) {
  StoreContext& context = parts_.context;
  const Blob& source = running.collection->source();
  parts_.versions.AwaitEdits();
  // All of it died meanwhile: the copy's file goes with the copy.
  if (running.tree->version->blobs().count(source.meta().id) == 0) return {};
  if (STRATA_MUTANT(blob_removed_before_edit)) parts_.files.RemovalOf(source)();
  VersionEdit edit;
  AddBlobs({copy}, &edit);
  STRATA_TRY(parts_.versions.Install(std::move(edit), {}));
  context.counters.Add(Counter::kBlobCollections);
  context.counters.Add(Counter::kBlobBytesCopied, copy->meta().size_bytes);
  if (context.events) {
    context.events->Emit("blob_collection", {{"blob", source.meta().id},
                                             {"values_before", source.meta().values},
                                             {"values_after", copy->meta().values},
                                             {"bytes_before", source.meta().size_bytes},
                                             {"bytes_after", copy->meta().size_bytes}});
  }
  return {};
}

std::uint64_t Collector::bytes_over() const {
  return compaction::BytesOverBound(space_, parts_.context.options.blob_space_bound);
}

void Collector::AwaitSpace() {
  StoreContext& context = parts_.context;
  context.mutex.AssertHeld();
  const auto may_go_on = [&] {
    return !running_ || parts_.health.failed() || bytes_over() <= context.options.blob_file_bytes;
  };
  if (may_go_on()) return;
  const std::uint64_t start = context.environment.clock->NowMicros();
  context.environment.executor->WaitOn(context.job_ended, context.mutex, may_go_on);
  NoteStall(context, StallCause::kBlobs, context.environment.clock->NowMicros() - start);
}

}  // namespace strata
