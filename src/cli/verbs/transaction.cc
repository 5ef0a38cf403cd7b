// The shell's transactions: begin, commit, rollback, savepoint. The verbs in between (get, put,
// delete, scan) run inside it.

#include "cli/session.h"

namespace strata::cli {
namespace {

class BeginVerb final : public Verb {
 public:
  void Declare(Flags& flags) override {
    flags.OptionalArgument("KIND", &kind_, "optimistic (the default) or pessimistic");
    flags.Choice<Isolation>("isolation", &options_.isolation,
                            {{"serializable", Isolation::kSerializable},
                             {"snapshot", Isolation::kSnapshot},
                             {"read-committed", Isolation::kReadCommitted}},
                            "What others may do meanwhile (serializable)");
  }

  Result<ExitCode> Run(Session& session) override {
    const std::string kind = kind_.value_or("optimistic");
    if (kind != "optimistic" && kind != "pessimistic") {
      return InvalidArgument("'" + kind + "' isn't one of optimistic|pessimistic");
    }
    if (kind == "pessimistic") options_.concurrency = Concurrency::kPessimistic;
    if (!session.in_shell) return InvalidArgument("a transaction needs a shell: `strata --db DIR`");
    if (session.transaction() != nullptr) {
      return InvalidArgument("a transaction is open already: commit or rollback first");
    }
    STRATA_TRY_ASSIGN(DB* const db, session.Open(Session::IfMissing::kCreate));
    STRATA_TRY_ASSIGN(auto transaction, db->Begin(options_));
    session.SetTransaction(std::move(transaction));
    return kExitOk;
  }

 private:
  std::optional<std::string> kind_;
  TransactionOptions options_;
};

// What the verbs that go on with a transaction share.
class InTransaction : public Verb {
 public:
  Result<ExitCode> Run(Session& session) final {
    if (session.transaction() == nullptr) {
      return InvalidArgument("no transaction is open: `begin` opens one");
    }
    return RunIn(session, *session.transaction());
  }

 private:
  virtual Result<ExitCode> RunIn(Session& session, Transaction& transaction) = 0;
};

class CommitVerb final : public InTransaction {
  Result<ExitCode> RunIn(Session& session, Transaction& transaction) override {
    const auto committed = transaction.Commit();
    session.SetTransaction(nullptr);
    if (!committed) return committed.error();
    return kExitOk;
  }
};

class RollbackVerb final : public InTransaction {
 public:
  void Declare(Flags& flags) override {
    flags.OptionalArgument("to", &to_,
                           "The word to: back to the last savepoint, which is gone then");
  }

 private:
  Result<ExitCode> RunIn(Session& session, Transaction& transaction) override {
    if (!to_) {
      const Status done = transaction.Rollback();
      session.SetTransaction(nullptr);
      if (!done) return done.error();
      return kExitOk;
    }
    if (*to_ != "to") {
      return InvalidArgument("say `rollback`, or `rollback to` for the last savepoint");
    }
    STRATA_TRY(transaction.RollbackToSavepoint());
    return kExitOk;
  }

  std::optional<std::string> to_;
};

class SavepointVerb final : public InTransaction {
  Result<ExitCode> RunIn(Session& /*session*/, Transaction& transaction) override {
    transaction.SetSavepoint();
    return kExitOk;
  }
};

constexpr std::string_view kGroup = "Transactions (in the shell)";

}  // namespace

Command BeginCommand() {
  return {.name = "begin",
          .alias = "",
          .group = kGroup,
          .summary = "Open a transaction: get, put, delete and scan run inside it",
          .examples = "begin\nbegin pessimistic\nbegin --isolation snapshot",
          .make = MakeVerb<BeginVerb>};
}

Command CommitCommand() {
  return {.name = "commit",
          .alias = "",
          .group = kGroup,
          .summary = "Write what the transaction wrote (exit code 5 on a conflict)",
          .examples = "commit",
          .make = MakeVerb<CommitVerb>};
}

Command RollbackCommand() {
  return {.name = "rollback",
          .alias = "",
          .group = kGroup,
          .summary = "Forget what the transaction wrote, or what it wrote since the last savepoint",
          .examples = "rollback\nrollback to",
          .make = MakeVerb<RollbackVerb>};
}

Command SavepointCommand() {
  return {.name = "savepoint",
          .alias = "",
          .group = kGroup,
          .summary = "Mark a place in the transaction for `rollback to`",
          .examples = "savepoint",
          .make = MakeVerb<SavepointVerb>};
}

}  // namespace strata::cli
