#include "testing/history.h"

#include <functional>
#include <set>

#include "base/check.h"
#include "base/escape.h"

namespace strata::testing {
namespace {

void Apply(const Changes& changes, Model* model) {
  for (const Change& change : changes) {
    if (change.value) {
      (*model)[change.key] = *change.value;
    } else {
      model->erase(change.key);
    }
  }
}

// Only saves comparing whole models.
std::uint64_t HashOf(const std::string& key, const std::string& value) {
  return std::hash<std::string>()(key) * 31 + std::hash<std::string>()(value) * 0x9e3779b97f4a7c15;
}

// A sum over the entries, so that a change costs as much as it changes.
class HashedModel {
 public:
  explicit HashedModel(const Model& model) : model_(model) {
    for (const auto& [key, value] : model_) hash_ += HashOf(key, value);
  }

  void Apply(const Changes& changes) {
    for (const Change& change : changes) {  // One by one: a batch may change a key twice.
      const auto old = model_.find(change.key);
      if (old != model_.end()) hash_ -= HashOf(old->first, old->second);
      if (change.value) hash_ += HashOf(change.key, *change.value);
      testing::Apply({change}, &model_);
    }
  }

  bool operator==(const HashedModel& other) const {
    return hash_ == other.hash_ && model_ == other.model_;
  }

 private:
  Model model_;
  std::uint64_t hash_ = 0;
};

std::string Describe(const std::optional<std::string>& value) {
  return value ? '"' + EscapeShort(*value) + '"' : std::string("absent");
}

std::optional<std::string> Find(const Model& model, const std::string& key) {
  const auto found = model.find(key);
  return found == model.end() ? std::nullopt : std::optional(found->second);
}

}  // namespace

WriteBatch BatchOf(const Changes& changes) {
  WriteBatch batch;
  for (const Change& change : changes) {
    if (change.value) {
      batch.Put(change.key, *change.value);
    } else {
      batch.Delete(change.key);
    }
  }
  return batch;
}

void History::Issue(Changes changes) {
  STRATA_CHECK(acknowledged_ == pending_.size());
  pending_.push_back(std::move(changes));
}

void History::Acknowledge(bool durable) {
  STRATA_CHECK(acknowledged_ + 1 == pending_.size());
  Apply(pending_.back(), &now_);
  ++acknowledged_;
  ++batches_;
  if (durable) MarkDurable();
}

void History::Refuse() {
  STRATA_CHECK(acknowledged_ + 1 == pending_.size());
  pending_.pop_back();
}

void History::MarkDurable() {
  for (std::size_t i = 0; i < acknowledged_; ++i) Apply(pending_[i], &durable_);
  pending_.erase(pending_.begin(), pending_.begin() + static_cast<std::ptrdiff_t>(acknowledged_));
  acknowledged_ = 0;
}

std::optional<std::string> History::Explain(const Model& found, Promise promise) const {
  const HashedModel target(found);
  HashedModel state(durable_);
  const std::size_t from = promise == Promise::kAcknowledged ? acknowledged_ : 0;
  for (std::size_t i = 0;; ++i) {
    if (i >= from && state == target) return std::nullopt;
    if (i == pending_.size()) break;
    state.Apply(pending_[i]);
  }
  // Not a prefix. Is there a key whose value is in no allowed state?
  Model shortest = durable_;
  for (std::size_t i = 0; i < from; ++i) Apply(pending_[i], &shortest);
  std::set<std::string> keys;
  for (const auto& [key, value] : found) keys.insert(key);
  for (const auto& [key, value] : shortest) keys.insert(key);
  for (const std::string& key : keys) {
    std::set<std::optional<std::string>> allowed = {Find(shortest, key)};
    for (std::size_t i = from; i < pending_.size(); ++i) {
      for (const Change& change : pending_[i]) {
        if (change.key == key) allowed.insert(change.value);
      }
    }
    if (allowed.contains(Find(found, key))) continue;
    return "key \"" + EscapeShort(key) + "\" is " + Describe(Find(found, key)) + ", promised was " +
           Describe(Find(shortest, key)) + " or a later state";
  }
  return "a hole: every value was written, but no prefix of the " +
         std::to_string(pending_.size() - from) + " later batches gives this state";
}

void History::Restart(Model found) {
  durable_ = found;
  now_ = std::move(found);
  pending_.clear();
  acknowledged_ = 0;
}

std::optional<std::string> FirstDifference(const Model& found, const Model& expected) {
  auto a = found.begin();
  auto b = expected.begin();
  while (a != found.end() || b != expected.end()) {
    if (a != found.end() && b != expected.end() && *a == *b) {
      ++a;
      ++b;
      continue;
    }
    const std::string key =
        b == expected.end() || (a != found.end() && a->first < b->first) ? a->first : b->first;
    return "key \"" + EscapeShort(key) + "\" is " + Describe(Find(found, key)) + ", expected " +
           Describe(Find(expected, key));
  }
  return std::nullopt;
}

}  // namespace strata::testing
