// Lines typed at a terminal: with history, editing and completion of verbs where libedit is there,
// plain lines otherwise.
//
// Thread safety: none; one editor a process.

#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "cli/console.h"

namespace strata::cli {

class LineEditor {
 public:
  virtual ~LineEditor() = default;

  // The next line, or nothing at the end (Ctrl-D). Errors: kAborted after Ctrl-C.
  virtual Result<std::optional<std::string>> ReadLine(const std::string& prompt) = 0;
};

// `history_file` may be empty: no history is kept. `words` are what the first word can be completed
// to. `console` is borrowed.
std::unique_ptr<LineEditor> NewLineEditor(Console& console, std::string history_file,
                                          std::vector<std::string> words);

}  // namespace strata::cli
