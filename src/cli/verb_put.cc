// `strata put KEY VALUE`.

#include "cli/byte_source.h"
#include "cli/session.h"

namespace strata::cli {
namespace {

class PutVerb final : public Verb {
 public:
  void Declare(Flags& flags) override {
    flags.Argument("KEY", &key_, "The key to write");
    flags.OptionalArgument("VALUE", &value_, "Its value");
    flags.Text("value-file", &file_, "FILE",
               "Take the value from FILE (- for stdin), byte for byte");
  }

  Result<ExitCode> Run(Session& session) override {
    STRATA_TRY_ASSIGN(const std::string key, session.DecodeKey(key_));
    STRATA_TRY_ASSIGN(const std::string value, Value(session));
    STRATA_TRY_ASSIGN(DB* const db, session.Open(Session::IfMissing::kCreate));
    STRATA_TRY(db->Put(key, value));
    return kExitOk;
  }

 private:
  Result<std::string> Value(Session& session) const {
    if (value_.has_value() == file_.has_value()) {
      return InvalidArgument("give either VALUE or --value-file FILE (usage: put KEY VALUE)");
    }
    if (value_) return session.DecodeValue(*value_);
    STRATA_TRY_ASSIGN(const auto source, OpenSource(session, *file_, 0));
    return ReadAll(*source, kValueSizeMax);
  }

  std::string key_;
  std::optional<std::string> value_;
  std::optional<std::string> file_;
};

}  // namespace

Command PutCommand() {
  return {.name = "put",
          .alias = "",
          .group = "Keys and values",
          .summary = "Write a key, replacing the value it may have",
          .examples =
              "--db cities put london 8900000\n"
              "--db cities put 'tab\\there' '\\x00\\xff'      (escapes in keys and values)\n"
              "--db files put photo --value-file photo.jpg",
          .make = MakeVerb<PutVerb>};
}

}  // namespace strata::cli
