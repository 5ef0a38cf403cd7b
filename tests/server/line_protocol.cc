#include "server/line_protocol.h"

#include <charconv>
#include <sstream>
#include <utility>
#include <vector>

#include "server/read_only.h"

namespace strata::server::testing {
namespace {

std::vector<std::string> WordsOf(std::string_view line) {
  std::istringstream stream{std::string(line)};
  std::vector<std::string> words;
  for (std::string word; stream >> word;) words.push_back(word);
  return words;
}

bool Writes(const std::string& verb) {
  return verb == "put" || verb == "add" || verb == "delete";
}

Result<std::string> Answer(const std::vector<std::string>& words, Keyspace& keyspace) {
  const std::string& verb = words[1];
  if (verb == "get") {
    STRATA_TRY_ASSIGN(const auto entry, keyspace.Get(kDefaultTable, words[2]));
    return entry ? "= " + entry->value : std::string("none");
  }
  if (verb == "put") {
    STRATA_TRY(keyspace.Put(kDefaultTable, words[2], words[3], 0));
    return std::string("ok");
  }
  if (verb == "delete") {
    STRATA_TRY(keyspace.Delete(kDefaultTable, words[2]));
    return std::string("ok");
  }
  if (verb == "add") {
    STRATA_TRY_ASSIGN(const auto entry, keyspace.Get(kDefaultTable, words[2]));
    const std::uint64_t sum = (entry ? std::stoull(entry->value) : 0) + std::stoull(words[3]);
    STRATA_TRY(keyspace.Put(kDefaultTable, words[2], std::to_string(sum), 0));
    return "= " + std::to_string(sum);
  }
  if (verb == "scan") {
    STRATA_TRY_ASSIGN(const auto keys, keyspace.NewIterator({}));
    std::string list;
    STRATA_TRY(keys->SeekToFirst());
    while (keys->Valid()) {
      list += (list.empty() ? "" : ",") + std::string(keys->key());
      STRATA_TRY(keys->Next());
    }
    return "= " + list;
  }
  if (verb == "large") return "= " + std::string(std::stoull(words[2]), 'x');
  return InvalidArgument("unknown verb " + verb);
}

// Errors: kWouldWait.
Result<std::string> Reply(const std::vector<std::string>& words, Keyspace& keyspace) {
  auto answer = Answer(words, keyspace);
  if (!answer && answer.error().code() == ErrorCode::kWouldWait) return answer;
  return words[0] + " " + (answer ? *answer : "error " + answer.error().message()) + "\n";
}

class LineWork final : public Work {
 public:
  void Run(Keyspace& keyspace) override {
    replies.Clear();
    for (const auto& words : requests) replies.Append(*Reply(words, keyspace));
  }
  bool writes() const override { return writes_; }

  std::vector<std::vector<std::string>> requests;
  Output replies;
  bool writes_ = false;
};

class LineProtocol final : public Protocol {
 public:
  LineProtocol(DB& db, Clock& clock, const LineOptions& options, ConnectionId id)
      : db_(db), clock_(clock), options_(options), id_(id) {}

  Consumed Consume(std::string_view input, Output* output) override {
    Consumed consumed;
    for (std::size_t count = 0; count < options_.requests_max; ++count) {
      const std::size_t end = input.find('\n', consumed.bytes);
      if (end == std::string_view::npos) {
        consumed.next = work_ ? Next::kWork : Next::kRead;
        return consumed;
      }
      const auto words = WordsOf(input.substr(consumed.bytes, end - consumed.bytes));
      if (words.size() > 1 && words[1] == "quit" && work_ == nullptr) {
        return {.bytes = end + 1, .next = Next::kClose};
      }
      if (words.size() > 1 && words[1] == "over") Meet(words.at(2) == "a" ? "a_max" : "b_max");
      if (!Take(words, output)) break;
      consumed.bytes = end + 1;
    }
    consumed.next = work_ ? Next::kWork : Next::kAgain;
    return consumed;
  }

  std::unique_ptr<Work> TakeWork() override { return std::move(work_); }
  Next FinishWork(std::unique_ptr<Work> work, Output* output) override {
    output->Append(std::move(static_cast<LineWork&>(*work).replies));
    return Next::kRead;
  }
  void Refuse(std::string_view reason, Output* output) override {
    output->Append("- error " + std::string(reason) + "\n");
  }

 private:
  // False: not before the work that is being filled is done.
  bool Take(const std::vector<std::string>& words, Output* output) {
    if (words.size() < 2) return true;
    const bool writes = Writes(words[1]);
    const bool waits = words[1] == "scan";
    if (work_ == nullptr && !writes && !waits) {
      ReadOnly keyspace(db_, clock_.WallMicros(), ReadOnly::MayWait::kNo);
      if (auto reply = Reply(words, keyspace)) {
        output->Append(*std::move(reply));
        return true;
      }
    }
    if (work_ != nullptr && (words[1] == "quit" || writes != work_->writes_)) return false;
    if (work_ == nullptr) {
      work_ = std::make_unique<LineWork>();
      work_->writes_ = writes;
    }
    work_->requests.push_back(words);
    return true;
  }

  DB& db_;
  Clock& clock_;
  const LineOptions options_;
  const ConnectionId id_;
  std::unique_ptr<LineWork> work_;
};

}  // namespace

ProtocolFactory LineFactory(DB& db, Clock& clock, const LineOptions& options) {
  return [&db, &clock, options](const Peer& peer) {
    return std::make_unique<LineProtocol>(db, clock, options, peer.id);
  };
}

}  // namespace strata::server::testing
