// The golden scripts of tests/scripts/raft; script.h says what they can do.

#include <catch2/catch.hpp>

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include "raft/script.h"
#include "testing/golden.h"
#include "testing/source_tree.h"

namespace strata::raft {
namespace {

// Runs all scripts of a folder, each with a cluster of its own.
std::size_t RunAll(const std::string& topic) {
  std::vector<std::string> names;
  const auto folder = testing::SourcePath("tests/scripts/raft") / topic;
  for (const auto& file : std::filesystem::directory_iterator(folder)) {
    names.push_back(file.path().filename().string());
  }
  std::sort(names.begin(), names.end());
  for (const std::string& name : names) {
    Script script;
    testing::RunGoldenScript("raft/" + topic + "/" + name,
                             [&](const std::string& command) { return script.Run(command); });
    INFO(name);
    CHECK(script.cluster().violation().empty());
  }
  return names.size();
}

TEST_CASE("elections go as the scripts say", "[raft-elections]") {
  CHECK(RunAll("elections") >= 12);
}

TEST_CASE("logs grow as the scripts say", "[raft-replication]") {
  CHECK(RunAll("replication") >= 12);
}

TEST_CASE("reads are answered as the scripts say", "[raft-replication]") {
  CHECK(RunAll("reads") >= 6);
}

TEST_CASE("snapshots are taken and sent as the scripts say", "[raft-snapshots]") {
  CHECK(RunAll("snapshots") >= 5);
}

TEST_CASE("members come and go as the scripts say", "[raft-membership]") {
  CHECK(RunAll("membership") >= 8);
}

}  // namespace
}  // namespace strata::raft
