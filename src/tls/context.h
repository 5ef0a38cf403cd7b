// What one side of TLS brings along: its certificate and key, whom it believes, what it agrees to.
// It is read from files once; when they change another one is made, and connections that have begun
// keep theirs.
//
// Thread safety: any thread.

#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "io/file_system.h"
#include "tls/openssl.h"

namespace strata::tls {

enum class Version : std::uint8_t { kTls12, kTls13 };
// Whether a server wants certificates of its clients.
enum class Clients : std::uint8_t {
  kUnasked,   // They are nobody in particular.
  kOptional,  // Who shows one must be known by it.
  kRequired,  // Who has none is refused.
};

// Names of files in PEM. Empty: none.
struct Settings {
  std::string certificate;  // Its own, then those between it and the authority.
  std::string key;          // Of the certificate. Nobody but its owner may read the file.
  std::string authorities;  // Who may have signed the peer's certificate.
  std::string revoked;      // Lists of certificates that are taken back, of each authority.
  Clients clients = Clients::kUnasked;
  // Names of clients that are let in; empty: all that the authorities have signed.
  std::vector<std::string> client_names = {};
  Version version_min = Version::kTls12;
};

class Context {
 public:
  // Errors: kInvalidArgument that names the file and what is wrong with it; those of reading it.
  static Result<std::shared_ptr<const Context>> ForServer(const Settings& settings,
                                                          FileSystem& files);
  // Its peer is always asked who it is. Without authorities it believes those of the machine.
  static Result<std::shared_ptr<const Context>> ForClient(const Settings& settings,
                                                          FileSystem& files);

  SSL_CTX* get() const { return context_.get(); }
  bool is_server() const { return is_server_; }
  // One of these names is let in.
  bool LetsIn(const std::vector<std::string>& names) const;
  // When its own certificate ends, in microseconds of the wall clock; 0: it has none.
  std::uint64_t ends_at_us() const { return ends_at_us_; }

 private:
  Context(Settings settings, bool is_server);
  Status Load(FileSystem& files);
  Status LoadOwn(FileSystem& files);
  Status LoadAuthorities(FileSystem& files);
  Status LoadRevoked(FileSystem& files);
  Status Agree();

  const Settings settings_;
  const bool is_server_;
  SslContextPtr context_;
  std::uint64_t ends_at_us_ = 0;
};

// What OpenSSL's callbacks find of a connection (SSL_get_app_data).
struct Wish {
  const Context* context = nullptr;
  std::string protocol;  // Empty: any.
};

// What a certificate calls its owner: URIs, e-mail addresses and names of hosts among its subject
// alternative names, in this order, but for those with spaces or what isn't printed. The subject
// itself is no name: nobody checks what is in it.
std::vector<std::string> NamesOf(const X509& certificate);

}  // namespace strata::tls
