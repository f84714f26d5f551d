#include "hamok/tests/cluster/cluster.hpp"

namespace hamok::test {

TEST_CASE("a node alone founds its cluster and leads") {
  cluster all{transport::local, 1};
  all.start_all();
  CHECK(all.agreed_leader() == "a");
  CHECK(all.at("a").ready() == caf::error{});
  CHECK(all.at("a").term() == 1);
}

TEST_CASE("three members over local links elect one leader") {
  cluster all{transport::local, 3};
  all.start_all();
  const auto leader = all.agreed_leader();
  REQUIRE(!leader.empty());
  for (const auto& name : all.names()) {
    CHECK(all.at(name).wait_until_leader() == leader);
    CHECK(all.at(name).ready() == caf::error{});
  }
}

TEST_CASE("five members over local links elect one leader") {
  cluster all{transport::local, 5};
  all.start_all();
  CHECK(!all.agreed_leader().empty());
}

TEST_CASE("three members over broker links elect one leader") {
  cluster all{transport::broker, 3};
  all.start_all();
  CHECK(!all.agreed_leader().empty());
}

TEST_CASE("five members over broker links elect one leader") {
  cluster all{transport::broker, 5};
  all.start_all();
  CHECK(!all.agreed_leader().empty());
}

} // namespace hamok::test
