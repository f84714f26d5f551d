// `execute_in_session`: the same operation through one member after the other.

#include "hamok/tests/catch.hpp"
#include "hamok/tests/unit/collections/fake_cluster.hpp"

namespace hamok::state_test {

namespace {

struct outcome {
  errc failure = errc::none;
  std::string result;
};

outcome run(caf::scoped_actor& self, const collection_actor& member,
            const execute_in_session& call) {
  outcome result;
  compat::request(self.operator->(), member, seconds{20}, call)
      .receive(
          [&](const blob& answer) { result.result = std::string{answer.text()}; },
          [&](const caf::error& reason) { result.failure = static_cast<errc>(reason.code()); });
  return result;
}

} // namespace

TEST_CASE("an operation through two members takes effect once, with one result") {
  fake_cluster cluster{2};
  REQUIRE(cluster.map_of(1).await_ready());
  caf::scoped_actor self{cluster.system()};
  execute_in_session call;
  call.session = {7, 7};
  call.first_outstanding = 1;
  call.timeout = seconds{10};
  call.sequence = 1;
  call.command = map_command::set(v("a"), v("1"));
  CHECK(run(self, cluster.members[0].actor, call).failure == errc::none);
  call.sequence = 2;
  call.command = map_command::set(v("a"), v("2"));
  cluster.control->plan({fate::lose, fate::refuse, fate::repeat});
  CHECK(run(self, cluster.members[0].actor, call).result
        == "\x01"
           "1");
  CHECK(run(self, cluster.members[1].actor, call).result
        == "\x01"
           "1");
  CHECK(run(self, cluster.members[0].actor, call).result
        == "\x01"
           "1");
}

TEST_CASE("a client is told by its deadline at the latest") {
  fake_cluster cluster;
  REQUIRE(cluster.map_of(0).await_ready());
  caf::scoped_actor self{cluster.system()};
  cluster.control->plan({}, fate::lose);
  execute_in_session call{{7, 7}, 1, 1, map_command::clear(), milliseconds{50}, 0};
  CHECK(run(self, cluster.members[0].actor, call).failure == errc::outcome_unknown);
  call.first_outstanding = 2;
  CHECK(run(self, cluster.members[0].actor, call).failure == errc::bad_command);
}

} // namespace hamok::state_test
