#include "reliability/damage.h"

#include <algorithm>
#include <utility>

#include "base/check.h"
#include "reliability/allocation_limit.h"
#include "sst/table_reader.h"
#include "stats/counters.h"
#include "testing/store_world.h"
#include "wal/log_reader.h"

namespace strata::testing {
namespace {

constexpr std::size_t kAllocationMax = std::size_t{64} << 20;

void Must(const Status& status) {
  STRATA_CHECK(status.has_value());
}

std::string KeyOf(const std::string& group, int n) {
  return group + std::to_string(10 + n);
}

Options PlainStore() {
  Options options;
  options.block_bytes = 64;
  options.block_restart_interval = 2;
  options.compaction = CompactionStyle::kNone;
  options.block_cache_bytes = 1 << 20;
  return options;
}

// Keys that only this table has, and one that every later table overwrites. Values of one size, so
// that blocks are of one size.
void WriteTable(StoreWorld& world, const std::string& group, Model* model) {
  for (int i = 0; i < 6; ++i) {
    const std::string value = group + std::string(24, static_cast<char>('a' + i));
    Must(world->Put(KeyOf(group, i), value));
    (*model)[KeyOf(group, i)] = value;
  }
  Must(world->Put("shared", group));
  (*model)["shared"] = group;
  Must(world->Flush());
}

void WriteTables(StoreWorld& world, Model* model) {
  constexpr Compression kCodecs[] = {Compression::kNone, Compression::kSnappy, Compression::kLz4,
                                     Compression::kZstd};
  for (const Compression codec : kCodecs) {
    world.options().compression = codec;
    world.options().filter_bits_per_key = codec == Compression::kSnappy ? 0 : 10;
    Must(world.Open());
    WriteTable(world, "table" + std::to_string(static_cast<int>(codec)) + "/", model);
    Must(world.Close());
  }
}

void PutInLog(StoreWorld& world, const std::string& key, Model* model) {
  const std::string value = "in the log: " + key;
  Must(world->Put(key, value));
  (*model)[key] = value;
}

// --- reading -----------------------------------------------------------------------------------

// How much of a log without an end the damage may take unnoticed.
enum class Loss : std::uint8_t { kLastBatch, kTail };

// The states that a reader may still be in, given what it has answered so far.
class Candidates {
 public:
  Candidates(const Specimen& specimen, Loss loss) {
    models_.push_back(&specimen.expected);
    for (const Model& model : specimen.shorter) {
      models_.push_back(&model);
      if (loss == Loss::kLastBatch) break;
    }
  }

  void Answered(const std::string& key, const std::optional<std::string>& value) {
    std::erase_if(models_, [&](const Model* model) {
      const auto at = model->find(key);
      return at == model->end() ? value.has_value() : value != at->second;
    });
  }

  // `shown` are the first entries of a scan, `all` when it came to the end.
  void Showed(const std::vector<std::pair<std::string, std::string>>& shown, bool all) {
    std::erase_if(models_, [&](const Model* model) {
      if (shown.size() > model->size() || (all && shown.size() < model->size())) return true;
      return !std::equal(shown.begin(), shown.end(), model->begin(), [](auto& a, auto& b) {
        return a.first == b.first && a.second == b.second;
      });
    });
  }

  bool any() const { return !models_.empty(); }

 private:
  std::vector<const Model*> models_;
};

class Reader {
 public:
  Reader(const Specimen& specimen, const std::vector<std::string>& damaged, Loss loss)
      : specimen_(specimen), damaged_(damaged), candidates_(specimen, loss) {}

  // What is wrong with how the store on `disk` reads, or nothing.
  std::optional<std::string> Read(std::unique_ptr<MemoryFileSystem> disk, std::uint64_t seed) {
    TakeLargestAllocation();
    Options options = PlainStore();
    options.sync = SyncMode::kNone;
    options.mapped_reads = seed % 2 == 1;
    StoreWorld world(std::move(disk), options, seed);
    if (Accept(world.Open())) ReadEverything(world);
    if (!candidates_.any()) wrong_ = "wrong data, and no error";
    if (TakeLargestAllocation() > kAllocationMax) wrong_ = "one allocation of over 64 MiB";
    return wrong_;
  }

  bool detected() const { return detected_; }

 private:
  void ReadEverything(StoreWorld& world) {
    for (const auto& [key, value] : specimen_.expected) {
      std::string found;
      const auto result = world->Get(key, &found);
      if (Accept(result)) {
        candidates_.Answered(key, *result ? std::optional(found) : std::nullopt);
      }
    }
    Scan(world);
    Accept(world->VerifyAll());
  }

  void Scan(StoreWorld& world) {
    const auto iterator = world->NewIterator({});
    if (!Accept(iterator)) return;
    std::vector<std::pair<std::string, std::string>> shown;
    Status moved = (*iterator)->SeekToFirst();
    for (; moved && (*iterator)->Valid(); moved = (*iterator)->Next()) {
      shown.emplace_back((*iterator)->key(), (*iterator)->value());
    }
    candidates_.Showed(shown, /*all=*/Accept(moved));
  }

  // Errors are fine if they are of the right kind and say where.
  template <typename T>
  bool Accept(const Result<T>& result) {
    if (result.has_value()) return true;
    detected_ = true;
    const Error& error = result.error();
    const std::string& message = error.message();
    if (error.code() != ErrorCode::kCorruption && error.code() != ErrorCode::kUnsupported) {
      wrong_ = "an error of the wrong kind: " + message;
    } else if (!NamesFile(message)) {
      wrong_ = "an error that doesn't name the file: " + message;
    } else if (!NamesPlace(message)) {
      wrong_ = "an error that doesn't say where: " + message;
    }
    return false;
  }

  // A file that isn't there any more is named instead of the one whose damage took it away.
  bool NamesFile(const std::string& message) const {
    if (message.find("a file is missing") != std::string::npos) return true;
    return std::any_of(damaged_.begin(), damaged_.end(), [&](const std::string& path) {
      return message.find(path.substr(path.rfind('/') + 1)) != std::string::npos;
    });
  }

  // An offset, or a thing that a file has one of.
  static bool NamesPlace(const std::string& message) {
    for (const char* place :
         {"offset", "footer", "CURRENT", "missing", " bytes", "the manifest names"}) {
      if (message.find(place) != std::string::npos) return true;
    }
    return false;
  }

  const Specimen& specimen_;
  const std::vector<std::string>& damaged_;
  Candidates candidates_;
  std::optional<std::string> wrong_;
  bool detected_ = false;
};

// --- damaging ----------------------------------------------------------------------------------

using Contents = std::map<std::string, std::string>;

class Damager {
 public:
  Damager(const Specimen& specimen, const DamagePlan& plan) : specimen_(specimen), plan_(plan) {
    for (const std::string& path : FilesOf(*specimen.disk)) {
      if (path.ends_with("LOCK") || path.find(plan.only) == std::string::npos) continue;
      files_[path] = *specimen.disk->Contents(path);
    }
  }

  // The files of the specimen that may be damaged.
  const Contents& files() const { return files_; }

  // Reads the store with some files replaced.
  void Try(const std::string& what, const Contents& replaced, Loss loss = Loss::kLastBatch) {
    std::vector<std::string> names;
    auto disk = specimen_.disk->Clone();
    for (const auto& [path, contents] : replaced) {
      names.push_back(path);
      disk->SetContents(path, contents);
    }
    TryDisk(what, std::move(disk), names, loss);
  }

  void TryDisk(const std::string& what, std::unique_ptr<MemoryFileSystem> disk,
               const std::vector<std::string>& damaged, Loss loss) {
    if (report_.failures.size() >= plan_.failures_max) return;
    Reader reader(specimen_, damaged, loss);
    if (const auto wrong = reader.Read(std::move(disk), ++report_.images)) {
      report_.failures.push_back(damaged.front() + ", " + what + ": " + *wrong);
    }
    report_.detected += reader.detected() ? 1 : 0;
    ++report_.by_file[damaged.front()];
  }

  // Whether the next of a numbered series is among those that the plan wants.
  bool Wanted(std::uint64_t n) const { return n % plan_.bit_step == plan_.first % plan_.bit_step; }

  DamageReport Take() { return std::move(report_); }

 private:
  const Specimen& specimen_;
  const DamagePlan& plan_;
  Contents files_;
  DamageReport report_;
};

struct Piece {
  std::size_t begin;
  std::size_t end;
};

// The blocks of a table, the records of a log or manifest, the lines of CURRENT.
std::vector<Piece> PiecesOf(MemoryFileSystem& disk, const std::string& path,
                            const std::string& contents) {
  std::vector<Piece> pieces;
  if (path.ends_with(".sst")) {
    Counters counters;
    auto file = disk.Open(path);
    STRATA_CHECK(file.has_value());
    auto reader = sst::TableReader::Open(*std::move(file), path, {.counters = &counters});
    STRATA_CHECK(reader.has_value());
    const auto blocks = (*reader)->Blocks();
    STRATA_CHECK(blocks.has_value());
    for (const auto& block : *blocks) {
      pieces.push_back({block.offset, block.offset + block.stored_bytes + sst::kTrailerSize});
    }
  } else if (path.ends_with("CURRENT")) {
    for (std::size_t at = 0; at < contents.size();) {
      const std::size_t end = contents.find('\n', at) + 1;
      pieces.push_back({at, end});
      at = end;
    }
  } else {
    wal::LogReader reader(contents, {.all_records = true});
    for (auto record = reader.Next(); record && *record; record = reader.Next()) {
      pieces.push_back({(*record)->offset, reader.valid_length()});
    }
  }
  return pieces;
}

std::string Exchanged(const std::string& contents, const Piece& a, const Piece& b) {
  return contents.substr(0, a.begin) + contents.substr(b.begin, b.end - b.begin) +
         contents.substr(a.end, b.begin - a.end) + contents.substr(a.begin, a.end - a.begin) +
         contents.substr(b.end);
}

void MisplacePieces(Damager& damager, MemoryFileSystem& disk) {
  for (const auto& [path, contents] : damager.files()) {
    const std::vector<Piece> pieces = PiecesOf(disk, path, contents);
    for (std::size_t i = 0; i < pieces.size(); ++i) {
      const Piece& a = pieces[i];
      const std::string bytes = contents.substr(a.begin, a.end - a.begin);
      const std::string name = "piece " + std::to_string(i);
      damager.Try(name + " twice", {{path, std::string(contents).insert(a.end, bytes)}});
      damager.Try(name + " dropped", {{path, std::string(contents).erase(a.begin, bytes.size())}});
      for (std::size_t j = i + 1; j < pieces.size(); ++j) {
        const Piece& b = pieces[j];
        const std::string other = " and " + std::to_string(j);
        damager.Try(name + other + " exchanged", {{path, Exchanged(contents, a, b)}});
        if (b.end - b.begin != bytes.size()) continue;
        std::string copied = contents;
        damager.Try(name + other + " the same",
                    {{path, copied.replace(b.begin, bytes.size(), bytes)}});
      }
    }
  }
}

// The first n bytes of one with the rest of another.
std::string Over(const std::string& front, const std::string& behind) {
  return behind.size() <= front.size() ? front : front + behind.substr(front.size());
}

bool SameKind(const std::string& a, const std::string& b) {
  return a.substr(a.size() - 4) == b.substr(b.size() - 4) ||
         (a.find("MANIFEST") != std::string::npos && b.find("MANIFEST") != std::string::npos);
}

void MisplaceFiles(Damager& damager, const Specimen& specimen) {
  for (const auto& [path, contents] : damager.files()) {
    auto without = specimen.disk->Clone();
    Must(without->Remove(path));
    damager.TryDisk("missing", std::move(without), {path}, Loss::kTail);
    for (const auto& [other, theirs] : damager.files()) {
      if (path >= other || !SameKind(path, other)) continue;
      damager.Try("exchanged with " + other, {{path, theirs}, {other, contents}});
    }
    for (const auto& [other, theirs] : specimen.earlier) {
      if (path == other) damager.Try("an old copy", {{path, theirs}}, Loss::kTail);
      if (!SameKind(path, other)) continue;
      if (path.ends_with(".wal")) {
        damager.Try("old bytes of " + other + " behind its end", {{path, Over(contents, theirs)}});
      }
    }
  }
  for (const auto& [path, contents] : specimen.earlier) {
    if (!damager.files().contains(path)) damager.Try("back from the dead", {{path, contents}});
  }
}

}  // namespace

// --- specimens ---------------------------------------------------------------------------------

Specimen MakeClosedStore() {
  Specimen specimen;
  StoreWorld world(NewMemoryFileSystem(), PlainStore(), 71);
  WriteTables(world, &specimen.expected);
  for (int round = 0; round < 2; ++round) {  // Two logs.
    Must(world.Open());
    for (const std::string& path : FilesOf(world.disk())) {
      specimen.earlier[path] = *world.disk().Contents(path);
    }
    PutInLog(world, "log" + std::to_string(round), &specimen.expected);
    Must(world->Delete(KeyOf("table0/", round)));
    specimen.expected.erase(KeyOf("table0/", round));
    PutInLog(world, "shared", &specimen.expected);
    Must(world.Close());
  }
  specimen.disk = world.disk().Clone();
  return specimen;
}

Specimen MakeKilledStore() {
  Specimen specimen;
  StoreWorld world(NewMemoryFileSystem(), PlainStore(), 72);
  WriteTables(world, &specimen.expected);
  Must(world.Open());
  // A log whose entries are deleted afterwards, and the deletes forgotten: if its records are read
  // again, they are seen. All its records are of one size.
  for (int i = 0; i < 8; ++i) Must(world->Put(KeyOf("gone", i), "gone"));
  for (const std::string& path : FilesOf(world.disk())) {
    specimen.earlier[path] = *world.disk().Contents(path);
  }
  Must(world->Flush());
  for (int i = 0; i < 8; ++i) Must(world->Delete(KeyOf("gone", i)));
  Must(world->CompactRange("gone", "gonf"));
  for (int i = 0; i < 4; ++i) {
    specimen.shorter.insert(specimen.shorter.begin(), specimen.expected);
    Must(world->Put(KeyOf("kept", i), "kept"));
    specimen.expected[KeyOf("kept", i)] = "kept";
  }
  specimen.disk = world.disk().Clone();
  return specimen;
}

// --- kinds of damage ---------------------------------------------------------------------------

DamageReport FlipBits(const Specimen& specimen, const DamagePlan& plan) {
  Damager damager(specimen, plan);
  std::uint64_t n = 0;
  for (const auto& [path, contents] : damager.files()) {
    for (std::size_t bit = 0; bit < contents.size() * 8; ++bit) {
      if (!damager.Wanted(n++)) continue;
      std::string flipped = contents;
      flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << bit % 8));
      damager.Try("bit " + std::to_string(bit % 8) + " of byte " + std::to_string(bit / 8),
                  {{path, std::move(flipped)}});
    }
  }
  return damager.Take();
}

DamageReport ResizeAndOverwrite(const Specimen& specimen, const DamagePlan& plan) {
  Damager damager(specimen, plan);
  Random random(9);
  std::uint64_t n = 0;
  for (const auto& [path, contents] : damager.files()) {
    for (std::size_t at = 0; at < contents.size(); ++at) {
      if (!damager.Wanted(n++)) continue;
      const std::string where = " byte " + std::to_string(at);
      damager.Try("cut off at" + where, {{path, contents.substr(0, at)}}, Loss::kTail);
      for (const char byte : {'\0', '\xff'}) {
        std::string overwritten = contents;
        overwritten[at] = byte;
        damager.Try("overwritten" + where, {{path, std::move(overwritten)}});
      }
      if (at % 8 != 0) continue;
      damager.Try("zeros from" + where,
                  {{path, contents.substr(0, at) + std::string(contents.size() - at, '\0')}},
                  Loss::kTail);
      damager.Try("garbage from" + where,
                  {{path, contents.substr(0, at) + random.Bytes(contents.size() - at)}},
                  Loss::kTail);
    }
    for (const std::size_t size : {1U, 7U, 40U, 512U, 4096U}) {
      damager.Try("longer by zeros", {{path, contents + std::string(size, '\0')}});
      damager.Try("longer by garbage", {{path, contents + random.Bytes(size)}});
      damager.Try("longer by itself", {{path, contents + contents.substr(0, size)}});
    }
  }
  return damager.Take();
}

DamageReport Misplace(const Specimen& specimen, const DamagePlan& plan) {
  Damager damager(specimen, plan);
  MisplacePieces(damager, *specimen.disk);
  MisplaceFiles(damager, specimen);
  return damager.Take();
}

}  // namespace strata::testing
