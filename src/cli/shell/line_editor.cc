#include "cli/shell/line_editor.h"

#if defined(STRATA_HAVE_LIBEDIT)
#include <histedit.h>
#include <sys/stat.h>
#endif

#include <cerrno>
#include <cstdio>

namespace strata::cli {
namespace {

class PlainEditor final : public LineEditor {
 public:
  explicit PlainEditor(Console& console) : console_(console) {}

  Result<std::optional<std::string>> ReadLine(const std::string& prompt) override {
    console_.Err(prompt);
    return console_.ReadLine();
  }

 private:
  Console& console_;
};

#if defined(STRATA_HAVE_LIBEDIT)

class LibeditEditor final : public LineEditor {
 public:
  LibeditEditor(std::string history_file, std::vector<std::string> words)
      : history_file_(std::move(history_file)),
        words_(std::move(words)),
        history_(::history_init()),
        editor_(::el_init("strata", stdin, stdout, stderr)) {
    constexpr int kHistoryLines = 1000;
    HistEvent event;
    ::history(history_, &event, H_SETSIZE, kHistoryLines);
    ::history(history_, &event, H_SETUNIQUE, 1);
    if (!history_file_.empty()) ::history(history_, &event, H_LOAD, history_file_.c_str());
    ::el_set(editor_, EL_CLIENTDATA, this);
    ::el_set(editor_, EL_PROMPT, &LibeditEditor::Prompt);
    ::el_set(editor_, EL_EDITOR, "emacs");
    ::el_set(editor_, EL_HIST, ::history, history_);
    ::el_set(editor_, EL_ADDFN, "complete-verb", "completes a verb", &LibeditEditor::Complete);
    ::el_set(editor_, EL_BIND, "^I", "complete-verb", nullptr);
    ::el_set(editor_, EL_BIND, "^R", "em-inc-search-prev", nullptr);
    ::el_source(editor_, nullptr);  // ~/.editrc
  }

  ~LibeditEditor() override {
    HistEvent event;
    if (!history_file_.empty()) {
      ::history(history_, &event, H_SAVE, history_file_.c_str());
      ::chmod(history_file_.c_str(), S_IRUSR | S_IWUSR);  // It may hold what others may not read.
    }
    ::el_end(editor_);
    ::history_end(history_);
  }

  Result<std::optional<std::string>> ReadLine(const std::string& prompt) override {
    prompt_ = prompt;
    int count = 0;
    errno = 0;
    const char* line = ::el_gets(editor_, &count);
    if (Interrupted()) {
      ::el_reset(editor_);
      return Error(ErrorCode::kAborted, "interrupted");
    }
    if (line == nullptr || count <= 0) return std::optional<std::string>();
    std::string text(line, static_cast<std::size_t>(count));
    HistEvent event;
    if (text.find_first_not_of(" \n") != std::string::npos) {
      ::history(history_, &event, H_ENTER, text.c_str());
    }
    if (text.ends_with('\n')) text.pop_back();
    return std::optional<std::string>(std::move(text));
  }

 private:
  static LibeditEditor& Of(EditLine* editor) {
    void* self = nullptr;
    ::el_get(editor, EL_CLIENTDATA, &self);
    return *static_cast<LibeditEditor*>(self);
  }

  static char* Prompt(EditLine* editor) { return Of(editor).prompt_.data(); }

  // Completes as far as all candidates agree.
  static unsigned char Complete(EditLine* editor, int) {
    const LineInfo* info = ::el_line(editor);
    const std::string typed(info->buffer, info->cursor);
    std::string common;
    int matches = 0;
    for (const std::string& word : Of(editor).words_) {
      if (!word.starts_with(typed)) continue;
      if (++matches == 1) common = word;
      while (!word.starts_with(common)) common.pop_back();
    }
    if (matches == 0) return CC_ERROR;
    std::string rest = common.substr(typed.size());
    if (matches == 1) rest += " ";
    if (rest.empty() || ::el_insertstr(editor, rest.c_str()) == -1) return CC_ERROR;
    return CC_REFRESH;
  }

  const std::string history_file_;
  const std::vector<std::string> words_;
  std::string prompt_;
  History* const history_;
  EditLine* const editor_;
};

#endif

}  // namespace

std::unique_ptr<LineEditor> NewLineEditor(Console& console, std::string history_file,
                                          std::vector<std::string> words) {
#if defined(STRATA_HAVE_LIBEDIT)
  if (console.in_is_tty() && console.out_is_tty()) {
    return std::make_unique<LibeditEditor>(std::move(history_file), std::move(words));
  }
#endif
  (void)history_file;
  (void)words;
  return std::make_unique<PlainEditor>(console);
}

}  // namespace strata::cli
