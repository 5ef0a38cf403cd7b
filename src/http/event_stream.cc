#include "http/event_stream.h"

#include <charconv>
#include <optional>

namespace strata::http {
namespace {

using std::string_view_literals::operator""sv;

constexpr std::size_t kBatchBytes = 16 << 10;

std::optional<std::uint64_t> NumberOf(std::string_view text) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

}  // namespace

EventStream::EventStream(EventRing& ring, std::string_view run, std::string_view last_id)
    : ring_(ring), run_(run) {
  const std::size_t dot = last_id.find('.');
  const bool has_run = dot != std::string_view::npos;
  const auto number = NumberOf(has_run ? last_id.substr(dot + 1) : last_id);
  restarted_ = has_run && last_id.substr(0, dot) != run;
  if (last_id.empty() || !number) {
    after_ = ring.last_id();
  } else if (!restarted_) {
    after_ = *number;
  }
}

std::string EventFields(std::string_view field, std::string_view text) {
  std::string fields;
  while (true) {
    const std::size_t end = text.find_first_of("\r\n");
    fields += std::string(field) + ": " + std::string(text.substr(0, end)) + "\n";
    if (end == std::string_view::npos) return fields;
    text.remove_prefix(end + 1);
  }
}

void EventStream::WriteEvent(const EventRing::Event& event, server::Output* output) {
  output->Append("id: " + run_ + "." + std::to_string(event.id) + "\n" +
                 EventFields("data", event.line) + "\n");
  after_ = event.id;
}

void EventStream::WriteTo(server::Output* output, std::uint64_t now_us) {
  if (spoke_us_ == 0) {
    output->Append("retry: 2000\n\n"sv);
    spoke_us_ = now_us;
  }
  if (restarted_) {
    output->Append("event: restarted\ndata: {}\n\n"sv);
    restarted_ = false;
  }
  while (output->bytes() <= kUnsentMax) {
    const EventRing::Batch batch = ring_.ReadAfter(after_, kBatchBytes);
    if (batch.missed > 0) {
      missed_ += batch.missed;
      after_ = batch.events.front().id - 1;
      output->Append("id: " + run_ + "." + std::to_string(after_) +
                     "\nevent: missed\ndata: {\"count\":" + std::to_string(batch.missed) + "}\n\n");
    }
    for (const EventRing::Event& event : batch.events) WriteEvent(event, output);
    if (batch.events.empty()) break;
    spoke_us_ = now_us;
  }
  if (output->empty() && now_us - spoke_us_ > kQuietMicros) {
    output->Append(":\n\n"sv);
    spoke_us_ = now_us;
  }
}

}  // namespace strata::http
