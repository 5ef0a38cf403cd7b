#include "http/request_parser.h"

#include <algorithm>
#include <cctype>

namespace strata::http {
namespace {

// What a name of a field may be made of (RFC 9110, section 5.6.2); the library lets more pass.
bool IsTokenByte(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 ||
         std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
}

bool EqualsLower(std::string_view text, std::string_view lower) {
  return std::equal(text.begin(), text.end(), lower.begin(), lower.end(), [](char a, char b) {
    return std::tolower(static_cast<unsigned char>(a)) == b;
  });
}

}  // namespace

RequestParser::RequestParser(const ParserLimits& limits) : limits_(limits) {
  BeginRequest();
}

// The library calls back with the parser that it was given; ours is behind its `data`.
const http_parser_settings& RequestParser::Settings() {
  static const http_parser_settings settings = [] {
    http_parser_settings made;
    http_parser_settings_init(&made);
    const auto self = [](http_parser* parser) { return static_cast<RequestParser*>(parser->data); };
    static const auto of = self;
    made.on_message_begin = [](http_parser* parser) {
      of(parser)->begun_ = true;
      return 0;
    };
    made.on_url = [](http_parser* parser, const char* at, std::size_t size) {
      return of(parser)->OnTarget({at, size});
    };
    made.on_header_field = [](http_parser* parser, const char* at, std::size_t size) {
      return of(parser)->OnName({at, size});
    };
    made.on_header_value = [](http_parser* parser, const char* at, std::size_t size) {
      return of(parser)->OnValue({at, size});
    };
    made.on_headers_complete = [](http_parser* parser) { return of(parser)->OnHeadersComplete(); };
    made.on_body = [](http_parser* parser, const char*, std::size_t size) {
      return of(parser)->OnBody(size);
    };
    made.on_message_complete = [](http_parser* parser) {
      of(parser)->whole_ = true;
      http_parser_pause(parser, 1);
      return 0;
    };
    return made;
  }();
  return settings;
}

void RequestParser::BeginRequest() {
  http_parser_init(&parser_, HTTP_REQUEST);
  parser_.data = this;
  request_ = {};
  target_.clear();
  name_.clear();
  transfer_encoding_.clear();
  field_ = Field::kNone;
  in_value_ = false;
  hosts_ = lengths_ = expectations_ = headers_ = header_bytes_ = 0;
  body_bytes_ = 0;
  begun_ = whole_ = false;
}

Parsed RequestParser::Parse(std::string_view input) {
  bytes_ = 0;
  if (status_ != 0) return Parsed::kError;
  if (whole_) BeginRequest();
  bytes_ = http_parser_execute(&parser_, &Settings(), input.data(), input.size());
  if (whole_) {
    begun_ = false;
    return Parsed::kRequest;
  }
  const http_errno reason = HTTP_PARSER_ERRNO(&parser_);
  if (reason == HPE_OK && bytes_ == input.size()) return Parsed::kMore;
  Fail(reason);
  return Parsed::kError;
}

void RequestParser::Fail(http_errno reason) {
  if (status_ != 0) return;  // A callback of ours knew better.
  switch (reason) {
    case HPE_HEADER_OVERFLOW:
      RefuseOver(431, "the header is larger", "header_bytes_max", limits_.header_bytes_max);
      break;
    case HPE_INVALID_VERSION:
      Refuse(505, "only HTTP/1.1 and HTTP/1.0 are spoken here");
      break;
    case HPE_UNEXPECTED_CONTENT_LENGTH:
      Refuse(400, "a request has one Content-Length, and none beside Transfer-Encoding");
      break;
    default:
      Refuse(400, std::string("this is no request: ") + http_errno_description(reason));
  }
}

int RequestParser::Refuse(int status, std::string_view why) {
  status_ = status;
  error_ = why;
  return -1;  // Ends http_parser_execute. (1 would mean something else to it.)
}

int RequestParser::RefuseOver(int status, std::string_view what, std::string_view limit,
                              std::uint64_t most) {
  limit_ = limit;
  return Refuse(status, std::string(what) + " than " + std::string(limit) + " allows, " +
                            std::to_string(most));
}

int RequestParser::OnTarget(std::string_view piece) {
  if (target_.size() + piece.size() > limits_.target_bytes_max) {
    return RefuseOver(414, "the target of the request is longer", "target_bytes_max",
                      limits_.target_bytes_max);
  }
  target_ += piece;
  return 0;
}

int RequestParser::OnName(std::string_view piece) {
  if (in_value_ || headers_ == 0) {
    in_value_ = false;
    name_.clear();
    if (++headers_ > limits_.headers_max) {
      return RefuseOver(431, "there are more fields", "headers_max", limits_.headers_max);
    }
  }
  header_bytes_ += piece.size();
  if (header_bytes_ > limits_.header_bytes_max) {
    return RefuseOver(431, "the fields take more bytes", "header_bytes_max",
                      limits_.header_bytes_max);
  }
  if (!std::all_of(piece.begin(), piece.end(), IsTokenByte)) {
    return Refuse(400, "the name of a field has a character that it may not have");
  }
  name_ += piece;
  return 0;
}

int RequestParser::OnValue(std::string_view piece) {
  if (!in_value_) {
    in_value_ = true;
    field_ = FieldOf(name_);
    hosts_ += field_ == Field::kHost ? 1 : 0;
    lengths_ += field_ == Field::kContentLength ? 1 : 0;
    expectations_ += field_ == Field::kExpect ? 1 : 0;
    if (field_ == Field::kTransferEncoding && !transfer_encoding_.empty()) {
      transfer_encoding_ += ',';
    }
  }
  header_bytes_ += piece.size();
  if (header_bytes_ > limits_.header_bytes_max) {
    return RefuseOver(431, "the fields take more bytes", "header_bytes_max",
                      limits_.header_bytes_max);
  }
  if (std::string* const place = PlaceOf(field_)) *place += piece;
  return 0;
}

RequestParser::Field RequestParser::FieldOf(std::string_view name) const {
  if (EqualsLower(name, "host")) return Field::kHost;
  if (EqualsLower(name, "origin")) return Field::kOrigin;
  if (EqualsLower(name, "authorization")) return Field::kAuthorization;
  if (EqualsLower(name, "sec-fetch-site")) return Field::kFetchSite;
  if (EqualsLower(name, "last-event-id")) return Field::kLastEventId;
  if (EqualsLower(name, "content-length")) return Field::kContentLength;
  if (EqualsLower(name, "transfer-encoding")) return Field::kTransferEncoding;
  if (EqualsLower(name, "expect")) return Field::kExpect;
  return Field::kNone;
}

std::string* RequestParser::PlaceOf(Field field) {
  switch (field) {
    case Field::kHost:
      return &request_.host;
    case Field::kOrigin:
      return &request_.origin;
    case Field::kAuthorization:
      return &request_.authorization;
    case Field::kFetchSite:
      return &request_.fetch_site;
    case Field::kLastEventId:
      return &request_.last_event_id;
    case Field::kTransferEncoding:
      return &transfer_encoding_;
    default:
      return nullptr;
  }
}

// Where the request ends must be beyond doubt.
int RequestParser::CheckFraming() {
  const bool has_encoding = parser_.uses_transfer_encoding != 0 || !transfer_encoding_.empty();
  if (lengths_ > 1 || (lengths_ > 0 && has_encoding)) {
    return Refuse(400, "a request has one Content-Length, and none beside Transfer-Encoding");
  }
  if (has_encoding && parser_.http_minor == 0) {
    return Refuse(400, "HTTP/1.0 has no Transfer-Encoding");
  }
  if (has_encoding && !EqualsLower(transfer_encoding_, "chunked")) {
    return Refuse(501, "no Transfer-Encoding but chunked is understood");
  }
  if (lengths_ > 0 && parser_.content_length > limits_.body_bytes_max) {
    return RefuseOver(413, "the body is larger", "body_bytes_max", limits_.body_bytes_max);
  }
  return 0;
}

int RequestParser::OnHeadersComplete() {
  if (parser_.http_major != 1 || parser_.http_minor > 1) {
    return Refuse(505, "only HTTP/1.1 and HTTP/1.0 are spoken here");
  }
  if (hosts_ > 1 || (hosts_ == 0 && parser_.http_minor == 1)) {
    return Refuse(400, "a request has one Host");
  }
  if (CheckFraming() != 0) return -1;
  if (expectations_ > 0) {
    return Refuse(417, "nothing is to be sent here, so nobody need ask first: leave out Expect");
  }
  const auto method = static_cast<http_method>(parser_.method);
  request_.method = method == HTTP_GET    ? Method::kGet
                    : method == HTTP_HEAD ? Method::kHead
                                          : Method::kOther;
  if (method == HTTP_CONNECT) return Refuse(405, "this is no proxy");
  // A client of HTTP/1.0 would have to be told that it is kept.
  request_.keep_alive = parser_.http_minor == 1 && http_should_keep_alive(&parser_) != 0;
  const std::size_t question = target_.find('?');
  request_.path = target_.substr(0, question);
  if (question != std::string::npos) request_.query = target_.substr(question + 1);
  return 0;
}

int RequestParser::OnBody(std::size_t bytes) {
  body_bytes_ += bytes;
  if (body_bytes_ <= limits_.body_bytes_max) return 0;
  return RefuseOver(413, "the body is larger", "body_bytes_max", limits_.body_bytes_max);
}

std::size_t RequestParser::bytes_kept() const {
  return target_.capacity() + name_.capacity() + transfer_encoding_.capacity() +
         request_.path.capacity() + request_.query.capacity() + request_.host.capacity() +
         request_.origin.capacity() + request_.fetch_site.capacity() +
         request_.last_event_id.capacity() + request_.authorization.capacity();
}

}  // namespace strata::http
