// What a verb works with: the console, the global flags, and the store, opened when first asked
// for and kept open for the next verb of a shell.
//
// Thread safety: none.

#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "cli/command.h"
#include "cli/console.h"
#include "cli/flag_parser.h"
#include "cli/flags.h"
#include "cli/format/report.h"
#include "io/environment.h"
#include "strata/db.h"

namespace strata::cli {

// Who sets a flag; the later ones count more.
enum class SetBy : std::uint8_t { kNobody, kFile, kEnvironment, kFlag };

struct Globals {
  std::string db;
  std::string server;  // "HOST:PORT": the store is there, instead of in `db`.
  std::string credentials;  // A file with those of who uses the server.
  std::uint64_t timeout_us = 10'000'000;
  SetBy setting = SetBy::kFlag;  // What is set now,
  SetBy db_by = SetBy::kNobody;  // and what was set before.
  SetBy server_by = SetBy::kNobody;
  std::string engine_flag;  // One that was given on the command line; empty: none.
  std::string config;
  std::optional<OutputFormat> output;
  bool json = false;
  ByteFormat key_format = ByteFormat::kEscaped;
  ByteFormat value_format = ByteFormat::kEscaped;
  ColorMode color = ColorMode::kAuto;
  bool quiet = false;
  bool help = false;
  bool version = false;
  std::string events;
  std::string table;  // Empty: the default one.
  Options engine;
};

// How verbs show things; these may also stand on a line of the shell.
void DeclareOutputFlags(Flags& flags, Globals* globals);
// Which store, and how it behaves. See engine_flags.cc.
void DeclareStoreFlags(Flags& flags, Globals* globals);
void DeclareEngineFlags(Flags& flags, Options* options);

class Settings;

class Session {
 public:
  // All borrowed; they must outlive the session.
  Session(Globals& globals, Console& console, const Environment& environment,
          EnvironmentLookup lookup);
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  Console& console() { return console_; }
  Globals& globals() { return globals_; }
  const Environment& environment() const { return environment_; }
  FileSystem& files() const { return *environment_.files; }
  Clock& clock() const { return *environment_.clock; }
  std::optional<std::string> Variable(const std::string& name) const { return lookup_(name); }
  const EnvironmentLookup& variables() const { return lookup_; }

  // The format asked for, or the one that suits the stream.
  OutputStyle style() const;

  // Keys and values as the command line gives them. Errors: kInvalidArgument.
  Result<std::string> DecodeKey(std::string_view text) const;
  Result<std::string> DecodeValue(std::string_view text) const;

  // The store is a server's. Errors: kInvalidArgument when it is said to be in a directory, too.
  Result<bool> IsRemote() const;
  // The store that --db or --server names. Errors: kInvalidArgument without either; those of
  // DB::Open; kUnavailable.
  enum class IfMissing : std::uint8_t { kFail, kCreate };
  Result<DB*> Open(IfMissing if_missing);
  // The table that --table or the shell's `use` names. Errors: kInvalidArgument.
  Result<TableRef> Table(DB& db) const;
  static Result<TableRef> TableNamed(DB& db, const std::string& name);
  // Its name.
  std::string TableName() const;
  // For what works on the files. Errors: kInvalidArgument without --db.
  Result<std::string> Directory() const;
  // The shell's open transaction, or null.
  Transaction* transaction() const { return transaction_.get(); }
  void SetTransaction(std::unique_ptr<Transaction> transaction) {
    transaction_ = std::move(transaction);
  }
  // For what a transaction doesn't know. Errors: kInvalidArgument while one is open.
  Status RefuseInTransaction(std::string_view what) const;
  bool is_open() const { return db_ != nullptr; }
  // Syncs and closes the store if it is open; the next Open opens it again.
  Status Close();

  // To stderr, unless --quiet.
  void Note(std::string_view line);
  // "strata: ..." to stderr.
  void Complain(std::string_view message);

  // Set by the shell: verbs may say more, and must not read commands themselves.
  bool in_shell = false;
  // What stands before a message: "stdin:3" for commands from a file.
  std::string place;
  // From the file that --config names, or null.
  std::shared_ptr<const Settings> settings;
  // What the verb that runs was asked, for one that reads it again; `args` are without the verb.
  struct Asked {
    const Flags* globals = nullptr;
    const Flags* own = nullptr;
    std::vector<std::string> args;
  };
  Asked asked;

 private:
  Result<DB*> OpenRemote();

  Globals& globals_;
  Console& console_;
  const Environment& environment_;
  const EnvironmentLookup lookup_;
  std::unique_ptr<WritableFile> events_;
  std::unique_ptr<DB> db_;
  std::unique_ptr<Transaction> transaction_;  // Goes before the store.
};

// Reads `words` (a verb and its flags), runs it and returns the exit code, having said what went
// wrong. Flags of `globals` may stand anywhere in it.
ExitCode RunWords(Session& session, const std::vector<std::string>& words, const Flags& globals);

}  // namespace strata::cli
