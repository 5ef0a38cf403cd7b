#include "state/health.h"

namespace strata {

Status Health::CheckWritable() const {
  if (closed_) return Error(ErrorCode::kAborted, "the store is closed");
  if (failed()) {
    return Error(ErrorCode::kReadOnly,
                 "the store takes no more writes until it is opened anew, because of: " +
                     cause_.error().message());
  }
  return {};
}

Status Health::Remember(Status status) {
  if (!status && !failed()) {
    cause_ = status;
    if (context_.events) {
      context_.events->Emit("read_only", {{"cause", status.error().message()}});
    }
    context_.environment.executor->Notify(context_.memtables_written);
    context_.environment.executor->Notify(context_.job_ended);
  }
  return status;
}

}  // namespace strata
