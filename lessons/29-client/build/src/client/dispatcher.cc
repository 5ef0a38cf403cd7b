#include "client/dispatcher.h"

#include "base/lesson.h"

namespace strata::client {
namespace {

// Task client.build: a call from its first attempt to its outcome, whole.
[[noreturn]] void Yours() {
  strata::lesson::YoursToWrite("client.build", "a call, from its first attempt to its outcome");
}

}  // namespace

Dispatcher::Dispatcher(Loop& loop, const Environment& environment, DispatcherOptions options)
    : loop_(loop),
      environment_(environment),
      options_(std::move(options)),
      random_(environment.entropy()),
      links_(options_.endpoints.size()) {}

Dispatcher::~Dispatcher() = default;

Dispatcher::CallId Dispatcher::Start(Plan plan) {
  (void)plan;
  Yours();
}

void Dispatcher::Cancel(CallId id) {
  (void)id;
  Yours();
}

void Dispatcher::Close() {
  closed_ = true;
}

void Dispatcher::EndTurn() {}

}  // namespace strata::client
