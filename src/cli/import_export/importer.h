// Writes the records of a file into a store, batch by batch.
//
// Thread safety: none.

#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "base/result.h"
#include "cli/import_export/import_state.h"
#include "cli/import_export/records.h"
#include "cli/progress.h"
#include "cli/session.h"
#include "strata/db.h"

namespace strata::cli {

struct ImportOptions {
  std::string path;  // "-" for standard input.
  RecordOptions records;
  std::uint64_t batch = 1000;  // Records a batch.
  bool skip_errors = false;
  TableRef table;
  std::uint64_t ttl_us = 0;
  bool resume = false;
  std::string resume_file;
  std::string ack_file;
};

// Of this run, but for the last.
struct ImportSummary {
  std::uint64_t records = 0;  // Written and acknowledged.
  std::uint64_t bytes = 0;    // Of the input, read.
  std::uint64_t errors = 0;
  double seconds = 0;
  ExitCode code = kExitOk;
  std::uint64_t records_before = 0;  // That --resume found done.
};

class Importer {
 public:
  Importer(Session& session, DB& db, ImportOptions options);

  // Reads to the end, to the first bad record (unless they are skipped), or to Ctrl-C. What was
  // read before a stop is written. Errors: of the store and of reading the input.
  Result<ImportSummary> Run();

 private:
  // Opens what keeps account, and goes to where --resume says. Errors: those of ImportCheckpoint.
  Status Prepare();
  ImportPurpose Purpose() const;
  Status Loop(RecordReader& reader, Progress& progress);
  // Errors: kInvalidArgument: this record can't be stored.
  Status Add(const Record& record);
  // Writes the records that wait, and says so where somebody asked for it.
  Status Commit();
  void Complain(const RecordReader& reader, const Error& error);
  std::string InputName() const { return options_.path == "-" ? "stdin" : options_.path; }

  Session& session_;
  DB& db_;
  const ImportOptions options_;
  ImportSummary summary_;
  WriteBatch batch_;
  std::uint64_t waiting_ = 0;
  std::uint64_t waiting_bytes_ = 0;
  ImportState state_;  // After the last record that waits or is written.
  ImportCheckpoint checkpoint_;
  std::unique_ptr<AckFile> acks_;
};

}  // namespace strata::cli
