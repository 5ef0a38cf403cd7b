// Backups that clients ask for.

#include <catch2/catch.hpp>

#include "api/api_world.h"

namespace strata::api {
namespace {

using testing::ApiWorld;

TEST_CASE("a client's backup goes where the server was told to put it", "[backup-and-restore]") {
  ServiceOptions options;
  options.backup_directory = "/backups";
  ApiWorld world(options);
  world.Put("k", "v");
  v1::BackupRequest request;
  request.set_name("nightly");
  request.set_logs(true);
  const auto made = world.Ask<v1::BackupResponse>("Admin/Backup", request);
  REQUIRE(made.status.ok());
  CHECK(made->number() == 1);
  CHECK(made->name() == "nightly");
  CHECK(made->sequence() >= 1);
  CHECK(made->time_us() > 0);
  CHECK(made->files() == 1);
  CHECK(made->new_files() == 1);
  CHECK(made->new_bytes() == made->bytes());
  const auto again = world.Ask<v1::BackupResponse>("Admin/Backup", v1::BackupRequest());
  CHECK(again->number() == 2);
  CHECK(again->new_files() == 0);
  request.set_name("../elsewhere");
  CHECK(world.Ask<v1::BackupResponse>("Admin/Backup", request).status.code ==
        grpc::Code::kInvalidArgument);
}

TEST_CASE("a server without a place for backups says so", "[backup-and-restore]") {
  ApiWorld world;
  const auto refused = world.Ask<v1::BackupResponse>("Admin/Backup", v1::BackupRequest());
  CHECK(refused.status.code == grpc::Code::kInvalidArgument);
  CHECK(refused.status.message.find("--backup-dir") != std::string::npos);
}

}  // namespace
}  // namespace strata::api
