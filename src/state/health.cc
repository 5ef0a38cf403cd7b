#include "state/health.h"

namespace strata {

Error Health::Closed() {
  return {ErrorCode::kAborted, "the store is closed"};
}

Error Health::Failed() const {
  return {ErrorCode::kReadOnly,
          "the store takes no more writes until it is opened anew, because of: " +
              cause_.error().message()};
}

Status Health::NoteFailure(Status failure) {
  if (failed()) return failure;
  cause_ = failure;
  if (context_.events) {
    context_.events->Emit("read_only", {{"cause", failure.error().message()}});
  }
  context_.environment.executor->Notify(context_.memtables_written);
  context_.environment.executor->Notify(context_.job_ended);
  return failure;
}

}  // namespace strata
