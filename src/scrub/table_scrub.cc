// Tables: every block checks, and the footer is the one that the manifest means.

#include <utility>

#include "scrub/file_scrub.h"
#include "sst/table_walk.h"

namespace strata::scrub {
namespace {

class TableScrub final : public FileScrub {
 public:
  TableScrub(const Place& place, const TableMeta& meta, std::string table, Told told)
      : counters_(place.counters),
        meta_(meta),
        known_{.file_id = meta.file_id,
               .entries = meta.entries,
               .smallest = std::string(UserKeyOf(meta.smallest)),
               .largest = std::string(UserKeyOf(meta.largest))},
        table_(std::move(table)),
        told_(std::move(told)),
        name_(TableFileName(meta.number)),
        file_(place.files.Open(JoinPath(place.directory, name_), ReadMode::kOnDisk)) {}

  bool Step(std::uint64_t bytes) override {
    if (!file_) {
      Tell({}, file_.error());
      return true;
    }
    if (!walk_) walk_.emplace(**file_, counters_, sst::TableWalkOptions{.known = &known_});
    const std::uint64_t end = bytes_read_ + bytes;
    while (bytes_read_ < end) {
      const auto piece = walk_->Next();
      if (!piece) return true;
      bytes_read_ += piece->bytes;
      if (piece->error) {
        Tell(*piece, *piece->error);
      } else if (piece->role == "footer" && !IsTheOneMeant()) {
        Tell(*piece, Corruption("not the table that the manifest names"));
      }
    }
    return false;
  }

 private:
  bool IsTheOneMeant() const {
    const sst::Footer& footer = *walk_->footer();
    return footer.file_size == meta_.size_bytes && footer.file_id == meta_.file_id &&
           footer.checksum == meta_.footer_checksum;
  }

  // What nothing more is known of may concern any key of the table.
  void Tell(const sst::WalkedPiece& piece, const Error& error) {
    whole_ = false;
    told_({.file = name_,
           .offset = piece.offset,
           .what = name_ + ": " + error.message(),
           .table = table_,
           .first = piece.first.value_or(known_.smallest),
           .last = piece.last.value_or(known_.largest)});
  }

  Counters& counters_;
  const TableMeta meta_;
  const sst::KnownTable known_;
  const std::string table_;
  const Told told_;
  const std::string name_;
  const Result<std::unique_ptr<RandomAccessFile>> file_;
  std::optional<sst::TableWalk> walk_;
};

}  // namespace

std::unique_ptr<FileScrub> NewTableScrub(const Place& place, const TableMeta& meta,
                                         std::string table, Told told) {
  return std::make_unique<TableScrub>(place, meta, std::move(table), std::move(told));
}

}  // namespace strata::scrub
