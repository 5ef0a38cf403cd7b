#include "resp/access.h"

#include <array>

#include "base/mutant.h"
#include "resp/call.h"
#include "resp/command_table.h"
#include "resp/databases.h"

namespace strata::resp {
namespace {

constexpr std::size_t kSource = 1;
constexpr std::size_t kTarget = 2;

// The database that a word names; what names none is refused by the command itself.
int DatabaseOf(std::string_view word, int otherwise) {
  const auto number = ParseInteger(word);
  return number && *number >= 0 && *number < kDatabases ? static_cast<int>(*number) : otherwise;
}

}  // namespace

std::string_view TableOf(int db) {
  static const std::array<std::string, kDatabases> names = [] {
    std::array<std::string, kDatabases> made;
    for (int i = 0; i < kDatabases; ++i) {
      made[static_cast<std::size_t>(i)] = i == 0 ? "default" : Databases::NameOf(i);
    }
    return made;
  }();
  return names[static_cast<std::size_t>(db)];
}

namespace access {

void Keys(const Wanted& wanted, auth::ActionSet actions, auth::Needs* needs) {
  const KeyPlaces& places = wanted.command.keys;
  const int count = static_cast<int>(wanted.words.size());
  const int last = places.last < 0 ? count + places.last : places.last;
  needs->AnyUser();
  for (int i = places.first; i > 0 && i <= last && i < count; i += places.step) {
    needs->Key(actions, TableOf(wanted.db), wanted.words[static_cast<std::size_t>(i)]);
  }
}

// SET key value [GET] ...: what was there before is answered.
void Set(const Wanted& wanted, auth::Needs* needs) {
  bool reads = false;
  for (const std::string_view word : wanted.words.subspan(kTarget + 1)) {
    reads = reads || EqualsIgnoringCase(word, "get");
  }
  if (STRATA_MUTANT(prev_value_no_read_check)) reads = false;
  Keys(wanted, reads ? kReadAndWrite : auth::ActionSet(auth::Action::kWrite), needs);
}

void GetEx(const Wanted& wanted, auth::Needs* needs) {
  const bool changes = wanted.words.size() > 2;
  Keys(wanted, changes ? kReadAndWrite : auth::ActionSet(auth::Action::kRead), needs);
}

void Rename(const Wanted& wanted, auth::Needs* needs) {
  const std::string_view table = TableOf(wanted.db);
  needs->Key(kReadAndDelete, table, wanted.words[kSource]);
  needs->Key(auth::Action::kWrite, table, wanted.words[kTarget]);
}

void Copy(const Wanted& wanted, auth::Needs* needs) {
  int db = wanted.db;
  for (std::size_t i = kTarget + 1; i + 1 < wanted.words.size(); ++i) {
    if (EqualsIgnoringCase(wanted.words[i], "db")) db = DatabaseOf(wanted.words[i + 1], db);
  }
  needs->Key(auth::Action::kRead, TableOf(wanted.db), wanted.words[kSource]);
  needs->Key(auth::Action::kWrite, TableOf(db), wanted.words[kTarget]);
}

void Move(const Wanted& wanted, auth::Needs* needs) {
  const int db = DatabaseOf(wanted.words[kTarget], wanted.db);
  needs->Key(kReadAndDelete, TableOf(wanted.db), wanted.words[kSource]);
  needs->Key(auth::Action::kWrite, TableOf(db), wanted.words[kSource]);
}

namespace {

void OfPattern(const Wanted& wanted, std::string_view pattern, auth::Needs* needs) {
  const std::string prefix = GlobPrefix(pattern);
  auth::Needs borrowed;  // The prefix is gone when this returns.
  borrowed.Range(auth::Action::kScan, TableOf(wanted.db), prefix);
  needs->AddCopies(borrowed);
}

}  // namespace

// SCAN cursor [MATCH pattern] ...
void Scan(const Wanted& wanted, auth::Needs* needs) {
  std::string_view pattern = "*";
  for (std::size_t i = 2; i + 1 < wanted.words.size(); i += 2) {
    if (EqualsIgnoringCase(wanted.words[i], "match")) pattern = wanted.words[i + 1];
  }
  OfPattern(wanted, pattern, needs);
}

void Pattern(const Wanted& wanted, auth::Needs* needs) {
  OfPattern(wanted, wanted.words[1], needs);
}

void AllDatabases(const Wanted& /*wanted*/, auth::Needs* needs) {
  for (int db = 0; db < kDatabases; ++db) needs->Table(auth::Action::kDelete, TableOf(db));
}

}  // namespace access

}  // namespace strata::resp
