#include "cli/verbs/serve_log.h"

namespace strata::cli {

void ServeLog::Declare(Flags& flags) {
  flags.Group("Log");
  flags.Choice<Format>("log-format", &format_,
                       {{"auto", Format::kAuto}, {"text", Format::kText}, {"json", Format::kJson}},
                       "How it is written; auto: as text to a terminal, else as JSON");
  flags.Choice<LogLevel>("log-level", &level_,
                         {{"debug", LogLevel::kDebug},
                          {"info", LogLevel::kInfo},
                          {"warn", LogLevel::kWarn},
                          {"error", LogLevel::kError}},
                         "What is worth a line (info)");
  flags.Switch("log-keys", &keys_, "Let keys be in it");
}

std::unique_ptr<Logger> ServeLog::Make(Session& session) const {
  const bool text =
      format_ == Format::kText || (format_ == Format::kAuto && session.console().err_is_tty());
  const bool quiet = session.globals().quiet && level_ < LogLevel::kWarn;
  return std::make_unique<Logger>(
      session.clock(), [&console = session.console()](std::string_view line) { console.Err(line); },
      LoggerOptions{.format = text ? LogFormat::kText : LogFormat::kJson,
                    .level = quiet ? LogLevel::kWarn : level_,
                    .keys = keys_});
}

}  // namespace strata::cli
