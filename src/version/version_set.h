// Makes each change of a store's catalog durable before anybody sees it: catalog.h says what an
// edit changes, edit_log.h has the edits, begun anew with a snapshot when they grow long.
//
// Order of a change: table files synced, directory synced, edit appended and synced, then the new
// Version installed. After any error on the manifest it is never appended to again: the set stays
// failed, and deletes nothing.
//
// Thread safety: the owner's mutex is held in every call. While a change is written the set gives
// it away, so that nobody waits for the disk behind it: the owner makes one change at a time; who
// only asks may come in between, and sees what was before.

#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "io/environment.h"
#include "io/mutex.h"
#include "stats/counters.h"
#include "version/catalog.h"
#include "version/edit_log.h"
#include "version/manifest.h"
#include "version/version.h"

namespace strata {

// Opens the table file of a meta and checks that it is the one meant (size, id, footer checksum).
using TableOpener = std::function<Result<std::shared_ptr<const Table>>(const TableMeta&)>;
using BlobOpener = std::function<Result<std::shared_ptr<const Blob>>(const BlobMeta&)>;

class VersionSet {
 public:
  // What recovery found besides the version.
  struct Recovered {
    std::vector<BegunLog> begun_logs;  // By number, as all here; those that may still matter.
    std::vector<SealedLog> sealed_logs;
    FileNumber oldest_log = 0;  // 0: none was ever named.
    SequenceNumber last_sequence = 0;
  };

  // Makes the files of a new, empty store in an existing directory. What an earlier Create left
  // behind in a crash is no hindrance. Errors: kInvalidArgument when a store is there; kCorruption
  // when there are tables or logs, but no CURRENT.
  static Status Create(const Environment& environment, const std::string& directory,
                       const StoreProperties& properties);

  // kRead: files stay as they are, and no edit may be made.
  enum class Access : std::uint8_t { kRead, kWrite };
  // Reads CURRENT and its manifest, opens the tables, then begins a new manifest (a recovered one
  // is never appended to). Numbers of all files found in the directory count as used. Old
  // manifests and temporary files are removed; tables and logs are the db's to remove.
  // Errors: kNotFound without a CURRENT, and only then; kCorruption naming the file and offset.
  static Result<std::unique_ptr<VersionSet>> Recover(const Environment& environment,
                                                     const std::string& directory,
                                                     TableOpener opener, Counters& counters,
                                                     const BlobOpener& open_blob = {},
                                                     Access access = Access::kWrite);

  // Makes `edit` durable and installs the version after it. `opened`: as Version::With. The set
  // fills in next_file and last_sequence itself (and the blobs that nothing uses any more).
  // REQUIRES: tables that the edit adds are synced, and so is the directory. They are named from
  // the moment on when the edit is written (Table::MarkNamed).
  //
  // After an error current() is what it was. If the edit doesn't fit the version, nothing else has
  // happened. If the manifest failed, the edit may be found after a restart all the same: delete
  // none of the files that it adds or removes. The set then stays failed with that first error. But
  // where there was no room, or no descriptor (kNoSpace, kNoDescriptors), nothing has happened, and
  // it may be tried again.
  Status LogAndApply(VersionEdit edit, std::vector<std::shared_ptr<const Table>> opened);

  // The mutex to give away; null, as in tests: there is none.
  void SetMutex(Mutex* mutex) { mutex_ = mutex; }
  // Writes an edit that is about logs only. It survives the end of the process; the next
  // LogAndApply makes it durable. Errors: as there.
  Status NoteLogs(VersionEdit edit);

  const std::shared_ptr<const Version>& current() const { return catalog_.current(); }
  // Of the default table (id 0), or of a named one; null when it isn't there.
  std::shared_ptr<const Version> current(std::uint32_t table) const {
    return catalog_.current(table);
  }
  using Versions = Catalog::Versions;
  Versions versions() const { return catalog_.versions(); }  // Of all tables.
  const std::map<std::uint32_t, NamedTable>& named_tables() const { return catalog_.state().named; }
  // Up to which sequence all that was written to a table is gone.
  SequenceNumber truncated_at(std::uint32_t table) const {
    const auto found = catalog_.state().truncated.find(table);
    return found == catalog_.state().truncated.end() ? 0 : found->second;
  }
  std::uint32_t next_named_table() const { return catalog_.state().next_named_table; }
  // Writes into the store's properties that it uses a feature, so that programs that don't know it
  // refuse the store. Durable when it returns; nothing happens when it is there already.
  Status EnableFeature(std::string_view feature);
  // In any table's version; null when it isn't there.
  std::shared_ptr<const Table> FindTable(FileNumber number) const {
    return catalog_.FindTable(number);
  }
  // The tables that the last edit changed, made or dropped; 0 is the default one.
  const std::vector<std::uint32_t>& changed() const { return changed_; }
  const StoreProperties& properties() const { return catalog_.state().properties; }
  const Recovered& recovered() const { return recovered_; }
  // Success, or why the set takes no edits any more.
  const Status& first_error() const { return first_error_; }

  // Never gives out a number twice, not even one whose file was never made. Any thread may ask.
  FileNumber NewFileNumber() { return next_file_++; }
  // A file of this number was found in the directory.
  void MarkFileNumberUsed(FileNumber number) {
    if (number >= next_file_) next_file_ = number + 1;
  }
  SequenceNumber last_sequence() const { return last_sequence_; }
  void SetLastSequence(SequenceNumber sequence) { last_sequence_ = sequence; }
  FileNumber oldest_log() const { return catalog_.state().oldest_log; }
  FileNumber manifest_number() const { return log_->number(); }
  std::uint64_t manifest_bytes() const { return log_->size(); }

  // Begins the manifest anew, with what it says. Errors: as LogAndApply.
  Status Rewrite();

  // What a manifest begun now would say.
  ManifestState State() const { return catalog_.State(next_file_.load(), last_sequence_); }
  // Makes the files of a store in `directory`, whose files it has, that is what `state` says.
  // REQUIRES as for Create; tables and blobs, and their names, are synced.
  static Status CreateFrom(const Environment& environment, const std::string& directory,
                           const ManifestState& state);

  // Ends the manifest with an end record and has CURRENT say its whole length, so that damage
  // anywhere in it is found. REQUIRES: nothing follows.
  Status Close();

  ~VersionSet();
  VersionSet(const VersionSet&) = delete;
  VersionSet& operator=(const VersionSet&) = delete;

 private:
  struct Private {
    explicit Private() = default;
  };

 public:
  // Recover makes these.
  VersionSet(Private, const Environment& environment, std::string directory, TableOpener opener,
             Counters& counters);

 private:
  Status OpenTables(ManifestState state, const BlobOpener& open_blob);
  Status MarkFilesFound();
  Status BeginLog();
  Status BeginLogWith(std::string_view feature);
  Status Final(Status status, const Catalog::Change& change);

  const Environment& environment_;
  const std::string directory_;
  const TableOpener opener_;
  Mutex* mutex_ = nullptr;
  Catalog catalog_;
  std::vector<std::uint32_t> changed_;
  Recovered recovered_;
  const std::unique_ptr<EditLog> log_;
  std::atomic<FileNumber> next_file_ = 1;
  SequenceNumber last_sequence_ = 0;
  Status first_error_;
};

}  // namespace strata
