// Certificates as tests need them: good ones, and one for each way to be wrong.
//
// Thread safety: none.

#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "io/memory_file_system.h"
#include "testing/results.h"
#include "tls/certificates.h"
#include "tls/context.h"

namespace strata::tls::testing {

inline constexpr std::uint64_t kDay = 86'400'000'000;
inline constexpr std::uint64_t kNow = 20'000 * kDay;  // Wall clock.

inline void Write(FileSystem& files, const std::string& path, const std::string& text) {
  if (strata::testing::Must(files.Exists(path))) (void)files.Remove(path);
  const auto file = strata::testing::Must(files.Create(path));
  (void)file->Append(text);
  (void)file->Close();
}

class Papers {
 public:
  Papers() {
    Make("server", Use::kServer, {"db.example", "127.0.0.1"});
    Make("client", Use::kClient, {"ada@example.com", "spiffe://shop/cart", "cart.example"});
    Write(files(), "ca.pem", ca.certificate);
    TakeBack("");
  }

  // NAME.pem and NAME.key.
  void Make(const std::string& name, Use use, const std::vector<std::string>& names,
            std::uint64_t from_us = kNow - kDay, std::uint64_t until_us = kNow + kDay) {
    Put(name, strata::testing::Must(Issue(ca, {name, use, names, ++serial_, from_us, until_us})));
  }
  void Put(const std::string& name, const Pair& pair) {
    Write(files(), name + ".pem", pair.certificate);
    Write(files(), name + ".key", pair.key);
  }
  // Adds NAME.pem to the list; empty: none.
  void TakeBack(const std::string& name, std::uint64_t until_us = kNow + kDay) {
    const std::string one =
        name.empty() ? "" : strata::testing::Must(files().ReadFile(name + ".pem", 1 << 20));
    revoked_ = strata::testing::Must(Revoke(ca, revoked_, one, kNow - kDay, until_us));
    Write(files(), "revoked.pem", revoked_);
  }

  // A server that knows its clients, and a client, with the papers of that name (empty: none).
  Settings OfServer(const std::string& name = "server") const {
    return {.certificate = name + ".pem",
            .key = name + ".key",
            .authorities = "ca.pem",
            .revoked = "revoked.pem",
            .clients = Clients::kRequired};
  }
  static Settings OfClient(const std::string& name = "client") {
    if (name.empty()) return {.authorities = "ca.pem"};
    return {.certificate = name + ".pem", .key = name + ".key", .authorities = "ca.pem"};
  }
  std::shared_ptr<const Context> Server(const Settings& settings) {
    return strata::testing::Must(Context::ForServer(settings, files()));
  }
  std::shared_ptr<const Context> Server() { return Server(OfServer()); }
  std::shared_ptr<const Context> Client(const std::string& name = "client") {
    return strata::testing::Must(Context::ForClient(OfClient(name), files()));
  }

  FileSystem& files() { return *files_; }

  const Pair ca = NewAuthority("Authority");
  static Pair NewAuthority(const std::string& name) {
    return strata::testing::Must(
        MakeAuthority({name, Use::kAuthority, {}, 1, kNow - kDay, kNow + 9 * kDay}));
  }

 private:
  const std::unique_ptr<MemoryFileSystem> files_ = NewMemoryFileSystem();
  std::uint64_t serial_ = 1;
  std::string revoked_;
};

}  // namespace strata::tls::testing
