// Many lookups as one: the blocks that they need are found first and read at the same time; the
// lookups themselves then find them in the cache. Keys are answered as by Get, all at one instant.

#include <algorithm>
#include <iterator>
#include <map>

#include "read/blob_iterator.h"
#include "read/reader.h"

namespace strata {
namespace {

// By number of the table and offset in its file: the same reads in the same order, always.
struct Place {
  const Table* table;
  sst::BlockToRead block;
};
using Places = std::map<std::pair<FileNumber, std::uint64_t>, Place>;

// What so many keys need is read at once, however many are asked for.
constexpr std::size_t kKeysAtOnce = 256;

// Adds the block that a lookup of `key` reads first; with `all_runs` those of all runs whose filter
// doesn't rule the key out, so that none has to wait for another.
void Locate(const Version& version, std::string_view key, SequenceNumber sequence, bool all_runs,
            Places* places) {
  for (const Run& run : version.runs()) {
    const Table* table = run.Find(key);
    if (table == nullptr) continue;
    const auto place = table->reader().Locate(key, sequence);
    if (!place) continue;
    places->try_emplace({table->meta().number, place->offset}, Place{table, *place});
    if (!all_runs) return;
  }
}

// Reads all places at once into the cache.
Status ReadAll(const Places& places, BatchReader& reader, Counters& counters) {
  if (places.size() < 2) return {};  // One block is read by its lookup.
  std::uint64_t bytes = 0;
  for (const auto& [_, place] : places) bytes += place.block.size;
  const std::unique_ptr<char[]> buffer(new char[bytes]);
  std::vector<ReadRequest> requests;
  char* scratch = buffer.get();
  for (const auto& [_, place] : places) {
    requests.push_back({&place.table->reader().file(), place.block.offset,
                        static_cast<std::size_t>(place.block.size), scratch});
    scratch += place.block.size;
  }
  reader.ReadAll(requests);
  counters.Add(Counter::kParallelReads, requests.size());
  counters.RaiseTo(Counter::kReadsInFlightPeak, requests.size());
  std::size_t i = 0;
  for (const auto& [_, place] : places) {
    auto& result = requests[i++].result;
    if (!result) return std::move(result).error().WithContext(place.table->reader().name());
    STRATA_TRY(place.table->reader().Adopt(place.block, *result));
  }
  return {};
}

}  // namespace

Result<std::vector<MultiGetResult>> Reader::MultiGet(std::span<const std::string_view> keys,
                                                     const ReadOptions& options) {
  STRATA_TRY_ASSIGN(const ReadPoint point, At(options));
  ExpiryCheck expiry(clock_, point.now_us);
  return MultiGetAt(point, keys, options, &expiry);
}

Result<std::vector<MultiGetResult>> Reader::MultiGetAt(const ReadPoint& point,
                                                       std::span<const std::string_view> keys,
                                                       const ReadOptions& options,
                                                       ExpiryCheck* expiry) {
  if (keys.size() <= kKeysAtOnce) return MultiGetGroup(point, keys, options, expiry);
  std::vector<MultiGetResult> results;
  results.reserve(keys.size());
  while (!keys.empty()) {
    const auto group = keys.first(std::min(keys.size(), kKeysAtOnce));
    keys = keys.subspan(group.size());
    STRATA_TRY_ASSIGN(auto found, MultiGetGroup(point, group, options, expiry));
    std::move(found.begin(), found.end(), std::back_inserter(results));
  }
  return results;
}

Result<std::vector<MultiGetResult>> Reader::MultiGetGroup(const ReadPoint& point,
                                                          std::span<const std::string_view> keys,
                                                          const ReadOptions& options,
                                                          ExpiryCheck* expiry) {
  if (point.state->version->table_count() > 0) STRATA_TRY(PrefetchBlocks(point, keys, options));
  std::vector<MultiGetResult> results(keys.size());
  std::vector<EntryKind> kinds(keys.size(), EntryKind::kValue);
  for (std::size_t i = 0; i < keys.size(); ++i) {
    counters_.Add(Counter::kGets);
    LookupExtras extras;
    extras.expiry = expiry;
    extras.pointer = &kinds[i];
    STRATA_TRY_ASSIGN(results[i].found,
                      FindKeyIn(point, keys[i], options, &results[i].value, extras));
    if (results[i].found) counters_.Add(Counter::kGetHits);
  }
  STRATA_TRY(FetchValues(*point.state, keys, kinds, expiry, &results));
  return results;
}

Result<std::vector<MultiGetResult>> Reader::MultiGet(std::span<const TableKey> keys,
                                                     const ReadOptions& options) {
  ReadPoint all = Now();
  all.now_us = options.now_us;
  STRATA_TRY(MoveTo(options.snapshot, &all));
  std::map<TableRef, std::vector<std::size_t>> by_table;
  for (std::size_t i = 0; i < keys.size(); ++i) by_table[keys[i].table].push_back(i);
  ExpiryCheck expiry(clock_, options.now_us);
  std::vector<MultiGetResult> results(keys.size());
  for (const auto& [table, places] : by_table) {
    ReadPoint point = all;
    STRATA_TRY(MoveTo(table, &point));
    std::vector<std::string_view> wanted;
    for (const std::size_t i : places) wanted.push_back(keys[i].key);
    ExpiryCheck own(clock_, point.now_us);  // A replicated table's clock is its own.
    const bool shared = point.now_us == options.now_us;
    STRATA_TRY_ASSIGN(auto found, MultiGetAt(point, wanted, options, shared ? &expiry : &own));
    for (std::size_t i = 0; i < places.size(); ++i) results[places[i]] = std::move(found[i]);
  }
  return results;
}

// Puts the values in the places of the pointers that were found: they are read at the same time.
Status Reader::FetchValues(const ReadState& state, std::span<const std::string_view> keys,
                           std::span<EntryKind> kinds, ExpiryCheck* expiry,
                           std::vector<MultiGetResult>* results) {
  BlobReads reads(state);
  std::vector<std::size_t> places;
  std::vector<Status> statuses(keys.size());
  for (std::size_t i = 0; i < keys.size(); ++i) {
    if (!sst::IsPointer(kinds[i])) continue;
    reads.Add(&kinds[i], &(*results)[i].value, &statuses[i]);
    places.push_back(i);
  }
  if (places.empty()) return {};
  reads.ReadAll(*batch_reader_, counters_);
  for (const std::size_t i : places) {
    STRATA_TRY(statuses[i]);
    STRATA_TRY_ASSIGN((*results)[i].found, IsLive(kinds[i], keys[i], &(*results)[i].value, expiry));
    if (!(*results)[i].found) (*results)[i].value.clear();
  }
  return {};
}

Status Reader::PrefetchBlocks(const ReadPoint& point, std::span<const std::string_view> keys,
                              const ReadOptions& options) {
  Places places;
  for (const std::string_view key : keys) {
    if (point.state->memtable->Get(key, point.sequence)) continue;
    Locate(*point.state->version, key, point.sequence, options.parallel_runs, &places);
  }
  return ReadAll(places, *batch_reader_, counters_);
}

}  // namespace strata
