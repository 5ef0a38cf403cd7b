// What a store consists of: the version of its tables, and what its edits say besides. It is pure:
// an edit is first made into a change, which is installed once the edit is durable.
//
// Thread safety: none.

#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "version/manifest.h"
#include "version/version.h"

namespace strata {

class Catalog {
 public:
  using Opened = std::vector<std::shared_ptr<const Table>>;
  using Versions = std::map<std::uint32_t, std::shared_ptr<const Version>>;  // By table.

  struct Change {
    VersionEdit edit;   // As it is to be logged.
    Versions versions;  // After the edit, of those tables that it changes or makes.
    Opened opened;      // The tables that it adds.

    // They are the store's from the moment on when the edit is written.
    void MarkNamed() const;
  };

  // What was read from an edit log, but for its tables, which come by a change.
  Catalog() = default;
  explicit Catalog(ManifestState state);

  // The change that `edit` makes. `opened`: as Version::With.
  // Errors: kCorruption when the edit doesn't fit what is there.
  Result<Change> Prepare(VersionEdit edit, Opened opened) const;
  // REQUIRES: nothing was installed since it was prepared.
  void Install(Change change);
  Status CheckLogs(const VersionEdit& edit) const { return state_.CheckLogs(edit); }
  Status NoteLogs(const VersionEdit& edit) { return state_.ApplyLogs(edit); }  // As Prepare.

  const std::shared_ptr<const Version>& current() const { return current_; }
  // Of the default table (id 0), or of a named one; null when it isn't there.
  std::shared_ptr<const Version> current(std::uint32_t table) const;
  Versions versions() const;  // Of all tables.
  // In any table's version; null when it isn't there.
  std::shared_ptr<const Table> FindTable(FileNumber number) const;

  // What the edits say, but for tables and blobs: the versions have these.
  const ManifestState& state() const { return state_; }
  // The whole.
  ManifestState State(FileNumber next_file, SequenceNumber last_sequence) const;
  bool HasFeature(std::string_view feature) const;
  void AddFeature(std::string_view feature) { state_.properties.features.emplace_back(feature); }
  void RemoveFeature(std::string_view feature) { std::erase(state_.properties.features, feature); }

 private:
  Result<Versions> VersionsAfter(const VersionEdit& edit, Opened opened) const;
  std::uint32_t TableOfBlob(const VersionEdit& edit, BlobId blob) const;
  std::vector<BlobId> BlobsGone(const Change& change) const;

  std::shared_ptr<const Version> current_ = std::make_shared<Version>();
  Versions named_;                                             // Of each named table.
  std::map<FileNumber, std::shared_ptr<const Table>> tables_;  // Of all versions.
  ManifestState state_;
};

}  // namespace strata
