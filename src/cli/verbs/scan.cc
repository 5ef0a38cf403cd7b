// `strata scan`: the keys in order, or a part of them.

#include "cli/session.h"
#include "strata/keys/hierarchy.h"

namespace strata::cli {
namespace {

class ScanVerb final : public Verb {
 public:
  void Declare(Flags& flags) override {
    flags.Text("prefix", &prefix_, "KEY", "Only keys that start with KEY");
    flags.Text("from", &from_, "KEY", "Start at KEY");
    flags.Text("to", &to_, "KEY", "End before KEY");
    flags.Text("after", &after_, "KEY", "Go on after KEY: the last one of the page before");
    flags.Number("limit", &limit_, "At most N keys (on a terminal: 100)");
    flags.Switch("reverse", &reverse_, "From the last key to the first");
    flags.Switch("keys-only", &keys_only_, "Leave the values out");
    flags.Switch("values-only", &values_only_, "Leave the keys out");
    flags.Switch("count", &count_, "Print only how many keys there are");
    flags.Switch("children", &children_, "Keys are tuples: what lies directly below --prefix");
  }

  Result<ExitCode> Run(Session& session) override {
    if (int{keys_only_} + int{values_only_} + int{count_} > 1) {
      return InvalidArgument("--keys-only, --values-only and --count exclude each other");
    }
    STRATA_TRY_ASSIGN(ReadOptions options, Bounds(session));
    STRATA_TRY_ASSIGN(DB* const db, session.Open(Session::IfMissing::kFail));
    STRATA_TRY_ASSIGN(options.table, session.Table(*db));
    if (children_) STRATA_TRY(session.RefuseInTransaction("--children"));
    if (children_) return Children(session, *db, options);
    Transaction* const txn = session.transaction();
    STRATA_TRY_ASSIGN(const auto iterator,
                      txn != nullptr ? txn->NewIterator(options) : db->NewIterator(options));
    STRATA_TRY(reverse_ ? iterator->SeekToLast() : iterator->SeekToFirst());
    return count_ ? Count(session, *iterator) : Print(session, *iterator);
  }

 private:
  Result<ReadOptions> Bounds(Session& session) const {
    ReadOptions options;
    options.fill_cache = false;
    STRATA_TRY_ASSIGN(options.lower, Decoded(session, from_));
    STRATA_TRY_ASSIGN(options.upper, Decoded(session, to_));
    STRATA_TRY_ASSIGN(const std::optional<std::string> prefix, Decoded(session, prefix_));
    options.prefix = prefix.value_or("");
    if (after_) {
      STRATA_TRY_ASSIGN(const std::string after, session.DecodeKey(*after_));
      if (reverse_) {
        if (!options.upper || after < *options.upper) options.upper = after;
      } else {
        const std::string next = after + '\0';  // The smallest key after it.
        if (!options.lower || next > *options.lower) options.lower = next;
      }
    }
    return options;
  }

  static Result<std::optional<std::string>> Decoded(Session& session,
                                                    const std::optional<std::string>& text) {
    if (!text) return std::optional<std::string>();
    STRATA_TRY_ASSIGN(std::string key, session.DecodeKey(*text));
    return std::optional<std::string>(std::move(key));
  }

  Result<ExitCode> Children(Session& session, DB& db, const ReadOptions& options) const {
    const keys::Subspace parent({}, options.prefix);
    STRATA_TRY_ASSIGN(const auto children, keys::ListChildren(db, parent, options));
    RowPrinter printer(session.console(), session.style(), {"child", "value", "has_children"});
    for (const keys::Child& child : children) {
      STRATA_TRY(printer.Add({Cell::Text(keys::ElementText(child.name)),
                              child.value ? Cell::Value(*child.value) : Cell::None(),
                              Cell::Flag(child.has_children)}));
    }
    printer.Finish();
    return kExitOk;
  }

  Status Step(Iterator& iterator) const { return reverse_ ? iterator.Prev() : iterator.Next(); }

  Result<ExitCode> Count(Session& session, Iterator& iterator) const {
    std::uint64_t keys = 0;
    while (iterator.Valid() && keys < limit_.value_or(~0ULL) && !Interrupted()) {
      ++keys;
      STRATA_TRY(Step(iterator));
    }
    if (Interrupted()) return kExitInterrupted;
    RowPrinter printer(session.console(), session.style(), {"count"});
    STRATA_TRY(printer.Add({Cell::Count(keys)}));
    printer.Finish();
    return kExitOk;
  }

  Result<ExitCode> Print(Session& session, Iterator& iterator) const {
    const std::uint64_t terminal_limit = session.console().out_is_tty() ? 100 : ~0ULL;
    const std::uint64_t limit = limit_.value_or(terminal_limit);
    std::vector<std::string> columns;
    if (!values_only_) columns.emplace_back("key");
    if (!keys_only_) columns.emplace_back("value");
    RowPrinter printer(session.console(), session.style(), columns);
    std::string last;
    for (std::uint64_t rows = 0; iterator.Valid() && rows < limit; ++rows) {
      Row row;
      if (!values_only_) row.push_back(Cell::Key(iterator.key()));
      if (!keys_only_) row.push_back(Cell::Value(iterator.value()));
      STRATA_TRY(printer.Add(row));
      last = iterator.key();
      STRATA_TRY(Step(iterator));
      if (Interrupted() || session.console().out_closed()) break;
    }
    printer.Finish();
    if (Interrupted()) return kExitInterrupted;
    if (iterator.Valid() && !session.console().out_closed()) {
      STRATA_TRY_ASSIGN(const std::string key, Cell::Key(last).Show(session.style()));
      session.Note("there is more: go on with --after '" + key + "'");
    }
    return kExitOk;
  }

  std::optional<std::string> prefix_;
  std::optional<std::string> from_;
  std::optional<std::string> to_;
  std::optional<std::string> after_;
  std::optional<std::uint64_t> limit_;
  bool reverse_ = false;
  bool keys_only_ = false;
  bool values_only_ = false;
  bool count_ = false;
  bool children_ = false;
};

}  // namespace

Command ScanCommand() {
  return {.name = "scan",
          .alias = "",
          .group = "Keys and values",
          .summary = "Print keys and values in the order of the keys",
          .examples =
              "--db cities scan --prefix lon\n"
              "--db cities scan --from a --to c --limit 20 -o csv\n"
              "--db cities scan --reverse --limit 1\n"
              "--db cities scan --count",
          .make = MakeVerb<ScanVerb>};
}

}  // namespace strata::cli
