// JSON, written piece by piece onto a string.
//
// Bytes that are no UTF-8 become, one by one, the characters of their numbers: readable and valid,
// but not to be read back. What must come back goes out as base64 beside it.
// Thread safety: none.

#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace strata {

void AppendJsonString(std::string* out, std::string_view text);

// Sets the commas. REQUIRES: what is begun is ended, and each value of an object has a name.
class JsonText {
 public:
  explicit JsonText(std::string* out) : out_(*out) {}

  JsonText& BeginObject() { return Open('{'); }
  JsonText& EndObject() { return Close('}'); }
  JsonText& BeginArray() { return Open('['); }
  JsonText& EndArray() { return Close(']'); }
  JsonText& Name(std::string_view name);
  JsonText& String(std::string_view text);
  JsonText& Number(std::uint64_t value) { return Raw(std::to_string(value)); }
  JsonText& Real(double value);  // null where it is no number.
  JsonText& Bool(bool value) { return Raw(value ? "true" : "false"); }

  // One member of an object.
  JsonText& Add(std::string_view name, std::uint64_t value) { return Name(name).Number(value); }
  JsonText& AddReal(std::string_view name, double value) { return Name(name).Real(value); }
  JsonText& AddBool(std::string_view name, bool value) { return Name(name).Bool(value); }
  JsonText& AddText(std::string_view name, std::string_view text) {
    return Name(name).String(text);
  }

 private:
  JsonText& Open(char bracket);
  JsonText& Close(char bracket);
  JsonText& Raw(std::string_view text);
  void Separate();

  std::string& out_;
  bool comma_ = false;  // What comes next is preceded by one.
};

}  // namespace strata
