#include "cli/verbs/http_front.h"

#include <utility>
#include <vector>

#include "http/session.h"

namespace strata::cli {
namespace {

constexpr std::size_t kEventsKept = 4'096;
constexpr std::size_t kEventBytesKept = 1 << 20;

std::vector<std::string> SplitNames(std::string_view text) {
  std::vector<std::string> names;
  while (!text.empty()) {
    const std::size_t comma = text.find(',');
    if (comma != 0) names.emplace_back(text.substr(0, comma));
    if (comma == std::string_view::npos) break;
    text.remove_prefix(comma + 1);
  }
  return names;
}

}  // namespace

void HttpFront::Declare(Flags& flags) {
  flags.Text("http", &asked_, "HOST:PORT",
             "Where to show metrics, health and the dashboard (127.0.0.1:8379); none: nowhere");
  flags.Text("http-host", &hosts_, "NAME,...",
             "Names by which others may ask for it, besides addresses and localhost");
  flags.Switch("browse", &browse_, "Let the dashboard show keys and values");
}

Result<std::optional<Endpoint>> HttpFront::At() const {
  if (asked_ == "none") return std::optional<Endpoint>();
  STRATA_TRY_ASSIGN(Endpoint endpoint, ParseEndpoint(asked_.value_or(std::string(kUsual))));
  return std::optional<Endpoint>(std::move(endpoint));
}

void HttpFront::KeepEvents(Options* engine) {
  events_ = std::make_shared<http::EventRing>(kEventsKept, kEventBytesKept);
  engine->event_sink = [events = events_](std::string_view line) { events->Append(line); };
}

void HttpFront::AddTo(server::ServerOptions* options, const Endpoint& endpoint, DB& db,
                      const Environment& environment, server::ServerStats& stats,
                      resp::Shared& redis) {
  shared_ = std::make_unique<http::Shared>(db, environment, stats, options->limits, *events_);
  shared_->redis = &redis;
  shared_->authority = redis.authority;
  shared_->apis.push_back({.name = "redis", .times = &redis.times});
  shared_->hosts = http::HostCheck(SplitNames(hosts_));
  shared_->browse = browse_;
  shared_->version = STRATA_VERSION;
  options->fronts.push_back(
      {.name = "http", .endpoint = endpoint, .factory = http::HttpFactory(*shared_)});
}

void HttpFront::AddApi(std::string_view name, const RequestTimes& times) {
  shared_->apis.push_back({.name = name, .times = &times});
}

void HttpFront::Adjust(const server::Limits& limits) {
  if (shared_ != nullptr) shared_->limits.Adjust(limits);
}

void HttpFront::NoteStopping() {
  if (shared_ != nullptr) shared_->stopping = true;
}

}  // namespace strata::cli
