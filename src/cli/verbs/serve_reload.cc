#include "cli/verbs/serve_reload.h"

#include "cli/settings.h"

namespace strata::cli {
namespace {

// Both were declared by the same function.
Status Compare(const Flags& running, const Flags& fresh, Reloaded* reloaded) {
  for (std::size_t i = 0; i < running.all().size(); ++i) {
    const Flag& flag = running.all()[i];
    const Flag& other = fresh.all()[i];
    if (flag.is_argument || !flag.in_file || !flag.show) continue;
    const std::string now = flag.show().value_or("");
    const std::string then = other.show().value_or("");
    if (now == then) continue;
    if (!flag.is_reloadable) {
      reloaded->left.push_back({.option = flag.name, .now = now, .then = then});
      continue;
    }
    STRATA_TRY(flag.set(then));
    flag.from = other.from;
    reloaded->taken.push_back(flag.name);
  }
  return {};
}

}  // namespace

Result<Reloaded> ReadAgain(Session& session, Verb& fresh, std::string_view verb) {
  Globals globals;
  globals.config = session.globals().config;  // Who serves from a shell has it from there.
  Flags global_flags;
  DeclareOutputFlags(global_flags, &globals);
  DeclareStoreFlags(global_flags, &globals);
  Flags own;
  fresh.Declare(own);
  STRATA_TRY(FillAll({session.asked.args, session.variables(), session.files()}, &globals,
                     global_flags, own, verb));
  Reloaded reloaded;
  STRATA_TRY(Compare(*session.asked.globals, global_flags, &reloaded));
  STRATA_TRY(Compare(*session.asked.own, own, &reloaded));
  return reloaded;
}

}  // namespace strata::cli
