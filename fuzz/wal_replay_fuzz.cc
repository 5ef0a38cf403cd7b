// A whole log file of any bytes, read as an open log, as a sealed one, and again up to where it was
// found intact: the answers must agree with each other.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "base/check.h"
#include "wal/log_reader.h"

namespace {

struct Outcome {
  std::size_t records = 0;
  bool failed = false;
  std::uint64_t valid_length = 0;
  strata::wal::Ending ending = strata::wal::Ending::kUnknown;
};

Outcome ReadAll(std::string_view log, std::optional<std::uint64_t> sealed) {
  strata::wal::LogReader reader(log, {.sealed_length = sealed});
  Outcome outcome;
  std::uint64_t end = 0;
  while (true) {
    const auto record = reader.Next();
    outcome.failed = !record;
    if (!record || !record->has_value()) break;
    STRATA_CHECK((*record)->offset >= end);
    end = (*record)->offset + strata::wal::kHeaderSize + (*record)->payload.size();
    STRATA_CHECK(end <= log.size() &&
                 (*record)->payload.data() + (*record)->payload.size() == log.data() + end);
    ++outcome.records;
  }
  outcome.valid_length = reader.valid_length();
  outcome.ending = reader.ending();
  STRATA_CHECK(outcome.valid_length >= end && outcome.valid_length <= log.size());
  return outcome;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using strata::wal::Ending;
  const std::string_view log(reinterpret_cast<const char*>(data), size);
  const Outcome open = ReadAll(log, std::nullopt);
  STRATA_CHECK(open.failed || open.ending != Ending::kUnknown);

  // A crash image, sealed where it was found intact, has the same records and no torn tail.
  if (!open.failed) {
    const Outcome sealed = ReadAll(log, open.valid_length);
    STRATA_CHECK(!sealed.failed && sealed.records == open.records);
    STRATA_CHECK(sealed.ending != Ending::kTorn);
  }
  // Sealed as a whole, it is intact to the last byte or refused.
  const Outcome whole = ReadAll(log, size);
  STRATA_CHECK(whole.failed || whole.valid_length == size);
  STRATA_CHECK(whole.records <= open.records);
  return 0;
}
