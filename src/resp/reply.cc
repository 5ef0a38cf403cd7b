#include "resp/reply.h"

#include <array>
#include <charconv>
#include <cmath>
#include <utility>

namespace strata::resp {

void Reply::Number(char mark, std::int64_t value) {
  std::array<char, 24> text;
  text[0] = mark;
  char* const end = std::to_chars(text.data() + 1, text.data() + text.size() - 2, value).ptr;
  end[0] = '\r';
  end[1] = '\n';
  output_.Append(std::string_view(text.data(), static_cast<std::size_t>(end + 2 - text.data())));
}

void Reply::Simple(std::string_view text) {
  output_.Append("+" + std::string(text) + "\r\n");
}

void Reply::Error(std::string_view text) {
  ++errors_;
  std::string line = "-" + std::string(text);
  for (char& c : line) {
    if (c == '\r' || c == '\n') c = ' ';
  }
  output_.Append(line + "\r\n");
}

void Reply::Bulk(std::string_view bytes) {
  if (!HasRoom(bytes.size())) Cut();
  if (is_cut_) return;
  Number('$', static_cast<std::int64_t>(bytes.size()));
  output_.Append(bytes);
  output_.Append(std::string_view("\r\n"));
}

void Reply::Take(std::string&& bytes) {
  if (!HasRoom(bytes.size())) Cut();
  if (is_cut_) return;
  Number('$', static_cast<std::int64_t>(bytes.size()));
  output_.Append(std::move(bytes));
  output_.Append(std::string_view("\r\n"));
}

void Reply::Null() {
  output_.Append(std::string_view(version_ == 3 ? "_\r\n" : "$-1\r\n"));
}

void Reply::NullArray() {
  output_.Append(std::string_view(version_ == 3 ? "_\r\n" : "*-1\r\n"));
}

void Reply::Double(double value) {
  const std::string text = DoubleText(value);
  if (version_ != 3) return Bulk(text);
  output_.Append("," + text + "\r\n");
}

void Reply::Verbatim(std::string_view format, std::string_view text) {
  if (version_ != 3) return Bulk(text);
  Number('=', static_cast<std::int64_t>(format.size() + 1 + text.size()));
  output_.Append(std::string(format) + ":" + std::string(text) + "\r\n");
}

void Reply::Map(std::size_t count) {
  if (version_ != 3) return Array(count * 2);
  Number('%', static_cast<std::int64_t>(count));
}

void Reply::Set(std::size_t count) {
  if (version_ != 3) return Array(count);
  Number('~', static_cast<std::int64_t>(count));
}

void Reply::Push(std::size_t count) {
  if (version_ != 3) return Array(count);
  Number('>', static_cast<std::int64_t>(count));
}

std::string DoubleText(double value) {
  if (std::isnan(value)) return "nan";
  if (std::isinf(value)) return value > 0 ? "inf" : "-inf";
  std::array<char, 32> text;
  const char* const end = std::to_chars(text.data(), text.data() + text.size(), value).ptr;
  return {text.data(), static_cast<std::size_t>(end - text.data())};
}

}  // namespace strata::resp
