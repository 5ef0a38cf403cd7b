#include "cli/shell/words.h"

namespace strata::cli {

Result<std::vector<std::string>> SplitWords(std::string_view line) {
  std::vector<std::string> words;
  std::string word;
  bool in_word = false;
  char quote = '\0';
  for (std::size_t i = 0; i < line.size(); ++i) {
    const char byte = line[i];
    const bool is_blank = byte == ' ' || byte == '\t' || byte == '\r';
    if (quote != '\0' && byte == quote) {
      quote = '\0';
    } else if (byte == '\\' && quote != '\'' && i + 1 < line.size()) {
      // `\ ` loses its backslash here; all other escapes are the key format's.
      const char next = line[++i];
      if (next != ' ' && next != '\'') word.push_back('\\');
      word.push_back(next);
      in_word = true;
    } else if (quote != '\0' || (!is_blank && byte != '\'' && byte != '"')) {
      if (!in_word && quote == '\0' && byte == '#') break;
      word.push_back(byte);
      in_word = true;
    } else if (is_blank) {
      if (in_word) words.push_back(std::move(word));
      word.clear();
      in_word = false;
    } else {
      quote = byte;
      in_word = true;
    }
  }
  if (quote != '\0') {
    return InvalidArgument(std::string("the quote ") + quote + " is never closed");
  }
  if (in_word) words.push_back(std::move(word));
  return words;
}

}  // namespace strata::cli
