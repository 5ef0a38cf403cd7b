#include "check/history.h"

namespace strata::check {

Clause Get(std::string key, Value found) {
  return {.kind = Clause::Kind::kGet, .key = std::move(key), .value = std::move(found)};
}

Clause If(std::string key, Value required) {
  return {.kind = Clause::Kind::kIf, .key = std::move(key), .value = std::move(required)};
}

Clause Put(std::string key, std::string value) {
  return {.kind = Clause::Kind::kSet, .key = std::move(key), .value = std::move(value)};
}

Clause Delete(std::string key) {
  return {.kind = Clause::Kind::kSet, .key = std::move(key)};
}

}  // namespace strata::check
