#include "check/timeline.h"

#include <algorithm>
#include <tuple>

#include "base/check.h"

namespace strata::check {
namespace {

template <typename T>
void AppendRaw(std::string* out, const T* data, std::size_t count) {
  out->append(reinterpret_cast<const char*>(data), count * sizeof(T));
}

}  // namespace

Timeline::Timeline(const Part& part)
    : part_(part),
      entries_(2),
      entry_of_(part.calls.size()),
      answer_of_(part.calls.size()),
      rank_(part.calls.size()) {
  entries_[kUncertain].before = entries_[kUncertain].next = kUncertain;
  std::vector<std::uint32_t> answers;  // Certain calls, by when they were answered.
  std::uint32_t uncertain = 0;
  for (std::uint32_t i = 0; i < part.calls.size(); ++i) {
    rank_[i] = part.calls[i].certain ? static_cast<std::uint32_t>(answers.size()) : uncertain++;
    if (part.calls[i].certain) answers.push_back(i);
  }
  certain_left_ = answers.size();
  certain_.resize(answers.size() / 64 + 1);
  uncertain_.resize((uncertain + 63) / 64);
  std::sort(answers.begin(), answers.end(), [&](std::uint32_t a, std::uint32_t b) {
    return std::tie(part.calls[a].returned, a) < std::tie(part.calls[b].returned, b);
  });
  auto answer = answers.begin();
  for (std::uint32_t i = 0; i < part.calls.size(); ++i) {
    // At one moment the invocations come first: such calls overlap.
    while (answer != answers.end() && part.calls[*answer].returned < part.calls[i].invoked) {
      answer_of_[*answer] = Append(kCertain, *answer, /*answer=*/true);
      ++answer;
    }
    entry_of_[i] = Append(part.calls[i].certain ? kCertain : kUncertain, i, /*answer=*/false);
  }
  for (; answer != answers.end(); ++answer) {
    answer_of_[*answer] = Append(kCertain, *answer, /*answer=*/true);
  }
}

std::uint32_t Timeline::Append(std::uint32_t list, std::uint32_t call, bool answer) {
  const auto at = static_cast<std::uint32_t>(entries_.size());
  entries_.push_back(
      {.next = list, .before = entries_[list].before, .call = call, .answer = answer});
  Relink(at);
  return at;
}

void Timeline::Unlink(std::uint32_t entry) {
  const Entry& gone = entries_[entry];
  entries_[gone.before].next = gone.next;
  entries_[gone.next].before = gone.before;
}

void Timeline::Relink(std::uint32_t entry) {
  const Entry& back = entries_[entry];
  entries_[back.before].next = entry;
  entries_[back.next].before = entry;
}

Timeline::Cursor Timeline::From(std::uint32_t entry) const {
  if (done()) return {};
  const bool no_more_certain = entry == kCertain || entries_[entry].answer;
  if (no_more_certain) entry = entries_[kUncertain].next;
  if (entry == kUncertain) return {};
  const std::uint32_t call = entries_[entry].call;
  const bool may = part_.calls[call].certain || part_.calls[call].invoked <= FirstAnswer();
  return {may ? call : kNoCall};
}

std::uint64_t Timeline::FirstAnswer() const {
  std::uint32_t entry = entries_[kCertain].next;
  while (!entries_[entry].answer) entry = entries_[entry].next;
  return part_.calls[entries_[entry].call].returned;
}

void Timeline::Take(std::uint32_t call) {
  STRATA_DCHECK(!Has(call));
  const std::uint32_t last = last_words_.empty() ? 0 : last_words_.back();
  last_words_.push_back(last);
  Flip(call);
  if (part_.calls[call].certain) {
    last_words_.back() = std::max(last, rank_[call] / 64);
    --certain_left_;
    Unlink(answer_of_[call]);
  }
  Unlink(entry_of_[call]);
}

void Timeline::PutBack(std::uint32_t call) {
  STRATA_DCHECK(Has(call));
  Relink(entry_of_[call]);
  if (part_.calls[call].certain) {
    Relink(answer_of_[call]);
    ++certain_left_;
  }
  Flip(call);
  last_words_.pop_back();
}

bool Timeline::Has(std::uint32_t call) const {
  const auto& bits = part_.calls[call].certain ? certain_ : uncertain_;
  return (bits[rank_[call] / 64] >> (rank_[call] % 64) & 1) != 0;
}

void Timeline::Flip(std::uint32_t call) {
  auto& bits = part_.calls[call].certain ? certain_ : uncertain_;
  bits[rank_[call] / 64] ^= std::uint64_t{1} << (rank_[call] % 64);
}

// All certain calls before the first that is left are taken, so they need not be spelled out.
std::string Timeline::SetText() const {
  std::string text;
  const std::uint32_t first = entries_[kCertain].next;
  const std::uint32_t from = first == kCertain ? static_cast<std::uint32_t>(certain_.size()) * 64
                                               : rank_[entries_[first].call];
  AppendRaw(&text, &from, 1);
  AppendRaw(&text, uncertain_.data(), uncertain_.size());
  const std::uint32_t last = last_words_.empty() ? 0 : last_words_.back();
  for (std::uint32_t word = from / 64; word <= last; ++word) AppendRaw(&text, &certain_[word], 1);
  return text;
}

}  // namespace strata::check
