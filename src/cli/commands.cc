#include "cli/command.h"

namespace strata::cli {

// The function is defined in the verb's own file.
#define STRATA_VERB(function)       \
  do {                              \
    extern Command function();      \
    commands.push_back(function()); \
  } while (false)

static std::vector<Command> MakeCommands() {
  std::vector<Command> commands;
  STRATA_VERB(ShellCommand);
  STRATA_VERB(GetCommand);
  STRATA_VERB(PutCommand);
  STRATA_VERB(DeleteCommand);
  STRATA_VERB(CasCommand);  //@L15
  STRATA_VERB(ScanCommand);
  STRATA_VERB(MultiGetCommand);   //@L13
  STRATA_VERB(BeginCommand);      //@L16
  STRATA_VERB(CommitCommand);     //@L16
  STRATA_VERB(RollbackCommand);   //@L16
  STRATA_VERB(SavepointCommand);  //@L16
  STRATA_VERB(TableCommand);      //@L17
  STRATA_VERB(ImportCommand);
  STRATA_VERB(ExportCommand);
  STRATA_VERB(StatsCommand);
  STRATA_VERB(TraceCommand);            //@L13
  STRATA_VERB(IndexCommand);            //@L18
  STRATA_VERB(InspectCommand);          //@L03
  STRATA_VERB(CompactCommand);          //@L10
  STRATA_VERB(VerifyCommand);           //@L06
  STRATA_VERB(BackupCommand);           //@L20
  STRATA_VERB(ResetCommand);            //@L03
  STRATA_VERB(BenchCommand);            //@L05
  STRATA_VERB(ExplorePoliciesCommand);  //@L11
  STRATA_VERB(VersionCommand);
  STRATA_VERB(HelpCommand);
  return commands;
}

#undef STRATA_VERB

const std::vector<Command>& AllCommands() {
  static const std::vector<Command> commands = MakeCommands();
  return commands;
}

const Command* FindCommand(std::string_view name) {
  for (const Command& command : AllCommands()) {
    if (command.name == name || (!command.alias.empty() && command.alias == name)) return &command;
  }
  return nullptr;
}

std::vector<std::string> CommandNames() {
  std::vector<std::string> names;
  for (const Command& command : AllCommands()) {
    names.emplace_back(command.name);
    if (!command.alias.empty()) names.emplace_back(command.alias);
  }
  return names;
}

}  // namespace strata::cli
