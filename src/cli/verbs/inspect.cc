// `strata inspect wal|table|manifest|blob FILE`.

#include "cli/inspect/inspect.h"

#include "cli/session.h"

namespace strata::cli {
namespace {

constexpr std::uint64_t kFileSizeMax = 4ULL << 30;

enum class Kind : std::uint8_t { kWal, kTable, kManifest, kBlob };

class InspectVerb final : public Verb {
 public:
  void Declare(Flags& flags) override {
    const std::vector<Named<Kind>> kinds{
        {"wal", Kind::kWal},
        {"table", Kind::kTable},
        {"manifest", Kind::kManifest},
        {"blob", Kind::kBlob},
    };
    flags.Choice<Kind>("KIND", &kind_, kinds, "");
    std::string words = flags.last().metavar;
    flags.last().is_argument = true;
    flags.last().is_required = true;
    flags.last().help = "What the file is: " + words;
    flags.Argument("FILE", &path_, "The file, of a store in use or not");
    flags.Number("limit", &limit_, "Show at most N records or entries (20)");
  }

  Result<ExitCode> Run(Session& session) override {
    STRATA_TRY_ASSIGN(const bool remote, session.IsRemote());
    if (remote) return InvalidArgument("inspect reads a file of this machine: leave --server out");
    STRATA_TRY_ASSIGN(const Inspection inspection, Inspect(session));
    STRATA_TRY(PrintReport(session.console(), session.style(), inspection.report));
    STRATA_TRY(Annotate(inspection.status, path_));
    return kExitOk;
  }

 private:
  Result<Inspection> Inspect(Session& session) const {
    if (kind_ == Kind::kTable) {
      STRATA_TRY_ASSIGN(const auto file, session.files().Open(path_));
      return InspectTable(*file, limit_);
    }
    if (kind_ == Kind::kBlob) {
      STRATA_TRY_ASSIGN(auto file, session.files().Open(path_));
      return InspectBlob(std::move(file), limit_);
    }
    STRATA_TRY_ASSIGN(const std::string contents, session.files().ReadFile(path_, kFileSizeMax));
    if (kind_ == Kind::kManifest) return InspectManifest(contents, limit_);
    return InspectWal(contents, limit_);
  }

  Kind kind_ = Kind::kWal;
  std::string path_;
  std::uint64_t limit_ = 20;
};

}  // namespace

Command InspectCommand() {
  return {.name = "inspect",
          .alias = "",
          .group = "Looking inside",
          .summary = "Explain a file of a store, byte by byte",
          .examples =
              "inspect wal cities/000003.wal"
              "\ninspect table cities/000005.sst --limit 5"
              "\ninspect manifest cities/MANIFEST-000002 -o json"
              "\ninspect blob cities/000006.blob"
              "",
          .make = MakeVerb<InspectVerb>};
}

}  // namespace strata::cli
