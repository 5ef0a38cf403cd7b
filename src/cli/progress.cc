#include "cli/progress.h"

#include <algorithm>

#include "cli/format/quantity.h"

namespace strata::cli {
namespace {

constexpr std::uint64_t kRedrawMicros = 200'000;
constexpr std::uint64_t kPlainMicros = 10'000'000;

}  // namespace

Progress::Progress(Console& console, Clock& clock, std::string verb, bool quiet,
                   std::optional<std::uint64_t> total_bytes)
    : console_(console),
      clock_(clock),
      verb_(std::move(verb)),
      quiet_(quiet),
      total_bytes_(total_bytes),
      start_us_(clock.NowMicros()),
      next_us_(start_us_ + (console.err_is_tty() ? kRedrawMicros : kPlainMicros)) {}

double Progress::seconds() const {
  return static_cast<double>(clock_.NowMicros() - start_us_) / 1e6;
}

std::string Progress::Line(std::uint64_t bytes, std::uint64_t records) const {
  const double elapsed = std::max(seconds(), 1e-6);
  const double rate = static_cast<double>(bytes - begin_bytes_) / elapsed;
  std::string line = verb_ + " " + FormatCount(records) + " records";
  if (total_bytes_ && *total_bytes_ > 0) {
    const double share = static_cast<double>(bytes) / static_cast<double>(*total_bytes_);
    line += ", " + FormatReal(100 * std::min(share, 1.0), 1) + " %";
  }
  line += ", " + FormatReal(rate / 1e6, 1) + " MB/s, " +
          FormatCount(static_cast<std::uint64_t>(static_cast<double>(records) / elapsed)) +
          " keys/s";
  if (total_bytes_ && *total_bytes_ >= bytes && rate > 0) {
    line += ", " + FormatReal(static_cast<double>(*total_bytes_ - bytes) / rate, 0) + " s left";
  }
  return line;
}

void Progress::Update(std::uint64_t bytes, std::uint64_t records) {
  if (quiet_) return;
  const std::uint64_t now = clock_.NowMicros();
  if (now < next_us_) return;
  if (console_.err_is_tty()) {
    console_.Err("\r\x1b[K" + Line(bytes, records));
    is_drawn_ = true;
    next_us_ = now + kRedrawMicros;
  } else {
    console_.Err(Line(bytes, records) + "\n");
    next_us_ = now + kPlainMicros;
  }
}

void Progress::Clear() {
  if (is_drawn_) console_.Err("\r\x1b[K");
  is_drawn_ = false;
}

}  // namespace strata::cli
