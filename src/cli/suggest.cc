#include "cli/suggest.h"

#include <algorithm>
#include <vector>

namespace strata::cli {

std::size_t EditDistance(std::string_view a, std::string_view b) {
  std::vector<std::vector<std::size_t>> table(a.size() + 1, std::vector<std::size_t>(b.size() + 1));
  for (std::size_t i = 0; i <= a.size(); ++i) {
    for (std::size_t j = 0; j <= b.size(); ++j) {
      if (i == 0 || j == 0) {
        table[i][j] = i + j;
        continue;
      }
      const std::size_t change = table[i - 1][j - 1] + (a[i - 1] != b[j - 1] ? 1 : 0);
      table[i][j] = std::min({change, table[i - 1][j] + 1, table[i][j - 1] + 1});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        table[i][j] = std::min(table[i][j], table[i - 2][j - 2] + 1);
      }
    }
  }
  return table[a.size()][b.size()];
}

std::string DidYouMean(std::string_view word, std::span<const std::string> words) {
  constexpr std::size_t kLongestGuess = 40;  // Longer words aren't slips of the finger.
  if (word.size() > kLongestGuess) return "";
  std::size_t least = 1 + std::max<std::size_t>(1, word.size() / 3);
  std::string best;
  for (const std::string& candidate : words) {
    const bool is_prefix = word.size() >= 2 && candidate.starts_with(word);
    const std::size_t distance = is_prefix ? 1 : EditDistance(word, candidate);
    if (distance < least) {
      least = distance;
      best = candidate;
    }
  }
  return best.empty() ? "" : "; did you mean \"" + best + "\"?";
}

}  // namespace strata::cli
