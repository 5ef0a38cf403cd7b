// A small authority: makes certificates, and takes them back. For trying TLS, for tests, and for
// who has no other authority; keys are EC P-256, signatures ECDSA with SHA-256, all texts PEM.
//
// Thread safety: any thread.

#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace strata::tls {

struct Pair {
  std::string certificate;
  std::string key;
};

enum class Use : std::uint8_t { kAuthority, kServer, kClient };

struct Wanted {
  std::string name;  // For people: the subject.
  Use use = Use::kServer;
  // What it is called: "localhost", "127.0.0.1", "ada@example.com", "spiffe://..." (a URI has
  // "://").
  std::vector<std::string> names = {};
  std::uint64_t serial = 1;    // That no other certificate of the authority has.
  std::uint64_t from_us = 0;   // Wall clock,
  std::uint64_t until_us = 0;  // both.
};

// Signed by itself. Errors, here and below: kInvalidArgument for a name that can't be one, or a
// text that isn't what it should be.
Result<Pair> MakeAuthority(const Wanted& wanted);
Result<Pair> Issue(const Pair& authority, const Wanted& wanted);

// The list of what was taken back: those of `before` (empty: none), and `certificate` (empty:
// none). It holds until `until_us`.
Result<std::string> Revoke(const Pair& authority, std::string_view before,
                           std::string_view certificate, std::uint64_t now_us,
                           std::uint64_t until_us);

}  // namespace strata::tls
