// The rows as people and as programs read them.

#pragma once

#include <string>
#include <vector>

#include "peers/runner.h"
#include "peers/summary.h"

namespace strata::peers {

std::string RenderText(const Config& config, const Collected& collected,
                       const std::vector<Row>& rows);
std::string RenderMarkdown(const Config& config, const Collected& collected,
                           const std::vector<Row>& rows);
// A page that needs no other file.
std::string RenderHtml(const Config& config, const Collected& collected,
                       const std::vector<Row>& rows);
// The schema is in docs/performance.md.
std::string RenderJson(const Config& config, const Collected& collected,
                       const std::vector<Row>& rows);

// To a file, or to standard output when `path` is "-". False when that fails.
bool WriteOut(const std::string& text, const std::string& path);

}  // namespace strata::peers
