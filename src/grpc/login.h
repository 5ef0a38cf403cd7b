// Who calls, as the metadata "authorization" of a call says it: a token is looked up at once, a
// password takes a thread that may wait.
//
// Thread safety: as server::Work.

#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "auth/authority.h"
#include "auth/authorization.h"
#include "grpc/code.h"
#include "server/work.h"

namespace strata::grpc {

// How a call ends that was refused.
CallStatus StatusOf(const auth::Refusal& refusal);

class LoginWork final : public server::Work {
 public:
  // `authority` is borrowed. `header`: what said so.
  LoginWork(auth::Authority& authority, std::string header, auth::Password password,
            std::string from, std::int32_t stream)
      : authority_(authority),
        header_(std::move(header)),
        password_(std::move(password)),
        from_(std::move(from)),
        stream_(stream) {}

  void Run(server::Keyspace& /*keyspace*/) override {
    identity = authority_.LogIn(password_.user, password_.password, from_, &refusal);
  }
  bool writes() const override { return false; }
  bool may_wait_for_others() const override { return true; }

  const std::string& header() const { return header_; }
  std::int32_t stream() const { return stream_; }  // Of the call that brought it.

  std::optional<auth::Identity> identity;
  auth::Refusal refusal;

 private:
  auth::Authority& authority_;
  const std::string header_;
  const auth::Password password_;
  const std::string from_;
  const std::int32_t stream_;
};

}  // namespace strata::grpc
