// A file that a verb writes for people: under its name it appears whole or not at all.
//
// Thread safety: none.

#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"
#include "io/file_system.h"

namespace strata::cli {

// Where a symbolic link at `path`, and one there, and so on, leads; `path` when there is none. What
// is there need not exist. Errors: kInvalidArgument: the links go round in circles.
Result<std::string> WhereLinksLead(const std::string& path);

class OutputFile {
 public:
  // Begins a file of a free name beside `path`, or beside what links there lead to: no file that is
  // there is touched. Errors: kIo; as WhereLinksLead.
  static Result<std::unique_ptr<OutputFile>> Create(FileSystem& files, const std::string& path);

  // Create's.
  OutputFile(FileSystem& files, std::string path, std::string temporary,
             std::unique_ptr<WritableFile> file);
  ~OutputFile();  // Removes what Finish hasn't given its name.
  OutputFile(const OutputFile&) = delete;
  OutputFile& operator=(const OutputFile&) = delete;

  Status Append(std::string_view bytes) { return file_->Append(bytes); }
  // Makes the file durable under its name, and replaces what had it.
  Status Finish();

 private:
  FileSystem& files_;
  const std::string path_;
  const std::string temporary_;
  std::unique_ptr<WritableFile> file_;
};

}  // namespace strata::cli
