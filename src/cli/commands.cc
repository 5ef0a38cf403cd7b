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
  STRATA_VERB(CasCommand);
  STRATA_VERB(ScanCommand);
  STRATA_VERB(MultiGetCommand);
  STRATA_VERB(BeginCommand);
  STRATA_VERB(CommitCommand);
  STRATA_VERB(RollbackCommand);
  STRATA_VERB(SavepointCommand);
  STRATA_VERB(TableCommand);
  STRATA_VERB(ImportCommand);
  STRATA_VERB(ExportCommand);
  STRATA_VERB(StatsCommand);
  STRATA_VERB(TraceCommand);
  STRATA_VERB(IndexCommand);
  STRATA_VERB(InspectCommand);
  STRATA_VERB(CompactCommand);
  STRATA_VERB(VerifyCommand);
  STRATA_VERB(ScrubCommand);
  STRATA_VERB(RepairCommand);
  STRATA_VERB(CheckpointCommand);
  STRATA_VERB(BackupCommand);
  STRATA_VERB(RestoreCommand);
  STRATA_VERB(ResetCommand);
  STRATA_VERB(ServeCommand);
  STRATA_VERB(CertsCommand);
  STRATA_VERB(LoadCommand);
  STRATA_VERB(BenchCommand);
  STRATA_VERB(ExplorePoliciesCommand);
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
