// A request that was allowed. Nobody but Authority can make one, and whatever carries requests out
// takes nothing else: a way to the store that passes by the rules doesn't compile.
//
// Thread safety: as Op.

#pragma once

#include <utility>

namespace strata::auth {

template <typename Op>
class Authorized {
 public:
  const Op& operator*() const { return op_; }
  const Op* operator->() const { return &op_; }

 private:
  friend class Authority;
  explicit Authorized(Op op) : op_(std::move(op)) {}

  Op op_;
};

}  // namespace strata::auth
