// T12 for gRPC: what each method needs, said once more by hand and compared with an oracle for
// users of every kind; and calls of users, from the metadata to the answer.

#include <catch2/catch.hpp>

#include <set>

#include "api/api_world.h"
#include "auth/authority.h"
#include "auth/password.h"
#include "auth/shadow_oracle.h"
#include "auth/token.h"
#include "base/base64.h"

namespace strata::api {
namespace {

using auth::Action;
using auth::ActionSet;
using auth::Grant;
using auth::KeyRange;
using testing::ApiWorld;

template <typename Message>
std::string Bytes(const std::function<void(Message*)>& fill) {
  Message message;
  fill(&message);
  return message.SerializeAsString();
}

struct Sample {
  std::string path;
  std::string message;
  std::function<void(auth::Needs*)> needs;  // Nothing: none, but to be somebody.
  bool anybody = false;
};

void AddKeySamples(std::vector<Sample>* samples) {
  const auto get = [](const char* key, const char* table) {
    return Bytes<v1::GetRequest>([&](v1::GetRequest* one) {
      one->set_key(key);
      one->mutable_from()->set_table(table);
    });
  };
  for (const char* table : {"", "default", "users", "strata.auth"}) {
    samples->push_back({"/strata.v1.KV/Get", get("a1", table),
                        [table](auth::Needs* needs) { needs->Key(Action::kRead, table, "a1"); }});
  }
  samples->push_back({"/strata.v1.KV/MultiGet", Bytes<v1::MultiGetRequest>([](auto* one) {
                        one->add_keys()->set_key("a1");
                        one->add_keys()->set_key("b1");
                        one->mutable_keys(1)->set_table("users");
                      }),
                      [](auth::Needs* needs) {
                        needs->Key(Action::kRead, "", "a1");
                        needs->Key(Action::kRead, "users", "b1");
                      }});
  samples->push_back({"/strata.v1.KV/Put", Bytes<v1::PutRequest>([](auto* one) {
                        one->set_key("a1");
                        one->set_table("users");
                      }),
                      [](auth::Needs* needs) { needs->Key(Action::kWrite, "users", "a1"); }});
  samples->push_back({"/strata.v1.KV/Delete",
                      Bytes<v1::DeleteRequest>([](auto* one) { one->set_key("a1"); }),
                      [](auth::Needs* needs) { needs->Key(Action::kDelete, "", "a1"); }});
  samples->push_back({"/strata.v1.KV/Write", "", nullptr});
  // CVE-2026-44283: a condition's answer has the value that is there.
  samples->push_back({"/strata.v1.KV/Write", Bytes<v1::WriteRequest>([](v1::WriteRequest* one) {
                        one->add_changes()->set_key("a1");
                        one->mutable_changes(0)->set_value("v");
                        one->add_changes()->set_key("a2");
                        one->add_conditions()->set_key("b1");
                        one->mutable_conditions(0)->set_kind(v1::Condition::ABSENT);
                      }),
                      [](auth::Needs* needs) {
                        needs->Key(Action::kWrite, "", "a1");
                        needs->Key(Action::kDelete, "", "a2");
                        needs->Key(Action::kRead, "", "b1");
                      }});
}

// Bounds in every combination: prefix, from, to.
template <typename Request>
void AddRangeSamples(const std::string& path, ActionSet actions, std::vector<Sample>* samples,
                     const std::function<std::string(const Request&)>& wrap) {
  for (int bounds = 0; bounds < 8; ++bounds) {
    Request request;
    std::optional<std::string_view> lower;
    std::optional<std::string_view> upper;
    const char* const prefix = (bounds & 1) != 0 ? "a" : "";
    request.set_prefix(prefix);
    if ((bounds & 2) != 0) request.set_lower(std::string(*(lower = "a1")));
    if ((bounds & 4) != 0) request.set_upper(std::string(*(upper = "a5")));
    samples->push_back({path, wrap(request), [=](auth::Needs* needs) {
                          needs->Range(actions, "", prefix, lower, upper);
                        }});
  }
}

void AddScanSamples(std::vector<Sample>* samples) {
  const ActionSet both = Action::kScan | Action::kRead;
  for (const bool keys_only : {false, true}) {
    const ActionSet actions = keys_only ? ActionSet(Action::kScan) : both;
    AddRangeSamples<v1::ScanRequest>("/strata.v1.KV/Scan", actions, samples,
                                     [keys_only](v1::ScanRequest scan) {
                                       scan.set_keys_only(keys_only);
                                       return scan.SerializeAsString();
                                     });
    AddRangeSamples<v1::ScanRequest>("/strata.v1.Transactions/Scan", actions, samples,
                                     [keys_only](v1::ScanRequest scan) {
                                       scan.set_keys_only(keys_only);
                                       v1::TransactionScanRequest request;
                                       *request.mutable_scan() = scan;
                                       return request.SerializeAsString();
                                     });
  }
  AddRangeSamples<v1::WatchRequest>(
      "/strata.v1.Watch/Watch", Action::kWatch, samples,
      [](const v1::WatchRequest& watch) { return watch.SerializeAsString(); });
}

void AddTransactionSamples(std::vector<Sample>* samples) {
  for (const bool for_update : {false, true}) {
    samples->push_back({"/strata.v1.Transactions/Get",
                        Bytes<v1::TransactionGetRequest>([&](auto* one) {
                          one->set_key("a1");
                          one->set_for_update(for_update);
                        }),
                        [for_update](auth::Needs* needs) {
                          needs->Key(Action::kRead, "", "a1");
                          if (for_update) needs->Key(Action::kWrite, "", "a1");
                        }});
  }
  samples->push_back({"/strata.v1.Transactions/Write",
                      Bytes<v1::TransactionWriteRequest>([](v1::TransactionWriteRequest* one) {
                        one->add_changes()->set_key("a1");
                        one->mutable_changes(0)->set_value("v");
                        one->add_changes()->set_key("b1");
                      }),
                      [](auth::Needs* needs) {
                        needs->Key(Action::kWrite, "", "a1");
                        needs->Key(Action::kDelete, "", "b1");
                      }});
  for (const char* name : {"Begin", "Renew", "Commit", "Rollback", "SetSavepoint",
                           "RollbackToSavepoint", "PopSavepoint"}) {
    samples->push_back({std::string("/strata.v1.Transactions/") + name, "", nullptr});
  }
}

std::vector<Sample> AllSamples() {
  std::vector<Sample> samples;
  AddKeySamples(&samples);
  AddScanSamples(&samples);
  AddTransactionSamples(&samples);
  const auto tables = [](auth::Needs* needs) { needs->Table(Action::kTables, "users"); };
  samples.push_back({"/strata.v1.Tables/Create",
                     Bytes<v1::CreateTablesRequest>([](auto* one) { one->add_names("users"); }),
                     tables});
  samples.push_back({"/strata.v1.Tables/Drop",
                     Bytes<v1::DropTableRequest>([](auto* one) { one->set_name("users"); }),
                     tables});
  samples.push_back({"/strata.v1.Tables/Truncate",
                     Bytes<v1::TruncateTableRequest>([](auto* one) { one->set_name("users"); }),
                     tables});
  samples.push_back({"/strata.v1.Tables/List", "", nullptr});
  for (const char* name : {"Open", "Renew", "Close"}) {
    samples.push_back({std::string("/strata.v1.Snapshots/") + name, "", nullptr});
  }
  samples.push_back(
      {"/strata.v1.Admin/Stats", "", [](auth::Needs* needs) { needs->Server(Action::kObserve); }});
  for (const char* name : {"Flush", "Compact", "Sync", "Verify", "Backup"}) {
    samples.push_back({std::string("/strata.v1.Admin/") + name, "",
                       [](auth::Needs* needs) { needs->Server(Action::kOperate); }});
  }
  for (const char* path : {"/grpc.health.v1.Health/Check", "/grpc.health.v1.Health/Watch",
                           "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo",
                           "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo"}) {
    samples.push_back({path, "", nullptr, true});
  }
  return samples;
}

// The store of a world, with users; each password is its user's name.
class AuthWorld {
 public:
  AuthWorld() {
    auto opened = auth::Authority::Open(*world_.store(), world_.store().environment(), nullptr, {});
    REQUIRE(opened.has_value());
    authority_ = *std::move(opened);
    world_.session().SetAuthority(*authority_);
    Change([](auth::Accounts* accounts) -> Status {
      STRATA_TRY(AddUser(accounts, "root", "root", true));
      STRATA_TRY(AddUser(accounts, "ada", "ada", false));
      return auth::AddGrant(accounts, "ada", false,
                            {.actions = ActionSet::All().Without(Action::kUsers),
                             .table = "default",
                             .keys = KeyRange::Prefix("a")});
    });
    As("root");
  }

  static Status AddUser(auth::Accounts* accounts, const std::string& name,
                        const std::string& password, bool administrator) {
    STRATA_TRY(auth::AddUser(accounts, name, administrator));
    const std::string salt(auth::kSaltBytes, 's');
    return auth::SetPassword(accounts, name, *auth::HashPassword(password, salt, {.log_n = 4}));
  }
  void Change(const std::function<Status(auth::Accounts*)>& edit) {
    REQUIRE(authority_->Change("test", "here", "change", edit));
  }
  // The next calls are of this user; "": nobody.
  void As(const std::string& user) { Header(user.empty() ? "" : Basic(user, user)); }
  void Header(const std::string& text) {
    world_.session().headers.clear();
    if (!text.empty()) world_.session().headers.emplace_back("authorization", text);
  }
  static std::string Basic(const std::string& user, const std::string& password) {
    return "Basic " + EncodeBase64(user + ":" + password);
  }
  std::string Put(const std::string& key) {
    return std::string(grpc::NameOf(world_.Put(key, "v").status.code));
  }

  ApiWorld* operator->() { return &world_; }
  auth::Authority& authority() { return *authority_; }

 private:
  ApiWorld world_;
  std::unique_ptr<auth::Authority> authority_;
};

}  // namespace

TEST_CASE("each method needs what an oracle says, for users of every kind", "[roles-and-audit]") {
  ApiWorld world;
  const grpc::MethodTable methods = MethodsOf(world.service());
  const std::vector<Sample> samples = AllSamples();
  std::set<std::string> sampled;
  for (const Sample& sample : samples) sampled.insert(sample.path);
  for (const auto& [path, method] : methods) {
    CAPTURE(path);
    CHECK(sampled.contains(path));
  }
  Random random(12);
  int cells = 0;
  int allowed = 0;
  for (int round = 0; round < 20; ++round) {
    const auth::Accounts accounts = auth::testing::RandomAccounts(random);
    const auth::Rules rules(accounts);
    for (const Sample& sample : samples) {
      auth::Needs needs;
      REQUIRE(methods.find(sample.path)->second.access.ListTo(sample.message, &needs));
      auth::Needs expected;
      if (sample.needs) sample.needs(&expected);
      CAPTURE(sample.path);
      CHECK(needs.who() ==
            (sample.anybody ? auth::Needs::Who::kAnybody : auth::Needs::Who::kAnyUser));
      for (const char* user : {"ada", "ben", "cyd", "root", "nobody"}) {
        const auth::Identity identity = rules.As(user, auth::Identity::Shown::kPassword);
        const bool may = needs.list().empty() ? rules.Knows(identity, 0)
                                              : !rules.FirstDenied(identity, 0, needs.list());
        const bool should = expected.list().empty()
                                ? rules.Knows(identity, 0)
                                : auth::testing::OracleAllowsAll(accounts, user, expected);
        CAPTURE(user, round);
        CHECK(may == should);
        ++cells;
        allowed += may ? 1 : 0;
      }
    }
  }
  CHECK(cells >= 5'000);
  CHECK(allowed > 1'000);
}

TEST_CASE("a call says by metadata whose it is", "[roles-and-audit]") {
  AuthWorld world;
  CHECK(world.Put("b") == "OK");
  world.As("ada");
  CHECK(world.Put("a") == "OK");
  CHECK(world.Put("b") == "PERMISSION_DENIED");
  world.As("");
  CHECK(world.Put("a") == "UNAUTHENTICATED");
  world.Header(AuthWorld::Basic("ada", "wrong"));
  CHECK(world.Put("a") == "UNAUTHENTICATED");
  world.Header("Digest x");
  CHECK(world.Put("a") == "UNAUTHENTICATED");
  world.As("ada");
  CHECK(world.Put("a") == "OK");
}

TEST_CASE("a password is checked once for a connection, by a thread that may wait",
          "[roles-and-audit]") {
  AuthWorld world;
  world.As("ada");
  v1::GetRequest get;
  get.set_key("a");
  auto& session = world->session();
  const auto first = session.Start("/strata.v1.KV/Get", get.SerializeAsString());
  const auto second = session.Start("/strata.v1.KV/Get", get.SerializeAsString());
  CHECK(session.works() == 1);
  session.CarryOutAll();
  CHECK(session.told(first).end->status.ok());
  CHECK(session.told(second).end->status.ok());
  const auto third = session.Start("/strata.v1.KV/Get", get.SerializeAsString());
  CHECK(session.works() == 0);
  CHECK(session.told(third).end->status.ok());
}

TEST_CASE("a token is looked up at once, and no longer when it is revoked", "[roles-and-audit]") {
  AuthWorld world;
  const auth::NewToken made =
      auth::MakeToken("ada", world->store().clock().WallMicros() + 1'000'000, SeededEntropy(1));
  world.Change([&](auth::Accounts* accounts) {
    accounts->tokens[made.id] = made.token;
    return Status();
  });
  world.Header("Bearer " + made.text);
  CHECK(world.Put("a") == "OK");
  world->store().clock().Advance(1'000'000);
  CHECK(world.Put("a") == "UNAUTHENTICATED");
  world.Header("Bearer nonsense");
  CHECK(world.Put("a") == "UNAUTHENTICATED");
}

TEST_CASE("a transaction is its user's, and is judged again when it commits", "[roles-and-audit]") {
  AuthWorld world;
  world.As("ada");
  const auto begin = [&] {
    return world->Ask<v1::BeginResponse>("Transactions/Begin", v1::BeginRequest())
        .reply.transaction();
  };
  const auto write = [&](std::uint64_t transaction, const std::string& key) {
    v1::TransactionWriteRequest request;
    request.set_transaction(transaction);
    request.add_changes()->set_key(key);
    request.mutable_changes(0)->set_value("v");
    return std::string(grpc::NameOf(
        world->Ask<v1::TransactionWriteResponse>("Transactions/Write", request).status.code));
  };
  const auto commit = [&](std::uint64_t transaction) {
    v1::CommitRequest request;
    request.set_transaction(transaction);
    return std::string(
        grpc::NameOf(world->Ask<v1::WriteResponse>("Transactions/Commit", request).status.code));
  };
  std::uint64_t transaction = begin();
  CHECK(write(transaction, "b") == "PERMISSION_DENIED");
  CHECK(write(transaction, "a") == "OK");
  world.As("root");
  CHECK(write(transaction, "a") == "NOT_FOUND");
  CHECK(commit(transaction) == "NOT_FOUND");
  world.As("ada");
  CHECK(commit(transaction) == "OK");
  transaction = begin();
  CHECK(write(transaction, "a2") == "OK");
  world.Change([](auth::Accounts* accounts) -> Status {
    accounts->users["ada"].grants.clear();
    return {};
  });
  CHECK(commit(transaction) == "PERMISSION_DENIED");
  CHECK(commit(transaction) == "NOT_FOUND");
  world.As("root");
  CHECK(world->Get("a2") == "none");
}

TEST_CASE("a watch ends when its user may not watch any more", "[roles-and-audit]") {
  AuthWorld world;
  world.As("ada");
  v1::WatchRequest watch;
  watch.set_lower("a");
  auto& session = world->session();
  auto call = session.Start("/strata.v1.Watch/Watch", watch.SerializeAsString());
  session.CarryOutAll();
  CHECK(session.told(call).end->status.code == grpc::Code::kPermissionDenied);
  watch.clear_lower();
  watch.set_prefix("a");
  call = session.Start("/strata.v1.Watch/Watch", watch.SerializeAsString());
  CHECK_FALSE(session.told(call).end.has_value());
  world.Change([](auth::Accounts* accounts) -> Status {
    accounts->users["ada"].grants.clear();
    return {};
  });
  world.As("root");
  CHECK(world.Put("a") == "OK");
  session.WakeAll();
  CHECK(session.told(call).end->status.code == grpc::Code::kPermissionDenied);
}

TEST_CASE("of the tables those are told with which something may be done", "[roles-and-audit]") {
  AuthWorld world;
  REQUIRE(world->store()->CreateTable("users", {}));
  const auto names = [&] {
    std::string text;
    const auto listed = world->Ask<v1::ListTablesResponse>("Tables/List", v1::ListTablesRequest());
    for (const auto& table : listed->tables()) text += table.name() + " ";
    return text;
  };
  CHECK(names() == "default strata.auth users ");
  world.As("ada");
  CHECK(names() == "default ");
}

// C15, etcd-io/etcd#21555: a body is not kept for one who hasn't said who it is.
TEST_CASE("who isn't known yet can't make the server keep much", "[roles-and-audit]") {
  AuthWorld world;
  v1::PutRequest put;
  put.set_key("a");
  put.set_value(std::string(200'000, 'x'));
  world.Header(AuthWorld::Basic("ada", "wrong"));
  auto told = world->session().Call("/strata.v1.KV/Put", put.SerializeAsString());
  CHECK(told.end->status.code == grpc::Code::kResourceExhausted);
  world.As("ada");
  CHECK(world.Put("a") == "OK");
  told = world->session().Call("/strata.v1.KV/Put", put.SerializeAsString());
  CHECK(told.end->status.ok());
}

}  // namespace strata::api
