// `strata load`: requests to a server at a given rate, and how long they took.

#include <algorithm>
#include <memory>

#include "cli/bench/load_report.h"
#include "cli/format/quantity.h"
#include "cli/import_export/file_sink.h"
#include "cli/session.h"
#include "load/crew.h"

namespace strata::cli {
namespace {

constexpr std::uint64_t kDurationUs = 10'000'000;  // Unless something else is said.

class LoadVerb final : public Verb {
 public:
  void Declare(Flags& flags) override {
    flags.Text("redis", &redis_, "HOST:PORT", "A server that speaks the Redis protocol");
    flags.Text("grpc", &grpc_, "HOST:PORT", "A Strata server's gRPC (strata.v1)");
    flags.Text("etcd", &etcd_, "HOST:PORT", "An etcd server, for comparison");
    DeclareLoop(flags);
    DeclareWork(flags);
    flags.Text("report", &report_, "FILE", "Write the report as JSON to FILE, too");
  }

  Result<ExitCode> Run(Session& session) override {
    STRATA_TRY(ChooseServer());
    STRATA_TRY(ChooseWorkload());
    STRATA_TRY(CheckNumbers());
    // Before the work: a report that can't be written is said at once.
    if (!report_.empty()) {
      STRATA_TRY_ASSIGN(report_file_, OpenSink(session, report_));
    }
    const auto stop = [] { return Interrupted(); };
    std::unique_ptr<Network> network;
    STRATA_TRY_ASSIGN(
        const Environment environment,
        session.globals().tls.In(session.environment(), redis_.empty() ? "h2" : "", &network));
    if (preload_) {
      session.Note("putting " + FormatCount(keys_) + " keys first");
      STRATA_TRY_ASSIGN(const auto filled,
                        load::Preload(options_, environment, speaker_, keys_, stop));
      STRATA_TRY(CheckFilled(*filled));
    }
    load::KeySpace keys(keys_);
    STRATA_TRY_ASSIGN(const auto tally, load::RunLoad(options_, environment, speaker_, keys, stop));
    return Tell(session, *tally);
  }

 private:
  void DeclareLoop(Flags& flags) {
    flags.Group("Load");
    flags.Number("rate", &rate_,
                 "Requests a second, counted from when each is due; 0: as fast as it goes (0)");
    flags.Choice<load::Arrivals>(
        "arrivals", &options_.load.arrivals,
        {{"poisson", load::Arrivals::kPoisson}, {"even", load::Arrivals::kEven}},
        "Gaps between requests at a rate (poisson)");
    flags.DurationMicros("duration", &options_.load.duration_us,
                         "That is measured (10s, or until all --requests are done)");
    flags.Number("requests", &options_.load.requests, "That are measured (no limit)");
    flags.DurationMicros("warmup", &options_.load.warmup_us, "Before, not measured (0)");
    flags.Number("connections", &connections_, "At a time (50)");
    flags.Number("pipeline", &pipeline_, "Requests under way on a connection (1)");
    flags.Number("threads", &threads_, "That share the connections and the rate (1)");
  }

  void DeclareWork(Flags& flags) {
    flags.Group("Requests");
    flags.Choice<char>("workload", &workload_,
                       {{"a", 'a'}, {"b", 'b'}, {"c", 'c'}, {"d", 'd'}, {"e", 'e'}, {"f", 'f'}},
                       "A mix of YCSB's");
    flags.Text("mix", &mix_, "KIND=SHARE,..", "Of get, put, insert, scan, modify (get=80,put=20)");
    flags.Choice<load::Distribution>("distribution", &distribution_,
                                     {{"uniform", load::Distribution::kUniform},
                                      {"zipfian", load::Distribution::kZipfian},
                                      {"latest", load::Distribution::kLatest}},
                                     "Which keys are asked for (uniform, or the workload's)");
    flags.Number("keys", &keys_, "That are there (100k)");
    flags.Size("value-size", &options_.load.value_bytes, "Bytes of a value (100)");
    flags.Switch("preload", &preload_, "Put all keys before");
    flags.Number("seed", &options_.load.seed, "Of the random choices (1)");
  }

  Status ChooseServer() {
    const int named = !redis_.empty() + !grpc_.empty() + !etcd_.empty();
    if (named != 1) return InvalidArgument("name one server: --redis, --grpc or --etcd HOST:PORT");
    const std::string& at = !redis_.empty() ? redis_ : !grpc_.empty() ? grpc_ : etcd_;
    STRATA_TRY_ASSIGN(options_.load.endpoint, ParseEndpoint(at));
    server_ = (!redis_.empty() ? "redis " : !grpc_.empty() ? "grpc " : "etcd ") + at;
    if (!redis_.empty()) {
      speaker_ = load::NewRespSpeaker;
    } else {
      const auto service = etcd_.empty() ? load::GrpcService::kStrata : load::GrpcService::kEtcd;
      speaker_ = [service, at] { return load::NewGrpcSpeaker(service, at); };
    }
    return {};
  }

  Status ChooseWorkload() {
    if (workload_ && !mix_.empty()) return InvalidArgument("give --workload or --mix, not both");
    load::Workload& workload = options_.workload;
    if (workload_) {
      workload = *load::YcsbWorkload(*workload_);
    } else {
      STRATA_TRY_ASSIGN(workload.mix, load::ParseMix(mix_.empty() ? "get=80,put=20" : mix_));
    }
    if (distribution_) workload.keys = *distribution_;
    if (!redis_.empty() && workload.Has(load::Kind::kScan)) {
      return InvalidArgument("the Redis protocol has no scan in the order of keys: use --grpc");
    }
    return {};
  }

  Status CheckNumbers() {
    constexpr std::uint64_t kMany = 1'000'000;
    if (connections_ == 0 || connections_ > kMany || pipeline_ == 0 || pipeline_ > kMany ||
        connections_ * pipeline_ > 10 * kMany || threads_ == 0 || threads_ > connections_) {
      return InvalidArgument(
          "--connections, --pipeline and --threads are 1 or more, and there are "
          "no more threads than connections");
    }
    if (keys_ == 0 || keys_ > 1'000'000'000'000) {
      return InvalidArgument("--keys is from 1 to 1,000,000,000,000");
    }
    if (options_.load.value_bytes > kValueSizeMax) {
      return InvalidArgument("values no longer than a store takes");
    }
    options_.threads = threads_;
    options_.load.connections = connections_;
    options_.load.pipeline = pipeline_;
    options_.load.rate = static_cast<double>(rate_);
    if (options_.load.duration_us == 0 && options_.load.requests == 0) {
      options_.load.duration_us = kDurationUs;
    }
    return {};
  }

  static Status CheckFilled(const load::Tally& tally) {
    if (tally.failures.empty()) return {};
    const auto& [kind, failures] = *tally.failures.begin();
    return Error(ErrorCode::kIo, "putting the keys: " + std::to_string(failures.count) +
                                     " puts failed: " + failures.example);
  }

  Result<ExitCode> Tell(Session& session, const load::Tally& tally) const {
    const Report report = LoadReport({.server = server_,
                                      .rate = options_.load.rate,
                                      .connections = connections_,
                                      .pipeline = pipeline_,
                                      .threads = threads_},
                                     tally);
    STRATA_TRY(PrintReport(session.console(), session.style(), report));
    if (report_file_ != nullptr) {
      STRATA_TRY(report_file_->Append(JsonOf(report)));
      STRATA_TRY(report_file_->Finish());
    }
    const std::string limit = load::GeneratorLimit(tally, options_.load.rate);
    if (!limit.empty()) session.Note(limit);
    if (Interrupted()) return kExitInterrupted;
    return tally.failures.empty() ? kExitOk : kExitFailed;
  }

  std::string redis_;
  std::string grpc_;
  std::string etcd_;
  std::string server_;
  std::uint64_t rate_ = 0;
  std::uint64_t connections_ = 50;
  std::uint64_t pipeline_ = 1;
  std::uint64_t threads_ = 1;
  std::optional<char> workload_;
  std::string mix_;
  std::optional<load::Distribution> distribution_;
  std::uint64_t keys_ = 100'000;
  bool preload_ = false;
  std::string report_;
  std::unique_ptr<Sink> report_file_;
  load::CrewOptions options_;
  load::SpeakerFactory speaker_;
};

}  // namespace

Command LoadCommand() {
  return {.name = "load",
          .alias = "",
          .group = "Servers",
          .summary = "Send a server requests at a rate, and print how long they took",
          .examples =
              "load --redis 127.0.0.1:6379 --preload --rate 10k --duration 30s\n"
              "load --grpc 127.0.0.1:7379 --workload b --connections 64\n"
              "load --redis 127.0.0.1:6379 --mix get=80,put=20 --pipeline 16 -o json",
          .make = MakeVerb<LoadVerb>};
}

}  // namespace strata::cli
