// `strata reset`: removes a store.

#include "cli/session.h"
#include "cli/verbs/store_files.h"

namespace strata::cli {
namespace {

class ResetVerb final : public Verb {
 public:
  void Declare(Flags& flags) override {
    flags.Switch("dry-run", &dry_run_, "Only say what would be removed");
    flags.Switch("yes", &yes_, "Don't ask");
  }

  Result<ExitCode> Run(Session& session) override {
    if (session.in_shell) return InvalidArgument("the shell has the store open; leave it first");
    STRATA_TRY_ASSIGN(const std::string directory, session.Directory());
    STRATA_TRY_ASSIGN(const StoreFiles found, ListStore(session.files(), directory));
    if (found.ours.empty()) {
      session.Note("no store in " + directory + ": nothing to remove");
      return kExitOk;
    }
    if (dry_run_) {
      for (const std::string& name : found.ours) {
        session.console().Out("would remove " + JoinPath(directory, name) + "\n");
      }
      return kExitOk;
    }
    if (!yes_) {
      STRATA_TRY_ASSIGN(const bool agreed, Ask(session, directory, found.ours.size()));
      if (!agreed) return kExitFailed;
    }
    STRATA_TRY(RemoveStore(session.files(), directory));
    session.Note("removed " + std::to_string(found.ours.size()) + " files of " + directory);
    for (const std::string& name : found.others) {
      session.Note("left alone: " + JoinPath(directory, name));
    }
    return kExitOk;
  }

 private:
  static Result<bool> Ask(Session& session, const std::string& directory, std::size_t count) {
    if (!session.console().in_is_tty()) {
      return InvalidArgument("reset removes everything in " + directory + ": say --yes");
    }
    session.console().Err("Remove the store in " + directory + " (" + std::to_string(count) +
                          " files) for good? [y/N] ");
    STRATA_TRY_ASSIGN(const auto answer, session.console().ReadLine());
    return answer.value_or("").starts_with('y');
  }

  bool dry_run_ = false;
  bool yes_ = false;
};

}  // namespace

Command ResetCommand() {
  return {.name = "reset",
          .alias = "",
          .group = "Care",
          .summary = "Remove a store's files, and nothing else, for good",
          .examples = "--db cities reset --dry-run\n--db cities reset --yes",
          .make = MakeVerb<ResetVerb>};
}

}  // namespace strata::cli
