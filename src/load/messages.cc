#include "load/messages.h"

#include "base/coding.h"

namespace strata::load {
namespace {

enum WireType : std::uint64_t { kVarint = 0, kFixed64 = 1, kBytes = 2, kFixed32 = 5 };

void AppendBytes(std::string* to, std::uint64_t field, std::string_view bytes) {
  AppendVarint64(to, field << 3 | kBytes);
  AppendLengthPrefixed(to, bytes);
}

void AppendNumber(std::string* to, std::uint64_t field, std::uint64_t number) {
  AppendVarint64(to, field << 3 | kVarint);
  AppendVarint64(to, number);
}

// The byte after a field's value; null: the message ends within it.
const char* Skip(std::uint64_t type, const char* at, const char* end) {
  std::uint64_t number = 0;
  if (type == kVarint) return DecodeVarint64(at, end, &number);
  if (type == kBytes) {
    at = DecodeVarint64(at, end, &number);
    return at != nullptr && number <= static_cast<std::uint64_t>(end - at) ? at + number : nullptr;
  }
  const int size = type == kFixed64 ? 8 : 4;
  return end - at >= size ? at + size : nullptr;
}

bool HasField(std::string_view message, std::uint64_t field) {
  const char* at = message.data();
  const char* const end = at + message.size();
  while (at != nullptr && at < end) {
    std::uint64_t key = 0;
    at = DecodeVarint64(at, end, &key);
    if (at == nullptr) return false;
    if (key >> 3 == field) return true;
    at = Skip(key & 7, at, end);
  }
  return false;
}

std::string StrataMessage(const Request& request) {
  std::string message;
  if (request.verb == Request::Verb::kScan) {  // ScanRequest
    AppendBytes(&message, 3, request.key);     // lower
    AppendNumber(&message, 6, request.rows);   // limit
    return message;
  }
  AppendBytes(&message, 1, request.key);  // GetRequest, PutRequest: key
  if (request.verb == Request::Verb::kPut) AppendBytes(&message, 2, request.value);
  return message;
}

std::string EtcdMessage(const Request& request) {
  std::string message;
  AppendBytes(&message, 1, request.key);  // RangeRequest, PutRequest: key
  if (request.verb == Request::Verb::kPut) AppendBytes(&message, 2, request.value);
  if (request.verb == Request::Verb::kScan) {
    AppendBytes(&message, 2, std::string_view("\0", 1));  // range_end: to the last key
    AppendNumber(&message, 3, request.rows);              // limit
  }
  return message;
}

}  // namespace

std::string_view PathOf(GrpcService service, Request::Verb verb) {
  if (service == GrpcService::kEtcd) {
    return verb == Request::Verb::kPut ? "/etcdserverpb.KV/Put" : "/etcdserverpb.KV/Range";
  }
  switch (verb) {
    case Request::Verb::kPut:
      return "/strata.v1.KV/Put";
    case Request::Verb::kScan:
      return "/strata.v1.KV/Scan";
    default:
      return "/strata.v1.KV/Get";
  }
}

std::string MessageOf(GrpcService service, const Request& request) {
  return service == GrpcService::kEtcd ? EtcdMessage(request) : StrataMessage(request);
}

bool HasEntry(GrpcService service, std::string_view reply) {
  // GetResponse.entry; RangeResponse.kvs
  return HasField(reply, service == GrpcService::kEtcd ? 2 : 1);
}

}  // namespace strata::load
