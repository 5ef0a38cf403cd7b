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
  if (MayPass(failure.error())) return Passing(failure.error());
  if (failed()) return failure;
  cause_ = failure;
  if (context_.events) {
    context_.events->Emit("read_only", {{"cause", failure.error().message()}});
  }
  context_.environment.executor->Notify(context_.memtables_written);
  context_.environment.executor->Notify(context_.job_ended);
  return failure;
}

Error Health::Passing(const Error& error) {
  return {error.code(),
          error.message() + (error.code() == ErrorCode::kNoSpace
                                 ? "; nothing was written. Make room on the disk, and writes are "
                                   "taken again at once"
                                 : "; nothing was written. Writes are taken again as soon as the "
                                   "process may open files")};
}

}  // namespace strata
