#include "driver/files.h"

#include <array>
#include <fstream>
#include <iterator>
#include <sys/wait.h>
#include <unistd.h>

namespace strata::report {

Result<std::string> ReadFile(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return Error(ErrorCode::kNotFound, "there is no " + path.string());
  return std::string(std::istreambuf_iterator<char>(file), {});
}

Status WriteFile(const std::filesystem::path& path, const std::string& text) {
  std::error_code ignored;
  std::filesystem::create_directories(path.parent_path(), ignored);
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file << text;
  file.close();
  if (!file) return Error(ErrorCode::kIo, "can't write " + path.string());
  return {};
}

std::string FirstLine(const std::filesystem::path& path) {
  std::ifstream file(path);
  std::string line;
  std::getline(file, line);
  while (!line.empty() && (line.back() == '\n' || line.back() == ' ')) line.pop_back();
  return line;
}

ProgramResult RunProgram(const std::vector<std::string>& words, bool keep_output) {
  std::array<int, 2> pipe_ends{-1, -1};
  if (keep_output && pipe(pipe_ends.data()) != 0) return {};
  std::vector<char*> arguments;
  for (const std::string& word : words) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  const pid_t child = fork();
  if (child == 0) {
    if (keep_output) {
      dup2(pipe_ends[1], STDOUT_FILENO);
      close(pipe_ends[0]);
      close(pipe_ends[1]);
    }
    execvp(arguments[0], arguments.data());
    _exit(127);
  }
  ProgramResult result;
  if (keep_output) {
    close(pipe_ends[1]);
    std::array<char, 4096> buffer;
    for (ssize_t count = 0; (count = read(pipe_ends[0], buffer.data(), buffer.size())) > 0;) {
      result.output.append(buffer.data(), static_cast<std::size_t>(count));
    }
    close(pipe_ends[0]);
  }
  int status = 0;
  if (child < 0 || waitpid(child, &status, 0) < 0) return result;
  result.status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return result;
}

}  // namespace strata::report
