#include "seal/sealed_file.h"

#include <string>
#include <utility>

#include "base/check.h"

namespace strata::seal {
namespace {

class PieceWriter final : public WritableFile, public HasCipher {
 public:
  PieceWriter(std::unique_ptr<WritableFile> file, std::unique_ptr<const FileCipher> cipher,
              SyncListener synced)
      : file_(std::move(file)), cipher_(std::move(cipher)), synced_(std::move(synced)) {}

  Status Append(std::string_view data) override { return file_->Append(data); }
  Status Sync() override {
    const std::uint64_t size = this->size();
    STRATA_TRY(file_->Sync());
    if (synced_) synced_(size);
    return {};
  }
  Status Close() override { return file_->Close(); }
  std::uint64_t size() const override { return SizeWithout(file_->size(), kHeaderSize); }
  const FileCipher& cipher() const override { return *cipher_; }

 private:
  const std::unique_ptr<WritableFile> file_;
  const std::unique_ptr<const FileCipher> cipher_;
  const SyncListener synced_;
};

class WholeWriter final : public WritableFile {
 public:
  WholeWriter(std::unique_ptr<WritableFile> file, std::unique_ptr<const FileCipher> cipher)
      : file_(std::move(file)), cipher_(std::move(cipher)) {}

  Status Append(std::string_view data) override {
    STRATA_CHECK(size_ == 0);
    std::string sealed(data.size() + FileCipher::kOverhead, '\0');
    cipher_->Seal({.part = SealedPart::kWhole}, data, sealed.data());
    STRATA_TRY(file_->Append(sealed));
    size_ = data.size();
    return {};
  }
  Status Sync() override { return file_->Sync(); }
  Status Close() override { return file_->Close(); }
  std::uint64_t size() const override { return size_; }

 private:
  const std::unique_ptr<WritableFile> file_;
  const std::unique_ptr<const FileCipher> cipher_;
  std::uint64_t size_ = 0;
};

// An asynchronous reader would need to know of the header: there is no descriptor for one, and who
// asks reads as if none were to be had.
class PieceReader final : public RandomAccessFile, public HasCipher {
 public:
  PieceReader(std::unique_ptr<RandomAccessFile> file, std::unique_ptr<const FileCipher> cipher)
      : file_(std::move(file)), cipher_(std::move(cipher)) {}

  Result<std::string_view> Read(std::uint64_t offset, std::size_t size,
                                char* scratch) const override {
    if (offset > UINT64_MAX - kHeaderSize) return Corruption("an offset that can't be");
    return file_->Read(offset + kHeaderSize, size, scratch);
  }
  Result<std::optional<std::string_view>> ReadAtOnce(std::uint64_t offset, std::size_t size,
                                                     char* scratch) const override {
    if (offset > UINT64_MAX - kHeaderSize) return Corruption("an offset that can't be");
    return file_->ReadAtOnce(offset + kHeaderSize, size, scratch);
  }
  std::uint64_t size() const override { return SizeWithout(file_->size(), kHeaderSize); }
  const FileCipher& cipher() const override { return *cipher_; }

 private:
  const std::unique_ptr<RandomAccessFile> file_;
  const std::unique_ptr<const FileCipher> cipher_;
};

}  // namespace

std::unique_ptr<WritableFile> NewPieceWriter(std::unique_ptr<WritableFile> file,
                                             std::unique_ptr<const FileCipher> cipher,
                                             SyncListener synced) {
  return std::make_unique<PieceWriter>(std::move(file), std::move(cipher), std::move(synced));
}

std::unique_ptr<WritableFile> NewWholeWriter(std::unique_ptr<WritableFile> file,
                                             std::unique_ptr<const FileCipher> cipher) {
  return std::make_unique<WholeWriter>(std::move(file), std::move(cipher));
}

std::unique_ptr<RandomAccessFile> NewPieceReader(std::unique_ptr<RandomAccessFile> file,
                                                 std::unique_ptr<const FileCipher> cipher) {
  return std::make_unique<PieceReader>(std::move(file), std::move(cipher));
}

}  // namespace strata::seal
