// Where backups are kept: named objects that are there whole or not at all. It asks for no more
// than a bucket can do, so there is nothing here about renames, links or bytes added at an end.
//
// A directory: directory_target.h. Thread safety: none.

#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace strata::backup {

class Target {
 public:
  struct Object {
    std::string name;
    std::uint64_t size = 0;
  };
  // What the bytes are to be: an object that came out different isn't made.
  struct Content {
    std::uint64_t size = 0;
    std::uint32_t crc = 0;  // CRC-32C.
  };
  // The next bytes, which live until the next call; none: the end.
  using Source = std::function<Result<std::string_view>()>;
  using Sink = std::function<Status(std::string_view)>;

  Target() = default;
  Target(const Target&) = delete;
  Target& operator=(const Target&) = delete;
  virtual ~Target() = default;

  // Names are letters, digits, '-' and '.'.
  // Makes an object, or puts it in the place of one of that name; durable on return. Errors:
  // kCorruption when the source gives something else than `content`; those of the source.
  virtual Status Put(const std::string& name, const Content& content, const Source& source) = 0;
  // Makes an object, durable on return; false, and nothing has happened, when there is one.
  virtual Result<bool> Create(const std::string& name, std::string_view bytes) = 0;
  // Hands all of an object to `sink`, piece by piece. Errors: kNotFound; those of the sink.
  virtual Status Get(const std::string& name, const Sink& sink) = 0;
  // Objects whose names begin so, names ascending.
  virtual Result<std::vector<Object>> List(std::string_view prefix) = 0;
  // Durable on return. Success when it isn't there.
  virtual Status Delete(const std::string& name) = 0;
  // For messages.
  virtual const std::string& where() const = 0;
};

// The whole of an object. Errors: as Get; kCorruption if it is larger than `size_max`.
Result<std::string> ReadObject(Target& target, const std::string& name, std::uint64_t size_max);
// Reads an object and compares it with what it is to be. Errors: kCorruption, kNotFound.
Status CheckObject(Target& target, const std::string& name, const Target::Content& content);

}  // namespace strata::backup
