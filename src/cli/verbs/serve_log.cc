#include "cli/verbs/serve_log.h"

namespace strata::cli {

void ServeLog::Declare(Flags& flags) {
  flags.Group("Log");
  flags.Choice<Format>("log-format", &format_,
                       {{"auto", Format::kAuto}, {"text", Format::kText}, {"json", Format::kJson}},
                       "How it is written; auto: as text to a terminal, else as JSON");
  flags.last().is_reloadable = true;
  flags.Choice<LogLevel>("log-level", &level_,
                         {{"debug", LogLevel::kDebug},
                          {"info", LogLevel::kInfo},
                          {"warn", LogLevel::kWarn},
                          {"error", LogLevel::kError}},
                         "What is worth a line (info)");
  flags.last().is_reloadable = true;
  flags.Switch("log-keys", &keys_, "Let keys be in it");
  flags.last().is_reloadable = true;
}

LoggerOptions ServeLog::Options(Session& session) const {
  const bool text =
      format_ == Format::kText || (format_ == Format::kAuto && session.console().err_is_tty());
  const bool quiet = session.globals().quiet && level_ < LogLevel::kWarn;
  return {.format = text ? LogFormat::kText : LogFormat::kJson,
          .level = quiet ? LogLevel::kWarn : level_,
          .keys = keys_};
}

std::unique_ptr<Logger> ServeLog::Make(Session& session) const {
  return std::make_unique<Logger>(
      session.clock(), [&console = session.console()](std::string_view line) { console.Err(line); },
      Options(session));
}

}  // namespace strata::cli
