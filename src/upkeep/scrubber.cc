#include "upkeep/scrubber.h"

#include <algorithm>
#include <string_view>
#include <utility>

namespace strata {
namespace {

constexpr std::uint64_t kStepBytes = 256ULL << 10;
constexpr std::uint64_t kSecondMicros = 1'000'000;
// When the last pass was nobody knows who has just opened the store. One that is opened for a
// moment doesn't begin one; one that is opened anew each day doesn't wait for a week to be over.
constexpr std::uint64_t kFirstAfterSeconds = 3600;

}  // namespace

Scrubber::Scrubber(const UpkeepParts& parts)
    : parts_(parts),
      limiter_(parts.context.options.scrub_rate_bytes_per_s, *parts.context.environment.clock) {}

void Scrubber::Start() {
  const std::uint64_t period_s = parts_.context.options.scrub_period_s;
  if (period_s == 0 || timer_set_ || pass_ != nullptr) return;
  SetTimer(std::min(period_s, kFirstAfterSeconds) * kSecondMicros);
}

void Scrubber::SetTimer(std::uint64_t delay_us) {
  timer_set_ = true;
  progress_.next_due_us = parts_.context.environment.clock->WallMicros() + delay_us;
  parts_.jobs.After(delay_us, [this] {
    MutexLock lock(parts_.context.mutex);
    timer_set_ = false;
    if (!parts_.health.closed() && !parts_.health.closing()) Begin();
  });
}

void Scrubber::Begin() {
  pass_ = std::make_unique<ScrubPass>(parts_, parts_.context.environment.entropy() >> 1);
  progress_.running = true;
  progress_.next_due_us = 0;
  progress_.began_us = parts_.context.environment.clock->WallMicros();
  EmitBegin(*pass_);
  parts_.jobs.Soon([this] { Run(); });
}

void Scrubber::Run() {
  const std::uint64_t before = pass_->report().bytes;
  const bool ended = pass_->Step(kStepBytes);  // Nobody else has the pass.
  MutexLock lock(parts_.context.mutex);
  progress_.file = pass_->file();
  progress_.files = pass_->files();
  progress_.files_read = pass_->report().files;
  progress_.bytes_read = pass_->report().bytes;
  if (ended) return End();
  const std::uint64_t pause_us = limiter_.Charge(pass_->report().bytes - before);
  parts_.jobs.After(pause_us, [this] { Run(); });
}

// A pass that took longer than the period is followed by the next at once.
void Scrubber::End() {
  NoteEnd(*pass_);
  pass_.reset();
  progress_.running = false;
  const std::uint64_t due_us =
      progress_.began_us + parts_.context.options.scrub_period_s * kSecondMicros;
  const std::uint64_t now = parts_.context.environment.clock->WallMicros();
  SetTimer(std::max(due_us, now + 1) - now);
}

ScrubProgress Scrubber::progress() const {
  return progress_;
}

ScrubReport Scrubber::RunNow() {
  std::unique_ptr<ScrubPass> pass;
  {
    MutexLock lock(parts_.context.mutex);
    pass = std::make_unique<ScrubPass>(parts_, 0);
    EmitBegin(*pass);
  }
  while (!pass->Step(kStepBytes)) {
  }
  MutexLock lock(parts_.context.mutex);
  NoteEnd(*pass);
  return pass->report();
}

void Scrubber::EmitBegin(const ScrubPass& pass) const {
  if (!parts_.context.events) return;
  parts_.context.events->Emit("scrub_begin", {{"files", pass.files()}});
}

void Scrubber::NoteEnd(const ScrubPass& pass) {
  ++progress_.passes;
  parts_.context.counters.Add(Counter::kScrubPasses);
  if (!parts_.context.events) return;
  const ScrubReport& report = pass.report();
  parts_.context.events->Emit("scrub_end", {{"files", report.files},
                                            {"bytes", report.bytes},
                                            {"damaged", std::uint64_t{report.damage.size()}}});
}

}  // namespace strata
