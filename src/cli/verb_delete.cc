// `strata delete KEY...`.

#include "cli/session.h"

namespace strata::cli {
namespace {

class DeleteVerb final : public Verb {
 public:
  void Declare(Flags& flags) override {
    flags.Arguments("KEY", &keys_, true, "The keys to remove");
  }

  Result<ExitCode> Run(Session& session) override {
    std::vector<std::string> keys;
    for (const std::string& text : keys_) {
      STRATA_TRY_ASSIGN(std::string key, session.DecodeKey(text));
      keys.push_back(std::move(key));
    }
    STRATA_TRY_ASSIGN(DB* const db, session.Open(Session::IfMissing::kFail));
    for (const std::string& key : keys) STRATA_TRY(db->Delete(key));
    return kExitOk;
  }

 private:
  std::vector<std::string> keys_;
};

}  // namespace

Command DeleteCommand() {
  return {.name = "delete",
          .alias = "del",
          .group = "Keys and values",
          .summary = "Remove keys (no error for one that isn't there)",
          .examples = "--db cities delete london\n--db cities del paris rome",
          .make = MakeVerb<DeleteVerb>};
}

}  // namespace strata::cli
