// A WritableFile that is a string and fails when told to; for tests of what writes files.
//
// Thread safety: none.

#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "io/file_system.h"

namespace strata::testing {

class StringFile final : public WritableFile {
 public:
  Status Append(std::string_view data) override {
    ++appends;
    STRATA_TRY(Fail());
    contents.append(data);
    return {};
  }
  Status Sync() override {
    ++syncs;
    return Fail();
  }
  Status Close() override { return {}; }
  std::uint64_t size() const override { return contents.size(); }

  std::string contents;
  int appends = 0;
  int syncs = 0;
  bool fail_next = false;                // The next operation fails with "disk full", once,
  ErrorCode code = ErrorCode::kNoSpace;  // and this code.

 private:
  Status Fail() {
    if (!fail_next) return {};
    fail_next = false;
    return Error(code, "disk full");
  }
};

}  // namespace strata::testing
