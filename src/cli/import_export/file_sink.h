// Where export writes: standard output, a file that appears whole or not at all, or a device or
// pipe, straight away.
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
  // Makes a file durable under its name. Without it, none appears.
  virtual Status Finish() = 0;
};

// `path` may be "-". A file of that name, or that a symbolic link there leads to, is replaced; what
// is neither a file nor a directory is written to and stays. Errors: kInvalidArgument: a directory
// has the name; kIo.
Result<std::unique_ptr<Sink>> OpenSink(Session& session, const std::string& path);

}  // namespace strata::cli
