// Histories as text, and back.

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "base/escape.h"
#include "check/history.h"

namespace strata::check {
namespace {

constexpr std::string_view kHeadline = "strata-history 1";
constexpr std::string_view kNothing = "-";
constexpr std::string_view kEmpty = "\"\"";

constexpr std::array<std::pair<std::string_view, Outcome>, 4> kOutcomes = {
    {{"ok", Outcome::kOk},
     {"refused", Outcome::kRefused},
     {"failed", Outcome::kFailed},
     {"unknown", Outcome::kUnknown}}};

// --- to text ---

// A word without spaces that is neither "-" nor empty.
std::string Word(std::string_view bytes) {
  if (bytes.empty()) return std::string(kEmpty);
  if (bytes == kNothing) return "\\x2d";
  std::string word = Escape(bytes);
  for (std::size_t at = 0; (at = word.find(' ', at)) != std::string::npos; at += 4) {
    word.replace(at, 1, "\\x20");
  }
  return word;
}

std::string MomentText(std::uint64_t moment) {
  return moment == kNever ? std::string(kNothing) : std::to_string(moment);
}

std::string ClauseText(const Clause& clause) {
  const std::string value = clause.value ? Word(*clause.value) : std::string(kNothing);
  switch (clause.kind) {
    case Clause::Kind::kGet:
      return "get " + Word(clause.key) + " " + value;
    case Clause::Kind::kIf:
      return "if " + Word(clause.key) + " " + value;
    case Clause::Kind::kSet:
      break;
  }
  if (!clause.value) return "delete " + Word(clause.key);
  std::string text = "put " + Word(clause.key) + " " + value;
  if (clause.expires_from != kNever) {
    text += " until " + MomentText(clause.expires_from) + " " + MomentText(clause.expires_to);
  }
  return text;
}

// --- from text ---

// The words of one line, one after the other.
class Words {
 public:
  explicit Words(std::string_view line) : rest_(line) { Skip(); }

  bool done() const { return rest_.empty(); }
  std::string_view Peek() const { return rest_.substr(0, rest_.find(' ')); }
  std::string_view Take() {
    const std::string_view word = Peek();
    rest_.remove_prefix(word.size());
    Skip();
    return word;
  }

 private:
  void Skip() { rest_.remove_prefix(std::min(rest_.find_first_not_of(' '), rest_.size())); }

  std::string_view rest_;
};

Error Expected(std::string_view what, std::string_view word) {
  const std::string found = word.empty() ? "the end of the line" : "'" + EscapeShort(word) + "'";
  return InvalidArgument("expected " + std::string(what) + " and found " + found);
}

Result<std::uint64_t> ParseNumber(std::string_view word, std::string_view what) {
  std::uint64_t number = 0;
  const char* const end = word.data() + word.size();
  const auto [stop, wrong] = std::from_chars(word.data(), end, number);
  if (word.empty() || wrong != std::errc() || stop != end || number == kNever) {
    return Expected(what, word);
  }
  return number;
}

Result<std::string> ParseBytes(std::string_view word, std::string_view what) {
  if (word.empty() || word == kNothing) return Expected(what, word);
  if (word == kEmpty) return std::string();
  return Unescape(word);
}

Result<Clause> ParseClause(Words& words) {
  const std::string_view verb = words.Take();
  if (verb != "get" && verb != "if" && verb != "put" && verb != "delete") {
    return Expected("get, if, put or delete", verb);
  }
  STRATA_TRY_ASSIGN(std::string key, ParseBytes(words.Take(), "a key"));
  if (verb == "delete") return Delete(std::move(key));
  if (verb != "put" && words.Peek() == kNothing) {
    words.Take();
    return verb == "get" ? Get(std::move(key), {}) : If(std::move(key), {});
  }
  STRATA_TRY_ASSIGN(std::string value, ParseBytes(words.Take(), "a value"));
  if (verb == "get") return Get(std::move(key), std::move(value));
  if (verb == "if") return If(std::move(key), std::move(value));
  Clause put = Put(std::move(key), std::move(value));
  if (words.Peek() != "until") return put;
  words.Take();
  STRATA_TRY_ASSIGN(put.expires_from, ParseNumber(words.Take(), "when it may be gone"));
  STRATA_TRY_ASSIGN(put.expires_to, ParseNumber(words.Take(), "when it is gone"));
  if (put.expires_from > put.expires_to) return InvalidArgument("it is gone before it may be");
  return put;
}

Result<Outcome> ParseOutcome(std::string_view word) {
  for (const auto& [name, outcome] : kOutcomes) {
    if (name == word) return outcome;
  }
  return Expected("ok, refused, failed or unknown", word);
}

Status CheckOperation(const Operation& op) {
  if (op.outcome == Outcome::kUnknown && op.returned != kNever) {
    return InvalidArgument("an operation whose outcome is unknown wasn't answered: write -");
  }
  if (op.outcome != Outcome::kUnknown && op.returned == kNever) {
    return InvalidArgument("only of an unknown outcome it isn't known when it was answered");
  }
  if (op.returned < op.invoked) return InvalidArgument("it was answered before it was invoked");
  const auto is_condition = [](const Clause& c) { return c.kind == Clause::Kind::kIf; };
  if (op.outcome == Outcome::kRefused &&
      std::none_of(op.clauses.begin(), op.clauses.end(), is_condition)) {
    return InvalidArgument("it was refused and has no condition");
  }
  return {};
}

Result<Operation> ParseOperation(std::string_view line) {
  Words words(line);
  Operation op;
  STRATA_TRY_ASSIGN(op.client, ParseNumber(words.Take(), "the number of a client"));
  STRATA_TRY_ASSIGN(op.invoked, ParseNumber(words.Take(), "when it was invoked"));
  const std::string_view returned = words.Take();
  if (returned != kNothing) {
    STRATA_TRY_ASSIGN(op.returned, ParseNumber(returned, "when it was answered"));
  }
  STRATA_TRY_ASSIGN(op.outcome, ParseOutcome(words.Take()));
  do {
    STRATA_TRY_ASSIGN(Clause clause, ParseClause(words));
    op.clauses.push_back(std::move(clause));
  } while (!words.done());
  STRATA_TRY(CheckOperation(op));
  return op;
}

}  // namespace

std::string OperationText(const Operation& operation) {
  std::string text = std::to_string(operation.client) + " " + MomentText(operation.invoked) + " " +
                     MomentText(operation.returned);
  for (const auto& [name, outcome] : kOutcomes) {
    if (outcome == operation.outcome) text += " " + std::string(name);
  }
  for (const Clause& clause : operation.clauses) text += " " + ClauseText(clause);
  return text;
}

std::string HistoryText(const History& history) {
  std::string text = std::string(kHeadline) + "\n";
  for (const Operation& operation : history) text += OperationText(operation) + "\n";
  return text;
}

Result<History> ParseHistory(std::string_view text) {
  History history;
  bool begun = false;
  for (std::uint64_t number = 1; !text.empty(); ++number) {
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    if (line.find_first_not_of(' ') == std::string_view::npos || line.front() == '#') continue;
    if (!begun) {
      if (line != kHeadline) return Expected("the line '" + std::string(kHeadline) + "'", line);
      begun = true;
      continue;
    }
    STRATA_TRY_ASSIGN(Operation operation,
                      Annotate(ParseOperation(line), "line " + std::to_string(number)));
    history.push_back(std::move(operation));
  }
  if (!begun) return Expected("the line '" + std::string(kHeadline) + "'", "");
  return history;
}

}  // namespace strata::check
