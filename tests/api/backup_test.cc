// Backups that clients ask for.

#include "strata/backup.h"

#include <catch2/catch.hpp>

#include "api_world.h"
#include "testing/results.h"

namespace strata::api::testing {
namespace {

using strata::testing::Must;

TEST_CASE("a client asks for a backup by a name, and it is where the server keeps them",
          "[backup-and-restore]") {
  ApiWorld world({.backup_directory = "/vault"});
  world.Put("k", "v");
  v1::BackupRequest request;
  request.set_name("first");
  const auto first = world.Ask<v1::BackupResponse>("Admin/Backup", request);
  CHECK(first.status.ok());
  CHECK(first->number() == 1);
  CHECK(first->sequence() == 1);
  CHECK(first->copied_files() == first->files());
  CHECK(first->copied_bytes() == first->bytes());
  CHECK(first->bytes() > 0);
  CHECK(world.Ask<v1::BackupResponse>("Admin/Backup", request).status.code ==
        grpc::Code::kInvalidArgument);
  request.set_name("");
  request.set_check(true);
  const auto second = world.Ask<v1::BackupResponse>("Admin/Backup", request);
  CHECK(second->number() == 2);
  CHECK(second->copied_files() == 0);
  CHECK(second->time_us() > 0);
  const auto list = Must(ListBackups("/vault", &world.store().environment()));
  REQUIRE(list.size() == 2);
  CHECK(list[0].name == "first");
}

TEST_CASE("a client can't say where a backup goes", "[backup-and-restore]") {
  ApiWorld world({.backup_directory = "/vault"});
  v1::BackupRequest request;
  for (const char* wrong : {"/etc", "../b", "17"}) {
    INFO(wrong);
    request.set_name(wrong);
    const auto refused = world.Ask<v1::BackupResponse>("Admin/Backup", request);
    CHECK(refused.status.code == grpc::Code::kInvalidArgument);
  }
  ApiWorld none;
  const auto refused = none.Ask<v1::BackupResponse>("Admin/Backup", v1::BackupRequest());
  CHECK(refused.status.code == grpc::Code::kInvalidArgument);
  CHECK(refused.status.message.find("--backup-dir") != std::string::npos);
}

}  // namespace
}  // namespace strata::api::testing
