// `strata trace KEY`: where a get looked, and how long each step took.

#include "cli/session.h"
#include "stats/read_trace.h"

namespace strata::cli {
namespace {

class TraceVerb final : public Verb {
 public:
  void Declare(Flags& flags) override { flags.Argument("KEY", &key_, "The key to look up"); }

  Result<ExitCode> Run(Session& session) override {
    STRATA_TRY_ASSIGN(const std::string key, session.DecodeKey(key_));
    STRATA_TRY_ASSIGN(DB* const db, session.Open(Session::IfMissing::kFail));
    std::string value;
    ReadTrace trace(session.clock());
    STRATA_TRY_ASSIGN(const bool found, db->TraceGet(key, &value, &trace));
    Section steps{"steps", {"step", "where", "what", "time"}, {}, false};
    std::uint64_t total = 0;
    for (const ReadTrace::Step& step : trace.steps()) {
      total += step.nanos;
      steps.rows.push_back({Cell::Number(steps.rows.size() + 1), Cell::Text(step.where),
                            Cell::Text(step.what), Cell::Nanos(step.nanos)});
    }
    Section result = Section::Map("result");
    result.Add("found", Cell::Flag(found));
    result.Add("value_bytes", found ? Cell::Size(value.size()) : Cell::None());
    result.Add("time", Cell::Nanos(total));
    STRATA_TRY(
        PrintReport(session.console(), session.style(), {std::move(steps), std::move(result)}));
    return found ? kExitOk : kExitFailed;
  }

 private:
  std::string key_;
};

}  // namespace

Command TraceCommand() {
  return {.name = "trace",
          .alias = "",
          .group = "Looking inside",
          .summary = "Look a key up and tell every step with its time",
          .examples = "--db cities trace london",
          .make = MakeVerb<TraceVerb>};
}

}  // namespace strata::cli
