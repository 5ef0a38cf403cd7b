// The files of the dashboard (src/http/dashboard), which the build puts into the program: see
// cmake/EmbedFiles.cmake.
//
// Thread safety: constants.

#pragma once

#include <span>
#include <string_view>

namespace strata::http {

struct Asset {
  std::string_view path;  // "/app.js"; that of index.html is "/".
  std::string_view type;  // "text/javascript; charset=utf-8"
  std::string_view bytes;
};

std::span<const Asset> Assets();
const Asset* FindAsset(std::string_view path);  // Null: there is none.

}  // namespace strata::http
