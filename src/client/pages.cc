#include "client/pages.h"

#include <algorithm>

#include "client/calls.h"

namespace strata::client {
namespace {

constexpr std::uint64_t kPageBytes = 512 << 10;
constexpr std::uint64_t kPageRowsMax = 5'000;

class StorePages final : public Pages {
 public:
  StorePages(std::shared_ptr<Core> core, ClientRead read)
      : core_(std::move(core)), read_(std::move(read)) {}

  Result<Page> Fetch(v1::ScanRequest scan) override {
    if (read_.snapshot == nullptr) {
      STRATA_TRY_ASSIGN(read_.snapshot, OpenSnapshot(core_));
    }
    const Held& held = HeldOf(read_.snapshot)->held();
    scan.mutable_from()->set_table(read_.table);
    scan.mutable_from()->set_snapshot(held.id());
    const Answer answer = core_->Ask({.path = "/strata.v1.KV/Scan",
                                      .message = scan.SerializeAsString(),
                                      .timeout_us = read_.timeout_us,
                                      .endpoint = held.endpoint()});
    if (answer.outcome != Outcome::kDone) return ErrorOf(answer);
    Page page;
    for (const std::string& bytes : answer.messages) {
      STRATA_TRY_ASSIGN(auto response, Parsed<v1::ScanResponse>(bytes));
      for (v1::Entry& entry : *response.mutable_entries()) page.rows.push_back(RowOf(&entry));
      page.next_token = response.next_page_token();
    }
    return page;
  }

 private:
  const std::shared_ptr<Core> core_;
  ClientRead read_;
};

class PagedScan final : public ClientScan {
 public:
  PagedScan(std::unique_ptr<Pages> pages, const ClientRange& range)
      : pages_(std::move(pages)), scan_(ScanOf(range)), limit_(range.limit), left_(range.limit) {}

  Result<std::optional<Row>> Next() override {
    if (limit_ != 0 && left_ == 0) return std::optional<Row>();
    if (at_ == page_.rows.size() && !ended_) STRATA_TRY(Fetch());
    if (at_ == page_.rows.size()) return std::optional<Row>();
    if (limit_ != 0) --left_;
    return std::optional<Row>(std::move(page_.rows[at_++]));
  }

 private:
  Status Fetch() {
    scan_.set_limit(limit_ != 0 ? std::min(left_, size_.rows()) : size_.rows());
    STRATA_TRY_ASSIGN(page_, pages_->Fetch(scan_));
    size_.Learn(page_);
    at_ = 0;
    ended_ = page_.next_token.empty();
    scan_.set_page_token(page_.next_token);
    return {};
  }

  const std::unique_ptr<Pages> pages_;
  v1::ScanRequest scan_;
  const std::uint64_t limit_;  // 0: none.
  std::uint64_t left_;         // Of it.
  PageSize size_;
  Page page_;
  std::size_t at_ = 0;
  bool ended_ = false;
};

}  // namespace

void PageSize::Learn(const Page& page) {
  std::uint64_t bytes = 1;
  for (const ClientScan::Row& row : page.rows) bytes += row.key.size() + row.entry.value.size();
  const std::uint64_t fitting = kPageBytes * page.rows.size() / bytes;
  // Four times as many at most, as the next ones may be larger.
  rows_ = std::clamp<std::uint64_t>(fitting, 1, std::min(rows_ * 4, kPageRowsMax));
}

std::unique_ptr<Pages> PagesOf(std::shared_ptr<Core> core, const ClientRead& read) {
  return std::make_unique<StorePages>(std::move(core), read);
}

std::unique_ptr<ClientScan> NewScan(std::unique_ptr<Pages> pages, const ClientRange& range) {
  return std::make_unique<PagedScan>(std::move(pages), range);
}

}  // namespace strata::client
