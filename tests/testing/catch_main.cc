// The main() of every test program: Catch2's, and two options for ctest.
//
//   --list-for-ctest   one line a case: its tags, comma-separated, a tab, its name
//   --exact NAME       run the one case of this name, whatever characters it has

#define CATCH_CONFIG_RUNNER
#include <catch2/catch.hpp>

#include <cstdio>
#include <string>
#include <string_view>

namespace {

void ListForCtest(const Catch::Config& config) {
  for (const Catch::TestCase& test : Catch::getAllTestCasesSorted(config)) {
    if (test.isHidden()) continue;
    std::string tags;
    for (const std::string& tag : test.tags) tags += (tags.empty() ? "" : ",") + tag;
    std::printf("%s\t%s\n", tags.c_str(), test.name.c_str());
  }
}

// Catch reads a test name as a pattern; this takes the meaning out of its special characters.
std::string Escaped(std::string_view name) {
  std::string escaped;
  for (const char c : name) {
    if (std::string_view("\\,[]\"~").find(c) != std::string_view::npos) escaped += '\\';
    escaped += c;
  }
  return escaped;
}

}  // namespace

int main(int argc, char** argv) {
  Catch::Session session;
  const std::string_view first = argc > 1 ? argv[1] : "";
  if (first == "--list-for-ctest") {
    ListForCtest(session.config());
    return 0;
  }
  if (first == "--exact" && argc == 3) {
    session.configData().testsOrTags = {Escaped(argv[2])};
    session.configData().warnings = Catch::WarnAbout::NoTests;
    return session.run();
  }
  return session.run(argc, argv);
}
