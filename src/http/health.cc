// Whether it lives, whether it is ready, and which version it is.

#include "base/json_text.h"
#include "http/routes.h"

namespace strata::http {
namespace {

constexpr std::string_view kText = "text/plain; charset=utf-8";

}  // namespace

Answer Livez(const Asked& /*asked*/) {
  return {.type = kText, .body = "ok\n"};
}

// "[+]store ok", "[-]serving failed: ...", as the probes of Kubernetes say it.
Answer Readyz(const Asked& asked) {
  const StoreStats store = asked.shared.db.Stats();
  const std::string reason = NotReadyBecause(asked.shared, store);
  Answer answer{.status = reason.empty() ? 200 : 503, .type = kText};
  if (!Parameter(asked.request.query, "verbose")) {
    answer.body = reason.empty() ? "ok\n" : reason + "\n";
    return answer;
  }
  const auto check = [&](std::string_view name, std::string_view failure) {
    answer.body += failure.empty()
                       ? "[+]" + std::string(name) + " ok\n"
                       : "[-]" + std::string(name) + " failed: " + std::string(failure) + "\n";
  };
  check("serving", asked.shared.stopping ? "the server is stopping" : "");
  check("writes", store.read_only_cause);
  // Not a reason to send requests elsewhere: they are answered.
  if (!store.waiting_cause.empty()) answer.body += "[!]waiting: " + store.waiting_cause + "\n";
  if (!store.damage.empty()) {
    answer.body +=
        "[!]damage: " + store.damage.front().what +
        (store.damage.size() == 1 ? std::string("\n")
                                  : ", and " + std::to_string(store.damage.size() - 1) + " more\n");
  }
  answer.body += reason.empty() ? "ready\n" : "not ready\n";
  return answer;
}

Answer Version(const Asked& asked) {
  Answer answer;
  JsonText(&answer.body)
      .BeginObject()
      .AddText("version", asked.shared.version)
      .AddText("compiler", __VERSION__)
      .EndObject();
  answer.body += '\n';
  return answer;
}

}  // namespace strata::http
