#include "cli/import_export/import_state.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/crc32c.h"
#include "base/escape.h"
#include "cli/import_export/output_file.h"
#include "io/os_error.h"

namespace strata::cli {
namespace {

constexpr std::string_view kOurs = "strata-import ";
constexpr std::string_view kFirstLine = "strata-import 2\n";
constexpr std::uint64_t kSaveEveryMicros = 1'000'000;
constexpr std::uint64_t kStateSizeMax = 64 << 10;
constexpr std::size_t kChunk = std::size_t{256} << 10;
constexpr std::string_view kBeginAnew = "; remove it to begin at the first record";

// Takes "name text\n" off the front.
bool TakeText(std::string_view* rest, std::string_view name, std::string* text) {
  const std::size_t end = rest->find('\n');
  const std::string_view line = rest->substr(0, end);
  if (end == std::string_view::npos || !line.starts_with(name)) return false;
  if (line.size() == name.size() || line[name.size()] != ' ') return false;
  *text = line.substr(name.size() + 1);
  rest->remove_prefix(end + 1);
  return true;
}

template <typename Number>
bool TakeNumber(std::string_view* rest, std::string_view name, Number* number) {
  std::string text;
  if (!TakeText(rest, name, &text)) return false;
  const char* const end = text.data() + text.size();
  const auto parsed = std::from_chars(text.data(), end, *number);
  return parsed.ec == std::errc{} && parsed.ptr == end;
}

struct StateFile {
  ImportPurpose purpose;
  ImportState state;
  std::uint64_t sequence = 0;
};

std::string Encode(const StateFile& file) {
  const auto& [position, records] = file.state;
  return std::string(kFirstLine) + "store " + file.purpose.store + "\ntable " + file.purpose.table +
         "\nflags " + file.purpose.flags + "\ninput " + Escape(file.purpose.input) + "\noffset " +
         std::to_string(position.offset) + "\nlines " + std::to_string(position.lines) +
         "\nchecksum " + std::to_string(position.checksum) + "\nrecords " +
         std::to_string(records) + "\nsequence " + std::to_string(file.sequence) + "\n";
}

bool Decode(std::string_view text, StateFile* file) {
  if (!text.starts_with(kFirstLine)) return false;
  text.remove_prefix(kFirstLine.size());
  InputPosition& position = file->state.position;
  return TakeText(&text, "store", &file->purpose.store) &&
         TakeText(&text, "table", &file->purpose.table) &&
         TakeText(&text, "flags", &file->purpose.flags) &&
         TakeText(&text, "input", &file->purpose.input) &&
         TakeNumber(&text, "offset", &position.offset) &&
         TakeNumber(&text, "lines", &position.lines) &&
         TakeNumber(&text, "checksum", &position.checksum) &&
         TakeNumber(&text, "records", &file->state.records) &&
         TakeNumber(&text, "sequence", &file->sequence) && text.empty();
}

std::string_view NameOf(ByteFormat format) {
  switch (format) {
    case ByteFormat::kUtf8:
      return "utf8";
    case ByteFormat::kEscaped:
      return "escaped";
    case ByteFormat::kHex:
      return "hex";
    case ByteFormat::kTuple:
      return "tuple";
    case ByteFormat::kBase64:
      break;
  }
  return "base64";
}

// Nothing may be at `path`, or a state.
Status CheckPlace(FileSystem& files, const std::string& path) {
  struct stat info{};
  if (path.empty() || (::stat(path.c_str(), &info) != 0 && errno == ENOENT)) return {};
  std::array<char, kOurs.size()> scratch{};
  bool is_ours = false;
  if (S_ISREG(info.st_mode)) {
    STRATA_TRY_ASSIGN(const auto file, files.Open(path));
    const std::size_t size = std::min<std::uint64_t>(file->size(), kOurs.size());
    STRATA_TRY_ASSIGN(const std::string_view begin, file->Read(0, size, scratch.data()));
    is_ours = begin == kOurs;
  }
  if (is_ours) return {};
  return InvalidArgument(path +
                         " isn't the state of an import, so it is left alone; move it away, "
                         "or keep the state elsewhere with --resume-file");
}

}  // namespace

std::string FlagsOf(const RecordOptions& options) {
  if (options.format == RecordFormat::kJsonl) return "--format jsonl";
  const bool is_csv = options.format == RecordFormat::kCsv;
  std::string flags = is_csv ? "--format csv" : "--format tsv";
  flags.append(" --key-format ").append(NameOf(options.key_format));
  flags.append(" --value-format ").append(NameOf(options.value_format));
  if (is_csv && !options.has_header) flags += " --no-header";
  return flags;
}

Result<std::string> PlaceOfState(FileSystem& files, const std::string& input,
                                 const std::string& state_file) {
  const std::string beside = input == "-" ? "" : input + ".resume";
  STRATA_TRY_ASSIGN(std::string path, WhereLinksLead(state_file.empty() ? beside : state_file));
  STRATA_TRY(CheckPlace(files, path));
  return path;
}

Status ImportCheckpoint::Init(Session& session, ImportPurpose purpose,
                              const std::string& state_file) {
  session_ = &session;
  purpose_ = std::move(purpose);
  STRATA_TRY_ASSIGN(path_, PlaceOfState(session.files(), purpose_.input, state_file));
  next_us_ = session.clock().NowMicros() + kSaveEveryMicros;
  return {};
}

Result<ImportState> ImportCheckpoint::Load(DB& db) const {
  if (path_.empty()) return InvalidArgument("--resume from stdin needs --resume-file FILE");
  Result<std::string> contents = session_->files().ReadFile(path_, kStateSizeMax);
  if (!contents && contents.error().code() == ErrorCode::kNotFound) return ImportState();
  StateFile file;
  if (!contents || !Decode(*contents, &file)) {
    return Corruption(path_ + " is damaged, or another version's" + std::string(kBeginAnew));
  }
  STRATA_TRY(CheckPurpose(file.purpose));
  if (db.Stats().last_sequence < file.sequence) {
    return InvalidArgument("the store has lost writes since " + path_ +
                           " was written: it is an older copy" + std::string(kBeginAnew));
  }
  return file.state;
}

Status ImportCheckpoint::CheckPurpose(const ImportPurpose& found) const {
  const auto refuse = [this](const std::string& what) -> Status {
    return InvalidArgument(path_ + " was written for " + what + std::string(kBeginAnew));
  };
  if (found.store != purpose_.store) return refuse("another store, or for this one before a reset");
  if (found.table != purpose_.table) {
    return refuse("table " + found.table + ", and this is table " + purpose_.table);
  }
  if (found.flags != purpose_.flags) return refuse(found.flags + ": say the same");
  return {};
}

Status ImportCheckpoint::Skip(ByteSource& source, const ImportState& state) const {
  const InputPosition& goal = state.position;
  std::string scratch(std::min<std::uint64_t>(kChunk, goal.offset), '\0');
  std::uint32_t checksum = 0;
  for (std::uint64_t left = goal.offset; left > 0;) {
    const std::size_t wanted = std::min<std::uint64_t>(scratch.size(), left);
    STRATA_TRY_ASSIGN(const std::size_t count, source.Read(scratch.data(), wanted));
    if (count == 0) break;
    checksum = ExtendCrc32c(checksum, std::string_view(scratch).substr(0, count));
    left -= count;
  }
  if (checksum == goal.checksum) return {};
  const std::string input = purpose_.input == "-" ? "stdin" : purpose_.input;
  return InvalidArgument(input + " isn't the input that " + path_ + " was written for: its first " +
                         std::to_string(goal.offset) + " bytes are others, or gone" +
                         std::string(kBeginAnew));
}

Status ImportCheckpoint::Write(DB& db, const ImportState& state) const {
  STRATA_TRY(CheckPlace(session_->files(), path_));
  STRATA_TRY_ASSIGN(const auto file, OutputFile::Create(session_->files(), path_));
  STRATA_TRY(file->Append(Encode({purpose_, state, db.Stats().last_sequence})));
  return file->Finish();
}

Status ImportCheckpoint::Save(DB& db, const ImportState& state, When when) {
  const std::uint64_t now = session_->clock().NowMicros();
  if (when == When::kIfDue && now < next_us_) return {};
  next_us_ = now + kSaveEveryMicros;
  STRATA_TRY(db.Sync());
  if (path_.empty()) return {};
  if (const Status written = Write(db, state); !written) {
    session_->Note("no state for --resume is kept: " + written.error().message());
    path_.clear();
  }
  return {};
}

Status ImportCheckpoint::Finish(DB& db) {
  STRATA_TRY(db.Sync());
  if (path_.empty() || !CheckPlace(session_->files(), path_)) return {};
  (void)session_->files().Remove(path_);  // Usually there is none.
  return {};
}

Result<std::unique_ptr<AckFile>> AckFile::Open(const std::string& path) {
  constexpr int kMode = 0600;
  const int descriptor = ::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, kMode);
  if (descriptor < 0) return OsError(errno, "opening", path);
  return std::unique_ptr<AckFile>(std::make_unique<AckFile>(descriptor, path));
}

AckFile::~AckFile() {
  ::close(descriptor_);
}

Status AckFile::Append(std::uint64_t records) {
  const std::string line = std::to_string(records) + "\n";
  const ssize_t written = ::write(descriptor_, line.data(), line.size());
  if (written < 0) return OsError(errno, "writing", path_);
  if (static_cast<std::size_t>(written) < line.size()) return OsError(ENOSPC, "writing", path_);
  return {};
}

}  // namespace strata::cli
