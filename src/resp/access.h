// What a command needs, for roles: each has one of these in the table of commands, and without one
// it doesn't compile. From the words of a request it makes the list of auth::Needs.
//
// To be told a value, a part of it, what is computed from it, or its expiry is to read. Whether a
// key was there, as SETNX and DEL tell by the way, is no more than who may write it finds out.
//
// Thread safety: pure functions.

#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "auth/needs.h"

namespace strata::resp {

struct Command;

struct Wanted {
  const Command& command;
  std::span<const std::string_view> words;  // As many as the command takes.
  int db = 0;
};

class Access {
 public:
  using List = void (*)(const Wanted& wanted, auth::Needs* needs);
  constexpr explicit Access(List list) : list_(list) {}

  void AddTo(const Wanted& wanted, auth::Needs* needs) const { list_(wanted, needs); }

 private:
  List list_;
};

// The name under which rules know a database.
std::string_view TableOf(int db);

namespace access {

inline void Anybody(const Wanted& /*wanted*/, auth::Needs* needs) {
  needs->Anybody();
}
inline void AnyUser(const Wanted& /*wanted*/, auth::Needs* needs) {
  needs->AnyUser();
}
// Each key of Command::keys.
void Keys(const Wanted& wanted, auth::ActionSet actions, auth::Needs* needs);
template <std::uint16_t kBits>
void OfKeys(const Wanted& wanted, auth::Needs* needs) {
  Keys(wanted, auth::ActionSet::FromBits(kBits), needs);
}
template <auth::Action kAction>
void OfServer(const Wanted& /*wanted*/, auth::Needs* needs) {
  needs->Server(kAction);
}
// All keys of the database that is chosen.
template <auth::Action kAction>
void OfDatabase(const Wanted& wanted, auth::Needs* needs) {
  needs->Table(kAction, TableOf(wanted.db));
}
void Set(const Wanted& wanted, auth::Needs* needs);
void GetEx(const Wanted& wanted, auth::Needs* needs);
void Rename(const Wanted& wanted, auth::Needs* needs);
void Copy(const Wanted& wanted, auth::Needs* needs);
void Move(const Wanted& wanted, auth::Needs* needs);
// The keys that its pattern may match: those with its prefix.
void Scan(const Wanted& wanted, auth::Needs* needs);
void Pattern(const Wanted& wanted, auth::Needs* needs);
void AllDatabases(const Wanted& wanted, auth::Needs* needs);

inline constexpr auth::ActionSet kReadAndWrite = auth::Action::kRead | auth::Action::kWrite;
inline constexpr auth::ActionSet kReadAndDelete = auth::Action::kRead | auth::Action::kDelete;

}  // namespace access

inline constexpr Access kAnybody{access::Anybody};  // Also who hasn't said yet who it is.
inline constexpr Access kAnyUser{access::AnyUser};
inline constexpr Access kReads{access::OfKeys<auth::ActionSet(auth::Action::kRead).bits()>};
inline constexpr Access kWrites{access::OfKeys<auth::ActionSet(auth::Action::kWrite).bits()>};
inline constexpr Access kDeletes{access::OfKeys<auth::ActionSet(auth::Action::kDelete).bits()>};
inline constexpr Access kReadsAndWrites{access::OfKeys<access::kReadAndWrite.bits()>};
inline constexpr Access kReadsAndDeletes{access::OfKeys<access::kReadAndDelete.bits()>};
inline constexpr Access kLists{access::OfDatabase<auth::Action::kScan>};
inline constexpr Access kEmpties{access::OfDatabase<auth::Action::kDelete>};
inline constexpr Access kObserves{access::OfServer<auth::Action::kObserve>};
inline constexpr Access kOperates{access::OfServer<auth::Action::kOperate>};
inline constexpr Access kOfUsers{access::OfServer<auth::Action::kUsers>};

}  // namespace strata::resp
