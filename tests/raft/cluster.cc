#include "raft/cluster.h"

#include <algorithm>
#include <utility>

#include "base/coding.h"
#include "raft/fingerprint.h"

namespace strata::raft {

Term MemoryStore::TermAt(Index index) const {
  return index == snapshot.last.index ? snapshot.last.term
                                      : entries.at(index - snapshot.last.index - 1).term;
}

Result<std::vector<Entry>> MemoryStore::Read(Index first, Index last, std::size_t bytes_max) const {
  if (unreadable) return Error(ErrorCode::kIo, "the disk gives no answer");
  std::vector<Entry> found;
  std::size_t bytes = 0;
  for (Index index = first; index <= last; ++index) {
    const Entry& entry = entries.at(index - snapshot.last.index - 1);
    bytes += SizeOf(entry);
    if (!found.empty() && bytes > bytes_max) break;
    found.push_back(entry);
  }
  return found;
}

void MemoryStore::Apply(const Write& write) {
  if (write.hard_state) hard_state = *write.hard_state;
  if (write.snapshot) {
    snapshot = *write.snapshot;
    entries.clear();
  }
  if (write.entries.empty()) return;
  entries.resize(write.entries.front().index - snapshot.last.index - 1);
  entries.insert(entries.end(), write.entries.begin(), write.entries.end());
}

void MemoryStore::Compact(const Snapshot& to) {
  const auto count = static_cast<std::ptrdiff_t>(to.last.index - snapshot.last.index);
  entries.erase(entries.begin(), entries.begin() + count);
  snapshot = to;
}

Cluster::Cluster(const Options& options, std::size_t voters, std::uint64_t seed)
    : options_(options), seed_(seed) {
  Configuration configuration;
  for (NodeId node = 1; node <= voters; ++node) configuration.voters.push_back(node);
  machines_.resize(voters);
  for (std::size_t i = 0; i < voters; ++i) {
    machines_[i].id = i + 1;
    machines_[i].disk.snapshot.configuration = configuration;
  }
  for (std::size_t i = 0; i < voters; ++i) Restart(i + 1);
}

Cluster::Cluster(const Cluster& other) = default;

Cluster& Cluster::operator=(const Cluster& other) {
  if (this == &other) return *this;
  options_ = other.options_;
  seed_ = other.seed_;
  machines_ = other.machines_;
  network_ = other.network_;
  parts_ = other.parts_;
  history_ = other.history_;
  violation_ = other.violation_;
  trace_ = other.trace_;
  shown_ = other.shown_;
  now_us_ = other.now_us_;
  return *this;
}

// A copied node reads the log of the copied machine. Called before each use, so that machines may
// move about freely.
void Cluster::Rebind() {
  for (Machine& machine : machines_) {
    if (machine.raft) machine.raft->set_store(machine.disk);
  }
}

Machine& Cluster::machine(NodeId node) {
  Rebind();
  return *std::find_if(machines_.begin(), machines_.end(),
                       [&](const Machine& machine) { return machine.id == node; });
}

NodeId Cluster::leader() const {
  NodeId leader = kNobody;
  Term term = 0;
  for (const Machine& machine : machines_) {
    if (!machine.raft || !machine.raft->leads() || machine.raft->term() < term) continue;
    leader = machine.id;
    term = machine.raft->term();
  }
  return leader;
}

void Cluster::Tick(NodeId node) {
  Machine& it = machine(node);
  if (!it.raft) return;
  it.raft->Tick(now_us_);
  Pump(it);
}

void Cluster::Campaign(NodeId node) {
  Machine& it = machine(node);
  if (!it.raft) return;
  it.raft->Campaign();
  Pump(it);
}

Status Cluster::Propose(NodeId node, std::string command) {
  Machine& it = machine(node);
  if (!it.raft) return Error(ErrorCode::kUnavailable, "it is down");
  const auto index = it.raft->Propose(std::move(command));
  Pump(it);
  if (!index.has_value()) return index.error();
  return {};
}

Status Cluster::Change(NodeId node, const raft::Change& change) {
  Machine& it = machine(node);
  if (!it.raft) return Error(ErrorCode::kUnavailable, "it is down");
  const auto index = it.raft->ProposeChange(change);
  Pump(it);
  if (!index.has_value()) return index.error();
  return {};
}

Status Cluster::Transfer(NodeId node, NodeId to) {
  Machine& it = machine(node);
  if (!it.raft) return Error(ErrorCode::kUnavailable, "it is down");
  const Status status = it.raft->TransferLeadership(to);
  Pump(it);
  return status;
}

Status Cluster::Read(NodeId node, std::uint64_t read) {
  Machine& it = machine(node);
  if (!it.raft) return Error(ErrorCode::kUnavailable, "it is down");
  history_.reads[read] = history_.committed.size();
  const Status status = it.raft->Read(read, now_us_);
  Pump(it);
  return status;
}

void Cluster::Compact(NodeId node, Index index) {
  Machine& it = machine(node);
  const Log* log = it.raft ? &it.raft->log() : nullptr;
  if (log == nullptr || index > it.applied || index <= log->snapshot().last.index) return;
  const Snapshot snapshot{.last = {.term = log->TermAt(index), .index = index},
                          .configuration = log->ConfigurationAt(index)};
  it.raft->Compact(snapshot);
  it.disk.Compact(snapshot);
  Pump(it);
}

void Cluster::FailSnapshot(NodeId node, NodeId to) {
  Machine& it = machine(node);
  if (!it.raft) return;
  it.raft->SnapshotFailed(to);
  Pump(it);
}

void Cluster::Persist(NodeId node) {
  Machine& it = machine(node);
  if (!it.raft || it.writes.empty()) return;
  const Write write = std::move(it.writes.front());
  it.writes.pop_front();
  it.disk.Apply(write);
  it.raft->Persisted(write.number);
  Pump(it);
}

void Cluster::Deliver(std::size_t message, bool keep) {
  const Envelope envelope = network_.at(message);
  if (!keep) Drop(message);
  Machine& it = machine(envelope.to);
  if (!it.raft || Parted(envelope.from, envelope.to)) return;
  it.raft->Step(envelope);
  Pump(it);
}

void Cluster::Drop(std::size_t message) {
  network_.erase(network_.begin() + static_cast<std::ptrdiff_t>(message));
}

bool Cluster::Parted(NodeId from, NodeId to) const {
  if (parts_.empty()) return false;
  return std::none_of(parts_.begin(), parts_.end(), [&](const std::set<NodeId>& part) {
    return part.contains(from) && part.contains(to);
  });
}

void Cluster::AddMachine(NodeId node) {
  Machine added;
  added.id = node;
  const auto place = std::find_if(machines_.begin(), machines_.end(),
                                  [&](const Machine& machine) { return machine.id > node; });
  machines_.insert(place, std::move(added));
  Restart(node);
}

void Cluster::Crash(NodeId node, std::size_t durable) {
  Machine& it = machine(node);
  for (std::size_t i = 0; i < durable && i < it.writes.size(); ++i) it.disk.Apply(it.writes[i]);
  it.writes.clear();
  it.raft.reset();
  it.applied = 0;
  it.seen_commit = 0;
}

void Cluster::Restart(NodeId node) {
  Machine& it = machine(node);
  if (it.raft) return;
  Options options = options_;
  options.id = node;
  Stored stored{.hard_state = it.disk.hard_state,
                .snapshot = it.disk.snapshot,
                .configurations = {},
                .applied = it.disk.snapshot.last.index,
                .damaged = it.damaged};
  for (const Entry& entry : it.disk.entries) {
    if (const auto* configuration = std::get_if<Configuration>(&entry.body)) {
      stored.configurations.emplace_back(entry.index, *configuration);
    }
  }
  auto restored = Raft::Restore(options, stored, it.disk, Random(seed_ + node));
  if (!restored.has_value()) return Trace(restored.error().message());
  it.raft.emplace(*std::move(restored));
  it.applied = stored.applied;
  if (it.raft->term() < it.told_term) Broken("node " + std::to_string(node) + " forgot its term");
  Pump(it);
}

void Cluster::LoseTail(NodeId node) {
  Machine& it = machine(node);
  Crash(node);
  if (!it.disk.entries.empty()) it.disk.entries.pop_back();
  it.damaged = true;
}

void Cluster::Pump(Machine& machine) {
  bool again = true;
  while (again && machine.raft) PumpOnce(machine, &again);
  if (machine.raft) TraceState(machine);
}

void Cluster::PumpOnce(Machine& machine, bool* again) {
  auto output = machine.raft->TakeOutput();
  if (!output.has_value()) {
    const std::string what = "node " + std::to_string(machine.id) + " stopped: ";
    if (machine.disk.unreadable) {
      Trace(what + output.error().message());
    } else {
      Broken(what + output.error().message());
    }
    machine.raft.reset();
    return;
  }
  *again = output->write.has_value() && !machine.slow;
  *again = *again || !output->committed.empty();
  TraceState(machine);
  Take(machine, *std::move(output));
  Check(machine);
}

void Cluster::Take(Machine& machine, Output output) {
  for (const Envelope& envelope : output.messages) Sent(machine, envelope);
  for (const Entry& entry : output.committed) {
    if (entry.index != machine.applied + 1) Broken("an entry is applied out of order");
    machine.applied = entry.index;
    Trace(std::to_string(machine.id) + " applies " + Text(entry));
  }
  for (const ReadyRead& read : output.reads) {
    Trace(std::to_string(machine.id) + " may answer read " + std::to_string(read.read) + " at " +
          std::to_string(read.index));
    if (read.index < history_.reads[read.read]) {
      Broken("read " + std::to_string(read.read) + " misses what was committed before it");
    }
  }
  if (!output.write) return;
  ++writes_begun;
  if (output.write->snapshot) machine.applied = output.write->snapshot->last.index;
  if (machine.slow) {
    machine.writes.push_back(*std::move(output.write));
  } else {
    machine.disk.Apply(*output.write);
    machine.raft->Persisted(output.write->number);
  }
}

void Cluster::Sent(Machine& machine, const Envelope& envelope) {
  ++messages_sent;
  machine.told_term = std::max(machine.told_term, envelope.term);
  const auto* vote = std::get_if<VoteReply>(&envelope.message);
  if (vote != nullptr && vote->granted) CheckVote(machine.id, envelope.term, envelope.to);
  const bool lost = Parted(envelope.from, envelope.to);
  Trace(Text(envelope) + (lost ? " (lost)" : ""));
  if (!lost) network_.push_back(envelope);
}

void Cluster::Broken(const std::string& what) {
  if (violation_.empty()) violation_ = what;
  Trace("BROKEN: " + what);
}

std::string Cluster::Fingerprint() const {
  std::string out;
  for (const Machine& machine : machines_) {
    out.push_back(machine.raft ? '+' : '-');
    if (machine.raft) out += machine.raft->Fingerprint();
    AppendVarint64(&out, machine.disk.hard_state.term);
    AppendVarint64(&out, machine.disk.hard_state.vote);
    AppendVarint64(&out, machine.disk.snapshot.last.index);
    AppendVarint64(&out, machine.disk.entries.size());
    for (const Entry& entry : machine.disk.entries) AppendFingerprint(entry, &out);
    AppendVarint64(&out, machine.told_term);
    AppendVarint64(&out, machine.writes.size());
  }
  std::vector<std::string> messages;
  for (const Envelope& envelope : network_) {
    AppendFingerprint(envelope, &messages.emplace_back());
  }
  std::sort(messages.begin(), messages.end());
  for (const std::string& message : messages) AppendLengthPrefixed(&out, message);
  for (const auto& [term, node] : history_.leaders) {
    AppendVarint64(&out, term * 16 + node);
  }
  for (const auto& [who, vote] : history_.votes) {
    AppendVarint64(&out, (who.second * 16 + who.first) * 16 + vote);
  }
  for (const auto& committed : history_.committed) {
    AppendFingerprint(committed.entry, &out);
    AppendVarint64(&out, committed.by);
  }
  for (const auto& [read, index] : history_.reads) AppendVarint64(&out, read * 64 + index);
  return out;
}

}  // namespace strata::raft
