// The checker on histories made by hand: each anomaly, and beside it what almost is one.

#include "isolation/checker.h"

#include <catch2/catch.hpp>

#include <algorithm>
#include <set>

namespace strata::isolation {
namespace {

std::string Found(std::string_view text) {
  return Check(ParseHistory(text)).Names();
}

// The strongest levels that hold: "serializable" may hold without strong snapshots.
std::set<std::string> Broken(std::string_view text) {
  const Report report = Check(ParseHistory(text));
  std::set<std::string> levels;
  for (const Level level : kLevels) {
    CHECK(report.Holds(level) == report.Violations(level).empty());
    if (!report.Holds(level)) levels.insert(std::string(LevelName(level)));
  }
  return levels;
}

const std::set<std::string> kNone;
const std::set<std::string> kSerial = {"serializable", "strict serializable"};
const std::set<std::string> kFromSnapshot = {"snapshot isolation", "strong snapshot isolation",
                                             "serializable", "strict serializable"};

TEST_CASE("a history without fault breaks no level", "[transactions]") {
  const char* serial =
      "p1 1-2 ok x+1 y+1\n"
      "p2 3-4 ok x=[1] y=[1] x+2 x=[1 2]\n"
      "p1 5-6 ok x=[1 2] y=[1] z=[]\n";
  CHECK(Found(serial).empty());
  CHECK(Found("").empty());
  CHECK(Found("ok x=[]\nok x=[]").empty());
  CHECK(Found("ok x+1\nfail x+2 x=[7]\nok x=[1]").empty());  // What failed may have read anything.
}

TEST_CASE("a value that nobody appended is a garbage read", "[transactions]") {
  CHECK(Found("ok x+1\nok x=[7]") == "garbage read");
  CHECK(Found("ok x+1\nok x=[1]").empty());
}

TEST_CASE("a value that is there twice is a duplicate append", "[transactions]") {
  CHECK(Found("ok x+1\nok x=[1 1]") == "duplicate append");
  CHECK(Found("ok x+1\nok x+1") == "duplicate append");
  CHECK(Found("ok x+1\nok y+1\nok x=[1] y=[1]").empty());
}

TEST_CASE("two reads of one list must continue each other", "[transactions]") {
  CHECK(Found("ok x+1\nok x+2\nok x=[1 2]\nok x=[2]") == "incompatible order");
  CHECK(Found("ok x+1\nok x+2\nok x=[1 2]\nok x=[1]").empty());
}

TEST_CASE("a transaction sees its own appends at the end of a list", "[transactions]") {
  CHECK(Found("ok x+1 x=[]") == "internal inconsistency");
  CHECK(Found("ok x+1\nok x+2 x=[2 1]\n") == "internal inconsistency");
  CHECK(Found("ok x+1\nok x+2 x=[1 2] x+3 x=[1 2 3]").empty());
}

TEST_CASE("a transaction's appends are all there and in their order", "[transactions]") {
  CHECK(Found("ok x+1 x+2\nok x=[2 1]") == "internal inconsistency, G1b (intermediate read)");
  CHECK(Found("ok x+1 x+2 x+3\nok x=[1 3]") == "internal inconsistency, G-single (read skew)");
  CHECK(Found("ok x+1 x+2 x+3\nok x=[1 2 3]").empty());
}

TEST_CASE("a read of what failed is G1a, an append on top of it a dirty update", "[transactions]") {
  CHECK(Found("fail x+1\nok x=[1]") == "G1a (aborted read)");
  CHECK(Found("fail x+1\nok x+2\nok x=[1 2]") == "G1a (aborted read), dirty update");
  CHECK(Found("unknown x+1\nok x+2\nok x=[1 2]").empty());  // So it happened after all.
  CHECK(Broken("fail x+1\nok x=[1]").size() == kLevels.size());
}

TEST_CASE("a read in the middle of a transaction is G1b", "[transactions]") {
  CHECK(Found("ok x+1 x+2\nok x=[1]\nok x=[1 2]") ==
        "G1b (intermediate read), G-single (read skew)");
  CHECK(Found("ok x+1 x+2\nok x=[1 2]\nok x=[]").empty());
  CHECK(Found("ok x+1 y+2\nok x=[1]").empty());
}

TEST_CASE("appends of two transactions through each other are G0", "[transactions]") {
  CHECK(Found("ok x+1 y+1\nok x+2 y+2\nok x=[1 2] y=[2 1]") == "G0 (dirty write)");
  CHECK(Found("ok x+1 y+1\nok x+2 y+2\nok x=[1 2] y=[1 2]").empty());
  CHECK(Found("ok x+1 x+3\nok x+2\nok x=[1 2 3]") == "G0 (dirty write)");
}

TEST_CASE("two transactions that read each other are G1c", "[transactions]") {
  CHECK(Found("ok x+1 y=[2]\nok y+2 x=[1]") == "G1c (circular information flow)");
  CHECK(Found("ok x+1 y=[]\nok y+2 x=[1]").empty());
  CHECK(Broken("ok x+1 y=[2]\nok y+2 x=[1]").size() == kLevels.size());
}

TEST_CASE("half of another transaction is G-single, read skew", "[transactions]") {
  const char* skew = "ok x+1 y+1\nok x=[] y=[1]";
  CHECK(Found(skew) == "G-single (read skew)");
  CHECK(Broken(skew) == kFromSnapshot);
  CHECK(Found("ok x+1 y+1\nok x=[] y=[]").empty());
  CHECK(Found("ok x+1 y+1\nok x=[1] y=[1]").empty());
  CHECK(Found("ok x+1\nok x=[] y=[] x=[1]") == "G-single (read skew)");  // Read anew, and changed.
}

TEST_CASE("two appends that build on the same version are a lost update", "[transactions]") {
  const char* lost = "ok x=[] x+1\nok x=[] x+2\nok x=[1 2]";
  CHECK(Found(lost) == "lost update, G-single (read skew)");
  CHECK(Broken(lost) == kFromSnapshot);
  CHECK(Found("ok x=[] x+1\nok x=[] x+2\nok x=[1]").find("lost update") == 0);
  CHECK(Found("ok x=[] x+1\nok x=[1] x+2\nok x=[1 2]").empty());
  CHECK(Found("ok x=[] x+1\nok x=[] y+2\nok x=[1]").empty());
}

TEST_CASE("two readers who see two writes in two orders are a long fork", "[transactions]") {
  const char* fork = "ok x+1\nok y+1\nok x=[1] y=[]\nok x=[] y=[1]";
  CHECK(Found(fork) == "G-nonadjacent (long fork)");
  CHECK(Broken(fork) == kFromSnapshot);
  CHECK(Found("ok x+1\nok y+1\nok x=[1] y=[]\nok x=[1] y=[1]").empty());
}

TEST_CASE("two transactions that read what the other writes are write skew", "[transactions]") {
  const char* skew = "ok x=[] y=[] x+1\nok x=[] y=[] y+1\nok x=[1] y=[1]";
  CHECK(Found(skew) == "G2-item (write skew)");
  CHECK(Broken(skew) == kSerial);
  CHECK(Found("ok x=[] y=[] x+1\nok x=[1] y=[] y+1").empty());
}

TEST_CASE("the read-only transaction's anomaly is no serial order", "[transactions]") {
  // Fekete, O'Neil, O'Neil 2004: only the reader makes it wrong.
  const char* three = "ok x=[] y=[] x+1\nok y=[] y+1\nok x=[] y=[1]";
  CHECK(Broken(three) == kSerial);
  CHECK(Found("ok x=[] y=[] x+1\nok y=[] y+1").empty());
}

TEST_CASE("a write that an earlier process had finished must be seen", "[transactions]") {
  const char* stale = "p1 1-2 ok x+1\np2 3-4 ok x=[]\np3 5-6 ok x=[1]";
  CHECK(Found(stale) == "stale snapshot, real-time order violated");
  CHECK(Broken(stale) == std::set<std::string>{"strong snapshot isolation", "strict serializable"});
  CHECK(Found("p1 1-3 ok x+1\np2 2-4 ok x=[]\np3 5-6 ok x=[1]").empty());
  CHECK(Found("p1 1-2 ok x+1\np2 2-4 ok x=[]\np3 5-6 ok x=[1]").empty());  // They touch.
}

TEST_CASE("an append that is gone is a violation of time", "[transactions]") {
  CHECK(Found("p1 1-2 ok x+1\np2 3-4 ok x=[]") == "stale snapshot, real-time order violated");
  CHECK(Found("p1 1-9 ok x+1\np2 3-4 ok x=[]").empty());
  CHECK(Found("p1 1-2 unknown x+1\np2 3-4 ok x=[]").empty());
}

TEST_CASE("a process that doesn't see its own earlier transaction breaks its session",
          "[transactions]") {
  CHECK(Found("p1 1-2 ok x+1\np1 3-4 ok x=[]\np2 1-4 ok x=[1]") ==
        "stale snapshot, session order violated");
}

TEST_CASE("what happened although the answer was lost counts as read", "[transactions]") {
  // T1's answer was lost; T2 shows that it committed, so what it had read counts.
  const char* unknown = "ok x=[] y=[] x+1\np8 1-1 unknown x=[] y=[] y+1\nok x=[1] y=[1]";
  CHECK(Found(unknown) == "G2-item (write skew)");
  CHECK(Found("ok x=[] y=[] x+1\np8 1-1 unknown x=[] y=[] y+1\nok x=[1] y=[]").empty());
}

TEST_CASE("a cycle is told in words with its transactions", "[transactions]") {
  const Report report = Check(ParseHistory("p1 1-9 ok x+1 y+1\np2 2-8 ok x=[] y=[1]"));
  CHECK(report.Violations(Level::kSnapshot) ==
        "G-single (read skew): \n"
        "  T0 -wr-> T1: T1 read y with the 1 that T0 appended\n"
        "  T1 -rw-> T0: T1 read x without the 1 that T0 appended\n"
        "  T0 (process 1): x+1 y+1\n"
        "  T1 (process 2): x=[] y=[1]\n");
}

TEST_CASE("of a long cycle and a short one the short one is shown", "[transactions]") {
  const Report report =
      Check(ParseHistory("ok x+1 y=[2]\nok y+2 x=[1] z=[3]\nok z+3 w=[4]\nok w+4 x=[1]"));
  REQUIRE(report.anomalies.size() == 1);
  const std::string& words = report.anomalies[0].words;
  CHECK(std::count(words.begin(), words.end(), '>') == 2);
}

}  // namespace
}  // namespace strata::isolation
