// The edit decoder on any bytes: what it accepts can be, and comes back the same when it is encoded
// and decoded again.

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/check.h"
#include "version/manifest_format.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  if (const auto edit = strata::DecodeEdit(bytes)) {
    const auto again = strata::DecodeEdit(strata::EncodeEdit(*edit));
    STRATA_CHECK(again.has_value() && *again == *edit);
    for (const strata::TableMeta& table : edit->added) {
      STRATA_CHECK(strata::CompareInternalKeys(table.smallest, table.largest) <= 0);
      STRATA_CHECK(table.number != 0 && table.deletes <= table.entries);
    }
    STRATA_CHECK(!strata::DescribeEdit(*edit).empty() || *edit == strata::VersionEdit());
  }
  if (const auto properties = strata::DecodeProperties(bytes)) {
    const auto again = strata::DecodeProperties(strata::EncodeProperties(*properties));
    STRATA_CHECK(again.has_value() && *again == *properties);
  }
  return 0;
}
