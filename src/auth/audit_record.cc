#include "auth/audit_record.h"

#include <charconv>

#include "auth/digest.h"
#include "base/json_text.h"

namespace strata::auth {
namespace {

constexpr std::string_view kSeq = "{\"seq\":";
constexpr std::string_view kPrev = ",\"prev\":\"";
constexpr std::string_view kSynced = "\",\"synced\":";
constexpr std::string_view kHash = ",\"hash\":\"";
constexpr std::string_view kEnd = "\"}";
constexpr std::size_t kHashDigits = 2 * kDigestBytes;

// What a line says of the chain.
struct Link {
  std::uint64_t seq = 0;
  std::string_view prev;
  std::uint64_t synced = 0;
  std::string_view covered;  // By the hash.
  std::string_view hash;
};

bool TakeText(std::string_view expected, std::string_view* rest) {
  if (!rest->starts_with(expected)) return false;
  rest->remove_prefix(expected.size());
  return true;
}

bool TakeNumber(std::string_view* rest, std::uint64_t* number) {
  const auto parsed = std::from_chars(rest->data(), rest->data() + rest->size(), *number);
  rest->remove_prefix(static_cast<std::size_t>(parsed.ptr - rest->data()));
  return parsed.ec == std::errc();
}

bool Parse(std::string_view line, Link* link) {
  const std::size_t tail = kHash.size() + kHashDigits + kEnd.size();
  if (!line.ends_with(kEnd) || line.size() < tail) return false;
  link->covered = line.substr(0, line.size() - tail);
  std::string_view rest = line.substr(link->covered.size());
  if (!TakeText(kHash, &rest)) return false;
  link->hash = rest.substr(0, kHashDigits);
  rest = link->covered;
  if (!TakeText(kSeq, &rest) || !TakeNumber(&rest, &link->seq) || link->seq == 0) return false;
  if (!TakeText(kPrev, &rest) || rest.size() < kHashDigits) return false;
  link->prev = rest.substr(0, kHashDigits);
  rest.remove_prefix(kHashDigits);
  return TakeText(kSynced, &rest) && TakeNumber(&rest, &link->synced);
}

bool IsWhole(std::string_view line, Link* link) {
  return Parse(line, link) && Hex(Sha256(link->covered)) == link->hash;
}

}  // namespace

std::string SealRecord(const AuditRecord& record, std::uint64_t synced, AuditPlace* place) {
  std::string line;
  JsonText json(&line);
  json.BeginObject().Add("seq", place->seq + 1).AddText("prev", place->hash);
  json.Add("synced", synced).Add("time_us", record.time_us);
  if (!record.who.empty()) json.AddText("who", record.who);
  json.AddText("from", record.from).AddText("what", record.what);
  if (!record.table.empty()) json.AddText("table", record.table);
  if (!record.key.empty()) json.AddText("key", record.key);
  json.AddBool("allowed", record.allowed);
  if (!record.note.empty()) json.AddText("note", record.note);
  place->hash = Hex(Sha256(line));
  ++place->seq;
  return line + std::string(kHash) + place->hash + std::string(kEnd);
}

Status CheckLine(std::string_view line, AuditPlace* place) {
  Link link;
  const std::string next = "record " + std::to_string(place->seq + 1);
  if (!IsWhole(line, &link)) {
    return Corruption(next + " was changed, or is none");
  }
  if (link.seq != place->seq + 1) {
    return Corruption(link.seq <= place->seq
                          ? next + ": there is record " + std::to_string(link.seq) + " again"
                          : next + " is missing: the next that is there is " +
                                std::to_string(link.seq));
  }
  if (link.prev != place->hash) {
    return Corruption(next + " follows another record " + std::to_string(place->seq) +
                      " than the one that is there");
  }
  *place = {.seq = link.seq, .hash = std::string(link.hash)};
  return {};
}

bool ProvesSynced(std::string_view text, std::uint64_t seq) {
  for (std::size_t at = text.find(kSeq); at != std::string_view::npos; at = text.find(kSeq)) {
    text.remove_prefix(at);
    Link link;
    if (IsWhole(text.substr(0, text.find('\n')), &link) && link.synced >= seq) return true;
    text.remove_prefix(1);
  }
  return false;
}

Result<AuditPlace> PlaceBefore(std::string_view line) {
  Link link;
  if (!Parse(line, &link)) return Corruption("its first line is no record of an audit log");
  return AuditPlace{.seq = link.seq - 1, .hash = std::string(link.prev)};
}

}  // namespace strata::auth
