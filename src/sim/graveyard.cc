#include "sim/graveyard.h"

#include <vector>

#include "io/mutex.h"

namespace strata::sim {
namespace {

struct Graveyard {
  Mutex mutex;
  std::vector<std::unique_ptr<SimulatedThread>> threads STRATA_GUARDED_BY(mutex);
  std::vector<std::shared_ptr<void>> belongings STRATA_GUARDED_BY(mutex);
};

Graveyard& TheGraveyard() {
  static Graveyard& graveyard = *new Graveyard;
  return graveyard;
}

}  // namespace

void Bury(std::unique_ptr<SimulatedThread> thread) {
  thread->fiber->Abandon();
  Graveyard& graveyard = TheGraveyard();
  MutexLock lock(graveyard.mutex);
  graveyard.threads.push_back(std::move(thread));
}

void Bury(std::shared_ptr<void> belongings) {
  Graveyard& graveyard = TheGraveyard();
  MutexLock lock(graveyard.mutex);
  graveyard.belongings.push_back(std::move(belongings));
}

}  // namespace strata::sim
