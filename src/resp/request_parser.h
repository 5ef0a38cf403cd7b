// Requests of the Redis protocol (RESP), out of bytes that come in pieces: an array of bulk
// strings, or a line of words as one types them ("inline").
//
//   *2\r\n$3\r\nGET\r\n$1\r\nk\r\n          GET k\r\n
//
// An array of no words, or of fewer ("*0", "*-1"), is a request without any. A length is a number
// and "\r", and the byte behind that isn't looked at. A line of words ends with "\n" or "\r\n".
// Errors have Redis's words, after "Protocol error: ":
//
//   invalid multibulk length    of an array: no number, or above arguments_max
//   invalid bulk length         of a word: no number, below 0, or above argument_bytes_max
//   expected '$', got ':'       what a word begins with
//   too big mbulk count string  more than line_bytes_max bytes, and an array's length doesn't end
//   too big bulk count string   the same of a word's
//   too big inline request      the same of a line of words
//   unbalanced quotes in request
//
// What is above a limit, a number beyond 2^63 included, ends with it: ", over arguments_max, 1024".
//
// Source: https://redis.io/docs/latest/develop/reference/protocol-spec/
// Thread safety: none.

#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace strata::resp {

struct ParserLimits {
  std::size_t arguments_max = 1 << 20;
  std::size_t argument_bytes_max = std::size_t{512} << 20;
  std::size_t line_bytes_max = 64 << 10;  // Of inline requests, and of lengths.
};

enum class Parsed : std::uint8_t {
  kRequest,  // A whole one: see arguments().
  kMore,     // It isn't whole yet.
  kError,    // It never will be: see error().
};

class RequestParser {
 public:
  explicit RequestParser(const ParserLimits& limits) : limits_(limits) {}

  // `input` begins with the request; after kMore it is given again, with more. Words that
  // are whole aren't looked at again. Lengths are checked when they are read: nothing is kept for
  // them.
  Parsed Parse(std::string_view input);

  // For what is read from now on.
  void SetLimits(const ParserLimits& limits) { limits_ = limits; }

  // Of the request, into `input`, or into this parser (inline requests); they hold until the next
  // call. None for an empty line.
  std::span<const std::string_view> arguments() const { return views_; }
  std::size_t bytes() const { return at_; }  // That it takes.
  const std::string& error() const { return error_; }
  // The one of ParserLimits that the error is about, which error() names, too; empty: none.
  std::string_view limit() const { return limit_; }

  // The next call is about another request.
  void Reset();

 private:
  struct Place {
    std::size_t begin;
    std::size_t size;
  };

  Parsed ParseInline(std::string_view input);
  Parsed ParseArray(std::string_view input);
  Parsed ParseBulk(std::string_view input);
  // The number of a line such as "$3\r\n", from the byte after its mark.
  Parsed ParseLength(std::string_view input, std::string_view what,
                     std::optional<std::int64_t>* length);
  Parsed Fail(std::string message);
  // What an error of the request is about, if there is one.
  void Compare(std::string_view limit, std::size_t value, std::size_t most);

  ParserLimits limits_;
  std::size_t at_ = 0;                     // All before is done.
  std::optional<std::int64_t> arguments_;  // Nothing: the first line isn't read.
  std::optional<std::size_t> bulk_;        // Of the argument whose length is read.
  std::vector<Place> places_;
  std::vector<std::string> words_;
  std::vector<std::string_view> views_;
  std::string error_;
  std::string_view limit_;  // That what was read last is over,
  std::size_t most_ = 0;    // and what it allows.
};

// The words of a line as a shell would see them: "double quotes" with \n \r \t \b \a \\ \" \xNN,
// 'single quotes' with \'. Nothing: a quote isn't closed.
std::optional<std::vector<std::string>> SplitWords(std::string_view line);

}  // namespace strata::resp
