#include "isolation/history.h"

#include <sstream>

#include "base/check.h"

namespace strata::isolation {
namespace {

// Lists in words are cut to this many of their last values.
constexpr std::size_t kValuesShown = 12;

Operation ParseOperation(const std::string& word) {
  STRATA_CHECK(word.size() >= 3 && word[0] >= 'a' && word[0] <= 'z');
  const Key key = static_cast<Key>(word[0] - 'a');
  if (word[1] == '+') return Append(key, static_cast<Value>(std::stoul(word.substr(2))));
  STRATA_CHECK(word[1] == '=' && word[2] == '[' && word.back() == ']');
  std::istringstream values(word.substr(3, word.size() - 4));
  std::vector<Value> list;
  for (Value value = 0; values >> value;) list.push_back(value);
  return Read(key, std::move(list));
}

Outcome ParseOutcome(const std::string& word) {
  STRATA_CHECK(word == "ok" || word == "fail" || word == "unknown");
  return word == "ok" ? Outcome::kOk : word == "fail" ? Outcome::kFail : Outcome::kUnknown;
}

Transaction ParseTransaction(const std::string& line, std::uint32_t process) {
  Transaction txn{.process = process, .operations = {}};
  std::istringstream words(line);
  std::string word;
  words >> word;
  if (word[0] == 'p') {
    txn.process = static_cast<std::uint32_t>(std::stoul(word.substr(1)));
    std::string span;
    words >> span >> word;
    txn.invoked = std::stoull(span);
    txn.completed = std::stoull(span.substr(span.find('-') + 1));
  }
  txn.outcome = ParseOutcome(word);
  if (txn.outcome == Outcome::kUnknown) txn.completed = kNever;
  while (words >> word) {
    std::string more;
    while (word.find('[') != std::string::npos && word.back() != ']' && words >> more) {
      word += " " + more;
    }
    txn.operations.push_back(ParseOperation(word));
  }
  return txn;
}

}  // namespace

Operation Append(Key key, Value value) {
  return {.append = true, .key = key, .value = value, .list = {}};
}

Operation Read(Key key, std::vector<Value> list) {
  return {.append = false, .key = key, .value = 0, .list = std::move(list)};
}

History ParseHistory(std::string_view text) {
  History history;
  std::istringstream lines{std::string(text)};
  for (std::string line; std::getline(lines, line);) {
    if (line.find_first_not_of(' ') == std::string::npos) continue;
    const auto process = 1000 + static_cast<std::uint32_t>(history.transactions.size());
    history.transactions.push_back(ParseTransaction(line, process));
  }
  return history;
}

std::string KeyName(Key key) {
  return key < 26 ? std::string(1, static_cast<char>('a' + key)) : "k" + std::to_string(key);
}

std::string ListWords(const std::vector<Value>& list) {
  std::string words = "[";
  const std::size_t from = list.size() > kValuesShown ? list.size() - kValuesShown : 0;
  if (from > 0) words += "... ";
  for (std::size_t i = from; i < list.size(); ++i) {
    words += (i == from ? "" : " ") + std::to_string(list[i]);
  }
  return words + "]";
}

std::string TransactionWords(const History& history, TxnId txn) {
  const Transaction& transaction = history.transactions[txn];
  std::string words =
      "T" + std::to_string(txn) + " (process " + std::to_string(transaction.process) + "):";
  for (const Operation& op : transaction.operations) {
    words += " " + KeyName(op.key) +
             (op.append ? "+" + std::to_string(op.value) : "=" + ListWords(op.list));
  }
  return words;
}

}  // namespace strata::isolation
