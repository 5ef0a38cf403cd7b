// `strata cas KEY EXPECTED VALUE`: compare and swap.

#include "cli/session.h"
#include "cli/verbs/conditions.h"

namespace strata::cli {
namespace {

class CasVerb final : public Verb {
 public:
  void Declare(Flags& flags) override {
    flags.Argument("KEY", &key_, "The key to write");
    flags.Argument("EXPECTED", &expected_,
                   "The value that it must have; the new one with --version");
    flags.OptionalArgument("VALUE", &value_, "The new value");
    flags.Number("if-version", &version_, "Compare the version instead of the value");
  }

  Result<ExitCode> Run(Session& session) override {
    if (version_.has_value() == value_.has_value()) {
      return InvalidArgument(
          "give the value that is expected and the new one, or the new one and "
          "--if-version N (usage: cas KEY EXPECTED VALUE)");
    }
    STRATA_TRY_ASSIGN(const std::string key, session.DecodeKey(key_));
    STRATA_TRY_ASSIGN(const std::string first, session.DecodeValue(expected_));
    STRATA_TRY(session.RefuseInTransaction("cas"));
    STRATA_TRY_ASSIGN(DB* const db, session.Open(Session::IfMissing::kFail));
    WriteOptions write;
    STRATA_TRY_ASSIGN(write.table, session.Table(*db));
    if (version_) {
      STRATA_TRY_ASSIGN(const auto outcome,
                        db->CompareAndSwapVersion(key, *version_, first, write));
      return Tell(session, outcome);
    }
    STRATA_TRY_ASSIGN(const std::string value, session.DecodeValue(*value_));
    STRATA_TRY_ASSIGN(const auto outcome, db->CompareAndSwap(key, first, value, write));
    return Tell(session, outcome);
  }

 private:
  std::string key_;
  std::string expected_;
  std::optional<std::string> value_;
  std::optional<std::uint64_t> version_;
};

}  // namespace

Command CasCommand() {
  return {.name = "cas",
          .alias = "",
          .group = "Keys and values",
          .summary = "Write a key only if it has the value expected (exit code 5 when it hasn't)",
          .examples =
              "--db cities cas london 8900000 8900001\n"
              "--db cities cas london 8900001 --if-version 7   (as get --with-version tells it)",
          .make = MakeVerb<CasVerb>};
}

}  // namespace strata::cli
