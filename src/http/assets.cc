#include "http/assets.h"

#include <algorithm>

namespace strata::http {

const Asset* FindAsset(std::string_view path) {
  const auto assets = Assets();
  const auto at = std::find_if(assets.begin(), assets.end(),
                               [&](const Asset& asset) { return asset.path == path; });
  return at == assets.end() ? nullptr : &*at;
}

}  // namespace strata::http
