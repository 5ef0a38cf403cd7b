// `strata keyring init|add|remove|rotate|retire|status [FILE]`.

#include <algorithm>

#include "cli/session.h"
#include "cli/suggest.h"
#include "keyring/key_sources.h"
#include "keyring/keyring_file.h"

namespace strata::cli {
namespace {

using keyring::DataKey;
using keyring::Keyring;
using keyring::KeyState;

constexpr std::string_view kActions[] = {"init", "add", "remove", "rotate", "retire", "status"};

std::string_view StateName(KeyState state) {
  switch (state) {
    case KeyState::kActive:
      return "active";
    case KeyState::kOld:
      return "old";
    case KeyState::kRetired:
      return "retired";
  }
  return "unknown";
}

class KeyringVerb final : public Verb {
 public:
  void Declare(Flags& flags) override {
    flags.Argument("ACTION", &action_, "init, add, remove, rotate, retire or status");
    flags.OptionalArgument("FILE", &file_, "The keyring (that of --keyring)");
    flags.Text("key", &source_, "SOURCE",
               "init, add, remove: where a key that opens it is: file:/PATH, env:NAME, "
               "credential:NAME or command:COMMAND");
    flags.Text("data-key", &data_key_, "ID", "retire: the key, as status shows it");
    flags.DurationMicros("if-older-than", &age_us_, "rotate: only if the active key is as old");
    flags.Switch("unused", &unused_, "retire: no store has anything under it, without a look");
  }

  Result<ExitCode> Run(Session& session) override {
    if (std::find(std::begin(kActions), std::end(kActions), action_) == std::end(kActions)) {
      const std::vector<std::string> actions(std::begin(kActions), std::end(kActions));
      return InvalidArgument("'" + action_ + "' isn't one of init|add|remove|rotate|retire|status" +
                             DidYouMean(action_, actions));
    }
    path_ = file_.value_or(session.globals().engine.keyring);
    if (path_.empty())
      return InvalidArgument("which keyring? Give its FILE, or set STRATA_KEYRING");
    if (action_ == "init") return Init(session);
    if (action_ == "status") return Status(session);
    if (action_ == "rotate") return Rotate(session);
    if (action_ == "retire") return Retire(session);
    return ChangeSources(session);
  }

 private:
  static keyring::KeySources Sources(Session& session) {
    keyring::KeySources sources = keyring::RealKeySources(session.files());
    sources.variable = session.variables();
    return sources;
  }
  Result<crypto::Secret> SourceKey(Session& session) const {
    if (source_.empty()) {
      return InvalidArgument(
          "where is the key? Give --key file:/PATH, env:NAME, credential:NAME or "
          "command:COMMAND");
    }
    return Annotate(keyring::ReadKey(Sources(session), source_), source_);
  }
  Result<ExitCode> Change(Session& session,
                          const std::function<strata::Status(Keyring&)>& change) const {
    STRATA_TRY(keyring::ChangeKeyring(session.files(), path_, keyring::ReaderOf(Sources(session)),
                                      session.environment().entropy, change));
    return kExitOk;
  }

  Result<ExitCode> Init(Session& session) const {
    STRATA_TRY_ASSIGN(const crypto::Secret key, SourceKey(session));
    const Entropy& entropy = session.environment().entropy;
    const Keyring made = Keyring::Create(source_, key, entropy, session.clock().WallMicros());
    STRATA_TRY(keyring::CreateKeyring(session.files(), path_, made, entropy));
    session.Note("made the keyring " + path_ + ", which " + source_ + " opens");
    session.Note(
        "Keep a copy of both, apart from the stores: what is sealed with a keyring that is "
        "lost, or that no key opens any more, is lost. Nothing else opens it.");
    return kExitOk;
  }

  Result<ExitCode> ChangeSources(Session& session) const {
    const Entropy& entropy = session.environment().entropy;
    if (action_ == "remove") {
      const auto read = keyring::ReaderOf(Sources(session));
      return Change(session,
                    [&](Keyring& ring) { return ring.RemoveSource(source_, read, entropy); });
    }
    STRATA_TRY_ASSIGN(const crypto::Secret key, SourceKey(session));
    return Change(session, [&](Keyring& ring) { return ring.AddSource(source_, key, entropy); });
  }

  Result<ExitCode> Rotate(Session& session) const {
    const std::uint64_t now = session.clock().WallMicros();
    STRATA_TRY(Change(session, [&](Keyring& ring) -> strata::Status {
      const DataKey& active = ring.keys().back();
      if (age_us_ > 0 && now < active.created_us + age_us_) return {};
      return ring.Rotate(session.environment().entropy, now);
    }));
    session.Note(
        "what is written from now on is sealed with the new key once a store has read the "
        "keyring; `strata reseal` does the rest");
    return kExitOk;
  }

  // A key that something is sealed with is never given away by mistake.
  Result<ExitCode> Retire(Session& session) const {
    if (data_key_.empty()) return InvalidArgument("which key? Give --data-key ID");
    if (!unused_) {
      if (session.globals().db.empty()) {
        return InvalidArgument(
            "what is sealed with a key that is retired is lost: name the store "
            "to look into (--db DIR), or say --unused");
      }
      STRATA_TRY_ASSIGN(DB* const db, session.Open(Session::IfMissing::kFail));
      STRATA_TRY_ASSIGN(const SealInfo info, db->SealStatus());
      for (const SealedKeyUse& use : info.uses) {
        if (use.key != data_key_) continue;
        return InvalidArgument(std::to_string(use.files) + " files of the store are sealed with " +
                               data_key_ + ": run `strata reseal` before");
      }
    }
    return Change(session, [&](Keyring& ring) -> strata::Status {
      for (const DataKey& key : ring.keys()) {
        if (keyring::KeyIdText(key.id) == data_key_) return ring.Retire(key.id);
      }
      return InvalidArgument("there is no data key " + data_key_);
    });
  }

  Result<ExitCode> Status(Session& session) const {
    STRATA_TRY_ASSIGN(
        const keyring::LoadedKeyring loaded,
        keyring::LoadKeyring(session.files(), path_, keyring::ReaderOf(Sources(session))));
    if (loaded.is_older) {
      session.Complain("warning: " + path_ + " is missing or damaged; this is what it was before");
    }
    Section sources{"sources", {"source"}, {}, false};
    for (const keyring::Slot& slot : loaded.keyring.slots()) {
      sources.rows.push_back({Cell::Text(slot.source)});
    }
    Section keys{"data_keys", {"data_key", "state", "created_us"}, {}, false};
    for (const DataKey& key : loaded.keyring.keys()) {
      keys.rows.push_back({Cell::Text(keyring::KeyIdText(key.id)),
                           Cell::Text(std::string(StateName(key.state))),
                           Cell::Number(key.created_us)});
    }
    Report report;
    report.push_back(std::move(sources));
    report.push_back(std::move(keys));
    STRATA_TRY(PrintReport(session.console(), session.style(), report));
    return kExitOk;
  }

  std::string action_;
  std::optional<std::string> file_;
  std::string path_;
  std::string source_;
  std::string data_key_;
  std::uint64_t age_us_ = 0;
  bool unused_ = false;
};

}  // namespace

Command KeyringCommand() {
  return {.name = "keyring",
          .alias = "",
          .group = "Care",
          .summary = "Make, change or show the keys of sealed stores",
          .examples =
              "keyring init /etc/strata.keyring --key file:/etc/strata.key\n"
              "keyring add /etc/strata.keyring --key credential:strata-key\n"
              "keyring rotate /etc/strata.keyring --if-older-than 90d\n"
              "keyring status /etc/strata.keyring",
          .make = MakeVerb<KeyringVerb>};
}

}  // namespace strata::cli
