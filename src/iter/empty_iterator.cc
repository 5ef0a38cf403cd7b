#include <utility>

#include "base/check.h"
#include "iter/iterator.h"

namespace strata {
namespace {

class EmptyIterator final : public InternalIterator {
 public:
  bool Valid() const override { return false; }
  Status SeekToFirst() override { return {}; }
  Status SeekToLast() override { return {}; }
  Status Seek(std::string_view) override { return {}; }
  Status SeekForPrev(std::string_view) override { return {}; }
  Status Next() override { return Misused(); }
  Status Prev() override { return Misused(); }
  std::string_view key() const override { return (static_cast<void>(Misused()), ""); }
  std::string_view value() const override { return (static_cast<void>(Misused()), ""); }

 private:
  static Status Misused() {
    STRATA_CHECK(false && "an empty iterator is never on an entry");
    return {};
  }
};

class ErrorIterator final : public InternalIterator {
 public:
  explicit ErrorIterator(Error error) : error_(std::move(error)) {}

  bool Valid() const override { return false; }
  Status SeekToFirst() override { return error_; }
  Status SeekToLast() override { return error_; }
  Status Seek(std::string_view) override { return error_; }
  Status SeekForPrev(std::string_view) override { return error_; }
  Status Next() override { return error_; }
  Status Prev() override { return error_; }
  std::string_view key() const override { return ""; }
  std::string_view value() const override { return ""; }

 private:
  const Error error_;
};

}  // namespace

std::unique_ptr<InternalIterator> NewEmptyIterator() {
  return std::make_unique<EmptyIterator>();
}

std::unique_ptr<InternalIterator> NewErrorIterator(Error error) {
  return std::make_unique<ErrorIterator>(std::move(error));
}

}  // namespace strata
