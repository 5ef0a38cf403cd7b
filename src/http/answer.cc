#include "http/answer.h"

#include <array>
#include <ctime>
#include <http_parser.h>
#include <utility>

#include "base/json_text.h"

namespace strata::http {
namespace {

// Nothing of it is kept by others, guessed at, shown inside other pages, or read by them.
constexpr std::string_view kSafetyFields =
    "Cache-Control: no-store\r\n"
    "X-Content-Type-Options: nosniff\r\n"
    "X-Frame-Options: DENY\r\n"
    "Referrer-Policy: no-referrer\r\n"
    "Cross-Origin-Resource-Policy: same-origin\r\n"
    "Content-Security-Policy: default-src 'none'; script-src 'self'; style-src 'self'; "
    "img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'\r\n";

// "Mon, 30 Nov 2026 14:25:53 GMT"
std::string HttpDate(std::uint64_t wall_us) {
  const auto seconds = static_cast<std::time_t>(wall_us / 1'000'000);
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  std::array<char, 40> text;
  const std::size_t size =
      std::strftime(text.data(), text.size(), "%a, %d %b %Y %H:%M:%S GMT", &parts);
  return {text.data(), size};
}

std::string Head(int status, std::string_view type, std::uint64_t wall_us) {
  std::string head = "HTTP/1.1 " + std::to_string(status) + " ";
  head += http_status_str(static_cast<http_status>(status));
  head += "\r\nDate: " + HttpDate(wall_us) + "\r\nContent-Type: " + std::string(type) + "\r\n";
  head += kSafetyFields;
  return head;
}

}  // namespace

Answer ErrorAnswer(int status, std::string_view why) {
  Answer answer{.status = status};
  JsonText(&answer.body).BeginObject().AddText("error", why).EndObject();
  answer.body += '\n';
  return answer;
}

void WriteAnswer(Answer answer, const AnswerStyle& style, server::Output* output) {
  std::string head = Head(answer.status, answer.type, style.wall_us) + answer.fields;
  head += "Content-Length: " + std::to_string(answer.body.size()) + "\r\n";
  if (!style.keep_alive) head += "Connection: close\r\n";
  head += "\r\n";
  output->Append(std::string_view(head));
  if (style.with_body) output->Append(std::move(answer.body));
}

void WriteStreamHeader(std::string_view type, std::uint64_t wall_us, server::Output* output) {
  output->Append(Head(200, type, wall_us) + "Connection: close\r\n\r\n");
}

}  // namespace strata::http
