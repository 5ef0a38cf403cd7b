// The messages of strata.v1 and what the public headers have in their place.
//
// Thread safety: functions of their arguments.

#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "client/dispatcher.h"
#include "strata/client.h"
#include "strata/v1/strata.pb.h"

namespace strata::client {

// What a ClientBatch holds.
struct BatchContent {
  v1::WriteRequest request;
};

// Errors: kCorruption, the bytes aren't such a message.
template <typename Message>
Result<Message> Parsed(std::string_view bytes) {
  Message message;
  if (message.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) return message;
  return Corruption("what the server answers is no " + message.GetTypeName());
}
// What an answer that went well has. Errors: kCorruption.
template <typename Message>
Result<Message> OnlyMessage(const Answer& answer) {
  if (answer.messages.size() == 1) return Parsed<Message>(answer.messages.front());
  return Corruption("the server answers with " + std::to_string(answer.messages.size()) +
                    " messages, where one is due");
}

v1::Change ChangeOf(std::string_view key, const std::optional<std::string_view>& value,
                    const ClientWrite& write);
std::optional<Entry> EntryOf(const v1::GetResponse& response);
ClientScan::Row RowOf(v1::Entry* entry);
v1::ScanRequest ScanOf(const ClientRange& range);

// What became of a write that was answered so.
WriteResult ResultOf(const Answer& answer);

v1::TableOptions MessageOf(const TableOptions& options);
TableInfo TableOf(const v1::TableInfo& message);
Client::ServerStats StatsOf(const v1::StatsResponse& message);

}  // namespace strata::client
