#include "peers/session.h"

#include <cstdlib>
#include <filesystem>

namespace strata::peers {

void Session::Fresh(const Budget& budget) {
  store_.reset();
  std::filesystem::remove_all(directory_);
  std::filesystem::create_directories(directory_);
  (void)Reopen(budget);
}

double Session::Reopen(const Budget& budget) {
  store_.reset();
  const std::uint64_t start = RealClock().NowNanos();
  store_ = OpenStore(engine_, directory_, budget);
  if (store_ == nullptr) {
    Note(engine_ + " can't open its store in " + directory_);
    std::fflush(out_);
    std::_Exit(3);
  }
  return static_cast<double>(RealClock().NowNanos() - start) / 1e9;
}

void Session::ReportWrite(const std::string& workload, std::uint64_t bytes_each, Timed* timed,
                          double settled, const Usage& used, std::uint64_t tables_before) {
  const auto operations = static_cast<double>(timed->operations);
  const double bytes = operations * static_cast<double>(bytes_each);
  Report(workload, timed);
  Emit(workload, "settled_ops_per_s", operations / (timed->seconds + settled));
  Emit(workload, "cpu_us_per_op", used.cpu_seconds * 1e6 / operations);
  Emit(workload, "written_per_byte", static_cast<double>(used.Written()) / bytes);
  if (const auto tables = store_->TableBytesWritten()) {
    Emit(workload, "tables_per_byte", static_cast<double>(*tables - tables_before) / bytes);
  }
}

void Session::Report(const std::string& workload, Timed* timed, const std::string& engine) {
  Emit(workload, "ops_per_s", timed->Rate(), engine);
  if (timed->nanos.empty()) return;
  Emit(workload, "p99_us", timed->Percentile(99), engine);
  Emit(workload, "p999_us", timed->Percentile(99.9), engine);
}

void Session::Emit(const std::string& workload, const std::string& metric, double value,
                   const std::string& engine) {
  std::fprintf(out_, "m %s %s %s %.9g\n", engine.empty() ? engine_.c_str() : engine.c_str(),
               workload.c_str(), metric.c_str(), value);
  std::fflush(out_);
}

void Session::EmitDigest(const std::string& name, std::uint64_t digest) {
  std::fprintf(out_, "d %s %s %016llx\n", engine_.c_str(), name.c_str(),
               static_cast<unsigned long long>(digest));
  std::fflush(out_);
}

void Session::Note(const std::string& text) {
  std::fprintf(out_, "n %s\n", text.c_str());
  std::fflush(out_);
}

void Session::Must(bool done) {
  if (done) return;
  Note(engine_ + ": a call failed, so its figures end here");
  std::_Exit(3);
}

}  // namespace strata::peers
