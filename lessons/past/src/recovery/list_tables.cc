// Which tables are the store? Until there is a manifest: all that lie in its directory, a larger
// number being newer.

#include "recovery/recovery.h"

namespace strata {

Status Recovery::ListTables() {
  VersionEdit edit;
  std::vector<std::shared_ptr<const Table>> opened;
  STRATA_TRY_ASSIGN(const auto names, context_.environment.files->List(context_.directory));
  for (const std::string& name : names) {
    const auto parsed = ParseFileName(name);
    if (!parsed || parsed->kind != FileKind::kTable) continue;
    STRATA_TRY_ASSIGN(auto file,
                      context_.environment.files->Open(JoinPath(context_.directory, name)));
    sst::TableReaderOptions options;
    options.counters = &context_.counters;
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
    trees_.SetLastSequence(std::max(trees_.last_sequence(), reader->summary().sequence_max));
    next_file_ = std::max(next_file_, parsed->number + 1);
    edit.added.push_back(meta);
    opened.push_back(std::make_shared<const Table>(meta, std::move(reader)));
  }
  STRATA_TRY_ASSIGN(trees_.default_tree()->version, Version().With(edit, std::move(opened)));
  return {};
}

}  // namespace strata
