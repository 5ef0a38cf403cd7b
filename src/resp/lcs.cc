// LCS: the longest common subsequence of two values.

#include <algorithm>
#include <utility>

#include "resp/call.h"
#include "resp/command_table.h"

namespace strata::resp {
namespace {

constexpr std::size_t kCellsMax = std::size_t{64} << 20;  // Of the table: 256 MiB.

struct LcsOptions {
  bool length_only = false;
  bool indexes = false;
  bool with_lengths = false;
  std::int64_t length_min = 0;
};

// Two stretches that are equal, one of each value; both ends are included.
struct Stretch {
  std::size_t a_first, a_last, b_first, b_last;

  std::size_t size() const { return a_last - a_first + 1; }
};

// False: it has replied.
bool ParseLcsOptions(Call& call, LcsOptions* options) {
  for (std::size_t i = 3; i < call.words.size(); ++i) {
    if (EqualsIgnoringCase(call.word(i), "len")) {
      options->length_only = true;
    } else if (EqualsIgnoringCase(call.word(i), "idx")) {
      options->indexes = true;
    } else if (EqualsIgnoringCase(call.word(i), "withmatchlen")) {
      options->with_lengths = true;
    } else if (EqualsIgnoringCase(call.word(i), "minmatchlen") && i + 1 < call.words.size()) {
      const auto least = ParseInteger(call.word(++i));
      if (!least) {
        call.reply.Error("ERR value is not an integer or out of range");
        return false;
      }
      options->length_min = *least;
    } else {
      call.reply.Error("ERR syntax error");
      return false;
    }
  }
  if (!options->length_only || !options->indexes) return true;
  call.reply.Error("ERR If you want both the length and indexes, please just use IDX.");
  return false;
}

// lengths[i][j]: of the first i bytes of one and the first j of the other.
class LcsTable {
 public:
  LcsTable(std::string_view a, std::string_view b)
      : a_(a), b_(b), lengths_((a.size() + 1) * (b.size() + 1)) {
    for (std::size_t i = 1; i <= a.size(); ++i) {
      for (std::size_t j = 1; j <= b.size(); ++j) {
        At(i, j) = a[i - 1] == b[j - 1] ? Length(i - 1, j - 1) + 1
                                        : std::max(Length(i - 1, j), Length(i, j - 1));
      }
    }
  }

  std::uint32_t Length(std::size_t i, std::size_t j) const {
    return lengths_[i * (b_.size() + 1) + j];
  }
  std::uint32_t length() const { return Length(a_.size(), b_.size()); }

  // From the end of both to their beginning.
  void Walk(std::string* common, std::vector<Stretch>* stretches) const {
    std::size_t i = a_.size();
    std::size_t j = b_.size();
    while (i > 0 && j > 0) {
      if (a_[i - 1] == b_[j - 1]) {
        common->push_back(a_[--i]);
        Extend(i, --j, stretches);
      } else if (Length(i - 1, j) > Length(i, j - 1)) {
        --i;
      } else {
        --j;
      }
    }
    std::reverse(common->begin(), common->end());
  }

 private:
  std::uint32_t& At(std::size_t i, std::size_t j) { return lengths_[i * (b_.size() + 1) + j]; }

  static void Extend(std::size_t i, std::size_t j, std::vector<Stretch>* stretches) {
    if (!stretches->empty() && stretches->back().a_first == i + 1 &&
        stretches->back().b_first == j + 1) {
      stretches->back().a_first = i;
      stretches->back().b_first = j;
    } else {
      stretches->push_back({i, i, j, j});
    }
  }

  const std::string_view a_;
  const std::string_view b_;
  std::vector<std::uint32_t> lengths_;
};

void ReplyRange(Call& call, std::size_t first, std::size_t last) {
  call.reply.Array(2);
  call.reply.Integer(static_cast<std::int64_t>(first));
  call.reply.Integer(static_cast<std::int64_t>(last));
}

void ReplyStretches(Call& call, const LcsOptions& options, std::uint32_t length,
                    std::vector<Stretch> stretches) {
  std::erase_if(stretches, [&](const Stretch& stretch) {
    return static_cast<std::int64_t>(stretch.size()) < options.length_min;
  });
  call.reply.Map(2);
  call.reply.Bulk("matches");
  call.reply.Array(stretches.size());
  for (const Stretch& stretch : stretches) {
    call.reply.Array(options.with_lengths ? 3 : 2);
    ReplyRange(call, stretch.a_first, stretch.a_last);
    ReplyRange(call, stretch.b_first, stretch.b_last);
    if (options.with_lengths) call.reply.Integer(static_cast<std::int64_t>(stretch.size()));
  }
  call.reply.Bulk("len");
  call.reply.Integer(length);
}

// LCS a b [LEN] [IDX] [MINMATCHLEN length] [WITHMATCHLEN]
Status Lcs(Call& call) {
  LcsOptions options;
  if (!ParseLcsOptions(call, &options)) return {};
  STRATA_TRY_ASSIGN(const auto a, call.Find(call.word(1)));
  STRATA_TRY_ASSIGN(const auto b, call.Find(call.word(2)));
  const std::string_view left = a ? std::string_view(a->value) : std::string_view();
  const std::string_view right = b ? std::string_view(b->value) : std::string_view();
  if ((left.size() + 1) > kCellsMax / (right.size() + 1)) {
    return call.Fail("ERR Insufficient memory, failed allocating transient memory for LCS");
  }
  const LcsTable table(left, right);
  std::string common;
  std::vector<Stretch> stretches;
  if (!options.length_only) table.Walk(&common, &stretches);
  if (options.length_only) {
    call.reply.Integer(table.length());
  } else if (options.indexes) {
    ReplyStretches(call, options, table.length(), std::move(stretches));
  } else {
    call.reply.Bulk(common);
  }
  return {};
}

constexpr Command kCommands[] = {
    {"lcs",
     -3,
     kSlow,
     {1, 2, 1},
     "string",
     "7.0.0",
     "Returns the longest common subsequence of two values.",
     Lcs,
     kReads},
};

}  // namespace

std::span<const Command> LcsCommands() {
  return kCommands;
}

}  // namespace strata::resp
