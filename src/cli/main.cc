// The program `strata`.

#include <clocale>
#include <cstdlib>
#include <unistd.h>

#include "cli/program.h"
#include "io/process_usage.h"
#include "io/standard_streams.h"

int main(int argc, char** argv) {
  strata::FillStandardStreams();
  strata::RaiseDescriptorLimit();
  std::setlocale(LC_CTYPE, "");  // The line editor counts columns by it.
  strata::cli::InstallSignalHandlers();
  strata::cli::Console console(STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO);
  return strata::cli::RunProgram({argv + 1, argv + argc}, console, strata::RealEnvironment(),
                                 [](const std::string& name) -> std::optional<std::string> {
                                   const char* value = std::getenv(name.c_str());
                                   if (value == nullptr) return std::nullopt;
                                   return value;
                                 });
}
