// docs/configuration.md has the settings that the program has.

#include <catch2/catch.hpp>

#include <fstream>
#include <string>
#include <vector>

#include "cli/session.h"
#include "testing/source_tree.h"

namespace strata::cli {
namespace {

std::string Code(const std::string& text) {
  std::string out = "`";
  for (const char c : text) out += c == '|' ? std::string("\\|") : std::string(1, c);
  return out + "`";
}

std::vector<std::string> Rows(const Flags& flags, const std::string& verb) {
  std::vector<std::string> rows;
  for (const Flag& flag : flags.all()) {
    if (flag.is_argument || !flag.in_file) continue;
    std::string variable = "STRATA_" + (verb.empty() ? "" : verb + "_") + flag.name;
    for (char& c : variable) c = c == '-' ? '_' : static_cast<char>(std::toupper(c));
    const auto value = flag.show();
    rows.push_back("| " + Code(flag.name) + " | " + Code(variable) + " | " +
                   (value && !value->empty() ? Code(*value) : "") + " | " +
                   (flag.is_reloadable ? "yes" : "") + " |\n");
  }
  return rows;
}

TEST_CASE("every setting of the server and of its store is in the reference", "[observability]") {
  std::ifstream file(testing::SourcePath("docs/configuration.md"));
  REQUIRE(file.good());
  const std::string text(std::istreambuf_iterator<char>(file), {});
  Globals values;
  Flags globals;
  DeclareStoreFlags(globals, &values);
  const auto verb = FindCommand("serve")->make();
  Flags own;
  verb->Declare(own);
  for (const auto& rows : {Rows(globals, ""), Rows(own, "serve")}) {
    std::size_t at = 0;  // In their order; later lessons have more between them.
    for (const std::string& row : rows) {
      INFO(row);
      const std::size_t found = text.find("\n" + row, at);
      REQUIRE(found != std::string::npos);
      at = found + row.size();
    }
  }
}

}  // namespace
}  // namespace strata::cli
