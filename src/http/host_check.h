// Which requests may be answered at all. The server has no passwords yet: whoever can connect may
// read. So can any web page that the user of this machine has open, if it is let: its name may be
// made to resolve to 127.0.0.1 (DNS rebinding), and then the browser takes the server for the
// page's own. But the browser sends the name along, as Host, and the page can't change that.
//
// Thread safety: constant once made.

#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "http/request.h"

namespace strata::http {

class HostCheck {
 public:
  // `names` may stand in Host besides addresses and localhost.
  explicit HostCheck(std::vector<std::string> names = {}) : names_(std::move(names)) {}

  // Nothing resolves to an address in numbers but itself, so any of these will do; of names only
  // those that are known.
  bool AllowsHost(std::string_view host) const;
  // It comes from no web page, or from one of this server.
  static bool AllowsOrigin(const Request& request);

 private:
  std::vector<std::string> names_;
};

}  // namespace strata::http
