// Which tables are the store? Until there is a manifest: all that lie in its directory, a larger
// number being newer.

#include "db/db_impl.h"

namespace strata {

Status DbImpl::ListTables() {
  VersionEdit edit;
  std::vector<std::shared_ptr<const Table>> opened;
  STRATA_TRY_ASSIGN(const auto names, environment_.files->List(directory_));
  for (const std::string& name : names) {
    const auto parsed = ParseFileName(name);
    if (!parsed || parsed->kind != FileKind::kTable) continue;
    STRATA_TRY_ASSIGN(auto file, environment_.files->Open(JoinPath(directory_, name)));
    sst::TableReaderOptions options;
    options.counters = &counters_;
    STRATA_TRY_ASSIGN(auto reader, sst::TableReader::Open(std::move(file), name, options));
    TableMeta meta;
    meta.number = parsed->number;
    meta.position = {.level = 0, .run = parsed->number};
    meta.smallest = reader->summary().smallest;
    meta.largest = reader->summary().largest;
    meta.size_bytes = reader->summary().size_bytes;
    meta.entries = reader->summary().entries;
    meta.deletes = reader->summary().deletes;
    meta.raw_bytes = reader->summary().raw_bytes;
    last_sequence_ = std::max(last_sequence_, reader->summary().sequence_max);
    next_file_ = std::max(next_file_, parsed->number + 1);
    edit.added.push_back(meta);
    opened.push_back(std::make_shared<const Table>(meta, std::move(reader)));
  }
  STRATA_TRY_ASSIGN(version_, Version().With(edit, std::move(opened)));
  return {};
}

}  // namespace strata
