#include "server/draft_iterator.h"

#include <utility>

namespace strata::server {
namespace {

using Drafted = std::map<std::string, std::optional<std::string>>;

class DraftIterator final : public Iterator {
 public:
  DraftIterator(std::unique_ptr<Iterator> written, Drafted drafted)
      : written_(std::move(written)), drafted_(std::move(drafted)), at_(drafted_.end()) {}

  bool Valid() const override { return written_->Valid() || at_ != drafted_.end(); }

  Status SeekToFirst() override {
    at_ = drafted_.begin();
    STRATA_TRY(written_->SeekToFirst());
    return SkipDeleted();
  }
  Status Seek(std::string_view key) override {
    at_ = drafted_.lower_bound(std::string(key));
    STRATA_TRY(written_->Seek(key));
    return SkipDeleted();
  }
  Status Next() override {
    STRATA_TRY(Step());
    return SkipDeleted();
  }
  Status SeekToLast() override { return Backwards(); }
  Status SeekForPrev(std::string_view /*key*/) override { return Backwards(); }
  Status Prev() override { return Backwards(); }

  std::string_view key() const override { return OnDraft() ? at_->first : written_->key(); }
  std::string_view value() const override { return OnDraft() ? *at_->second : written_->value(); }

 private:
  static Status Backwards() {
    return Error(ErrorCode::kUnsupported, "going backwards over what isn't written yet");
  }

  // Of two at the same key the draft counts.
  bool OnDraft() const {
    return at_ != drafted_.end() && (!written_->Valid() || at_->first <= written_->key());
  }
  // Behind the smaller of both keys; behind both when they are the same.
  Status Step() {
    const bool on_draft = OnDraft();
    if (!on_draft || (written_->Valid() && written_->key() == at_->first)) {
      STRATA_TRY(written_->Next());
    }
    if (on_draft) ++at_;
    return {};
  }
  Status SkipDeleted() {
    while (OnDraft() && !at_->second) STRATA_TRY(Step());
    return {};
  }

  const std::unique_ptr<Iterator> written_;
  const Drafted drafted_;
  Drafted::const_iterator at_;
};

}  // namespace

std::unique_ptr<Iterator> NewDraftIterator(std::unique_ptr<Iterator> written, Drafted drafted) {
  return std::make_unique<DraftIterator>(std::move(written), std::move(drafted));
}

}  // namespace strata::server
