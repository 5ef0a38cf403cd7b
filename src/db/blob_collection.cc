// Gets the space of dead values back, in the background: one blob at a time is copied, live values
// only, and one edit puts the copy in its place. Writers are slowed, and in the end wait, while
// the files take more space than the options allow.

#include "base/mutant.h"
#include "compaction/blob_collector.h"
#include "db/db_impl.h"

namespace strata {
namespace {

constexpr std::uint64_t kStepBytes = 1ULL << 20;

}  // namespace

struct DbImpl::RunningCollection {
  std::shared_ptr<Tree> tree;
  std::unique_ptr<compaction::BlobCollection> collection;
};

void DbImpl::ScheduleCollection() {
  blob_space_ = {};
  for (const auto& tree : Trees()) blob_space_ += compaction::SpaceOf(VersionOf(*tree)->blobs());
  if (collecting_) return;
  const compaction::CollectionRules rules{.garbage_ratio = options_.blob_garbage_ratio,
                                          .space_bound = options_.blob_space_bound};
  std::optional<compaction::PickedBlob> best;
  auto running = std::make_shared<RunningCollection>();
  for (const auto& tree : Trees()) {
    const auto picked = compaction::PickBlob(VersionOf(*tree)->blobs(), blob_space_, rules);
    if (!picked || (best && best->garbage_ratio >= picked->garbage_ratio)) continue;
    best = picked;
    running->tree = tree;
  }
  if (!best) return;
  collecting_ = true;
  running->collection = std::make_unique<compaction::BlobCollection>(
      table_store_, VersionOf(*running->tree), best->blob, options_.verify_outputs);
  ScheduleJob(Priority::kLow, [this, running] { return CollectionStep(*running); });
}

Step DbImpl::CollectionStep(RunningCollection& running) {
  compaction::BlobCollection& collection = *running.collection;
  Status status = closing_ ? Status(Error(ErrorCode::kAborted, "the store is closing")) : Status();
  if (status) {
    const std::uint64_t before = collection.bytes_copied();
    auto stepped = collection.Step(kStepBytes);
    if (stepped && !*stepped) {
      const std::uint64_t pause_us = limiter_->Charge(collection.bytes_copied() - before);
      if (pause_us > 0) environment_.clock->SleepMicros(pause_us);
      return Step::kMore;
    }
    if (!stepped) status = std::move(stepped).error();
  }
  std::shared_ptr<const Blob> copy;
  if (status) {
    auto finished = collection.Finish();
    if (finished) {
      copy = *std::move(finished);
    } else {
      status = std::move(finished).error();
    }
  }
  MutexLock lock(mutex_);
  if (status) status = InstallCollection(*running.tree, collection, copy);
  running.collection.reset();  // Lets go of the version, and of the file if it failed.
  collecting_ = false;
  NoteFailure(std::move(status));
  MaybeScheduleWork();
  environment_.executor->NotifyAll();
  return Step::kDone;
}

Status DbImpl::InstallCollection(const Tree& tree, const compaction::BlobCollection& collection,
                                 const std::shared_ptr<const Blob>& copy) {
  const Blob& source = collection.source();
  AwaitEdits();
  // All of it died meanwhile: the copy's file goes with the copy.
  if (VersionOf(tree)->blobs().count(source.meta().id) == 0) return {};
  if (STRATA_MUTANT(blob_removed_before_edit)) {
    (void)environment_.files->Remove(JoinPath(directory_, BlobFileName(source.meta().file)));
  }
  VersionEdit edit;
  AddBlobs({copy}, &edit);
  STRATA_TRY(InstallEdit(std::move(edit), {}));
  counters_.Add(Counter::kBlobCollections);
  counters_.Add(Counter::kBlobBytesCopied, copy->meta().size_bytes);
  if (events_) {
    events_->Emit("blob_collection", {{"blob", source.meta().id},
                                      {"values_before", source.meta().values},
                                      {"values_after", copy->meta().values},
                                      {"bytes_before", source.meta().size_bytes},
                                      {"bytes_after", copy->meta().size_bytes}});
  }
  return {};
}

// A writer who fills a memtable waits while the files are over the bound by more than one file and
// a collection is under way that gives some back. It ends because collections do.
void DbImpl::WaitForBlobSpace() {
  const auto may_go_on = [&]() STRATA_REQUIRES(mutex_) {
    return !collecting_ || !read_only_ ||
           compaction::BytesOverBound(blob_space_, options_.blob_space_bound) <=
               options_.blob_file_bytes;
  };
  if (may_go_on()) return;
  const std::uint64_t start = environment_.clock->NowMicros();
  environment_.executor->WaitUntil(mutex_, may_go_on);
  counters_.Add(Counter::kStallMicros, environment_.clock->NowMicros() - start);
}

}  // namespace strata
