// An emitter between processes: subscribers come and go, members are killed and come back, and each
// event is handled once by each subscriber that lives.

#include "hamok/tests/catch.hpp"
#include "hamok/tests/process/chatting.hpp"
#include "hamok/tests/process/soak.hpp"

using namespace hamok::process_test;

namespace {

/// Kills one leader after the other while all members subscribe, unsubscribe and publish.
void kill_leaders(bool ordered) {
  chatting all{ordered};
  REQUIRE(all.await_progress());
  const auto end = std::chrono::steady_clock::now() + soak_time();
  for (std::size_t i = 0; i < 5 || std::chrono::steady_clock::now() < end; ++i) {
    CAPTURE(i);
    all.kill_leader_and_bring_it_back();
    REQUIRE(all.await_progress());
  }
  all.finish();
  CHECK(all.violations() == std::vector<std::string>{});
  CHECK(all.only_the_living_listen());
}

} // namespace

TEST_CASE("each event is handled once by each subscriber that lives while leaders are killed") {
  kill_leaders(false);
}

TEST_CASE("each event in order is handled once by each subscriber that lives while leaders are "
          "killed") {
  kill_leaders(true);
}
