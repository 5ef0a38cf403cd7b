#include "cli/session.h"

#include <algorithm>

#include "base/escape.h"
#include "cli/suggest.h"
#include "client/remote_store.h"
#include "stats/event_trace.h"

namespace strata::cli {

void DeclareOutputFlags(Flags& flags, Globals* globals) {
  flags.Group("Output");
  flags.Choice<OutputFormat>("output,o", &globals->output,
                             {{"table", OutputFormat::kTable},
                              {"plain", OutputFormat::kPlain},
                              {"json", OutputFormat::kJson},
                              {"jsonl", OutputFormat::kJsonl},
                              {"csv", OutputFormat::kCsv},
                              {"raw", OutputFormat::kRaw}},
                             "How results look (table on a terminal, plain otherwise)");
  flags.Switch("json", &globals->json, "The same as --output json");
  const std::vector<Named<ByteFormat>> formats{{"utf8", ByteFormat::kUtf8},
                                               {"escaped", ByteFormat::kEscaped},
                                               {"hex", ByteFormat::kHex},
                                               {"tuple", ByteFormat::kTuple},
                                               {"base64", ByteFormat::kBase64}};
  flags.Choice<ByteFormat>("key-format", &globals->key_format, formats,
                           "How keys are written, in and out (escaped)");
  flags.Choice<ByteFormat>("value-format", &globals->value_format, formats,
                           "How values are written, in and out (escaped)");
  flags.Text("table", &globals->table, "NAME", "Work on this table (default)");
  flags.Switch("quiet,q", &globals->quiet, "No progress and no remarks on stderr");
  flags.Switch("help,h", &globals->help, "Show help");
  flags.last().in_file = false;
}

void DeclareStoreFlags(Flags& flags, Globals* globals) {
  flags.Group("Store");
  flags.Text("db", &globals->db, "DIR", "The store's directory");
  flags.last().set = [globals](std::string_view text) -> Status {
    globals->db = text;
    globals->db_by = globals->setting;
    return {};
  };
  flags.Text("server", &globals->server, "HOST:PORT",
             "Instead: the store of `strata serve` there (its gRPC port)");
  flags.last().set = [globals](std::string_view text) -> Status {
    globals->server = text;
    globals->server_by = globals->setting;
    return {};
  };
  flags.Text("credentials", &globals->credentials, "FILE",
             "With --server: its first line is a token, or USER:PASSWORD");
  flags.DurationMicros("timeout", &globals->timeout_us,
                       "With --server: how long it may take to answer (10s)");
  flags.Choice<ColorMode>(
      "color", &globals->color,
      {{"auto", ColorMode::kAuto}, {"always", ColorMode::kAlways}, {"never", ColorMode::kNever}},
      "Colours (auto: on a terminal without NO_COLOR)");
  flags.Switch("version", &globals->version, "Show the version");
  flags.last().in_file = false;
  flags.Text("config", &globals->config, "FILE",
             "Settings for what neither flags nor the environment say (docs/configuration.md)");
  flags.last().in_file = false;
  flags.Switch("read-only", &globals->engine.read_only, "Change nothing in the directory");
  flags.Text("events", &globals->events, "FILE",
             "Append what the engine does to a new FILE, one JSON line an event");
  DeclareEngineFlags(flags, &globals->engine);
}

Session::Session(Globals& globals, Console& console, const Environment& environment,
                 EnvironmentLookup lookup)
    : globals_(globals), console_(console), environment_(environment), lookup_(std::move(lookup)) {}

Session::~Session() = default;

OutputStyle Session::style() const {
  OutputFormat format = console_.out_is_tty() ? OutputFormat::kTable : OutputFormat::kPlain;
  if (globals_.output) format = *globals_.output;
  if (globals_.json) format = OutputFormat::kJson;
  return {format, globals_.key_format, globals_.value_format};
}

Result<std::string> Session::DecodeKey(std::string_view text) const {
  return Annotate(DecodeBytes(globals_.key_format, text), "key '" + EscapeShort(text) + "'");
}

Result<std::string> Session::DecodeValue(std::string_view text) const {
  return Annotate(DecodeBytes(globals_.value_format, text), "value '" + EscapeShort(text) + "'");
}

// What is said by a flag counts more than what the environment says, and that more than a file.
Result<bool> Session::IsRemote() const {
  if (globals_.server.empty() || globals_.db.empty()) return !globals_.server.empty();
  if (globals_.server_by != globals_.db_by) return globals_.server_by > globals_.db_by;
  return InvalidArgument("the store is either in a directory (--db) or a server's (--server)");
}

Result<std::string> Session::Directory() const {
  STRATA_TRY_ASSIGN(const bool remote, IsRemote());
  if (remote) {
    return InvalidArgument("this verb works on the files of a store, and " + globals_.server +
                           " is a server: run it there with --db DIR");
  }
  if (!globals_.db.empty()) return globals_.db;
  return InvalidArgument("which store? Give --db DIR, or set STRATA_DB");
}

Result<DB*> Session::OpenRemote() {
  if (globals_.engine.read_only || !globals_.events.empty()) {
    return InvalidArgument("--read-only and --events are for stores opened with --db");
  }
  if (!globals_.engine_flag.empty()) {
    return InvalidArgument(globals_.engine_flag +
                           " is for stores opened with --db: on a server, `strata serve` takes it");
  }
  ClientOptions options{.endpoints = {globals_.server},
                        .timeout_us = globals_.timeout_us,
                        .environment = &environment_};
  if (!globals_.credentials.empty()) {
    constexpr std::uint64_t kFileMax = 8'192;
    STRATA_TRY_ASSIGN(options.credentials, files().ReadFile(globals_.credentials, kFileMax));
    options.credentials.resize(std::min(options.credentials.find('\n'),
                                        options.credentials.size()));
  }
  if (in_shell) {  // Somebody waits for the next prompt; a verb by itself outlives a restart.
    constexpr std::uint64_t kUnreachableMicros = 400'000;
    options.unreachable_us = kUnreachableMicros;
    options.backoff_max_us = kUnreachableMicros / 4;
  }
  auto opened = client::ConnectStore(options);
  if (!opened && opened.error().code() == ErrorCode::kUnavailable) {
    return Error(ErrorCode::kUnavailable,
                 "no server at " + globals_.server + " (" + opened.error().message() +
                     "): start one with `strata serve --db DIR`, and give its gRPC port");
  }
  STRATA_TRY_ASSIGN(db_, std::move(opened));
  return db_.get();
}

Result<DB*> Session::Open(IfMissing if_missing) {
  if (db_ != nullptr) return db_.get();
  STRATA_TRY_ASSIGN(const bool remote, IsRemote());
  if (remote) return OpenRemote();
  STRATA_TRY_ASSIGN(const std::string directory, Directory());
  Options options = globals_.engine;
  options.environment = &environment_;
  options.create_if_missing = if_missing == IfMissing::kCreate;
  if (!globals_.events.empty() && events_ == nullptr) {
    STRATA_TRY_ASSIGN(events_, files().Create(globals_.events));
  }
  if (events_ != nullptr) {
    options.event_sink = [this, other = options.event_sink](std::string_view line) {
      (void)events_->Append(line);
      if (other) other(line);
    };
  }
  if (if_missing == IfMissing::kFail) {
    STRATA_TRY_ASSIGN(const bool exists, files().Exists(directory));
    if (!exists) {
      return Error(ErrorCode::kNotFound,
                   "there is no store in " + directory + " (put and import make one)");
    }
  }
  Result<std::unique_ptr<DB>> opened = DB::Open(options, directory);
  STRATA_TRY_ASSIGN(db_, std::move(opened));
  return db_.get();
}

Status Session::RefuseInTransaction(std::string_view what) const {
  if (transaction_ == nullptr) return {};
  return InvalidArgument(std::string(what) + " doesn't go into a transaction: commit first");
}

Result<TableRef> Session::Table(DB& db) const {
  if (globals_.table.empty() || globals_.table == kDefaultTableName) return kDefaultTable;
  return TableNamed(db, globals_.table);
}

std::string Session::TableName() const {
  return globals_.table.empty() ? std::string(kDefaultTableName) : globals_.table;
}

Result<TableRef> Session::TableNamed(DB& db, const std::string& name) {
  auto table = db.FindTable(name);
  if (table) return table;
  std::vector<std::string> names;
  for (TableInfo& info : db.ListTables()) names.push_back(std::move(info.name));
  return InvalidArgument(table.error().message() + DidYouMean(name, names));
}

Status Session::Close() {
  if (db_ == nullptr) return {};
  transaction_.reset();
  const std::unique_ptr<DB> db = std::move(db_);
  return db->Close();
}

void Session::Note(std::string_view line) {
  if (!globals_.quiet) console_.Err(std::string(line) + "\n");
}

void Session::Complain(std::string_view message) {
  const std::string name = place.empty() ? "strata" : place;
  console_.Err(console_.Red(name + ":") + " " + std::string(message) + "\n");
}

}  // namespace strata::cli
