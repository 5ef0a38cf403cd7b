#include "http/host_check.h"

#include <algorithm>
#include <cctype>

namespace strata::http {
namespace {

std::string LowerCase(std::string_view text) {
  std::string lower(text);
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return lower;
}

bool AllOf(std::string_view text, std::string_view allowed) {
  return !text.empty() && text.find_first_not_of(allowed) == std::string_view::npos;
}

// "127.0.0.1:8379" -> "127.0.0.1"; "[::1]:8379" -> "[::1]"; empty: it is none.
std::string_view WithoutPort(std::string_view host) {
  const std::size_t bracket = host.starts_with('[') ? host.find(']') : std::string_view::npos;
  if (host.starts_with('[') && bracket == std::string_view::npos) return {};
  const std::size_t colon = host.find(':', bracket == std::string_view::npos ? 0 : bracket);
  if (colon == std::string_view::npos) return host;
  if (!AllOf(host.substr(colon + 1), "0123456789")) return {};
  return host.substr(0, colon);
}

// Four numbers: a top-level domain is never one, so no name looks like this.
bool IsAddress(std::string_view name) {
  if (name.starts_with('[')) {
    return name.size() > 2 && name.ends_with(']') &&
           AllOf(name.substr(1, name.size() - 2), "0123456789abcdef:.");
  }
  if (!AllOf(name, "0123456789.")) return false;
  return std::count(name.begin(), name.end(), '.') == 3 && name.find("..") == name.npos &&
         name.front() != '.' && name.back() != '.';
}

}  // namespace

bool HostCheck::AllowsHost(std::string_view host) const {
  const std::string name = LowerCase(WithoutPort(host));
  if (IsAddress(name) || name == "localhost") return true;
  return !name.empty() && std::find(names_.begin(), names_.end(), name) != names_.end();
}

bool HostCheck::AllowsOrigin(const Request& request) {
  // "same-site" is another port, or another name of the same domain.
  if (request.fetch_site == "cross-site" || request.fetch_site == "same-site") return false;
  if (request.origin.empty()) return true;
  return LowerCase(request.origin) == "http://" + LowerCase(request.host);
}

}  // namespace strata::http
