// `strata help [VERB]`.

#include "cli/help.h"

#include "cli/session.h"

namespace strata::cli {
namespace {

class HelpVerb final : public Verb {
 public:
  void Declare(Flags& flags) override {
    flags.OptionalArgument("VERB", &topic_, "A verb, or `flags` for the flags of all verbs");
  }

  Result<ExitCode> Run(Session& session) override {
    if (!topic_) {
      session.console().Out(GeneralHelp());
    } else if (*topic_ == "flags") {
      Globals unused;
      Flags globals;
      DeclareStoreFlags(globals, &unused);
      DeclareOutputFlags(globals, &unused);
      session.console().Out(GlobalFlagsHelp(globals));
    } else if (const Command* command = FindCommand(*topic_); command != nullptr) {
      const std::unique_ptr<Verb> verb = command->make();
      Flags own;
      verb->Declare(own);
      session.console().Out(CommandHelp(*command, own));
    } else {
      return InvalidArgument("no help on '" + *topic_ + "'" + DidYouMean(*topic_, CommandNames()));
    }
    return kExitOk;
  }

 private:
  std::optional<std::string> topic_;
};

}  // namespace

Command HelpCommand() {
  return {.name = "help",
          .alias = "",
          .group = "Help",
          .summary = "Help on a verb, or on the flags of all verbs",
          .examples = "help\nhelp scan\nhelp flags",
          .make = MakeVerb<HelpVerb>};
}

}  // namespace strata::cli
