#include "client/remote_iterator.h"

#include <algorithm>

#include "base/check.h"

namespace strata::client {
namespace {

// The smallest key after `key`.
std::string After(std::string_view key) {
  return std::string(key) + '\0';
}

// Invariant: the page's rows stand beside each other in the store, in the order of `reverse_`.
class RemoteIterator final : public Iterator {
 public:
  RemoteIterator(std::unique_ptr<Pages> pages, const ReadOptions& options)
      : pages_(std::move(pages)), lower_(options.lower), upper_(options.upper) {
    bounds_.set_prefix(options.prefix);
  }

  bool Valid() const override { return at_ < page_.rows.size(); }

  Status SeekToFirst() override { return Load(/*reverse=*/false, lower_, upper_); }
  Status SeekToLast() override { return Load(/*reverse=*/true, lower_, upper_); }
  Status Seek(std::string_view key) override { return LoadFrom(std::string(key)); }
  Status SeekForPrev(std::string_view key) override { return LoadBefore(After(key)); }
  Status Next() override { return Step(/*reverse=*/false); }
  Status Prev() override { return Step(/*reverse=*/true); }

  std::string_view key() const override { return Row().key; }
  std::string_view value() const override { return Row().entry.value; }

 private:
  const ClientScan::Row& Row() const {
    STRATA_CHECK(Valid());
    return page_.rows[at_];
  }

  Status LoadFrom(std::string from) {
    if (lower_ && from < *lower_) from = *lower_;
    return Load(/*reverse=*/false, std::move(from), upper_);
  }
  Status LoadBefore(std::string end) {
    if (upper_ && end > *upper_) end = *upper_;
    return Load(/*reverse=*/true, lower_, std::move(end));
  }

  Status Load(bool reverse, const std::optional<std::string>& lower,
              const std::optional<std::string>& upper) {
    reverse_ = reverse;
    page_ = {};
    at_ = 0;
    if (lower && upper && *lower >= *upper) return {};
    bounds_.clear_lower();
    bounds_.clear_upper();
    if (lower) bounds_.set_lower(*lower);
    if (upper) bounds_.set_upper(*upper);
    bounds_.set_reverse(reverse);
    bounds_.clear_page_token();
    return Fetch();
  }

  Status Fetch() {
    bounds_.set_limit(size_.rows());
    page_ = {};
    at_ = 0;
    STRATA_TRY_ASSIGN(page_, pages_->Fetch(bounds_));
    size_.Learn(page_);
    return {};
  }

  Status Step(bool reverse) {
    STRATA_CHECK(Valid());
    if (reverse == reverse_) {
      ++at_;
      if (Valid() || page_.next_token.empty()) return {};
      bounds_.set_page_token(page_.next_token);
      return Fetch();
    }
    if (at_ > 0) {
      --at_;
      return {};
    }
    const std::string here = Row().key;
    return reverse ? LoadBefore(here) : LoadFrom(After(here));
  }

  const std::unique_ptr<Pages> pages_;
  const std::optional<std::string> lower_;
  const std::optional<std::string> upper_;
  v1::ScanRequest bounds_;  // Of the page, and where the next one begins.
  PageSize size_;
  bool reverse_ = false;
  Page page_;
  std::size_t at_ = 0;
};

}  // namespace

std::unique_ptr<Iterator> NewRemoteIterator(std::unique_ptr<Pages> pages,
                                            const ReadOptions& options) {
  return std::make_unique<RemoteIterator>(std::move(pages), options);
}

}  // namespace strata::client
