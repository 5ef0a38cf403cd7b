// The seam between backups and where they are kept: named objects, each there as a whole or not at
// all. There is nothing in it that a bucket can't do: no renames, no links, no appends.
//
// A directory: directory_target.h. Thread safety: one thread at a time.

#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace strata::backup {

// The next piece of some bytes, which lives until the next call; empty: that was all.
using ByteSource = std::function<Result<std::string_view>()>;
// Told some bytes piece by piece; its error ends the reading.
using ByteSink = std::function<Status(std::string_view)>;

// What bytes must be like to be the ones that are meant.
struct ByteSum {
  std::uint64_t size = 0;
  std::uint32_t crc = 0;  // CRC-32C of them all.

  bool operator==(const ByteSum&) const = default;
};

struct ObjectInfo {
  std::string name;
  std::uint64_t size = 0;

  bool operator==(const ObjectInfo&) const = default;
};

class BackupTarget {
 public:
  BackupTarget() = default;
  BackupTarget(const BackupTarget&) = delete;
  BackupTarget& operator=(const BackupTarget&) = delete;
  virtual ~BackupTarget() = default;

  // Makes an object of what `source` gives, in the place of one of this name if there is one. It is
  // durable on return. After an error, and after a crash at any moment, `name` is what it was.
  // Errors: those of the source; kCorruption when the bytes aren't those of `sum`.
  virtual Status Put(const std::string& name, const ByteSum& sum, const ByteSource& source) = 0;
  // The same for a few bytes, unless there is an object of this name: false then.
  virtual Result<bool> PutIfAbsent(const std::string& name, std::string_view bytes) = 0;
  // Errors: kNotFound.
  virtual Status Read(const std::string& name, const ByteSink& sink) = 0;
  // All whose names begin with `prefix`, by name.
  virtual Result<std::vector<ObjectInfo>> List(std::string_view prefix) = 0;
  // The object is gone for good on return. Errors: kNotFound.
  virtual Status Delete(const std::string& name) = 0;
  // What messages call the target.
  virtual std::string Where() const = 0;
};

// The whole object. Errors: kNotFound; kCorruption when it has more than `size_max` bytes.
Result<std::string> ReadWhole(BackupTarget& target, const std::string& name,
                              std::uint64_t size_max);
// Reads the object and throws it away. Errors: kNotFound; kCorruption when it isn't that of `sum`.
Status CheckObject(BackupTarget& target, const std::string& name, const ByteSum& sum);

// Counts bytes that pass by.
class SumTaker {
 public:
  void Take(std::string_view bytes);
  // Errors: kCorruption, with what was found.
  Status Compare(const ByteSum& expected) const;
  const ByteSum& sum() const { return sum_; }

 private:
  ByteSum sum_;
};

}  // namespace strata::backup
