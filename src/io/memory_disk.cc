#include "io/memory_disk.h"

#include <algorithm>
#include <unordered_map>
#include <unordered_set>

namespace strata {
namespace {

constexpr std::uint64_t kPageSize = 4096;
constexpr std::uint64_t kSectorSize = 512;

std::uint64_t RoundUp(std::uint64_t value, std::uint64_t unit) {
  return (value + unit - 1) / unit * unit;
}

// --- copying -----------------------------------------------------------------------------------

// Copies each node once, whatever leads to it.
class Copier {
 public:
  MemoryNodePtr Copy(const MemoryNodePtr& node) {
    if (node == nullptr) return nullptr;
    MemoryNodePtr& copy = copies_[node.get()];
    if (copy != nullptr) return copy;
    copy = std::make_shared<MemoryNode>(*node);
    copy->is_locked = false;
    for (auto& [name, child] : copy->entries) child = Copy(child);
    for (auto& [name, child] : copy->durable_entries) child = Copy(child);
    return copy;
  }

 private:
  std::unordered_map<const MemoryNode*, MemoryNodePtr> copies_;
};

// --- a power cut -------------------------------------------------------------------------------

class PowerCut {
 public:
  PowerCut(const MemoryDisk& disk, CrashKind kind, Random& random)
      : disk_(disk), kind_(kind), random_(random) {}

  MemoryDisk Run() {
    DrawPoint();
    for (const NameChange& change : disk_.journal) Apply(change);
    MemoryDisk after;
    after.root = Build(disk_.root);
    after.next_sequence = disk_.next_sequence;
    return after;
  }

 private:
  // Everything not durable in order, and where the order is cut.
  void DrawPoint() {
    std::vector<std::uint64_t> sequences;
    VisitUnsynced(disk_.root, &sequences);
    for (const NameChange& change : disk_.journal) VisitUnsynced(change.target, &sequences);
    if (!sequences.empty()) last_write_ = *std::max_element(sequences.begin(), sequences.end());
    for (const NameChange& change : disk_.journal) sequences.push_back(change.sequence);
    std::sort(sequences.begin(), sequences.end());
    const std::size_t cut = random_.Uniform(sequences.size() + 1);
    point_ = cut == sequences.size() ? UINT64_MAX : sequences[cut];
  }

  void VisitUnsynced(const MemoryNodePtr& node, std::vector<std::uint64_t>* sequences) {
    if (node == nullptr || !visited_.insert(node.get()).second) return;
    for (const UnsyncedWrite& write : node->unsynced) sequences->push_back(write.sequence);
    for (const auto& [name, child] : node->entries) VisitUnsynced(child, sequences);
    for (const auto& [name, child] : node->durable_entries) VisitUnsynced(child, sequences);
  }

  MemoryNode::Entries& EntriesOf(const MemoryNodePtr& directory) {
    return entries_.try_emplace(directory.get(), directory->durable_entries).first->second;
  }

  bool Persists(const NameChange& change) {
    switch (kind_) {
      case CrashKind::kNothingUnsynced:
      case CrashKind::kDataOnly:
        return false;
      case CrashKind::kPrefix:
        return change.sequence < point_;
      case CrashKind::kReversed:
        return change.sequence >= point_;
      case CrashKind::kRandomSubset:
        return random_.OneIn(2);
      case CrashKind::kEverything:
      case CrashKind::kMetadataOnly:
      case CrashKind::kTornLast:
        return true;
    }
    return true;
  }

  void Apply(const NameChange& change) {
    if (!Persists(change)) return;
    NameChange half = change;
    const bool is_file_rename = change.from_directory != nullptr && !change.target->is_directory;
    if (kind_ == CrashKind::kRandomSubset && is_file_rename && random_.OneIn(4)) {
      half.from_directory = nullptr;  // The file keeps its old name too.
    }
    ApplyChange(half, [this](const MemoryNodePtr& directory) -> MemoryNode::Entries& {
      return EntriesOf(directory);
    });
  }

  // The node as the next boot finds it.
  MemoryNodePtr Build(const MemoryNodePtr& node) {
    if (const auto found = built_.find(node.get()); found != built_.end()) return found->second;
    const auto after = std::make_shared<MemoryNode>(node->is_directory);
    built_[node.get()] = after;
    if (node->is_directory) {
      for (const auto& [name, child] : EntriesOf(node)) after->entries[name] = Build(child);
      after->durable_entries = after->entries;
    } else {
      after->content = node->unsynced.empty() ? node->content : MemoryContent(BytesOf(*node));
      const bool whole = after->content.size() == node->content.size();
      if (whole && !node->refused.empty() && random_.OneIn(2)) {
        after->content.Append(node->refused);
      } else if (node->has_zeros_ahead && random_.OneIn(2)) {
        after->content.Append(std::string(random_.Uniform(2 * kPageSize), '\0'));
      }
      after->durable_size = after->content.size();
    }
    return after;
  }

  std::string BytesOf(const MemoryNode& file) {
    const std::string cached = file.content.Flatten();
    std::string bytes = cached.substr(0, file.durable_size);
    for (const UnsyncedWrite& write : file.unsynced) {
      const std::uint64_t end = std::min(write.end, file.durable_size);
      if (write.begin < end) std::fill_n(&bytes[write.begin], end - write.begin, '\0');
    }
    if (kind_ == CrashKind::kRandomSubset) {
      DrawPages(file, cached, &bytes);
      return bytes;
    }
    for (const UnsyncedWrite& write : file.unsynced) Draw(write, cached, &bytes);
    return bytes;
  }

  void Draw(const UnsyncedWrite& write, const std::string& cached, std::string* bytes) {
    switch (kind_) {
      case CrashKind::kNothingUnsynced:
      case CrashKind::kRandomSubset:
        return;
      case CrashKind::kEverything:
      case CrashKind::kDataOnly:
        return Persist(write, write.begin, write.end, cached, bytes);
      case CrashKind::kMetadataOnly:
        return Extend(write.end, bytes);
      case CrashKind::kPrefix:
        if (write.sequence < point_) Persist(write, write.begin, write.end, cached, bytes);
        return;
      case CrashKind::kReversed:
        if (write.sequence >= point_) Persist(write, write.begin, write.end, cached, bytes);
        return;
      case CrashKind::kTornLast: {
        if (write.sequence != last_write_) {
          return Persist(write, write.begin, write.end, cached, bytes);
        }
        const std::uint64_t first = write.begin / kSectorSize;
        const std::uint64_t last = (write.end - 1) / kSectorSize;
        const std::uint64_t cut = random_.Between(first, last) * kSectorSize;
        Persist(write, write.begin, std::max(write.begin, cut), cached, bytes);
        if (random_.OneIn(2)) Extend(write.end, bytes);  // The size needn't be torn.
        return;
      }
    }
  }

  // Each page of the unsynced range by itself.
  void DrawPages(const MemoryNode& file, const std::string& cached, std::string* bytes) {
    std::uint64_t size = random_.Between(file.durable_size, cached.size());
    if (random_.OneIn(3)) size = file.durable_size;
    if (random_.OneIn(3)) size = cached.size();
    Extend(cached.size(), bytes);
    const std::uint64_t begin = file.unsynced.front().begin / kPageSize * kPageSize;
    for (std::uint64_t page = begin; page < cached.size(); page += kPageSize) {
      const std::uint64_t what = random_.Uniform(6);
      const std::uint64_t tear = page + kSectorSize * random_.Uniform(kPageSize / kSectorSize);
      for (const UnsyncedWrite& write : file.unsynced) {
        const std::uint64_t from = std::max(write.begin, page);
        const std::uint64_t to = std::min(write.end, page + kPageSize);
        if (from >= to || what == 0) continue;  // Old, which is zeros in a file that only grows.
        if (what == 1) {
          Scramble(RoundUp(from, kSectorSize), to, bytes);
        } else {
          Persist(write, from, what == 2 ? std::clamp(tear, from, to) : to, cached, bytes);
        }
      }
    }
    bytes->resize(size);
  }

  // A sector is written whole, so one that begins with durable bytes isn't garbage.
  void Scramble(std::uint64_t begin, std::uint64_t end, std::string* bytes) {
    for (std::uint64_t i = begin; i < end; ++i) (*bytes)[i] = static_cast<char>(random_.Next());
  }

  static void Extend(std::uint64_t size, std::string* bytes) {
    if (bytes->size() < size) bytes->resize(size, '\0');
  }

  // Bytes [begin, end) of `write` are there; a lost write leaves its size.
  static void Persist(const UnsyncedWrite& write, std::uint64_t begin, std::uint64_t end,
                      const std::string& cached, std::string* bytes) {
    if (begin >= end) return;
    Extend(end, bytes);
    if (write.fate == UnsyncedWrite::Fate::kLost) return;
    bytes->replace(begin, end - begin, cached, begin, end - begin);
  }

  const MemoryDisk& disk_;
  const CrashKind kind_;
  Random& random_;
  std::uint64_t point_ = UINT64_MAX;       // Of kPrefix and kReversed.
  std::uint64_t last_write_ = UINT64_MAX;  // Of kTornLast.

  std::unordered_set<const MemoryNode*> visited_;
  std::unordered_map<const MemoryNode*, MemoryNode::Entries> entries_;
  std::unordered_map<const MemoryNode*, MemoryNodePtr> built_;
};

std::uint64_t SizeBelow(const MemoryNode& node) {
  std::uint64_t size = node.content.size();
  for (const auto& [name, child] : node.entries) size += SizeBelow(*child);
  return size;
}

std::optional<std::string> PathBelow(const MemoryNode& node, const MemoryNodePtr& sought,
                                     const std::string& path) {
  for (const auto& [name, child] : node.entries) {
    if (!child->is_directory) continue;
    const std::string below = path + name;
    if (child == sought) return below;
    if (auto found = PathBelow(*child, sought, below + "/")) return found;
  }
  return std::nullopt;
}
}  // namespace

MemoryDisk MemoryDisk::Copy() const {
  Copier copier;
  MemoryDisk copy;
  copy.root = copier.Copy(root);
  copy.next_sequence = next_sequence;
  for (NameChange change : journal) {
    change.directory = copier.Copy(change.directory);
    change.target = copier.Copy(change.target);
    change.from_directory = copier.Copy(change.from_directory);
    copy.journal.push_back(std::move(change));
  }
  return copy;
}

MemoryDisk MemoryDisk::AfterPowerCut(CrashKind kind, Random& random) const {
  return PowerCut(*this, kind, random).Run();
}

void MemoryDisk::SyncNames(const MemoryNodePtr& directory) {
  std::vector<NameChange> rest;
  for (NameChange& change : journal) {
    if (change.directory == directory || change.from_directory == directory) {
      ApplyChange(change, [](const MemoryNodePtr& changed) -> MemoryNode::Entries& {
        return changed->durable_entries;
      });
    } else {
      rest.push_back(std::move(change));
    }
  }
  journal = std::move(rest);
}

std::uint64_t MemoryDisk::SizeOfFiles() const {
  return SizeBelow(*root);
}

std::optional<std::string> MemoryDisk::PathOf(const MemoryNodePtr& directory) const {
  return PathBelow(*root, directory, "/");
}
}  // namespace strata
