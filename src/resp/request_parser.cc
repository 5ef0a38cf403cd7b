#include "resp/request_parser.h"

#include <charconv>
#include <limits>
#include <utility>

namespace strata::resp {

Parsed RequestParser::Parse(std::string_view input) {
  if (input.empty()) return Parsed::kMore;
  if (input.front() != '*') return ParseInline(input);
  const Parsed parsed = ParseArray(input);
  if (parsed != Parsed::kRequest) return parsed;
  views_.clear();
  for (const Place& place : places_) views_.push_back(input.substr(place.begin, place.size));
  return parsed;
}

Parsed RequestParser::ParseArray(std::string_view input) {
  if (!arguments_) {
    at_ = 1;
    const Parsed parsed = ParseLength(input, "multibulk", &arguments_);
    if (parsed != Parsed::kRequest) return parsed;
    if (*arguments_ > static_cast<std::int64_t>(limits_.arguments_max)) {
      return Fail("invalid multibulk length");
    }
  }
  while (static_cast<std::int64_t>(places_.size()) < *arguments_) {
    if (const Parsed parsed = ParseBulk(input); parsed != Parsed::kRequest) return parsed;
  }
  return Parsed::kRequest;
}

Parsed RequestParser::ParseBulk(std::string_view input) {
  if (!bulk_) {
    if (at_ == input.size()) return Parsed::kMore;
    if (input[at_] != '$') return Fail(std::string("expected '$', got '") + input[at_] + "'");
    ++at_;
    std::optional<std::int64_t> length;
    const Parsed parsed = ParseLength(input, "bulk", &length);
    if (parsed == Parsed::kMore) --at_;  // The mark is read again.
    if (parsed != Parsed::kRequest) return parsed;
    if (*length < 0 || *length > static_cast<std::int64_t>(limits_.argument_bytes_max)) {
      return Fail("invalid bulk length");
    }
    bulk_ = static_cast<std::size_t>(*length);
  }
  if (input.size() - at_ < *bulk_ + 2) return Parsed::kMore;
  places_.push_back({.begin = at_, .size = *bulk_});
  at_ += *bulk_ + 2;
  bulk_.reset();
  return Parsed::kRequest;
}

Parsed RequestParser::ParseLength(std::string_view input, std::string_view what,
                                  std::optional<std::int64_t>* length) {
  const std::string_view rest = input.substr(at_);
  const std::size_t end = rest.find('\r');
  if (end == std::string_view::npos || end + 1 == rest.size()) {
    Compare("line_bytes_max", rest.size(), limits_.line_bytes_max);
    if (limit_.empty()) return Parsed::kMore;
    return Fail(what == "bulk" ? "too big bulk count string" : "too big mbulk count string");
  }
  std::int64_t value = 0;
  const auto [stop, failure] = std::from_chars(rest.data(), rest.data() + end, value);
  const bool is_number = stop == rest.data() + end;
  if (is_number && failure == std::errc::result_out_of_range && rest.front() != '-') {
    value = std::numeric_limits<std::int64_t>::max();
  }
  if (is_number && value > 0) {  // Who asked says what follows from it.
    const bool is_bulk = what == "bulk";
    Compare(is_bulk ? "argument_bytes_max" : "arguments_max", static_cast<std::size_t>(value),
            is_bulk ? limits_.argument_bytes_max : limits_.arguments_max);
  }
  if (failure != std::errc() || !is_number) {
    return Fail("invalid " + std::string(what) + " length");
  }
  at_ += end + 2;
  *length = value;
  return Parsed::kRequest;
}

Parsed RequestParser::ParseInline(std::string_view input) {
  const std::size_t end = input.find('\n', at_);
  if (end == std::string_view::npos) {
    at_ = input.size();
    Compare("line_bytes_max", input.size(), limits_.line_bytes_max);
    return limit_.empty() ? Parsed::kMore : Fail("too big inline request");
  }
  at_ = end + 1;
  std::string_view line = input.substr(0, end);
  if (line.ends_with('\r')) line.remove_suffix(1);
  auto words = SplitWords(line);
  if (!words) return Fail("unbalanced quotes in request");
  words_ = *std::move(words);
  views_.assign(words_.begin(), words_.end());
  return Parsed::kRequest;
}

void RequestParser::Compare(std::string_view limit, std::size_t value, std::size_t most) {
  limit_ = value > most ? limit : std::string_view();
  most_ = most;
}

Parsed RequestParser::Fail(std::string message) {
  error_ = "Protocol error: " + std::move(message);
  if (!limit_.empty()) {
    error_ += ", over " + std::string(limit_) + ", " + std::to_string(most_);
  }
  return Parsed::kError;
}

void RequestParser::Reset() {
  at_ = 0;
  arguments_.reset();
  bulk_.reset();
  places_.clear();
  limit_ = {};
}

}  // namespace strata::resp
