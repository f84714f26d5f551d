// What each member is told, and in which order (contract, events).

#include "hamok/tests/cluster/crowd.hpp"

#include <algorithm>

namespace hamok::test {

namespace {

/// The names of events that are told once in a while do not count for an order.
bool is_story(const std::string& line) {
  return !line.starts_with("heartbeat") && !line.starts_with("commit");
}

/// The lines from the last `begin` on that tell a story.
std::vector<std::string> story(const event_log& log, const std::string& begin) {
  auto lines = log.lines();
  const auto last = std::find_if(lines.rbegin(), lines.rend(),
                                 [&](const std::string& line) { return line.starts_with(begin); });
  if (last != lines.rend())
    lines.erase(lines.begin(), last.base() - 1);
  std::erase_if(lines, [](const std::string& line) { return !is_story(line); });
  return lines;
}

/// Checks that lines with these beginnings are there, one behind the other.
void check_order(const std::vector<std::string>& lines, const std::vector<std::string>& expected) {
  auto from = lines.begin();
  for (const auto& prefix : expected) {
    std::string all;
    for (const auto& line : lines)
      all += line + "\n";
    INFO("looking for " << prefix << " in\n" << all);
    from = std::find_if(from, lines.end(),
                        [&](const std::string& line) { return line.starts_with(prefix); });
    REQUIRE(from != lines.end());
    ++from;
  }
}

std::size_t count(const std::vector<std::string>& lines, const std::string& prefix) {
  return static_cast<std::size_t>(std::ranges::count_if(
      lines, [&](const std::string& line) { return line.starts_with(prefix); }));
}

/// The members "a", "b" and "c", which came by one seed.
std::string three(crowd& all) {
  const auto seed = all.add("a", {}).listening();
  all.add("b", {seed});
  all.add("c", {seed});
  REQUIRE(all.agree({"a", "b", "c"}));
  for (const auto* name : {"a", "b", "c"})
    REQUIRE(all.log(name).wait_for("joined"));
  return seed;
}

} // namespace

TEST_CASE("the events of who founds, and of who comes to it") {
  crowd all;
  three(all);
  check_order(story(all.log("a"), "started"),
              {"started", "follower", "candidate", "state-changed now=candidate before=follower",
               "leader", "state-changed now=leader before=candidate", "leader-changed now=\"a\"",
               "joined"});
  const auto newcomer = story(all.log("c"), "started");
  check_order(newcomer, {"started", "hello-notification", "remote-peer-joined",
                         "leader-changed now=\"a\"", "joined"});
  check_order(newcomer, {"started", "follower", "leader-changed now=\"a\""});
  CHECK(count(newcomer, "joined") == 1);
  CHECK(count(newcomer, "rejoining") == 0);
  CHECK(count(newcomer, "candidate") == 0);
}

TEST_CASE("the events when a member stops and starts again") {
  crowd all;
  three(all);
  REQUIRE(all.at("c").stop() == caf::error{});
  REQUIRE(all.log("c").wait_for("stopped"));
  CHECK(all.log("a").wait_for("remote-peer-left id=\"c\""));
  CHECK(count(all.log("a").lines(), "no-heartbeat-from id=\"c\"") == 0); // it has said goodbye
  REQUIRE(all.at("c").start() == caf::error{});
  REQUIRE(eventually([&] { return count(all.log("c").lines(), "joined") == 2; }));
  const auto back = story(all.log("c"), "started");
  check_order(back, {"started", "hello-notification", "leader-changed now=", "joined"});
  check_order(back, {"started", "rejoining", "joined"});
  check_order(all.log("a").lines(), {"remote-peer-left id=\"c\"", "hello-notification id=\"c\"",
                                     "remote-peer-joined id=\"c\""});
}

TEST_CASE("the events when a member is removed, comes back and leaves") {
  crowd all;
  three(all);
  REQUIRE(all.at("a").remove_remote_peer("c") == caf::error{});
  REQUIRE(all.log("c").wait_for("left"));
  CHECK(all.log("a").wait_for("remote-peer-left id=\"c\""));
  CHECK(count(all.log("c").lines(), "stopped") == 0); // it may join again
  REQUIRE(all.at("c").join(deadline) == caf::error{});
  REQUIRE(all.agree({"a", "b", "c"}));
  REQUIRE(eventually([&] { return count(all.log("c").lines(), "joined") == 2; }));
  check_order(story(all.log("c"), "started"),
              {"joined", "left", "hello-notification", "remote-peer-joined", "joined"});
  REQUIRE(all.at("c").leave() == caf::error{});
  REQUIRE(all.log("c").wait_for("stopped"));
  check_order(story(all.log("c"), "started"), {"joined", "left", "joined", "left", "stopped"});
}

} // namespace hamok::test
