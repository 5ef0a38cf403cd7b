// Another right answer: events are read one by one, and a gap is seen by their numbers.

#include "http/event_stream.h"

#include <algorithm>
#include <cctype>
#include <utility>

namespace strata::http {
namespace {

// Of decimal digits alone; `*number` is left alone otherwise.
bool ReadNumber(std::string_view text, std::uint64_t* number) {
  constexpr std::size_t kDigitsMax = 19;  // So many always fit.
  if (text.empty() || text.size() > kDigitsMax) return false;
  const auto is_digit = [](unsigned char c) { return std::isdigit(c) != 0; };
  if (!std::all_of(text.begin(), text.end(), is_digit)) return false;
  *number = 0;
  for (const char c : text) *number = *number * 10 + static_cast<std::uint64_t>(c - '0');
  return true;
}

}  // namespace

EventStream::EventStream(EventRing& ring, std::string_view run, std::string_view last_id)
    : ring_(ring), run_(run) {
  std::string_view its_run = run;
  if (const auto dot = last_id.find('.'); dot != std::string_view::npos) {
    its_run = last_id.substr(0, dot);
    last_id.remove_prefix(dot + 1);
  }
  restarted_ = its_run != run;
  if (!ReadNumber(last_id, &after_))
    after_ = ring.last_id();
  else if (restarted_)
    after_ = 0;
}

std::string EventFields(std::string_view field, std::string_view text) {
  std::string fields = std::string(field) + ": ";
  for (const char c : text) {
    if (c == '\r' || c == '\n') {
      fields += "\n" + std::string(field) + ": ";
    } else {
      fields.push_back(c);
    }
  }
  return fields + "\n";
}

void EventStream::WriteEvent(const EventRing::Event& event, server::Output* output) {
  std::string text;
  if (const std::uint64_t gone = event.id - after_ - 1; gone != 0) {
    text += "id: " + run_ + "." + std::to_string(event.id - 1) + "\nevent: missed\n" +
            EventFields("data", "{\"count\":" + std::to_string(gone) + "}") + "\n";
    missed_ += gone;
  }
  text += "id: " + run_ + "." + std::to_string(event.id) + "\n";
  text += EventFields("data", event.line) + "\n";
  output->Append(std::move(text));
  after_ = event.id;
}

void EventStream::WriteTo(server::Output* output, std::uint64_t now_us) {
  std::string said = spoke_us_ == 0 ? "retry: 2000\n\n" : "";
  if (std::exchange(restarted_, false)) said += "event: restarted\ndata: {}\n\n";
  bool spoke = !said.empty();
  output->Append(std::move(said));
  while (output->bytes() <= kUnsentMax) {
    const auto batch = ring_.ReadAfter(after_, 1);
    if (batch.events.empty()) break;
    WriteEvent(batch.events.front(), output);
    spoke = true;
  }
  if (!spoke && output->empty() && now_us > spoke_us_ + kQuietMicros) {
    output->Append(std::string_view(":\n\n"));
    spoke = true;
  }
  if (spoke) spoke_us_ = now_us;
}

}  // namespace strata::http
