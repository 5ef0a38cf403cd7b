// Another right answer: one loop over the lines of a request, which knows by what it has read
// already what the next line is. The cursor stays at the beginning of a line that isn't whole.

#include "resp/request_parser.h"

#include <algorithm>
#include <charconv>
#include <limits>
#include <utility>

namespace strata::resp {
namespace {

// Of a length's line.
struct Line {
  bool whole = false;
  std::size_t end = 0;                 // Behind it.
  std::optional<std::int64_t> number;  // Nothing: it is none. The largest: it may be larger.
};

// The line at `begin`, whose first byte is a mark.
Line LineAt(std::string_view input, std::size_t begin) {
  Line line;
  const std::size_t end = input.find('\r', begin + 1);
  if (end == std::string_view::npos || end + 2 > input.size()) return line;
  line.whole = true;
  line.end = end + 2;
  const std::string_view digits = input.substr(begin + 1, end - begin - 1);
  std::int64_t number = 0;
  const auto read = std::from_chars(digits.begin(), digits.end(), number);
  if (read.ptr != digits.end() || digits.empty()) return line;
  const bool too_large = read.ec == std::errc::result_out_of_range && digits[0] != '-';
  if (too_large) line.number = std::numeric_limits<std::int64_t>::max();
  if (read.ec == std::errc()) line.number = number;
  return line;
}

}  // namespace

Parsed RequestParser::Parse(std::string_view input) {
  if (input.empty()) return Parsed::kMore;
  const Parsed parsed = input[0] == '*' ? ParseArray(input) : ParseInline(input);
  if (parsed == Parsed::kRequest && input[0] == '*') {
    views_.resize(places_.size());
    for (std::size_t i = 0; i < places_.size(); ++i) {
      views_[i] = {input.data() + places_[i].begin, places_[i].size};
    }
  }
  return parsed;
}

Parsed RequestParser::ParseArray(std::string_view input) {
  while (true) {
    if (arguments_ &&
        std::cmp_greater_equal(places_.size(), std::max<std::int64_t>(*arguments_, 0)))
      return Parsed::kRequest;
    if (bulk_) {
      const std::size_t left = input.size() - at_;
      if (left < 2 || left - 2 < *bulk_) return Parsed::kMore;
      places_.push_back({at_, *bulk_});
      at_ += *std::exchange(bulk_, std::nullopt) + 2;
      continue;
    }
    if (at_ >= input.size()) return Parsed::kMore;
    if (arguments_ && input[at_] != '$') {
      return Fail(std::string("expected '$', got '") + input[at_] + "'");
    }
    const std::string_view what = arguments_ ? "bulk" : "multibulk";
    const Line line = LineAt(input, at_);
    if (!line.whole) {
      Compare("line_bytes_max", input.size() - at_ - 1, limits_.line_bytes_max);
      if (limit_.empty()) return Parsed::kMore;
      return Fail(arguments_ ? "too big bulk count string" : "too big mbulk count string");
    }
    const auto number =
        static_cast<std::size_t>(std::max<std::int64_t>(line.number.value_or(0), 0));
    if (arguments_) Compare("argument_bytes_max", number, limits_.argument_bytes_max);
    if (!arguments_) Compare("arguments_max", number, limits_.arguments_max);
    if (!line.number || !limit_.empty() || (arguments_ && *line.number < 0)) {
      return Fail("invalid " + std::string(what) + " length");
    }
    at_ = line.end;
    if (arguments_) {
      bulk_ = static_cast<std::size_t>(*line.number);
    } else {
      arguments_ = line.number;
    }
  }
}

Parsed RequestParser::ParseInline(std::string_view input) {
  const std::size_t newline = input.substr(at_).find('\n');
  if (newline == std::string_view::npos) {
    at_ = input.size();
    Compare("line_bytes_max", at_, limits_.line_bytes_max);
    return limit_.empty() ? Parsed::kMore : Fail("too big inline request");
  }
  std::string_view line = input.substr(0, at_ + newline);
  at_ = line.size() + 1;
  if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
  const auto words = SplitWords(line);
  if (!words) return Fail("unbalanced quotes in request");
  words_ = *words;
  views_ = {words_.begin(), words_.end()};
  return Parsed::kRequest;
}

void RequestParser::Compare(std::string_view limit, std::size_t value, std::size_t most) {
  limit_ = {};
  if (value <= most) return;
  limit_ = limit;
  most_ = most;
}

Parsed RequestParser::Fail(std::string message) {
  error_ = std::move(message.insert(0, "Protocol error: "));
  const std::string most = std::to_string(most_);
  if (!limit_.empty()) error_.append(", over ").append(limit_).append(", ").append(most);
  return Parsed::kError;
}

void RequestParser::Reset() {
  limit_ = {};
  places_.clear();
  bulk_ = std::nullopt;
  arguments_ = std::nullopt;
  at_ = 0;
}

}  // namespace strata::resp
