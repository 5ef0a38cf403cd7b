// What every InternalIterator must do, whatever it stands on: one suite, run over all of them.
//
// To have a new one checked, add a file here with a case that calls CheckIteratorConformance.

#pragma once

#include <functional>
#include <memory>

#include "iter/iterator.h"
#include "testing/map_iterator.h"

namespace strata::testing {

// What an iterator stands on, and a way to make iterators over it.
class IteratorSource {
 public:
  virtual ~IteratorSource() = default;
  virtual std::unique_ptr<InternalIterator> NewIterator() = 0;
};

// Builds a source that holds exactly the entries of the model.
using MakeSource = std::function<std::unique_ptr<IteratorSource>(const Model& model)>;

// Compares the source's iterators with the model: fixed cases, all seeks, random walks.
void CheckIteratorConformance(const MakeSource& make);

}  // namespace strata::testing
