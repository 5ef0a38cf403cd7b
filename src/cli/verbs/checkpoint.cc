// `strata checkpoint`.

#include "cli/format/quantity.h"
#include "cli/session.h"

namespace strata::cli {
namespace {

class CheckpointVerb final : public Verb {
 public:
  void Declare(Flags& flags) override { flags.Argument("TARGET", &target_, "Where the copy goes"); }

  Result<ExitCode> Run(Session& session) override {
    STRATA_TRY_ASSIGN(const bool remote, session.IsRemote());
    if (remote && !target_.starts_with('/')) {
      return InvalidArgument("give the whole path of TARGET: it is on the server's machine");
    }
    STRATA_TRY_ASSIGN(DB* const db, session.Open(Session::IfMissing::kFail));
    STRATA_TRY_ASSIGN(const CheckpointInfo info, db->Checkpoint(target_));
    session.Note("copied the store to " + target_ + ": " + std::to_string(info.files) +
                 " files of " + FormatSize(info.bytes) + ", " + FormatSize(info.linked_bytes) +
                 " of it shared with the store");
    return kExitOk;
  }

 private:
  std::string target_;
};

}  // namespace

Command CheckpointCommand() {
  return {.name = "checkpoint",
          .alias = "",
          .group = "Care",
          .summary = "Copy a store as it is now into a directory of its own",
          .examples = "--db cities checkpoint cities.copy",
          .make = MakeVerb<CheckpointVerb>};
}

}  // namespace strata::cli
