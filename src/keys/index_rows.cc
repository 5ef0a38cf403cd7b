#include "keys/index_rows.h"

#include "base/escape.h"
#include "base/result.h"
#include "keys/decimal.h"
#include "keys/json_value.h"

namespace strata::keys {
namespace {

std::vector<Element> Indexed(const IndexDefinition& index, std::string_view value) {
  if (!index.tuple_element) return JsonAt(value, index.json_path);
  auto tuple = Unpack(value);
  if (!tuple.has_value() || *index.tuple_element >= tuple->size()) return {};
  Element& element = (*tuple)[*index.tuple_element];
  if (std::holds_alternative<Null>(element.value)) return {};
  return {std::move(element)};
}

}  // namespace

Result<IndexRows> IndexRowsOf(const IndexDefinition& index, std::string_view key,
                              std::string_view value) {
  IndexRows rows;
  for (Element& element : Indexed(index, value)) {
    Tuple tuple = {std::move(element)};
    if (!index.unique) tuple.push_back({Bytes{std::string(key)}});
    std::string index_key = Pack(tuple);
    if (index_key.size() > kKeySizeMax) {
      return InvalidArgument("key " + EscapeShort(key) + ": what index " + index.name +
                             " would hold is too long for a key");
    }
    rows.emplace(std::move(index_key), index.unique ? std::string(key) : std::string());
  }
  return rows;
}

Element AsIndexed(const IndexDefinition& index, const Element& element) {
  return index.tuple_element ? element : AsJsonNumber(element);
}

Result<std::string> RowKeyOf(const IndexDefinition& index, std::string_view index_key,
                             std::string_view index_value) {
  if (index.unique) return std::string(index_value);
  auto tuple = Unpack(index_key);
  if (!tuple.has_value() || tuple->size() != 2 ||
      !std::holds_alternative<Bytes>((*tuple)[1].value)) {
    return Corruption("index " + index.name + ": key " + EscapeShort(index_key) +
                      " is none of an index row");
  }
  return std::get<Bytes>(std::move((*tuple)[1].value)).bytes;
}

}  // namespace strata::keys
