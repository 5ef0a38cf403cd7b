// `strata index create|list|drop|check|lookup|json`: secondary indexes, and tables whose values
// must be JSON.

#include "cli/session.h"
#include "keys/decimal.h"
#include "strata/keys/indexed_table.h"

namespace strata::cli {
namespace {

using keys::IndexDefinition;
using keys::IndexedTable;
using keys::IndexInfo;

enum class Action : std::uint8_t { kCreate, kList, kDrop, kCheck, kLookup, kJson };

class IndexVerb final : public Verb {
 public:
  void Declare(Flags& flags) override {
    flags.Choice<Action>("ACTION", &action_,
                         {{"create", Action::kCreate},
                          {"list", Action::kList},
                          {"drop", Action::kDrop},
                          {"check", Action::kCheck},
                          {"lookup", Action::kLookup},
                          {"json", Action::kJson}},
                         "");
    flags.last().is_argument = true;
    flags.last().is_required = true;
    flags.last().help = "What to do: " + flags.last().metavar;
    flags.OptionalArgument("NAME", &name_, "The index; for json: on or off");
    flags.OptionalArgument("VALUE", &value_, "lookup: what to look for, 42 or \"text\" or text");
    flags.Text("path", &path_, "PATH",
               "create: index what is at PATH of JSON values, address.city");
    flags.Number("element", &element_, "create: index element N of values that are tuples, from 0");
    flags.Switch("unique", &unique_, "create: no two keys may have the same");
    flags.Number("limit", &limit_, "lookup, check: show at most N (100)");
  }

  Result<ExitCode> Run(Session& session) override {
    STRATA_TRY_ASSIGN(DB* const db, session.Open(Session::IfMissing::kFail));
    STRATA_TRY_ASSIGN(const auto table, IndexedTable::Open(*db, session.TableName()));
    if (action_ == Action::kList) return List(session, *table);
    if (action_ == Action::kCheck) return Check(session, *table);
    if (!name_) return InvalidArgument("NAME is missing: see strata index --help");
    switch (action_) {
      case Action::kCreate:
        return Done(table->CreateIndex(Definition()));
      case Action::kDrop:
        return Done(table->DropIndex(*name_));
      case Action::kJson:
        if (*name_ != "on" && *name_ != "off") return InvalidArgument("json is on or off");
        return Done(table->RequireJson(*name_ == "on"));
      default:
        return Lookup(session, *table);
    }
  }

 private:
  static Result<ExitCode> Done(const Status& status) {
    STRATA_TRY(status);
    return kExitOk;
  }

  IndexDefinition Definition() const {
    IndexDefinition definition{.name = *name_, .unique = unique_, .json_path = path_};
    if (element_) definition.tuple_element = static_cast<std::uint32_t>(*element_);
    return definition;
  }

  static std::string What(const IndexDefinition& definition) {
    if (!definition.tuple_element) return "path " + definition.json_path;
    return "element " + std::to_string(*definition.tuple_element);
  }

  static Result<ExitCode> List(Session& session, IndexedTable& table) {
    STRATA_TRY_ASSIGN(const auto indexes, table.Indexes());
    RowPrinter printer(session.console(), session.style(),
                       {"index", "of", "unique", "ready", "rows_in"});
    for (const IndexInfo& index : indexes) {
      STRATA_TRY(printer.Add({Cell::Text(index.definition.name), Cell::Text(What(index.definition)),
                              Cell::Flag(index.definition.unique), Cell::Flag(index.ready),
                              Cell::Text(index.rows_name)}));
    }
    printer.Finish();
    return kExitOk;
  }

  // Text that reads as an element is one; all other text is text. In JSON a whole number is one to
  // its last digit, however it is spelled.
  Result<keys::Element> Wanted(IndexedTable& table) const {
    STRATA_TRY_ASSIGN(const auto indexes, table.Indexes());
    const auto whole = keys::WholeNumber(*value_);
    for (const IndexInfo& index : indexes) {
      const bool over_json = !index.definition.tuple_element;
      if (index.definition.name == *name_ && over_json && whole) return keys::Element{*whole};
    }
    const auto parsed = keys::ParseElement(*value_);
    return parsed.has_value() ? *parsed : keys::ElementOf(*value_);
  }

  Result<ExitCode> Lookup(Session& session, IndexedTable& table) const {
    if (!value_) return InvalidArgument("VALUE is missing: what to look for");
    STRATA_TRY_ASSIGN(const keys::Element value, Wanted(table));
    STRATA_TRY_ASSIGN(const auto rows, table.Lookup(*name_, value, limit_));
    RowPrinter printer(session.console(), session.style(), {"key", "value"});
    for (const keys::IndexedRow& row : rows) {
      STRATA_TRY(printer.Add({Cell::Key(row.key), Cell::Value(row.value)}));
    }
    printer.Finish();
    return kExitOk;
  }

  Result<ExitCode> Check(Session& session, IndexedTable& table) const {
    STRATA_TRY_ASSIGN(const auto indexes, table.Indexes());
    RowPrinter printer(session.console(), session.style(), {"index", "flaw", "index_row", "key"});
    bool sound = true;
    for (const IndexInfo& index : indexes) {
      if (name_ && *name_ != index.definition.name) continue;
      STRATA_TRY_ASSIGN(const auto flaws, table.Check(index.definition.name, limit_));
      for (const keys::IndexFlaw& flaw : flaws) {
        const bool missing = flaw.kind == keys::IndexFlaw::Kind::kMissing;
        const auto row = keys::Unpack(flaw.index_key);
        STRATA_TRY(printer.Add(
            {Cell::Text(index.definition.name), Cell::Text(missing ? "missing" : "dangling"),
             Cell::Text(row ? keys::TupleText(*row) : "damaged"), Cell::Key(flaw.key)}));
        sound = false;
      }
    }
    printer.Finish();
    return sound ? kExitOk : kExitCorruption;
  }

  Action action_ = Action::kList;
  std::optional<std::string> name_;
  std::optional<std::string> value_;
  std::string path_;
  std::optional<std::uint64_t> element_;
  bool unique_ = false;
  std::uint64_t limit_ = 100;
};

}  // namespace

Command IndexCommand() {
  return {.name = "index",
          .alias = "",
          .group = "Keys and values",
          .summary = "Declare, list, check and use secondary indexes",
          .examples =
              "--db people index create by_city --path address.city\n"
              "--db people index create by_email --path email --unique\n"
              "--db people index lookup by_city London\n"
              "--db people index check",
          .make = MakeVerb<IndexVerb>};
}

}  // namespace strata::cli
