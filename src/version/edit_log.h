// Makes the edits of a store durable. What it holds, from its beginning on, says what the store is.
//
// Local: manifest_log.h. After an error what it holds is unknown: the caller never adds to it
// again. But where there is no room, or no descriptor (kNoSpace, kNoDescriptors), all is as it was,
// and it goes on. A sync has no such error. Thread safety: none.

#pragma once

#include <cstdint>

#include "base/result.h"
#include "version/manifest.h"
#include "version/version_edit.h"

namespace strata {

class EditLog {
 public:
  EditLog() = default;
  EditLog(const EditLog&) = delete;
  EditLog& operator=(const EditLog&) = delete;
  virtual ~EditLog() = default;

  // Adds an edit. It survives the end of the process.
  virtual Status Append(const VersionEdit& edit) = 0;
  // What was added survives a power cut.
  virtual Status Sync() = 0;

  // Puts a new log, which says `state`, in the place of this one; `number` is for its file. Durable
  // on return. After an error the old one may still be read.
  virtual Status Rewrite(FileNumber number, const ManifestState& state) = 0;
  // Rewriting it would make it much shorter.
  virtual bool is_long() const = 0;
  // Says that nothing follows, so that damage anywhere in it is found.
  virtual Status Close() = 0;

  virtual FileNumber number() const = 0;  // Of its file.
  virtual std::uint64_t size() const = 0;
};

}  // namespace strata
