// Atomics of the skip list that a test can come before: in test builds each store and each
// compare-and-swap begins with a pause point (base/mutant.h), where a hook does what another thread
// might do just then. In release builds they are plain atomics.
//
// Thread safety: as std::atomic.

#pragma once

#include <atomic>

#include "base/check.h"
#include "base/mutant.h"

namespace strata {

inline constexpr char kLinkingNode[] = "linking_node";      // A link of a node.
inline constexpr char kRaisingHeight[] = "raising_height";  // The height of the list.

// The pause points are of the place `kPlace`.
template <typename T, const char* kPlace>
class RacedAtomic : public std::atomic<T> {
 public:
  using std::atomic<T>::atomic;

  void store(T value, std::memory_order order = std::memory_order_seq_cst) {
    Pause();
    std::atomic<T>::store(value, order);
  }
  template <typename... Orders>
  bool compare_exchange_weak(T& expected, T desired, Orders... orders) {
    Pause();
    return std::atomic<T>::compare_exchange_weak(expected, desired, orders...);
  }
  template <typename... Orders>
  bool compare_exchange_strong(T& expected, T desired, Orders... orders) {
    Pause();
    return std::atomic<T>::compare_exchange_strong(expected, desired, orders...);
  }

 private:
  static void Pause() {
#if defined(STRATA_MUTANTS)
    mutant::Pause(kPlace);
#endif
  }
};

// A link to a node. A compare-and-swap publishes the node: whoever follows the link reads what was
// written before. REQUIRES: it releases.
template <typename Node>
class RacedLink : public RacedAtomic<Node*, kLinkingNode> {
  using Base = RacedAtomic<Node*, kLinkingNode>;

 public:
  using Base::Base;

  template <typename... Failure>
  bool compare_exchange_weak(Node*& expected, Node* desired,
                             std::memory_order order = std::memory_order_seq_cst,
                             Failure... failure) {
    STRATA_DCHECK(order >= std::memory_order_release);
    return Base::compare_exchange_weak(expected, desired, order, failure...);
  }
  template <typename... Failure>
  bool compare_exchange_strong(Node*& expected, Node* desired,
                               std::memory_order order = std::memory_order_seq_cst,
                               Failure... failure) {
    STRATA_DCHECK(order >= std::memory_order_release);
    return Base::compare_exchange_strong(expected, desired, order, failure...);
  }
};

}  // namespace strata
