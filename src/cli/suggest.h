// "Did you mean ...?" for verbs, flags and words of a choice.
//
// Thread safety: pure functions.

#pragma once

#include <span>
#include <string>
#include <string_view>

namespace strata::cli {

// The smallest number of letters inserted, dropped, changed or swapped with their neighbour that
// turns `a` into `b`.
std::size_t EditDistance(std::string_view a, std::string_view b);

// `; did you mean "get"?`, or nothing when none of the words is near.
std::string DidYouMean(std::string_view word, std::span<const std::string> words);

}  // namespace strata::cli
