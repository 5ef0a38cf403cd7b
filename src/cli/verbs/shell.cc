// `strata` without a verb: reads verbs line by line, from a terminal or from a pipe.

#include <unistd.h>

#include "cli/format/quantity.h"
#include "cli/format/text.h"
#include "cli/help.h"
#include "cli/session.h"
#include "cli/shell/line_editor.h"
#include "cli/shell/words.h"

namespace strata::cli {
namespace {

constexpr std::string_view kWelcome =
    "Strata " STRATA_VERSION ". `help` lists the verbs, Ctrl-D leaves.\n";
constexpr std::string_view kMetaHelp =
    "\nIn the shell also:\n"
    "  \\timing            say how long each verb took\n"
    "  use NAME           work on that table from now on (use default)\n"
    "  \\q, exit, quit     leave\n";

class ShellVerb final : public Verb {
 public:
  Result<ExitCode> Run(Session& session) override {
    if (session.in_shell) return InvalidArgument("this is a shell already");
    session.in_shell = true;
    STRATA_TRY(session.Open(Session::IfMissing::kCreate));
    const ExitCode code = session.console().in_is_tty() ? RunTerminal(session) : RunPipe(session);
    session.in_shell = false;
    return code;
  }

 private:
  static ExitCode RunTerminal(Session& session) {
    session.console().Err(kWelcome);
    std::vector<std::string> words = CommandNames();
    words.insert(words.end(), {"exit", "quit", "\\timing"});
    const auto editor = NewLineEditor(session.console(), HistoryFile(session), std::move(words));
    bool timing = false;
    while (true) {
      ClearInterrupt();
      const Result<std::optional<std::string>> line = editor->ReadLine("strata> ");
      if (!line && line.error().code() == ErrorCode::kAborted) {
        session.console().Err("\n");
        continue;
      }
      if (!line || !line->has_value()) break;
      if (RunLine(session, **line, &timing).leave) return kExitOk;
    }
    session.console().Err("\n");
    return kExitOk;
  }

  // The first failure is the exit code; the lines after it still run.
  static ExitCode RunPipe(Session& session) {
    ExitCode first_failure = kExitOk;
    bool timing = false;
    for (std::uint64_t number = 1; !Interrupted() && !session.console().out_closed(); ++number) {
      Result<std::optional<std::string>> line = session.console().ReadLine();
      if (!line || !line->has_value()) break;
      const bool is_marked = number == 1 && (*line)->starts_with(kByteOrderMark);
      if (is_marked) (*line)->erase(0, kByteOrderMark.size());
      session.place = "strata: line " + std::to_string(number);
      const Outcome outcome = RunLine(session, **line, &timing);
      if (first_failure == kExitOk) first_failure = outcome.code;
      if (outcome.leave) break;
    }
    session.place.clear();
    return Interrupted() ? kExitInterrupted : first_failure;
  }

  struct Outcome {
    ExitCode code = kExitOk;
    bool leave = false;
  };

  static Outcome RunLine(Session& session, const std::string& line, bool* timing) {
    const Result<std::vector<std::string>> words = SplitWords(line);
    if (!words) {
      session.Complain(words.error().message());
      return {kExitUsage};
    }
    if (words->empty()) return {};
    const std::string& first = words->front();
    if (first == "exit" || first == "quit" || first == "\\q") return {kExitOk, true};
    if (first == "\\timing") {
      *timing = !*timing;
      session.Note(*timing ? "timing is on" : "timing is off");
      return {};
    }
    if (first == "use") return {Use(session, *words)};
    const std::uint64_t start = session.clock().NowNanos();
    const ExitCode code = RunLineWords(session, *words);
    if (*timing) session.Note("time: " + FormatNanos(session.clock().NowNanos() - start));
    if (first == "help" && words->size() == 1) session.console().Out(kMetaHelp);
    if (Status flushed = session.console().FlushOut(); !flushed) {
      session.Complain(flushed.error().message());
      return {kExitIo, true};
    }
    return {code};
  }

  static ExitCode Use(Session& session, const std::vector<std::string>& words) {
    if (words.size() != 2) {
      session.Complain("usage: use NAME");
      return kExitUsage;
    }
    const std::string before = std::exchange(session.globals().table, words[1]);
    const auto db = session.Open(Session::IfMissing::kCreate);
    const auto table = db ? session.Table(**db) : Result<TableRef>(db.error());
    if (table) return kExitOk;
    session.globals().table = before;
    session.Complain(table.error().message());
    return kExitUsage;
  }

  // A line may have output flags of its own; they don't outlast it.
  static ExitCode RunLineWords(Session& session, const std::vector<std::string>& words) {
    const Globals before = session.globals();
    Flags globals;
    DeclareOutputFlags(globals, &session.globals());
    const ExitCode code = RunWords(session, words, globals);
    session.globals() = before;
    return code;
  }

  // STRATA_HISTFILE, or history in the XDG state folder; empty when neither can be had.
  static std::string HistoryFile(Session& session) {
    if (const auto file = session.Variable("STRATA_HISTFILE")) return *file;
    std::string folder = session.Variable("XDG_STATE_HOME").value_or("");
    if (folder.empty()) {
      const auto home = session.Variable("HOME");
      if (!home) return "";
      folder = *home + "/.local/state";
    }
    folder += "/strata";
    if (!session.files().CreateDirectories(folder)) return "";
    return folder + "/history";
  }
};

}  // namespace

Command ShellCommand() {
  return {.name = "shell",
          .alias = "",
          .group = "Keys and values",
          .summary = "Type verbs line by line (also what `strata` alone does)",
          .examples = "--db cities\n--db cities shell\n--db cities < commands.txt",
          .make = MakeVerb<ShellVerb>};
}

}  // namespace strata::cli
