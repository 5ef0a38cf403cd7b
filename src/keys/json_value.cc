#include "keys/json_value.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>

#include "base/result.h"
#include "keys/decimal.h"

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
    // "[json.exception.parse_error.101] parse error at line 1, column 5: <what>", or
    // "[json.exception.out_of_range.406] number overflow parsing '1e400'".
    std::string_view text = error.what();
    text.remove_prefix(std::min(text.find("] ") + 2, text.size()));
    const std::size_t colon = text.starts_with("parse error") ? text.find(": ") : text.size();
    what_ = text.substr(colon < text.size() ? colon + 2 : 0);
    return false;
  }

  std::size_t position() const { return position_; }  // Characters read; the last one is wrong.
  const std::string& what() const { return what_; }

 private:
  std::size_t position_ = 0;
  std::string what_;
};

// Takes what stands at a path, as the text passes; see JsonAt.
class PathReader final : public nlohmann::json_sax<Json> {
 public:
  PathReader(std::string_view path, std::vector<Element>* out) : path_(path), out_(*out) {}

  bool null() override { return true; }
  bool boolean(bool value) override { return Scalar(ElementOf(value)); }
  bool number_integer(number_integer_t value) override { return Scalar(ElementOf(value)); }
  bool number_unsigned(number_unsigned_t value) override { return Scalar(ElementOf(value)); }
  // Also for integers past 64 bits, so it is the text that counts.
  bool number_float(number_float_t value, const string_t& text) override {
    const auto whole = WholeNumber(text);
    return Scalar(whole ? Element{*whole} : Element{value});
  }
  bool string(string_t& text) override { return Scalar(Element{Text{std::move(text)}}); }
  bool binary(binary_t&) override { return true; }
  bool start_object(std::size_t) override {
    Path members = Next();
    if (members && members->empty()) members.reset();
    levels_.push_back({.members = members, .next = std::nullopt, .taken = out_.size()});
    return true;
  }
  bool key(string_t& name) override {
    Level& level = levels_.back();
    level.next.reset();
    if (!level.members) return true;
    const std::size_t dot = std::min(level.members->find('.'), level.members->size());
    if (name != level.members->substr(0, dot)) return true;
    out_.resize(level.taken);  // Of two members of one name the last counts.
    level.next = level.members->substr(std::min(dot + 1, level.members->size()));
    return true;
  }
  bool end_object() override { return Leave(); }
  bool start_array(std::size_t) override {
    levels_.push_back({.members = std::nullopt, .next = Next(), .taken = out_.size()});
    return true;
  }
  bool end_array() override { return Leave(); }
  bool parse_error(std::size_t, const std::string&, const nlohmann::detail::exception&) override {
    return false;
  }

 private:
  // The names that are still to come; nothing for what lies beside the path.
  using Path = std::optional<std::string_view>;

  // An object or array that is open.
  struct Level {
    Path members;       // Of an object: the path from here.
    Path next;          // From the next value.
    std::size_t taken;  // Elements before it.
  };

  Path Next() const { return levels_.empty() ? Path(path_) : levels_.back().next; }

  bool Scalar(Element element) {
    const Path path = Next();
    if (path && path->empty()) out_.push_back(std::move(element));
    return true;
  }

  bool Leave() {
    levels_.pop_back();
    return true;
  }

  const std::string_view path_;
  std::vector<Element>& out_;
  std::vector<Level> levels_;
};

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
  PathReader reader(path, &elements);
  if (!Json::sax_parse(text, &reader)) elements.clear();
  return elements;
}

}  // namespace strata::keys
