// What every TableStore must do, wherever it keeps its files: one suite, run over all of them.
//
// To have a new one checked, add a file here with a case that calls CheckTableStore and one for
// blobs.

#pragma once

#include <functional>
#include <memory>

#include "version/table_store.h"

namespace strata::testing {

// An empty store. What it needs lives as long as it does.
using MakeTableStore = std::function<std::shared_ptr<TableStore>()>;

void CheckTableStore(const MakeTableStore& make);
void CheckBlobsOfTableStore(const MakeTableStore& make);

}  // namespace strata::testing
