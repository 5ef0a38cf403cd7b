// `strata explore-policies`: what each compaction policy costs, tried on a simulated tree.

#include "cli/session.h"
#include "compaction/policy_explorer.h"

namespace strata::cli {
namespace {

using compaction::WorkloadKind;

class ExplorePoliciesVerb final : public Verb {
 public:
  void Declare(Flags& flags) override {
    flags.Choice<WorkloadKind>("workload", &kind_,
                               {{"uniform", WorkloadKind::kUniform},
                                {"time-series", WorkloadKind::kTimeSeries},
                                {"ascending", WorkloadKind::kAscending}},
                               "Only this one (all three)");
    flags.Number("writes", &workload_.writes, "Entries written (400k)");
    flags.Number("keys", &workload_.keys, "Distinct keys of the uniform workload (50k)");
    flags.Number("seed", &workload_.seed, "Of the random choices (1)");
  }

  Result<ExitCode> Run(Session& session) override {
    if (workload_.writes == 0 || workload_.keys == 0) {
      return InvalidArgument("--writes and --keys must be 1 or more");
    }
    RowPrinter printer(session.console(), session.style(),
                       {"workload", "policy", "write_amp", "space_amp", "space_peak", "read_amp",
                        "runs", "kept", "compactions"});
    for (const WorkloadKind kind :
         {WorkloadKind::kUniform, WorkloadKind::kTimeSeries, WorkloadKind::kAscending}) {
      if (kind_ && *kind_ != kind) continue;
      workload_.kind = kind;
      STRATA_TRY_ASSIGN(const auto reports,
                        compaction::ExploreAll(workload_, compaction::ExplorerOptions()));
      for (const compaction::PolicyReport& report : reports) {
        STRATA_TRY(printer.Add(RowOf(report)));
      }
    }
    printer.Finish();
    return kExitOk;
  }

 private:
  static Row RowOf(const compaction::PolicyReport& report) {
    return {Cell::Text(report.workload),
            Cell::Text(report.policy),
            Cell::Real(report.write_amplification, 2),
            Cell::Real(report.space_amplification, 2),
            Cell::Real(report.space_peak, 2),
            Cell::Real(report.read_amplification, 2),
            Cell::Real(report.runs, 1),
            Cell::Real(report.kept, 2),
            Cell::Count(report.compactions)};
  }

  std::optional<WorkloadKind> kind_;
  compaction::Workload workload_;
};

}  // namespace

Command ExplorePoliciesCommand() {
  return {.name = "explore-policies",
          .alias = "",
          .group = "Measuring",
          .summary = "Compare compaction policies on a simulated tree: write, space, read cost",
          .examples = "explore-policies\nexplore-policies --workload time-series -o csv",
          .make = MakeVerb<ExplorePoliciesVerb>};
}

}  // namespace strata::cli
