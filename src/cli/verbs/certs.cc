// `strata certs init|issue|revoke DIR`: a small authority, for trying TLS or for who has no other.

#include <algorithm>

#include "cli/session.h"
#include "cli/suggest.h"
#include "cli/verbs/split_names.h"
#include "tls/certificates.h"

namespace strata::cli {
namespace {

constexpr std::uint64_t kDayMicros = 86'400'000'000;
constexpr std::uint64_t kAuthorityDays = 3'650;
constexpr std::uint64_t kFileBytesMax = 1 << 20;

class CertsVerb final : public Verb {
 public:
  void Declare(Flags& flags) override {
    flags.Argument("ACTION", &action_, "init, issue or revoke");
    flags.Argument("DIR", &directory_, "Where the authority is, or is to be");
    flags.OptionalArgument("NAME", &name_, "issue, revoke: whose certificate: DIR/NAME.pem");
    flags.Choice<tls::Use>("for", &use_,
                           {{"client", tls::Use::kClient}, {"server", tls::Use::kServer}},
                           "issue: who is to use it (client)");
    flags.Text("names", &names_, "NAME,...",
               "init, issue: hosts, addresses, e-mail addresses or URIs that it is for (init: "
               "localhost,127.0.0.1,::1; issue: NAME)");
    flags.Number("days", &days_, "How long certificates and the list of revocations hold (365)");
  }

  Result<ExitCode> Run(Session& session) override {
    const std::vector<std::string> actions = {"init", "issue", "revoke"};
    if (std::find(actions.begin(), actions.end(), action_) == actions.end()) {
      return InvalidArgument("'" + action_ + "' isn't one of init|issue|revoke" +
                             DidYouMean(action_, actions));
    }
    if (days_ == 0 || days_ > kAuthorityDays) {
      return InvalidArgument("--days is from 1 to " + std::to_string(kAuthorityDays));
    }
    if (action_ == "init") {
      STRATA_TRY(Init(session));
      return kExitOk;
    }
    if (!name_ || name_->empty() || name_->find('/') != std::string::npos || *name_ == "ca") {
      return InvalidArgument("whose certificate? Give a NAME, which becomes DIR/NAME.pem");
    }
    STRATA_TRY(action_ == "issue" ? IssueOne(session) : RevokeOne(session));
    return kExitOk;
  }

 private:
  std::string PathOf(const std::string& name) const { return JoinPath(directory_, name); }

  Status Init(Session& session) {
    STRATA_TRY_ASSIGN(const bool is_there, session.files().Exists(PathOf("ca.pem")));
    if (is_there) {
      return InvalidArgument(directory_ +
                             " has an authority already: use `certs issue`, or "
                             "another folder");
    }
    STRATA_TRY(session.files().CreateDirectories(directory_));
    tls::Wanted wanted = NewOf(session, "Strata authority", tls::Use::kAuthority);
    wanted.until_us = wanted.from_us + kAuthorityDays * kDayMicros;
    STRATA_TRY_ASSIGN(const tls::Pair authority, tls::MakeAuthority(wanted));
    STRATA_TRY(WritePair(session, "ca", authority));
    wanted = NewOf(session, "server", tls::Use::kServer);
    wanted.names = SplitNames(names_.empty() ? "localhost,127.0.0.1,::1" : names_);
    STRATA_TRY(IssueTo(session, authority, wanted));
    wanted = NewOf(session, "client", tls::Use::kClient);
    wanted.names = {"client"};
    STRATA_TRY(IssueTo(session, authority, wanted));
    return WriteRevoked(session, authority, "", "");
  }

  Status IssueOne(Session& session) {
    STRATA_TRY_ASSIGN(const tls::Pair authority, ReadAuthority(session));
    tls::Wanted wanted = NewOf(session, *name_, use_);
    wanted.names = SplitNames(names_.empty() ? *name_ : names_);
    return IssueTo(session, authority, wanted);
  }

  Status RevokeOne(Session& session) {
    STRATA_TRY_ASSIGN(const tls::Pair authority, ReadAuthority(session));
    STRATA_TRY_ASSIGN(const std::string certificate, Read(session, *name_ + ".pem"));
    STRATA_TRY_ASSIGN(const std::string before, Read(session, "revoked.pem"));
    STRATA_TRY(WriteRevoked(session, authority, before, certificate));
    session.Note("servers take it over when they read their files again: kill -HUP");
    return {};
  }

  tls::Wanted NewOf(Session& session, const std::string& name, tls::Use use) const {
    const std::uint64_t now_us = session.clock().WallMicros();
    return {.name = name,
            .use = use,
            .serial = session.environment().entropy() >> 1,    // Not negative, to who reads it so.
            .from_us = now_us - std::min(now_us, kDayMicros),  // Clocks may differ.
            .until_us = now_us + days_ * kDayMicros};
  }

  Status IssueTo(Session& session, const tls::Pair& authority, const tls::Wanted& wanted) const {
    STRATA_TRY_ASSIGN(const tls::Pair made, tls::Issue(authority, wanted));
    return WritePair(session, wanted.name, made);
  }

  Result<tls::Pair> ReadAuthority(Session& session) const {
    STRATA_TRY_ASSIGN(std::string certificate, Read(session, "ca.pem"));
    STRATA_TRY_ASSIGN(std::string key, Read(session, "ca.key"));
    return tls::Pair{.certificate = std::move(certificate), .key = std::move(key)};
  }

  Result<std::string> Read(Session& session, const std::string& name) const {
    return session.files().ReadFile(PathOf(name), kFileBytesMax);
  }

  // Nothing is written over.
  Status WritePair(Session& session, const std::string& name, const tls::Pair& pair) const {
    STRATA_TRY(Write(session, name + ".key", pair.key));
    STRATA_TRY(Write(session, name + ".pem", pair.certificate));
    session.console().Out(PathOf(name + ".pem") + "\n");
    return {};
  }

  Status WriteRevoked(Session& session, const tls::Pair& authority, std::string_view before,
                      std::string_view certificate) const {
    const std::uint64_t now_us = session.clock().WallMicros();
    STRATA_TRY_ASSIGN(const std::string list, tls::Revoke(authority, before, certificate,
                                                          now_us - std::min(now_us, kDayMicros),
                                                          now_us + days_ * kDayMicros));
    const std::string draft = "revoked.pem.tmp";
    STRATA_TRY_ASSIGN(const bool left, session.files().Exists(PathOf(draft)));
    if (left) STRATA_TRY(session.files().Remove(PathOf(draft)));
    STRATA_TRY(Write(session, draft, list));
    STRATA_TRY(session.files().Rename(PathOf(draft), PathOf("revoked.pem")));
    session.console().Out(PathOf("revoked.pem") + "\n");
    return session.files().SyncDirectory(directory_);
  }

  Status Write(Session& session, const std::string& name, std::string_view text) const {
    STRATA_TRY_ASSIGN(const auto file, session.files().Create(PathOf(name)));
    STRATA_TRY(file->Append(text));
    STRATA_TRY(file->Sync());
    return file->Close();
  }

  std::string action_;
  std::string directory_;
  std::optional<std::string> name_;
  tls::Use use_ = tls::Use::kClient;
  std::string names_;
  std::uint64_t days_ = 365;
};

}  // namespace

Command CertsCommand() {
  return {.name = "certs",
          .alias = "",
          .group = "Servers",
          .summary = "Make certificates for trying TLS: an authority, a server, clients",
          .examples =
              "certs init certs\n"
              "certs issue certs ada --names ada@example.com\n"
              "certs revoke certs ada\n"
              "--db cities serve --tls-cert certs/server.pem --tls-key certs/server.key",
          .make = MakeVerb<CertsVerb>};
}

}  // namespace strata::cli
