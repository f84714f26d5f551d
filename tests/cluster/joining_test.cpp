// Members that come by a seed, are removed, and leave.

#include "hamok/cli/free_ports.hpp"
#include "hamok/tests/cluster/crowd.hpp"

#include <string>
#include <vector>

namespace hamok::test {

TEST_CASE("a node that knows one seed becomes a member with all that the others have") {
  crowd all;
  auto& first = all.add("a", {});
  const auto numbers = must(first.get_or_create_map<std::string, int>("numbers"));
  must(numbers.set("x", 1, deadline).get());
  const auto seed = first.listening();
  all.add("b", {seed});
  all.add("c", {seed});
  CHECK(all.agree({"a", "b", "c"}));
  CHECK(all.log("c").wait_for("joined"));
  auto& last = all.at("c");
  CHECK(last.wait_until_commit_head(deadline));
  CHECK(must(must(last.get_or_create_map<std::string, int>("numbers")).get("x")) == 1);
  // They know each other, and go on without the seed.
  all.remove("a");
  must(must(last.get_or_create_map<std::string, int>("numbers")).set("y", 2, deadline).get());
}

TEST_CASE("a node that knows nobody is added at its endpoint") {
  crowd all;
  all.add("a", {});
  auto& first = all.at("a");
  REQUIRE(!must(first.wait_until_leader(deadline)).empty());
  const auto endpoint = all.add("b", {}, 2).listening(); // waits for a second one
  CHECK(first.add_remote_peer("b", endpoint) == caf::error{});
  CHECK(all.agree({"a", "b"}));
}

TEST_CASE("three nodes that expect each other found one cluster") {
  crowd all;
  const auto seed = all.add("a", {"127.0.0.1:1"}, 3).listening();
  all.add("b", {seed}, 3);
  all.add("c", {seed}, 3);
  CHECK(all.agree({"a", "b", "c"}));
}

TEST_CASE("founders that are linked go on looking for the one that is missing") {
  crowd all;
  const auto late = "127.0.0.1:" + std::to_string(cli::free_ports(1).front());
  const auto seed = all.add("b", {late}, 3).listening();
  all.add("c", {seed}, 3);
  REQUIRE(all.log("b").wait_for("remote-peer-joined id=\"c\""));
  all.add("a", {late}, 3, late); // knows itself and nobody else
  CHECK(all.agree({"a", "b", "c"}));
}

TEST_CASE("a member is removed, told so, and can come back as another life") {
  crowd all;
  const auto seed = all.add("a", {}).listening();
  all.add("b", {seed});
  all.add("c", {seed});
  REQUIRE(all.agree({"a", "b", "c"}));
  const auto life = must(all.at("c").status()).incarnation;
  CHECK(all.at("b").remove_remote_peer("c") == caf::error{});
  CHECK(all.log("c").wait_for("left"));
  const auto numbers = must(all.at("c").create_map<std::string, int>("numbers"));
  const auto refused = numbers.set("x", 1, deadline).get(); // at once: it would wait in vain
  REQUIRE(!refused);
  CHECK(refused.error() == errc::refused_retired);
  CHECK(all.at("b").remove_remote_peer("nobody") == errc::membership_refused);
  CHECK(all.at("c").join(deadline) == caf::error{});
  must(numbers.set("x", 1, deadline).get());
  CHECK(all.agree({"a", "b", "c"}));
  CHECK(must(all.at("c").status()).incarnation != life);
}

TEST_CASE("the leader leaves, and the others go on without it") {
  crowd all;
  const auto seed = all.add("a", {}).listening();
  all.add("b", {seed});
  all.add("c", {seed});
  REQUIRE(all.agree({"a", "b", "c"}));
  const auto leader = must(all.at("b").wait_until_leader(deadline));
  CHECK(all.at(leader).leave() == caf::error{});
  CHECK(!all.at(leader).running());
  all.remove(leader);
  std::vector<std::string> rest{"a", "b", "c"};
  std::erase(rest, leader);
  CHECK(all.agree(rest));
}

} // namespace hamok::test
