#include "resp/command_table.h"

#include <algorithm>
#include <string>
#include <unordered_map>

namespace strata::resp {
namespace {

char Lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

class Index {
 public:
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const {
      return std::hash<std::string_view>()(text);
    }
  };

  Index() {
    for (const auto commands :
         {StringCommands(), BitCommands(), LcsCommands(), CounterCommands(), KeyCommands(),
          ExpiryCommands(), ScanCommands(), TransactionCommands(), ConnectionCommands(),
          ServerCommands(), LatencyCommands(), ConfigCommands(), IntrospectionCommands(),
          DebugCommands(), LoginCommands(), AclCommands()}) {
      commands_.insert(commands_.end(), commands.begin(), commands.end());
    }
    std::sort(commands_.begin(), commands_.end(),
              [](const Command& a, const Command& b) { return a.name < b.name; });
    for (Command& command : commands_) {
      command.number = all.size();
      all.push_back(&command);
      by_name.emplace(command.name, &command);
    }
  }

  std::vector<const Command*> all;
  std::unordered_map<std::string, const Command*, Hash, std::equal_to<>> by_name;

 private:
  std::vector<Command> commands_;
};

const Index& TheIndex() {
  static const Index index;
  return index;
}

}  // namespace

const std::vector<const Command*>& AllCommands() {
  return TheIndex().all;
}

const Command* FindCommand(std::string_view name) {
  constexpr std::size_t kNameMax = 64;
  if (name.size() > kNameMax) return nullptr;
  char lower[kNameMax];
  std::transform(name.begin(), name.end(), lower, Lower);
  const Index& index = TheIndex();
  const auto at = index.by_name.find(std::string_view(lower, name.size()));
  return at == index.by_name.end() ? nullptr : at->second;
}

const Command* FindCommand(std::span<const std::string_view> words, const Command** container) {
  *container = nullptr;
  const Command* const command = FindCommand(words.front());
  if (command == nullptr || (command->flags & kContainer) == 0) return command;
  *container = command;
  if (words.size() == 1) return command;
  return FindCommand(std::string(command->name) + "|" + std::string(words[1]));
}

bool FitsArity(const Command& command, std::size_t words) {
  return command.arity >= 0 ? words == static_cast<std::size_t>(command.arity)
                            : words >= static_cast<std::size_t>(-command.arity);
}

std::string WrongArity(const Command& command) {
  return "ERR wrong number of arguments for '" + std::string(command.name) + "' command";
}

std::string LowerCase(std::string_view text) {
  std::string lower(text);
  std::transform(lower.begin(), lower.end(), lower.begin(), Lower);
  return lower;
}

bool EqualsIgnoringCase(std::string_view text, std::string_view lower) {
  return std::equal(text.begin(), text.end(), lower.begin(), lower.end(),
                    [](char a, char b) { return Lower(a) == b; });
}

}  // namespace strata::resp
