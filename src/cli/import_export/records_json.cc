#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <optional>

#include "base/base64.h"
#include "base/escape.h"
#include "cli/import_export/records.h"

namespace strata::cli {
namespace {

using Json = nlohmann::json;

constexpr std::string_view kExample =
    "; a line is an object such as {\"key\":\"k\",\"value\":\"v\"}";

// Keeps the members that make a record, and the first thing that is wrong.
class RecordParser final : public nlohmann::json_sax<Json> {
 public:
  struct Member {
    std::string name;
    std::optional<std::string> text;
  };

  bool null() override { return NoText(); }
  bool boolean(bool) override { return NoText(); }
  bool number_integer(number_integer_t) override { return NoText(); }
  bool number_unsigned(number_unsigned_t) override { return NoText(); }
  bool number_float(number_float_t, const string_t&) override { return NoText(); }
  bool binary(binary_t&) override { return NoText(); }
  bool string(string_t& text) override {
    if (depth_ == 0) return NoObject();
    if (depth_ == 1 && next_ != nullptr) next_->text = std::move(text);
    return true;
  }
  bool start_object(std::size_t) override {
    if (depth_ == 1 && !NoText()) return false;
    ++depth_;
    return true;
  }
  bool key(string_t& name) override {
    if (depth_ > 1) return true;
    next_ = nullptr;
    for (Member& member : members_) {
      if (member.name == name) next_ = &member;
    }
    if (next_ == nullptr || !next_->text) return true;
    return Fail("\"" + name + "\" is there twice; leave one out");
  }
  bool end_object() override { return Leave(); }
  bool start_array(std::size_t) override {
    if (depth_ == 0) return NoObject();
    return start_object(0);
  }
  bool end_array() override { return Leave(); }
  bool parse_error(std::size_t column, const std::string&,
                   const nlohmann::detail::exception& error) override {
    return Fail(Wrong(column, error.what()));
  }

  Result<std::string> TakeKey() { return Take(members_[0], members_[1]); }
  Result<std::string> TakeValue() { return Take(members_[2], members_[3]); }

  const std::string& what() const { return what_; }

 private:
  // Of two members the one that is there, the second in base64.
  static Result<std::string> Take(Member& plain, Member& base64) {
    if (plain.text && base64.text) {
      return InvalidArgument("\"" + base64.name + "\" is there beside \"" + plain.name +
                             "\"; leave one out");
    }
    if (plain.text) return *std::move(plain.text);
    if (base64.text) return Annotate(DecodeBase64(*base64.text), base64.name);
    return InvalidArgument("neither \"" + plain.name + "\" nor \"" + base64.name + "\" is there");
  }

  // `what` is "[json.exception...] parse error at line 1, column 5: syntax error while parsing
  // value - <what>; last read: ..." or "[json.exception...] number overflow parsing '1e400'".
  static std::string Wrong(std::size_t column, std::string_view what) {
    what.remove_prefix(std::min(what.find("] ") + 2, what.size()));
    what = what.substr(0, what.find("; last read"));
    const std::string where = "column " + std::to_string(column) + ": ";
    if (what.starts_with("number overflow")) {
      return where + "the number " +
             EscapeShort(what.substr(std::min(what.find('\''), what.size()))) +
             " is more than a double holds; put quotes around it";
    }
    what.remove_prefix(std::min(what.find(": ") + 2, what.size()));
    if (what.find("surrogate") != std::string_view::npos) {
      return where +
             "half of a surrogate pair (\\ud800 to \\udfff) is no text; write bytes that aren't "
             "UTF-8 in base64, as key_b64 or value_b64";
    }
    if (what.find("ill-formed UTF-8") != std::string_view::npos) {
      return where + "bytes that aren't UTF-8; write them in base64, as key_b64 or value_b64";
    }
    return where + "no JSON: " + std::string(what) + std::string(kExample);
  }

  // A value that can't be a key or a value; beside them anything may stand.
  bool NoText() {
    if (depth_ == 0) return NoObject();
    if (depth_ > 1 || next_ == nullptr) return true;
    return Fail("\"" + next_->name + "\" isn't a string; put quotes around it");
  }

  bool NoObject() { return Fail("no JSON object" + std::string(kExample)); }

  bool Fail(std::string what) {
    what_ = std::move(what);
    return false;
  }

  bool Leave() {
    --depth_;
    return true;
  }

  std::array<Member, 4> members_{{{"key", {}}, {"key_b64", {}}, {"value", {}}, {"value_b64", {}}}};
  Member* next_ = nullptr;  // Which of them the next value is for.
  int depth_ = 0;
  std::string what_;
};

}  // namespace

Result<Record> ParseJson(std::string_view line) {
  RecordParser parser;
  if (!Json::sax_parse(line, &parser)) return InvalidArgument(parser.what());
  Record record;
  STRATA_TRY_ASSIGN(record.key, parser.TakeKey());
  STRATA_TRY_ASSIGN(record.value, parser.TakeValue());
  return record;
}

}  // namespace strata::cli
