// Result<T> and Status: how every operation of Strata says that it failed.
//
// A Result holds a value or an Error; Status is a Result without a value. Nothing throws across
// the library's border. A failure carries a code only where callers branch on it; everything else
// is in the message, outermost context first: "opening store db: replaying 000007.wal: ...".
//
// Thread safety: values, like std::string.

#pragma once

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace strata {

// Add a code only when some caller branches on it.
enum class ErrorCode : std::uint8_t {
  kCorruption,  // Stored bytes break their format. Retrying can't help; `strata verify` tells more.
  kInvalidArgument,  // The request itself is wrong (a key too long, a bound out of order).
  kIo,               // The operating system refused. The message names the file and the reason.
  kNoSpace,          // As kIo, and the reason is a full disk or quota.
  kNoDescriptors,    // As kIo, and the reason is that too many files are open.
  kNotFound,         // A file or directory that must exist doesn't. (A missing key isn't an error.)
  kBusy,             // Another process or handle owns the store.
  kReadOnly,         // The store stopped taking writes; the message holds the first cause.
  kUnsupported,      // A newer program wrote this: the message names the feature.
  kConditionFailed,  // A batch's condition does not hold: read again and decide anew.
  kConflict,         // Another transaction was there first: begin again.
  kDeadlock,         // Transactions waited for each other, and this one gave way: begin again.
  kTimedOut,         // A lock wasn't to be had in time.
  kWouldWait,        // The answer needs the disk, and the caller said not to wait for it.
  kAborted,          // Shutting down, or stopped by the caller.
  kUnavailable,      // Of a client: no server could be asked, or none answered in time.
};

// "corruption", "invalid argument", ... for people.
std::string_view ErrorCodeName(ErrorCode code);

class [[nodiscard]] Error {
 public:
  [[gnu::cold]] Error(ErrorCode code, std::string message);
  Error(const Error& other) : rep_(other.rep_ ? other.CopyRep() : nullptr) {}
  Error(Error&&) noexcept = default;
  Error& operator=(const Error& other) {
    if (this != &other) rep_ = other.rep_ ? other.CopyRep() : nullptr;
    return *this;
  }
  Error& operator=(Error&&) noexcept = default;
  ~Error() = default;

  ErrorCode code() const { return rep_->code; }
  const std::string& message() const { return rep_->message; }

  // Says what was being done, outermost first: "opening db: reading 000007.wal: bad checksum".
  [[gnu::cold]] Error WithContext(std::string_view context) &&;

 private:
  template <typename T>
  friend class Result;

  struct Rep {
    ErrorCode code;
    std::string message;
  };
  struct DeleteRep {
    [[gnu::cold]] void operator()(Rep* rep) const;
  };
  using OwnedRep = std::unique_ptr<Rep, DeleteRep>;

  Error() = default;  // The absent error of a successful Status.
  [[gnu::cold]] OwnedRep CopyRep() const;

  OwnedRep rep_;
};

namespace internal {
// Ends the process: a caller asked a failed Result for its value.
[[noreturn]] inline void DieOfBadAccess(const std::string& message) {
  std::fprintf(stderr, "strata: value of a failed Result was used: %s\n", message.c_str());
  std::abort();
}
}  // namespace internal

// A value or an Error. Shaped like std::expected.
template <typename T>
class [[nodiscard]] Result {
 public:
  Result(T value) : value_(std::move(value)) {}      // NOLINT(google-explicit-constructor)
  Result(Error error) : error_(std::move(error)) {}  // NOLINT(google-explicit-constructor)
  template <typename U>
    requires(std::is_convertible_v<U, T> && !std::is_same_v<std::remove_cvref_t<U>, T> &&
             !std::is_same_v<std::remove_cvref_t<U>, Error> &&
             !std::is_same_v<std::remove_cvref_t<U>, Result<T>>)
  Result(U&& value) : value_(std::forward<U>(value)) {}  // NOLINT(google-explicit-constructor)

  bool has_value() const { return value_.has_value(); }
  explicit operator bool() const { return has_value(); }

  T& value() & { return Checked(); }
  const T& value() const& { return const_cast<Result*>(this)->Checked(); }
  T&& value() && { return std::move(Checked()); }
  T& operator*() & { return Checked(); }
  const T& operator*() const& { return const_cast<Result*>(this)->Checked(); }
  T&& operator*() && { return std::move(Checked()); }
  T* operator->() { return &Checked(); }
  const T* operator->() const { return &const_cast<Result*>(this)->Checked(); }

  // REQUIRES: !has_value().
  const Error& error() const& { return error_; }
  Error&& error() && { return std::move(error_); }

 private:
  T& Checked() {
    if (!value_.has_value()) internal::DieOfBadAccess(error_.message());
    return *value_;
  }

  std::optional<T> value_;
  Error error_;
};

// Success, or an Error. A successful Status is one null pointer.
template <>
class [[nodiscard]] Result<void> {
 public:
  Result() = default;
  Result(Error error) : error_(std::move(error)) {}  // NOLINT(google-explicit-constructor)

  bool has_value() const { return error_.rep_ == nullptr; }
  explicit operator bool() const { return has_value(); }

  // REQUIRES: !has_value().
  const Error& error() const& { return error_; }
  Error&& error() && { return std::move(error_); }

 private:
  Error error_;
};

using Status = Result<void>;

}  // namespace strata

// Returns the error to the caller if `expression`, a Result of any kind, failed.
#define STRATA_TRY(expression)                                                        \
  do {                                                                                \
    if (auto strata_result = (expression); !strata_result.has_value()) [[unlikely]] { \
      return std::move(strata_result).error();                                        \
    }                                                                                 \
  } while (false)

// As STRATA_TRY, and moves the value into `declaration`: STRATA_TRY_ASSIGN(auto f, fs.Open(name));
#define STRATA_TRY_ASSIGN(declaration, expression) \
  STRATA_TRY_ASSIGN_IMPL_(STRATA_CONCAT_(strata_result_, __LINE__), declaration, expression)
#define STRATA_TRY_ASSIGN_IMPL_(result, declaration, expression) \
  auto result = (expression);                                    \
  if (!result.has_value()) [[unlikely]]                          \
    return std::move(result).error();                            \
  declaration = *std::move(result)
#define STRATA_CONCAT_(a, b) STRATA_CONCAT_IMPL_(a, b)
#define STRATA_CONCAT_IMPL_(a, b) a##b
