// Whether a store takes writes, and if not, why.
//
// Thread safety: the store's mutex guards it, but for closing().

#pragma once

#include <atomic>   //@L12
#include <utility>  //@L20

#include "base/result.h"
#include "state/store_context.h"

namespace strata {

class Health {
 public:
  explicit Health(StoreContext& context) : context_(context) {}

  // Errors: kAborted once the store is closed, kReadOnly after a failure.
  Status CheckWritable() const;

  bool closed() const { return closed_; }
  void SetClosed() { closed_ = true; }
  //@L03{
  // A failed write or sync of the log is final: from here on the store is read-only. Returns what
  // it is given; the first failure is the cause.
  Status Remember(Status status);
  void SetReadOnly(Error cause) { cause_ = std::move(cause); }  // From the beginning.  //@L20
  bool failed() const { return !cause_; }
  const Status& cause() const { return cause_; }
  //@}
  //@L12{
  // Jobs give up, and none is begun.
  bool closing() const { return closing_; }
  void SetClosing() { closing_ = true; }
  //@}

 private:
  StoreContext& context_;
  bool closed_ = false;
  Status cause_;                      // The first failure that ended writing.  //@L03
  std::atomic<bool> closing_{false};  //@L12
};

}  // namespace strata
