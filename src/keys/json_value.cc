#include "keys/json_value.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "base/result.h"

namespace strata::keys {
namespace {

using Json = nlohmann::json;

// Takes a text apart without keeping anything but the place of the first mistake.
class Checker final : public nlohmann::json_sax<Json> {
 public:
  bool null() override { return true; }
  bool boolean(bool) override { return true; }
  bool number_integer(number_integer_t) override { return true; }
  bool number_unsigned(number_unsigned_t) override { return true; }
  bool number_float(number_float_t, const string_t&) override { return true; }
  bool string(string_t&) override { return true; }
  bool binary(binary_t&) override { return true; }
  bool start_object(std::size_t) override { return true; }
  bool key(string_t&) override { return true; }
  bool end_object() override { return true; }
  bool start_array(std::size_t) override { return true; }
  bool end_array() override { return true; }
  bool parse_error(std::size_t position, const std::string&,
                   const nlohmann::detail::exception& error) override {
    position_ = position;
    // "[json.exception.parse_error.101] parse error at line 1, column 5: <what>".
    const std::string_view text = error.what();
    const std::size_t colon = text.find(": ");
    what_ = colon == std::string_view::npos ? text : text.substr(colon + 2);
    return false;
  }

  std::size_t position() const { return position_; }  // Characters read; the last one is wrong.
  const std::string& what() const { return what_; }

 private:
  std::size_t position_ = 0;
  std::string what_;
};

void AppendScalars(const Json& value, std::vector<Element>* out) {
  if (value.is_array()) {
    for (const Json& item : value) AppendScalars(item, out);
  } else if (value.is_string()) {
    out->push_back(ElementOf(value.get_ref<const std::string&>()));
  } else if (value.is_boolean()) {
    out->push_back(ElementOf(value.get<bool>()));
  } else if (value.is_number_unsigned()) {
    out->push_back(ElementOf(value.get<std::uint64_t>()));
  } else if (value.is_number_integer()) {
    out->push_back(ElementOf(value.get<std::int64_t>()));
  } else if (value.is_number_float()) {
    const double number = value.get<double>();
    const bool whole = std::trunc(number) == number && std::abs(number) < 0x1p63;
    out->push_back(whole ? ElementOf(static_cast<std::int64_t>(number)) : ElementOf(number));
  }
}

void AppendAt(const Json& value, std::string_view path, std::vector<Element>* out) {
  if (path.empty()) return AppendScalars(value, out);
  if (value.is_array()) {
    for (const Json& item : value) AppendAt(item, path, out);
    return;
  }
  if (!value.is_object()) return;
  const std::size_t dot = std::min(path.find('.'), path.size());
  const auto member = value.find(std::string(path.substr(0, dot)));
  if (member == value.end()) return;
  AppendAt(*member, path.substr(std::min(dot + 1, path.size())), out);
}

}  // namespace

Status CheckJson(std::string_view text) {
  Checker checker;
  if (Json::sax_parse(text, &checker)) return {};
  const std::string_view before =
      text.substr(0, checker.position() > 0 ? checker.position() - 1 : 0);
  const auto line = 1 + std::count(before.begin(), before.end(), '\n');
  const std::size_t column = before.size() - (before.rfind('\n') + 1) + 1;
  return InvalidArgument("no JSON: line " + std::to_string(line) + ", column " +
                         std::to_string(column) + ": " + checker.what());
}

std::vector<Element> JsonAt(std::string_view text, std::string_view path) {
  std::vector<Element> elements;
  const Json value = Json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (!value.is_discarded()) AppendAt(value, path, &elements);
  return elements;
}

}  // namespace strata::keys
