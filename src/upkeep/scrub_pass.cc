#include "upkeep/scrub_pass.h"

#include <utility>

namespace strata {
namespace {

std::string NameOf(FileKind kind, FileNumber number) {
  if (kind == FileKind::kTable) return TableFileName(number);
  if (kind == FileKind::kBlob) return BlobFileName(number);
  return kind == FileKind::kLog ? LogFileName(number) : std::string(kCurrentFileName);
}

std::string NameOf(const Tree& tree) {
  return tree.table.id == 0 ? std::string(kDefaultTableName) : tree.table.name;
}

}  // namespace

ScrubPass::ScrubPass(const UpkeepParts& parts, std::uint64_t first) : parts_(parts), first_(first) {
  parts_.context.mutex.AssertHeld();
  for (const auto& tree : parts_.trees.All()) AddFilesOf(*tree->version);
  items_.push_back({FileKind::kCurrent, kManifestDamage});
  if (const Status listed = AddLogs(); !listed) {  // The directory itself can't be read.
    report_.damage.push_back(
        {.file = std::string(kCurrentFileName), .what = listed.error().message()});
  }
}

void ScrubPass::AddFilesOf(const Version& version) {
  for (const Run& run : version.runs()) {
    for (const auto& table : run.tables) {
      items_.push_back({FileKind::kTable, table->meta().number});
    }
  }
  for (const auto& [_, state] : version.blobs()) {
    items_.push_back({FileKind::kBlob, state.blob->meta().file});
  }
}

Status ScrubPass::AddLogs() {
  STRATA_TRY_ASSIGN(const auto names,
                    parts_.context.environment.files->List(parts_.context.directory));
  for (const std::string& name : names) {
    const auto parsed = ParseFileName(name);
    if (!parsed || parsed->kind != FileKind::kLog) continue;
    if (parsed->number != parts_.journal.number())
      items_.push_back({FileKind::kLog, parsed->number});
  }
  return {};
}

bool ScrubPass::Step(std::uint64_t bytes) {
  std::uint64_t left = bytes;
  while (files_done_ < items_.size()) {
    const Item& item = items_[(first_ + files_done_) % items_.size()];
    if (scrub_ == nullptr && !Open(item)) {
      ++files_done_;
      continue;
    }
    const bool ended = scrub_->Step(left);
    const std::uint64_t read = scrub_->bytes_read() - std::exchange(counted_, scrub_->bytes_read());
    report_.bytes += read;
    parts_.context.counters.Add(Counter::kScrubBytes, read);
    if (ended) Finish(item);
    if (read >= left) break;
    left -= read;
  }
  return files_done_ >= items_.size();
}

// What is known of the file that is next, and what keeps it there. False: the store doesn't have it
// any more.
bool ScrubPass::Pin(const Item& item) {
  const VersionSet& set = parts_.versions.set();
  parts_.context.mutex.AssertHeld();
  if (!parts_.versions.IsInUse({item.kind, item.number})) return false;
  for (const auto& tree : parts_.trees.All()) {
    if (item.kind == FileKind::kTable) pinned_.table = tree->version->FindTable(item.number);
    for (const auto& [_, state] : tree->version->blobs()) {
      const bool is_it = item.kind == FileKind::kBlob && state.blob->meta().file == item.number;
      if (is_it) pinned_.blob = state.blob;
    }
    if (pinned_.table == nullptr && pinned_.blob == nullptr) continue;
    pinned_.table_name = NameOf(*tree);
    break;
  }
  if (item.kind == FileKind::kLog) pinned_.sealed_length = set.SealedLength(item.number);
  const bool reads_only = parts_.context.options.read_only;
  if (!reads_only) pinned_.manifest = {set.manifest_number(), set.manifest_bytes()};
  return true;
}

bool ScrubPass::Open(const Item& item) {
  StoreContext& context = parts_.context;
  {
    MutexLock lock(context.mutex);
    if (!Pin(item)) return false;
  }
  const scrub::Place place{*context.environment.files, context.directory, context.counters};
  const scrub::Told told = [this](Damage damage) { found_.push_back(std::move(damage)); };
  file_ = NameOf(item.kind, item.number);
  if (pinned_.table != nullptr) {
    scrub_ = scrub::NewTableScrub(place, pinned_.table->meta(), pinned_.table_name, told);
  } else if (pinned_.blob != nullptr) {
    scrub_ = scrub::NewBlobScrub(place, pinned_.blob->meta(), pinned_.table_name, told);
  } else if (item.kind == FileKind::kLog) {
    scrub_ = scrub::NewLogScrub(place, item.number, pinned_.sealed_length, told);
  } else {
    scrub_ = scrub::NewManifestScrub(place, pinned_.manifest, told);
  }
  return true;
}

// A log may go while it is read, and what is missing of it then is nobody's loss.
void ScrubPass::Finish(const Item& item) {
  ++files_done_;
  counted_ = 0;
  const bool whole = scrub_->whole();
  scrub_.reset();
  StoreContext& context = parts_.context;
  const auto found = std::exchange(found_, {});
  {
    MutexLock lock(context.mutex);
    const bool in_use = parts_.versions.IsInUse({item.kind, item.number});
    pinned_ = {};
    if (!in_use) return;
  }
  ++report_.files;
  if (whole) context.damage.Clear(item.number);
  for (const Damage& damage : found) {
    context.damage.OnDamage(damage);
    report_.damage.push_back(damage);
  }
}

}  // namespace strata
