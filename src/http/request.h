// One request of HTTP, as far as a handler wants to know it.
//
// Thread safety: values.

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace strata::http {

enum class Method : std::uint8_t { kGet, kHead, kOther };

struct Request {
  Method method = Method::kOther;
  std::string path;           // "/api/v1/keys", as it came.
  std::string query;          // "prefix=a%20b&limit=10", as it came.
  std::string host;           // "127.0.0.1:8379"; empty only where HTTP/1.0 has none.
  std::string origin;         // Of the page that asks; empty: none does.
  std::string fetch_site;     // "cross-site": what the browser thinks of it; empty: no browser.
  std::string authorization;  // Who asks; see auth/authorization.h.
  std::string last_event_id;  // Of an event stream that goes on.
  bool keep_alive = true;
};

// The value of a parameter of the query, decoded ("%20" and "+" are a space); nothing: it isn't
// there, or is no valid encoding.
std::optional<std::string> Parameter(std::string_view query, std::string_view name);

}  // namespace strata::http
