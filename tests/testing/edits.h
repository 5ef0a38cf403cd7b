// Edits for tests of their bytes and of the manifest.

#pragma once

#include "base/random.h"
#include "version/version_edit.h"

namespace strata::testing {

// A table with distinct values in every field; no file stands behind it.
TableMeta SomeTable(FileNumber number, RunPosition position, std::string_view smallest,
                    std::string_view largest);

// Any edit that can be decoded again, with keys of up to 40 random bytes.
VersionEdit RandomEdit(Random& random);

}  // namespace strata::testing
