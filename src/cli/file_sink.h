// Where export writes: standard output, or a file that appears whole or not at all.
//
// Thread safety: none.

#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"
#include "cli/session.h"

namespace strata::cli {

class Sink {
 public:
  virtual ~Sink() = default;
  virtual Status Append(std::string_view bytes) = 0;
  // Makes the file durable under its name. Without it, nothing appears.
  virtual Status Finish() = 0;
};

// `path` may be "-". A file of that name is replaced. Errors: kInvalidArgument: something that
// isn't a file has the name; kIo.
Result<std::unique_ptr<Sink>> OpenSink(Session& session, const std::string& path);

}  // namespace strata::cli
