#include "backup/plan.h"

#include "base/lesson.h"

namespace strata::backup {

Result<Plan> MakePlan(Target& target, const RestoreOptions& how) {
  (void)target;
  (void)how;
  strata::lesson::YoursToWrite("backup-and-restore.build", "the plan of a restore, whole");
}

}  // namespace strata::backup
