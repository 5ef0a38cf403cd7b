#include "tls/network.h"

#include <utility>

#include "tls/listener.h"
#include "tls/poller.h"

namespace strata::tls {

TlsNetwork::TlsNetwork(Network& below, Clock& clock, std::shared_ptr<const Context> context,
                       Options options, Logger* logger)
    : below_(below),
      clock_(clock),
      options_(std::move(options)),
      logger_(logger),
      context_(std::move(context)) {
  counts_.certificate_end_us = this->context()->ends_at_us();
}

Status TlsNetwork::Adjust(Result<std::shared_ptr<const Context>> context) {
  (context ? counts_.reloads : counts_.wrong_files).fetch_add(1, std::memory_order_relaxed);
  if (!context) return std::move(context).error();
  counts_.certificate_end_us = (*context)->ends_at_us();
  const MutexLock lock(mutex_);
  context_ = *std::move(context);
  return {};
}

std::shared_ptr<const Context> TlsNetwork::context() const {
  const MutexLock lock(mutex_);
  return context_;
}

Result<std::unique_ptr<Listener>> TlsNetwork::ListenFor(const Endpoint& endpoint,
                                                        const Spoken& spoken) {
  STRATA_TRY_ASSIGN(auto below, below_.ListenFor(endpoint, spoken));
  if (spoken.plain) return below;
  return std::unique_ptr<Listener>(
      std::make_unique<TlsListener>(std::move(below), *this, spoken.protocol));
}

Result<std::unique_ptr<Socket>> TlsNetwork::Connect(const Endpoint& endpoint) {
  STRATA_TRY_ASSIGN(auto below, below_.Connect(endpoint));
  const std::string& name = options_.server_name.empty() ? endpoint.host : options_.server_name;
  return std::unique_ptr<Socket>(std::make_unique<TlsSocket>(
      std::move(below), context(), clock_.WallMicros(), name, options_.protocol));
}

Result<std::unique_ptr<Poller>> TlsNetwork::NewPoller() {
  STRATA_TRY_ASSIGN(auto below, below_.NewPoller());
  return std::unique_ptr<Poller>(std::make_unique<TlsPoller>(*this, std::move(below)));
}

}  // namespace strata::tls
