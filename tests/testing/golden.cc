#include "testing/golden.h"

#include <catch2/catch.hpp>

#include <cstdlib>
#include <fstream>
#include <string_view>

#include "testing/source_tree.h"

namespace strata::testing {
namespace {

// Takes the next line off the front of `text`, without its newline.
std::string TakeLine(std::string_view* text) {
  const std::size_t end = text->find('\n');
  std::string line(text->substr(0, end));
  text->remove_prefix(end == text->npos ? text->size() : end + 1);
  return line;
}

std::string ReadWhole(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  INFO("reading " << path);
  REQUIRE(file.good());
  return std::string(std::istreambuf_iterator<char>(file), {});
}

std::string TakeUntilEmptyLine(std::string_view* text) {
  std::string block;
  while (!text->empty()) {
    const std::string line = TakeLine(text);
    if (line.empty()) break;
    block += line + "\n";
  }
  return block;
}

}  // namespace

void RunGoldenScript(const std::string& path,
                     const std::function<std::string(const std::string& command)>& run) {
  const std::string full_path = (SourcePath("tests/scripts") / path).string();
  const std::string script = ReadWhole(full_path);
  const bool update = std::getenv("STRATA_UPDATE_GOLDEN") != nullptr;
  std::string updated;
  std::string command;
  std::string_view rest = script;
  while (!rest.empty()) {
    const std::string line = TakeLine(&rest);
    updated += line + "\n";
    if (line.empty() || line.starts_with("#")) continue;
    if (line != "----") {
      command += line + "\n";
      continue;
    }
    std::string actual = run(command);
    if (!actual.empty() && actual.back() != '\n') actual += '\n';
    const std::string expected = TakeUntilEmptyLine(&rest);
    if (!update) {
      INFO(path << ":\n" << command);
      CHECK(actual == expected);
    }
    updated += actual + (rest.empty() ? "" : "\n");
    command.clear();
  }
  CHECK(command.empty());  // The last command has no ----.
  if (update) std::ofstream(full_path, std::ios::binary) << updated;
}

}  // namespace strata::testing
