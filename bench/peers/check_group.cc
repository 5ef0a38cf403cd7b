// The same seeded operations on every engine must give the same answers; else the comparison
// compares different work, or somebody is wrong.

#include "peers/groups.h"

namespace strata::peers {
namespace {

constexpr std::uint64_t kKeys = 3'000;
constexpr std::uint64_t kOperations = 20'000;

class Check {
 public:
  explicit Check(Session* session)
      : session_(*session), random_(session->Generator("check")), small_(200), large_(70'000) {}

  void Run() {
    Budget budget;
    budget.memtable_bytes = 1U << 20;  // So that tables and merges take part.
    budget.cache_bytes = 4U << 20;
    session_.Fresh(budget);
    for (std::uint64_t i = 0; i < kOperations; ++i) One();
    session_.EmitDigest("operations", digest_);
    session_.store().Settle();
    session_.EmitDigest("scan", session_.store().Scan("", UINT64_MAX, true).digest);
    (void)session_.Reopen(budget);
    session_.EmitDigest("reopened", session_.store().Scan("", UINT64_MAX, true).digest);
  }

 private:
  Key AnyKey() { return Key::Padded(random_.Uniform(kKeys)); }
  std::string_view AnyValue() {
    if (random_.OneIn(200)) return large_.Next();
    return small_.Next().substr(0, random_.Uniform(small_.size() + 1));
  }

  void One() {
    Store& store = session_.store();
    const std::uint64_t dice = random_.Uniform(100);
    if (dice < 45) {
      const Key key = AnyKey();
      session_.Must(store.Put(key.view(), AnyValue()));
    } else if (dice < 55) {
      session_.Must(store.Delete(AnyKey().view()));
    } else if (dice < 60) {
      const Key keys[] = {AnyKey(), AnyKey(), AnyKey()};
      std::vector<KeyValue> batch;
      for (const Key& key : keys) batch.emplace_back(key.view(), AnyValue());
      session_.Must(store.PutBatch(batch));
    } else if (dice < 95) {
      const Key key = AnyKey();
      const bool found = store.Get((dice < 90 ? key : key.Missing()).view(), &value_);
      digest_ = Hash64WithSeed(found ? value_ : "(none)", digest_);
    } else {
      const Key key = AnyKey();
      digest_ ^= store.Scan(key.view(), random_.Uniform(30), true).digest;
    }
  }

  Session& session_;
  Random random_;
  Values small_;
  Values large_;
  std::string value_;
  std::uint64_t digest_ = 0;
};

}  // namespace

void RunCheck(Session* session) {
  Check(session).Run();
}

}  // namespace strata::peers
