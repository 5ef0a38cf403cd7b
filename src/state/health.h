// Whether a store takes writes, and if not, why.
//
// Thread safety: the store's mutex guards it, but for closing().

#pragma once

#include <atomic>
#include <utility>

#include "base/result.h"
#include "state/store_context.h"

namespace strata {

class Health {
 public:
  explicit Health(StoreContext& context) : context_(context) {}

  // Errors: kAborted once the store is closed, kReadOnly after a failure.
  Status CheckWritable() const {
    if (closed_) return Closed();
    if (failed()) return Failed();
    return {};
  }

  bool closed() const { return closed_; }
  void SetClosed() { closed_ = true; }
  // A failed write or sync of the log is final: from here on the store is read-only. Returns what
  // it is given; the first failure is the cause. But where there was no room, or no descriptor,
  // nothing was done: that passes, and what is returned says so.
  Status Remember(Status status) { return status ? status : NoteFailure(std::move(status)); }
  void SetReadOnly(Error cause) { cause_ = std::move(cause); }  // From the beginning.
  bool failed() const { return !cause_; }
  const Status& cause() const { return cause_; }
  // Jobs give up, and none is begun.
  bool closing() const { return closing_; }
  void SetClosing() { closing_ = true; }

 private:
  static Error Closed();
  Error Failed() const;
  Status NoteFailure(Status failure);
  static Error Passing(const Error& error);

  StoreContext& context_;
  bool closed_ = false;
  Status cause_;  // The first failure that ended writing.
  std::atomic<bool> closing_{false};
};

}  // namespace strata
