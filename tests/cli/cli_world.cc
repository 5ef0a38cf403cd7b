#include "cli_world.h"

#include <catch2/catch.hpp>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/program.h"
#include "testing/golden.h"
#include "testing/temp_dir.h"

namespace strata::cli {
namespace {

using strata::testing::TempDir;

std::string ReadWhole(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return std::string(std::istreambuf_iterator<char>(file), {});
}

void WriteWhole(const std::string& path, const std::string& contents) {
  std::ofstream(path, std::ios::binary) << contents;
}

std::string WithMarks(const std::string& text, const std::string& prefix) {
  std::istringstream lines(text);
  std::string out;
  for (std::string line; std::getline(lines, line);) {
    out += prefix + (line.empty() && prefix.empty() ? "~" : line) + "\n";
  }
  return out;
}

// A descriptor of a temporary file with `contents`, at its start.
class TempFile {
 public:
  explicit TempFile(const std::string& contents) : file_(std::tmpfile()) {
    REQUIRE(file_ != nullptr);
    std::fwrite(contents.data(), 1, contents.size(), file_);
    REQUIRE(std::fseek(file_, 0, SEEK_SET) == 0);
  }
  ~TempFile() { std::fclose(file_); }
  TempFile(const TempFile&) = delete;
  TempFile& operator=(const TempFile&) = delete;

  int descriptor() const { return ::fileno(file_); }
  std::string Contents() {
    std::string contents;
    REQUIRE(std::fseek(file_, 0, SEEK_SET) == 0);
    for (int byte = std::fgetc(file_); byte != EOF; byte = std::fgetc(file_)) {
      contents.push_back(static_cast<char>(byte));
    }
    return contents;
  }

 private:
  std::FILE* file_;
};

}  // namespace

void RunCliScript(const std::string& name) {
  const TempDir directory;
  const TempDir streams;
  const std::string program_folder = std::filesystem::path(STRATA_PROGRAM).parent_path().string();
  testing::RunGoldenScript("cli/" + name, [&](const std::string& command) {
    WriteWhole(streams.File("script"), command);
    // For ./dev coverage: a program that may write no large file has nothing to say of its counts.
    const std::string line = "cd '" + directory.path() +
                             "' && env -i GCOV_ERROR_FILE=/dev/null PATH='" + program_folder +
                             ":/usr/bin:/bin' HOME='" + directory.path() +
                             "' LC_ALL=C.UTF-8 bash '" + streams.File("script") + "' > '" +
                             streams.File("out") + "' 2> '" + streams.File("err") + "' < /dev/null";
    const int status = std::system(line.c_str());
    std::string result = WithMarks(ReadWhole(streams.File("out")), "");
    result += WithMarks(ReadWhole(streams.File("err")), "2> ");
    if (status != 0) result += "exit " + std::to_string(WEXITSTATUS(status)) + "\n";
    return result;
  });
}

Outputs Run(const std::vector<std::string>& args, const std::string& input,
            const std::map<std::string, std::string>& variables, const Environment& environment) {
  TempFile in(input);
  TempFile out("");
  TempFile err("");
  Outputs outputs;
  {
    Console console(in.descriptor(), out.descriptor(), err.descriptor());
    outputs.code = RunProgram(args, console, environment,
                              [&](const std::string& name) -> std::optional<std::string> {
                                const auto found = variables.find(name);
                                if (found == variables.end()) return std::nullopt;
                                return found->second;
                              });
  }
  outputs.out = out.Contents();
  outputs.err = err.Contents();
  return outputs;
}

std::string Printed(const Report& report, OutputFormat format) {
  TempFile out("");
  Console console(out.descriptor(), out.descriptor(), out.descriptor());
  REQUIRE(PrintReport(console, {format, {}, {}}, report));
  REQUIRE(console.FlushOut());
  return out.Contents();
}

}  // namespace strata::cli
