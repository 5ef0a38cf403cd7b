// What a request is answered with, and how that is written.
//
// Thread safety: values.

#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "server/output.h"

namespace strata::http {

struct Answer {
  int status = 200;
  std::string_view type = "application/json";  // A constant.
  std::string body;
  std::string fields;  // More of the header: "Allow: GET, HEAD\r\n".
};

// An error as JSON, that a person reads, too: {"error":"..."}.
Answer ErrorAnswer(int status, std::string_view why);

struct AnswerStyle {
  bool with_body = true;  // Not of HEAD.
  bool keep_alive = true;
  std::uint64_t wall_us = 0;  // For Date.
};
void WriteAnswer(Answer answer, const AnswerStyle& style, server::Output* output);
// The header of an answer that ends with the connection.
void WriteStreamHeader(std::string_view type, std::uint64_t wall_us, server::Output* output);

}  // namespace strata::http
