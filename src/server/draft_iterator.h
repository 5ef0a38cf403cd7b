// A cursor over a store with a draft laid over it: forwards only.
//
// Thread safety: one thread.

#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>

#include "strata/iterator.h"

namespace strata::server {

// `drafted`: the values that keys are to have; nothing: the key is to be deleted.
std::unique_ptr<Iterator> NewDraftIterator(
    std::unique_ptr<Iterator> written, std::map<std::string, std::optional<std::string>> drafted);

}  // namespace strata::server
