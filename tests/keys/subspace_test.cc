#include "strata/keys/subspace.h"

#include <catch2/catch.hpp>

#include "testing/results.h"

namespace strata::keys {
namespace {

using testing::CodeOf;
using testing::Must;

TEST_CASE("a subspace holds what is packed through it and nothing else", "[structured-keys]") {
  const Subspace users(TupleOf("users"), "app:");
  const std::string key = users.Pack(TupleOf(42, "name"));
  CHECK(key.substr(0, 4) == "app:");
  CHECK(users.Contains(key));
  CHECK(Must(users.Unpack(key)) == TupleOf(42, "name"));
  CHECK(users.Contains(users.prefix()));
  CHECK(users.Inside(TupleOf(42)).Contains(key));
  CHECK_FALSE(users.Inside(TupleOf(4)).Contains(key));
  CHECK_FALSE(users.Contains(Subspace(TupleOf("users2"), "app:").Pack(TupleOf(1))));
  CHECK(CodeOf(users.Unpack("app:")) == "invalid argument");
  CHECK(CodeOf(users.Unpack(users.prefix() + '\x03')) == "invalid argument");
}

TEST_CASE("a subspace isn't fooled by text that goes on after a zero", "[structured-keys]") {
  const Subspace a(TupleOf("a"));
  const std::string other = Pack(TupleOf(std::string("a\0b", 3)));
  CHECK(other.rfind(a.prefix(), 0) == 0);  // Its bytes begin with those of the subspace.
  CHECK_FALSE(a.Contains(other));
  CHECK(other > a.Range().upper);
}

TEST_CASE("a subspace's range holds all that goes on from it", "[structured-keys]") {
  const Subspace users(TupleOf("users"));
  const KeyRange range = users.Range();
  for (const Tuple& tuple :
       {TupleOf(nullptr), TupleOf(Bytes{""}), TupleOf(1, 2), TupleOf(Versionstamp{{255, 255}})}) {
    const std::string key = users.Pack(tuple);
    CHECK((range.lower <= key && key < range.upper));
  }
  CHECK(users.prefix() < range.lower);
  CHECK(Pack(TupleOf("users", 1)) < range.upper);
  CHECK(Pack(TupleOf("uses")) > range.upper);
}

}  // namespace
}  // namespace strata::keys
