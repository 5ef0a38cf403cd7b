#include "strata/keys/subspace.h"

#include "base/escape.h"
#include "base/result.h"

namespace strata::keys {

Result<Tuple> Subspace::Unpack(std::string_view key) const {
  if (!Contains(key)) {
    return InvalidArgument("key " + EscapeShort(key) + " isn't in the subspace");
  }
  return keys::Unpack(key.substr(prefix_.size()));
}

bool Subspace::Contains(std::string_view key) const {
  if (key.substr(0, prefix_.size()) != prefix_) return false;
  return key.size() == prefix_.size() || key[prefix_.size()] != '\xff';
}

}  // namespace strata::keys
