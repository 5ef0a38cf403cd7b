#include "resp/slow_log.h"

#include <algorithm>
#include <utility>

namespace strata::resp {
namespace {

constexpr std::size_t kWordsMax = 32;
constexpr std::size_t kWordBytesMax = 128;

std::string Shortened(std::string_view word) {
  if (word.size() <= kWordBytesMax) return std::string(word);
  return std::string(word.substr(0, kWordBytesMax)) + "... (" +
         std::to_string(word.size() - kWordBytesMax) + " more bytes)";
}

}  // namespace

std::uint64_t SlowLog::Note(Entry entry, std::span<const std::string_view> words) {
  const std::size_t shown = words.size() > kWordsMax ? kWordsMax - 1 : words.size();
  for (const std::string_view word : words.first(shown)) entry.words.push_back(Shortened(word));
  if (shown < words.size()) {
    entry.words.push_back("... (" + std::to_string(words.size() - shown) + " more arguments)");
  }
  const MutexLock lock(mutex_);
  const std::uint64_t id = next_id_++;
  entry.id = id;
  entries_.push_front(std::move(entry));
  while (entries_.size() > entries_max.load(std::memory_order_relaxed)) entries_.pop_back();
  return id;
}

void SlowLog::AddTrace(std::uint64_t id, std::vector<ReadTrace::Step> trace) {
  const MutexLock lock(mutex_);
  const auto at = std::find_if(entries_.begin(), entries_.end(),
                               [&](const Entry& entry) { return entry.id == id; });
  if (at != entries_.end()) at->trace = std::move(trace);
}

std::vector<SlowLog::Entry> SlowLog::Newest(std::size_t count) const {
  const MutexLock lock(mutex_);
  const auto end = entries_.begin() + static_cast<std::ptrdiff_t>(std::min(count, entries_.size()));
  return {entries_.begin(), end};
}

std::uint64_t SlowLog::noted() const {
  const MutexLock lock(mutex_);
  return next_id_;
}

std::size_t SlowLog::size() const {
  const MutexLock lock(mutex_);
  return entries_.size();
}

void SlowLog::Reset() {
  const MutexLock lock(mutex_);
  entries_.clear();
}

}  // namespace strata::resp
