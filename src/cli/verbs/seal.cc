// `strata seal`, `strata unseal` and `strata reseal`.

#include "cli/session.h"

namespace strata::cli {
namespace {

Status ShowSeal(Session& session, const SealInfo& info) {
  Section section = Section::Map("seal");
  section.Add("mode", Cell::Text(info.mode));
  section.Add("keys_locked_in_memory", Cell::Flag(info.keys_are_locked));
  Section uses{"files", {"data_key", "state", "created_us", "files", "bytes"}, {}, false};
  for (const SealedKeyUse& use : info.uses) {
    uses.rows.push_back({Cell::Text(use.key.empty() ? "none" : use.key),
                         Cell::Text(use.state.empty() ? "in the clear" : use.state),
                         Cell::Number(use.created_us), Cell::Count(use.files),
                         Cell::Size(use.bytes)});
  }
  Report report;
  report.push_back(std::move(section));
  report.push_back(std::move(uses));
  return PrintReport(session.console(), session.style(), report);
}

class SealVerb : public Verb {
 public:
  explicit SealVerb(SealChange change) : change_(change) {}

  void Declare(Flags& flags) override {
    flags.Switch("status", &status_, "Only show what is sealed, and with which key");
  }

  Result<ExitCode> Run(Session& session) override {
    STRATA_TRY(session.Directory());
    if (session.globals().engine.keyring.empty()) {
      return InvalidArgument("which keyring? Give --keyring FILE, or set STRATA_KEYRING");
    }
    if (session.is_open()) {
      return InvalidArgument("the shell has the store open as it is; leave it first");
    }
    if (!status_) session.globals().engine.seal = change_;
    STRATA_TRY_ASSIGN(DB* const db, session.Open(Session::IfMissing::kFail));
    if (!status_) STRATA_TRY(db->SealAnew());
    STRATA_TRY_ASSIGN(const SealInfo info, db->SealStatus());
    STRATA_TRY(ShowSeal(session, info));
    return kExitOk;
  }

 private:
  const SealChange change_;
  bool status_ = false;
};

template <SealChange kChange>
class SealVerbOf final : public SealVerb {
 public:
  SealVerbOf() : SealVerb(kChange) {}
};

}  // namespace

Command SealCommand() {
  return {.name = "seal",
          .alias = "",
          .group = "Care",
          .summary = "Encrypt and authenticate every file of a store that is in the clear",
          .examples =
              "--db cities --keyring /etc/strata.keyring seal\n"
              "--db cities --keyring /etc/strata.keyring seal --status",
          .make = MakeVerb<SealVerbOf<SealChange::kSeal>>};
}

Command UnsealCommand() {
  return {.name = "unseal",
          .alias = "",
          .group = "Care",
          .summary = "Take the seal off every file of a store",
          .examples = "--db cities --keyring /etc/strata.keyring unseal",
          .make = MakeVerb<SealVerbOf<SealChange::kUnseal>>};
}

Command ResealCommand() {
  return {.name = "reseal",
          .alias = "",
          .group = "Care",
          .summary = "Write anew what isn't sealed with the keyring's active key",
          .examples = "--db cities --keyring /etc/strata.keyring reseal",
          .make = MakeVerb<SealVerbOf<SealChange::kNone>>};
}

}  // namespace strata::cli
