#include "io/service_manager.h"

#include <catch2/catch.hpp>

#include <array>
#include <map>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "testing/results.h"
#include "testing/temp_dir.h"

namespace strata {
namespace {

using testing::Must;
using testing::Outcome;

using Variables = std::map<std::string, std::string>;

Result<ServiceManager> Find(const Variables& variables) {
  return ServiceManager::Find([&](const std::string& name) -> std::optional<std::string> {
    const auto at = variables.find(name);
    if (at == variables.end()) return std::nullopt;
    return at->second;
  });
}

// Listens where NOTIFY_SOCKET says.
class Manager {
 public:
  explicit Manager(std::string address) : fd_(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
    if (address[0] == '@') address[0] = '\0';
    sockaddr_un name{};
    name.sun_family = AF_UNIX;
    address.copy(name.sun_path, sizeof(name.sun_path));
    const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + address.size());
    REQUIRE(::bind(fd_.get(), reinterpret_cast<const sockaddr*>(&name), size) == 0);
  }

  std::string Hear() {
    std::array<char, 200> text;
    const auto size = ::recv(fd_.get(), text.data(), text.size(), MSG_DONTWAIT);
    return size < 0 ? "nothing" : std::string(text.data(), static_cast<std::size_t>(size));
  }

 private:
  const Descriptor fd_;
};

TEST_CASE("a service manager is told in datagrams, by path or by name", "[observability]") {
  const testing::TempDir directory;
  const std::string name = "@strata-test-" + std::to_string(::getpid());
  for (const std::string& address : {directory.File("socket"), name}) {
    Manager listener(address);
    const ServiceManager manager = Must(Find({{"NOTIFY_SOCKET", address}}));
    REQUIRE(Outcome(manager.Tell("READY=1\nSTATUS=here")) == "ok");
    REQUIRE(Outcome(manager.Tell("STOPPING=1")) == "ok");
    CHECK(listener.Hear() == "READY=1\nSTATUS=here");
    CHECK(listener.Hear() == "STOPPING=1");
    CHECK(listener.Hear() == "nothing");
  }
}

TEST_CASE("who isn't run by a service manager tells nobody", "[observability]") {
  const ServiceManager manager = Must(Find({}));
  CHECK(manager.Tell("READY=1"));
  CHECK_FALSE(manager.watchdog_us());
  CHECK(Find({{"NOTIFY_SOCKET", ""}}));
}

TEST_CASE("an address that is none is an error, and so is one where nobody listens",
          "[observability]") {
  CHECK(Find({{"NOTIFY_SOCKET", "relative"}}).error().code() == ErrorCode::kInvalidArgument);
  CHECK(Find({{"NOTIFY_SOCKET", "/" + std::string(107, 'x')}}).error().code() ==
        ErrorCode::kInvalidArgument);
  const testing::TempDir directory;
  const ServiceManager manager = Must(Find({{"NOTIFY_SOCKET", directory.File("nobody")}}));
  CHECK_FALSE(manager.Tell("READY=1"));
}

TEST_CASE("a watchdog counts if it is meant for this process", "[observability]") {
  const testing::TempDir directory;
  const auto watchdog = [&](Variables variables) {
    variables["NOTIFY_SOCKET"] = directory.File("nobody");
    return Must(Find(variables)).watchdog_us();
  };
  const std::string self = std::to_string(::getpid());
  CHECK(watchdog({{"WATCHDOG_USEC", "3000000"}}) == 3'000'000);
  CHECK(watchdog({{"WATCHDOG_USEC", "3000000"}, {"WATCHDOG_PID", self}}) == 3'000'000);
  CHECK_FALSE(watchdog({{"WATCHDOG_USEC", "3000000"}, {"WATCHDOG_PID", "1"}}));
  CHECK_FALSE(watchdog({{"WATCHDOG_USEC", "0"}}));
  CHECK_FALSE(watchdog({{"WATCHDOG_USEC", "3s"}}));
}

}  // namespace
}  // namespace strata
