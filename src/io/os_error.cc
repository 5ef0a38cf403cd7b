#include "io/os_error.h"

#include <cerrno>
#include <system_error>

namespace strata {
namespace {

ErrorCode CodeOf(int error_number) {
  switch (error_number) {
    case ENOSPC:
    case EDQUOT:
      return ErrorCode::kNoSpace;
    case EMFILE:
    case ENFILE:
      return ErrorCode::kNoDescriptors;
    case ENOENT:
      return ErrorCode::kNotFound;
    default:
      return ErrorCode::kIo;
  }
}

}  // namespace

Error OsError(int error_number, std::string_view doing, std::string_view path) {
  std::string message(doing);
  message += ' ';
  message += path;
  message += ": ";
  message += std::generic_category().message(error_number);
  return Error(CodeOf(error_number), std::move(message));
}

Status AsFinal(Status status) {
  if (status || status.error().code() == ErrorCode::kIo) return status;
  return Error(ErrorCode::kIo, status.error().message());
}

Error ReadPastEnd(std::string_view path, std::uint64_t offset, std::size_t size,
                  std::uint64_t file_size) {
  return Corruption("reading " + std::string(path) + ": wanted " + std::to_string(size) +
                    " bytes at offset " + std::to_string(offset) + ", but the file ends at " +
                    std::to_string(file_size));
}

Error FileTooLarge(std::string_view path, std::uint64_t size_max) {
  return Corruption("reading " + std::string(path) + ": larger than the " +
                    std::to_string(size_max) + " bytes that it may have");
}

}  // namespace strata
