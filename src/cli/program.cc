#include "cli/program.h"

#include "cli/help.h"
#include "cli/session.h"
#include "cli/settings.h"

namespace strata::cli {
namespace {

constexpr std::string_view kSeeHelp = "; try `strata help`";

ExitCode UsageFailure(Session& session, std::string_view message) {
  session.Complain(message);
  return kExitUsage;
}

// Help that was asked for goes to stdout.
ExitCode ShowHelp(Session& session, const Command* command, const Flags& own) {
  session.console().Out(command == nullptr ? GeneralHelp() : CommandHelp(*command, own));
  return kExitOk;
}

// A file fills what flags and the environment left; a shell has read it before its first line.
Status Configure(Session& session, const Flags& globals, const Flags& own, std::string_view verb) {
  Globals& values = session.globals();
  if (!session.in_shell) {
    for (const Flag& flag : globals.all()) {
      if (flag.group == "Engine" && flag.from.starts_with("--")) values.engine_flag = flag.from;
    }
    if (values.config.empty()) return {};
    STRATA_TRY_ASSIGN(Settings read, Settings::Read(session.files(), values.config));
    session.settings = std::make_shared<const Settings>(std::move(read));
    values.setting = SetBy::kFile;
    STRATA_TRY(session.settings->Fill(globals, ""));
    values.setting = SetBy::kFlag;
  }
  return session.settings == nullptr ? Status() : session.settings->Fill(own, verb);
}

ExitCode RunVerb(Session& session, const Command& command, const Flags& globals,
                 const std::vector<std::string>& args) {
  const std::unique_ptr<Verb> verb = command.make();
  Flags own;
  verb->Declare(own);
  const auto variable = [&](const std::string& name) { return session.Variable(name); };
  Status parsed = ApplyEnvironment(own, variable, command.name);
  // Help counts even when the rest of the line isn't complete yet.
  if (parsed) parsed = ParseFlags(args, globals, own);
  if (session.globals().help) return ShowHelp(session, &command, own);
  if (!parsed) {
    return UsageFailure(session,
                        parsed.error().message() + " (usage: " + Usage(command, own) + ")");
  }
  if (Status configured = Configure(session, globals, own, command.name); !configured) {
    return UsageFailure(session, configured.error().message());
  }
  session.asked = {.globals = &globals, .own = &own, .args = args};
  session.console().SetColor(session.globals().color, session.Variable("NO_COLOR").has_value());
  const Result<ExitCode> done = verb->Run(session);
  if (done) return *done;
  session.Complain(done.error().message());
  return ExitCodeOf(done.error());
}

// What remains to be done after the verb: closing the store and the output, which can fail too.
ExitCode Finish(Session& session, ExitCode code) {
  if (Status closed = session.Close(); !closed && code == kExitOk) {
    session.Complain("closing the store: " + closed.error().message());
    code = ExitCodeOf(closed.error());
  }
  if (Status flushed = session.console().FlushOut(); !flushed && code == kExitOk) {
    session.Complain(flushed.error().message());
    code = kExitIo;
  }
  return code;
}

}  // namespace

ExitCode RunWords(Session& session, const std::vector<std::string>& words, const Flags& globals) {
  const Result<std::size_t> found = FindVerb(words, globals);
  if (!found) return UsageFailure(session, found.error().message() + std::string(kSeeHelp));
  std::vector<std::string> args = words;
  const auto place = args.begin() + static_cast<std::ptrdiff_t>(*found);
  if (place == args.end()) {
    if (Status parsed = ParseFlags(args, globals, Flags()); !parsed) {
      return UsageFailure(session, parsed.error().message());
    }
    if (session.globals().help) return ShowHelp(session, nullptr, Flags());
    const Command& command = *FindCommand(session.globals().version ? "version" : "shell");
    return RunVerb(session, command, globals, {});
  }
  const Command* command = FindCommand(*place);
  if (command == nullptr) {
    return UsageFailure(session, "unknown verb '" + *place + "'" +
                                     DidYouMean(*place, CommandNames()) + std::string(kSeeHelp));
  }
  args.erase(place);
  return RunVerb(session, *command, globals, args);
}

int RunProgram(const std::vector<std::string>& args, Console& console,
               const Environment& environment, const EnvironmentLookup& lookup) {
  Globals values;
  Flags globals;
  DeclareOutputFlags(globals, &values);
  DeclareStoreFlags(globals, &values);
  Session session(values, console, environment, lookup);
  console.SetColor(ColorMode::kAuto, lookup("NO_COLOR").has_value());
  values.setting = SetBy::kEnvironment;
  const Status applied = ApplyEnvironment(globals, lookup);
  values.setting = SetBy::kFlag;
  if (!applied) {
    session.Complain(applied.error().message());
    return kExitUsage;
  }
  const ExitCode code = Finish(session, RunWords(session, args, globals));
  return Interrupted() && code != kExitOk ? kExitInterrupted : code;
}

}  // namespace strata::cli
