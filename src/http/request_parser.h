// Requests of HTTP/1.1 and 1.0 out of bytes that come in any pieces. It keeps nothing of a request
// but what Request has; what is kept, and what is only counted, is within limits that are looked at
// before memory is taken.
//
// What other servers might understand differently is refused rather than interpreted: a length
// beside chunks, two lengths, two hosts, spaces in a name. So nothing can be smuggled past a proxy.
//
// Thread safety: none.

#pragma once

#include <cstddef>
#include <cstdint>
#include <http_parser.h>
#include <string>
#include <string_view>

#include "http/request.h"

namespace strata::http {

struct ParserLimits {
  std::size_t target_bytes_max = 8 << 10;
  std::size_t header_bytes_max = 16 << 10;  // Names and values of all fields.
  std::size_t headers_max = 64;
  std::uint64_t body_bytes_max = 64 << 10;  // No request here needs one: it is counted and dropped.
};

enum class Parsed : std::uint8_t { kMore, kRequest, kError };

class RequestParser {
 public:
  explicit RequestParser(const ParserLimits& limits = {});
  RequestParser(const RequestParser&) = delete;
  RequestParser& operator=(const RequestParser&) = delete;

  // Takes bytes from the front of `input`: bytes() of them, all but what comes after a whole
  // request. After kError there are no more requests.
  Parsed Parse(std::string_view input);
  std::size_t bytes() const { return bytes_; }

  // After kRequest. It holds until the next Parse.
  const Request& request() const { return request_; }
  // After kError: the status to answer with, and what is wrong.
  int status() const { return status_; }
  const std::string& error() const { return error_; }
  // The one of ParserLimits that the error is about, which error() names, too; empty: none.
  std::string_view limit() const { return limit_; }

  // A request has begun, and isn't whole.
  bool begun() const { return begun_; }
  std::size_t bytes_kept() const;

 private:
  // The fields that it looks at.
  enum class Field : std::uint8_t {
    kNone,
    kHost,
    kOrigin,
    kAuthorization,
    kFetchSite,
    kLastEventId,
    kContentLength,
    kTransferEncoding,
    kExpect,
  };

  static const http_parser_settings& Settings();
  void BeginRequest();
  int Refuse(int status, std::string_view why);
  int RefuseOver(int status, std::string_view what, std::string_view limit, std::uint64_t most);
  int OnTarget(std::string_view piece);
  int OnName(std::string_view piece);
  int OnValue(std::string_view piece);
  int OnHeadersComplete();
  int OnBody(std::size_t bytes);
  int CheckFraming();
  Field FieldOf(std::string_view name) const;
  std::string* PlaceOf(Field field);
  void Fail(http_errno reason);

  const ParserLimits limits_;
  http_parser parser_{};
  Request request_;
  std::string target_;
  std::string name_;  // Of the field whose value comes next.
  std::string transfer_encoding_;
  Field field_ = Field::kNone;
  bool in_value_ = false;
  std::size_t hosts_ = 0;
  std::size_t lengths_ = 0;
  std::size_t expectations_ = 0;
  std::size_t headers_ = 0;
  std::size_t header_bytes_ = 0;
  std::uint64_t body_bytes_ = 0;
  bool begun_ = false;
  bool whole_ = false;
  std::size_t bytes_ = 0;
  int status_ = 0;
  std::string error_;
  std::string_view limit_;
};

}  // namespace strata::http
