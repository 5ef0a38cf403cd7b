// The values that entries of a damaged store point to.
//
// Thread safety: none.

#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "blob/blob_reader.h"
#include "iter/internal_key.h"
#include "repair/inventory.h"

namespace strata::repair {

class Values {
 public:
  // Both borrowed.
  Values(const Source& source, const Inventory& inventory)
      : source_(source), inventory_(inventory) {}

  // Puts the value itself in the place of a pointer to it, and the kind of such a value in the
  // place of its kind. `*value` is as a table has it, or as a log does. Others stay as they are.
  // Errors: why the value isn't there; `*value` is anything then.
  Status Resolve(EntryKind* kind, std::string* value);

 private:
  struct File {
    std::unique_ptr<blob::BlobReader> reader;  // Null: it can't be read.
    Status status;
  };
  Status Read(std::string_view pointer, std::string* value);
  Status ReadFromBlob(const BlobPointer& pointer, std::string* value);
  const File& FileOf(FileNumber number);

  const Source& source_;
  const Inventory& inventory_;
  std::map<FileNumber, File> files_;
};

}  // namespace strata::repair
