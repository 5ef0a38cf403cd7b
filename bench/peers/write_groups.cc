// Puts that wait for the disk, and puts in batches.

#include <array>

#include "peers/groups.h"

namespace strata::peers {

void RunSyncs(Session* session) {
  const std::uint64_t num = session->config().num;
  Budget budget = session->config().budget();
  budget.sync = true;
  for (const int threads : {1, 8, 32}) {
    const std::string workload = threads == 1 ? "fillsync" : "fillsync-" + std::to_string(threads);
    if (!session->Wants(workload)) continue;
    session->Fresh(budget);
    Timed timed = TimeThreads(threads, session->config().seconds, 1, [&](int thread) {
      return [session, num, random = session->Generator(workload + std::to_string(thread)),
              values = Values(session->config().value_size)](std::uint64_t) mutable {
        session->Must(session->store().Put(Key::Padded(random.Uniform(num)).view(), values.Next()));
      };
    });
    session->Report(workload, &timed);
  }
}

void RunBatches(Session* session) {
  constexpr std::uint64_t kBatch = 100;
  const std::uint64_t num = session->config().num;
  Values values(session->config().value_size);
  for (const bool sequential : {true, false}) {
    const std::string workload = sequential ? "batchseq" : "batchrandom";
    if (!session->Wants(workload)) continue;
    session->Fresh(session->config().budget());
    Random random = session->Generator(workload);
    std::array<Key, kBatch> keys;
    std::array<KeyValue, kBatch> batch;
    session->Written(workload, 16 + values.size(), [&] {
      Timed timed = TimeCount(num / kBatch, 1, [&](std::uint64_t i) {
        for (std::uint64_t k = 0; k < kBatch; ++k) {
          keys[k] = Key::Padded(sequential ? i * kBatch + k : random.Uniform(num));
          batch[k] = {keys[k].view(), values.Next()};
        }
        session->Must(session->store().PutBatch(batch));
      });
      timed.operations *= kBatch;  // Entries a second; a percentile is one of whole batches.
      return timed;
    });
  }
}

}  // namespace strata::peers
