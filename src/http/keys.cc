// The key browser: it reads only, and only if the server was started with --browse.

#include <algorithm>
#include <charconv>

#include "base/base64.h"
#include "base/json_text.h"
#include "http/routes.h"

namespace strata::http {
namespace {

constexpr std::size_t kKeysMax = 500;
constexpr std::size_t kKeysUsual = 50;
constexpr std::size_t kValueShown = 4 << 10;

// A key or value as text, and as base64 where that would lose something.
void AddBytes(std::string_view name, std::string_view bytes, JsonText* json) {
  json->AddText(name, bytes);
  json->AddText(std::string(name) + "_b64", EncodeBase64(bytes));
}

std::optional<Answer> Refusal(const Asked& asked) {
  if (asked.shared.browse) return std::nullopt;
  return ErrorAnswer(403, "keys are shown only by a server that was started with --browse");
}

Result<TableRef> TableOf(const Asked& asked) {
  const auto name = Parameter(asked.request.query, "table");
  if (!name || *name == kDefaultTableName) return kDefaultTable;
  return asked.shared.db.FindTable(*name);
}

// Nothing: it isn't there. Errors: it is no base64.
Result<std::optional<std::string>> BytesParameter(const Asked& asked, std::string_view name) {
  const auto text = Parameter(asked.request.query, name);
  if (!text) return std::optional<std::string>();
  auto bytes = DecodeBase64(*text);
  if (!bytes || EncodeBase64(*bytes) != *text) {  // One form only.
    return InvalidArgument(std::string(name) + " is no base64");
  }
  return std::optional<std::string>(*std::move(bytes));
}

// Errors: it is no number from 1 on.
Result<std::size_t> LimitOf(const Asked& asked) {
  const auto text = Parameter(asked.request.query, "limit");
  if (!text) return kKeysUsual;
  std::size_t limit = 0;
  const char* const last = text->data() + text->size();
  const auto [end, error] = std::from_chars(text->data(), last, limit);
  if (error != std::errc() || end != last || limit == 0) {
    return InvalidArgument("limit is no number from 1 to " + std::to_string(kKeysMax));
  }
  return std::min(limit, kKeysMax);
}

Status WriteKeys(const Asked& asked, TableRef table, std::string* body) {
  STRATA_TRY_ASSIGN(const auto after, BytesParameter(asked, "after_b64"));
  STRATA_TRY_ASSIGN(const std::size_t limit, LimitOf(asked));
  ReadOptions options;
  options.table = table;
  options.fill_cache = false;  // A look must not push out what clients use.
  options.prefix = Parameter(asked.request.query, "prefix").value_or("");
  if (after) options.lower = *after + '\0';  // The first key behind it.
  STRATA_TRY_ASSIGN(const auto keys, asked.keyspace->NewIterator(options));
  JsonText json(body);
  json.BeginObject().Name("keys").BeginArray();
  STRATA_TRY(keys->SeekToFirst());
  for (std::size_t count = 0; keys->Valid() && count < limit; ++count) {
    json.BeginObject();
    AddBytes("key", keys->key(), &json);
    json.Add("value_bytes", keys->value().size()).EndObject();
    STRATA_TRY(keys->Next());
  }
  json.EndArray().AddBool("more", keys->Valid()).EndObject();
  *body += '\n';
  return {};
}

Status WriteValue(const Asked& asked, TableRef table, Answer* answer) {
  STRATA_TRY_ASSIGN(const auto key, BytesParameter(asked, "key_b64"));
  if (!key) return InvalidArgument("say which: key_b64=");
  STRATA_TRY_ASSIGN(const auto entry, asked.keyspace->Get(table, *key));
  if (!entry) {
    *answer = ErrorAnswer(404, "the key isn't there any more");
    return {};
  }
  JsonText json(&answer->body);
  json.BeginObject();
  AddBytes("value", std::string_view(entry->value).substr(0, kValueShown), &json);
  json.Add("value_bytes", entry->value.size())
      .AddBool("cut", entry->value.size() > kValueShown)
      .Add("version", entry->version)
      .Add("expires_at_us", entry->expires_at_us)
      .EndObject();
  answer->body += '\n';
  return {};
}

Answer Failure(const Error& error) {
  const int status = error.code() == ErrorCode::kInvalidArgument ? 400
                     : error.code() == ErrorCode::kNotFound      ? 404
                                                                 : 500;
  return ErrorAnswer(status, error.message());
}

}  // namespace

Answer Keys(const Asked& asked) {
  if (auto refusal = Refusal(asked)) return *std::move(refusal);
  const auto table = TableOf(asked);
  if (!table) return Failure(table.error());
  Answer answer;
  const Status written = WriteKeys(asked, *table, &answer.body);
  return written ? answer : Failure(written.error());
}

Answer Value(const Asked& asked) {
  if (auto refusal = Refusal(asked)) return *std::move(refusal);
  const auto table = TableOf(asked);
  if (!table) return Failure(table.error());
  Answer answer;
  const Status written = WriteValue(asked, *table, &answer);
  return written ? answer : Failure(written.error());
}

}  // namespace strata::http
