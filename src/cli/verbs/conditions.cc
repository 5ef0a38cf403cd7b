#include "cli/verbs/conditions.h"

#include "base/escape.h"

namespace strata::cli {

Result<ExitCode> Tell(Session& session, const WriteOutcome& outcome) {
  if (outcome.written()) return kExitOk;
  const FailedCondition& failed = *outcome.failed;
  std::string is = "isn't there";
  if (failed.current) {
    is = "has version " + std::to_string(failed.current->version) + " and the value '" +
         EscapeShort(failed.current->value) + "'";
  }
  session.Complain("not written: key '" + EscapeShort(failed.key) + "' " + is);
  return kExitCondition;
}

}  // namespace strata::cli
