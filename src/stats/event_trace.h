// What the engine did, one JSON line an event: {"time_us":..,"event":"flush_end","file":7,...}.
// The lessons' pictures, `strata trace` and reports are made of these lines.
//
// Thread safety: any thread may emit.

#pragma once

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "base/result.h"
#include "io/clock.h"
#include "io/file_system.h"
#include "io/mutex.h"

namespace strata {

using EventValue = std::variant<std::uint64_t, double, std::string_view>;
using EventField = std::pair<std::string_view, EventValue>;

class EventTrace {
 public:
  // Receives each finished line, with its newline. Called with a lock held: be quick.
  using Sink = std::function<void(std::string_view line)>;

  EventTrace(Clock& clock, Sink sink) : clock_(clock), sink_(std::move(sink)) {}

  // `event` and the field names are plain identifiers; string values are escaped as JSON.
  void Emit(std::string_view event, std::initializer_list<EventField> fields);

 private:
  Clock& clock_;
  Mutex mutex_;
  Sink sink_ STRATA_GUARDED_BY(mutex_);
};

// A trace that appends to a new file. Errors writing it are dropped: a trace may not stop a store.
Result<std::unique_ptr<EventTrace>> NewFileEventTrace(FileSystem& files, const std::string& path,
                                                      Clock& clock);

}  // namespace strata
