#include <nlohmann/json.hpp>

#include "cli/records.h"

namespace strata::cli {
namespace {

// The member `name`, or `name`_b64 in base64.
Result<std::string> Member(const nlohmann::json& object, const std::string& name) {
  if (const auto found = object.find(name); found != object.end()) {
    if (found->is_string()) return found->get<std::string>();
    return InvalidArgument("\"" + name + "\" isn't a string; put quotes around it");
  }
  const auto found = object.find(name + "_b64");
  if (found == object.end()) {
    return InvalidArgument("neither \"" + name + "\" nor \"" + name + "_b64\" is there");
  }
  if (!found->is_string()) return InvalidArgument("\"" + name + "_b64\" isn't a string");
  return Annotate(FromBase64(found->get<std::string>()), name + "_b64");
}

}  // namespace

Result<Record> ParseJson(std::string_view line) {
  const nlohmann::json object = nlohmann::json::parse(line, nullptr, false);
  if (object.is_discarded() || !object.is_object()) {
    return InvalidArgument("not a JSON object such as {\"key\":\"k\",\"value\":\"v\"}");
  }
  Record record;
  STRATA_TRY_ASSIGN(record.key, Member(object, "key"));
  STRATA_TRY_ASSIGN(record.value, Member(object, "value"));
  return record;
}

}  // namespace strata::cli
