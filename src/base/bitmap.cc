#include "base/bitmap.h"

#include <algorithm>
#include <bit>

#include "base/check.h"

namespace strata {
namespace {

constexpr char kRuns = 0;
constexpr char kPlain = 1;

std::string EncodeRuns(const Bitmap& bitmap) {
  std::string out;
  std::uint64_t begin = 0;
  for (bool set = false; begin < bitmap.size(); set = !set) {
    std::uint64_t end = begin;
    while (end < bitmap.size() && bitmap.Contains(end) == set) ++end;
    AppendVarint64(&out, end - begin);
    begin = end;
  }
  return out;
}

std::string EncodePlain(const Bitmap& bitmap) {
  std::string out((bitmap.size() + 7) / 8, '\0');
  for (std::uint64_t i = bitmap.Next(0); i < bitmap.size(); i = bitmap.Next(i + 1)) {
    out[i / 8] = static_cast<char>(static_cast<unsigned char>(out[i / 8]) | 1U << (i % 8));
  }
  return out;
}

bool ReadRuns(ByteReader* in, std::uint64_t size, Bitmap* bitmap) {
  std::uint64_t begin = 0;
  for (bool set = false; begin < size; set = !set) {
    const auto length = in->ReadVarint64();
    if (!length || *length > size - begin || (*length == 0 && begin + set > 0)) return false;
    for (std::uint64_t i = begin; set && i < begin + *length; ++i) bitmap->Add(i);
    begin += *length;
  }
  return true;
}

bool ReadPlain(ByteReader* in, std::uint64_t size, Bitmap* bitmap) {
  const auto bytes = in->ReadBytes((size + 7) / 8);
  if (!bytes) return false;
  for (std::uint64_t i = 0; i < bytes->size() * 8; ++i) {
    if ((static_cast<unsigned char>((*bytes)[i / 8]) >> (i % 8) & 1) == 0) continue;
    if (i >= size) return false;
    bitmap->Add(i);
  }
  return true;
}

}  // namespace

Bitmap Bitmap::All(std::uint64_t count) {
  Bitmap bitmap;
  for (std::uint64_t i = 0; i < count; ++i) bitmap.Add(i);
  return bitmap;
}

std::uint64_t Bitmap::Count() const {
  return Rank(size_);
}

std::uint64_t Bitmap::Rank(std::uint64_t i) const {
  i = std::min(i, size_);
  std::uint64_t count = 0;
  for (std::uint64_t word = 0; word < i / 64; ++word) {
    count += static_cast<std::uint64_t>(std::popcount(words_[word]));
  }
  if (i % 64 == 0) return count;
  const std::uint64_t below = words_[i / 64] & ((std::uint64_t{1} << (i % 64)) - 1);
  return count + static_cast<std::uint64_t>(std::popcount(below));
}

std::uint64_t Bitmap::Next(std::uint64_t i) const {
  while (i < size_) {
    const std::uint64_t rest = words_[i / 64] >> (i % 64);
    if (rest != 0) return i + static_cast<std::uint64_t>(std::countr_zero(rest));
    i = (i / 64 + 1) * 64;
  }
  return size_;
}

void Bitmap::Grow(std::uint64_t size) {
  STRATA_CHECK(size <= kSizeMax);
  if (size <= size_) return;
  size_ = size;
  words_.resize((size + 63) / 64);
}

void Bitmap::Add(std::uint64_t i) {
  Grow(i + 1);
  words_[i / 64] |= std::uint64_t{1} << (i % 64);
}

void Bitmap::AddAll(const Bitmap& other) {
  Grow(other.size_);
  for (std::size_t i = 0; i < other.words_.size(); ++i) words_[i] |= other.words_[i];
}

bool Bitmap::ContainsAll(const Bitmap& other) const {
  for (std::uint64_t i = other.Next(0); i < other.size(); i = other.Next(i + 1)) {
    if (!Contains(i)) return false;
  }
  return true;
}

void AppendBitmap(std::string* out, const Bitmap& bitmap) {
  const std::string runs = EncodeRuns(bitmap);
  const std::string plain = EncodePlain(bitmap);
  AppendVarint64(out, bitmap.size());
  out->push_back(runs.size() <= plain.size() ? kRuns : kPlain);
  out->append(runs.size() <= plain.size() ? runs : plain);
}

Result<Bitmap> ReadBitmap(ByteReader* in) {
  Bitmap bitmap;
  const auto size = in->ReadVarint64();
  const auto form = in->ReadBytes(1);
  if (!size || *size > Bitmap::kSizeMax || !form) return Corruption("a bitmap that can't be");
  const bool read = form->front() == kRuns    ? ReadRuns(in, *size, &bitmap)
                    : form->front() == kPlain ? ReadPlain(in, *size, &bitmap)
                                              : false;
  // The last bit is set, so that every set has one size.
  if (!read || bitmap.size() != *size) return Corruption("a bitmap that can't be");
  return bitmap;
}

}  // namespace strata
