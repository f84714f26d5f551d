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

/// Checks that none of these ever took another one's goodbye for silence.
void check_nobody_was_silent(crowd& all, const std::vector<std::string>& names) {
  for (const auto& name : names) {
    INFO(name);
    CHECK(count(all.log(name).lines(), "no-heartbeat-from") == 0);
  }
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
  for (const auto* name :
       {"a", "b"}) // who has not heard that it is back cannot tell that it leaves
    REQUIRE(eventually(
        [&] { return count(all.log(name).lines(), "remote-peer-joined id=\"c\"") >= 2; }));
  REQUIRE(all.at("c").leave() == caf::error{});
  REQUIRE(all.log("c").wait_for("stopped"));
  check_order(story(all.log("c"), "started"), {"joined", "left", "joined", "left", "stopped"});
  for (const auto* name : {"a", "b"})
    CHECK(eventually([&] {
      const auto lines = all.log(name).lines();
      return count(lines, "remote-peer-left id=\"c\"") == 2;
    }));
  check_nobody_was_silent(all, {"a", "b", "c"});
}

TEST_CASE("a goodbye is heard at once, not when its member has been silent for long enough") {
  crowd all{[](node_config& config) {
    config.follower_max_idle = std::chrono::seconds{4}; // twice that is silence
    config.election_timeout = std::chrono::seconds{4};
  }};
  const auto seed = all.add("a", {}).listening();
  all.add("b", {seed});
  REQUIRE(all.agree({"a", "b"}));
  REQUIRE(all.at("b").stop() == caf::error{});
  CHECK(all.log("a").wait_for("remote-peer-left id=\"b\"", std::chrono::seconds{1}));
  check_nobody_was_silent(all, {"a", "b"});
}

TEST_CASE(
    "a member that falls silent is told as silent and then as left, and so are the others to it") {
  cluster all{transport::local, 3};
  all.start_all();
  REQUIRE(!all.agreed_leader().empty());
  for (const auto* name : {"a", "b"})
    REQUIRE(all.log(name).wait_for("remote-peer-joined id=\"c\""));
  for (const auto* name : {"a", "b"})
    all.network()->cut_both(name, "c");
  for (const std::string name : {"a", "b"}) {
    REQUIRE(all.log(name).wait_for("remote-peer-left id=\"c\""));
    check_order(all.log(name).lines(), {"remote-peer-joined id=\"c\"", "no-heartbeat-from id=\"c\"",
                                        "remote-peer-left id=\"c\""});
    REQUIRE(all.log("c").wait_for("remote-peer-left id=\"" + name + "\""));
    check_order(all.log("c").lines(),
                {"no-heartbeat-from id=\"" + name + "\"", "remote-peer-left id=\"" + name + "\""});
  }
  all.network()->heal_all();
  CHECK(
      eventually([&] { return count(all.log("a").lines(), "remote-peer-joined id=\"c\"") >= 2; }));
  CHECK(count(all.log("a").lines(), "no-heartbeat-from id=\"b\"") == 0);
}

TEST_CASE("the events when a member comes back that has forgotten everything") {
  crowd all;
  const auto seed = three(all);
  all.remove("c");
  REQUIRE(all.log("a").wait_for("remote-peer-left id=\"c\""));
  all.add("c", {seed});
  REQUIRE(all.agree({"a", "b", "c"}));
  REQUIRE(all.log("c").wait_for("joined"));
  const auto back = story(all.log("c"), "started");
  check_order(back, {"started", "hello-notification", "remote-peer-joined", "rejoining", "joined"});
  check_order(back, {"started", "leader-changed now=", "joined"});
  CHECK(count(back, "rejoining") == 1);
  CHECK(count(back, "joined") == 1);
  REQUIRE(
      eventually([&] { return count(all.log("a").lines(), "remote-peer-joined id=\"c\"") == 2; }));
  check_order(all.log("a").lines(),
              {"joined", "remote-peer-joined id=\"c\"", "remote-peer-left id=\"c\"",
               "hello-notification id=\"c\"", "remote-peer-joined id=\"c\""});
  CHECK(count(all.log("a").lines(), "rejoining") == 0);
}

TEST_CASE("the events when a newcomer lacks what is in no log any more") {
  crowd all;
  auto& first = all.add("a", {});
  const auto numbers = must(first.get_or_create_map<std::string, int>("numbers"));
  must(numbers.set("x", 1, deadline).get());
  REQUIRE(eventually([&] {
    const auto applied = must(first.status()).applied_index;
    const auto begin = first.compact();
    return begin && *begin > applied;
  }));
  all.add("b", {first.listening()});
  REQUIRE(all.agree({"a", "b"}));
  REQUIRE(all.log("a").wait_for("unsynced-peer id=\"b\""));
  check_order(all.log("a").lines(), {"hello-notification id=\"b\"", "remote-peer-joined id=\"b\"",
                                     "unsynced-peer id=\"b\""});
  REQUIRE(all.log("b").wait_for("joined"));
  CHECK(count(all.log("b").lines(), "unsynced-peer") == 0);
  // Who has everything is never told as one that lacks something.
  const auto told = count(all.log("a").lines(), "unsynced-peer");
  must(numbers.set("x", 2, deadline).get());
  REQUIRE(all.at("b").ready(deadline) == caf::error{});
  CHECK(count(all.log("a").lines(), "unsynced-peer") == told);
}

TEST_CASE("every survivor tells that the quorum is lost, and who has forgotten") {
  cluster all{transport::local, 3};
  all.start_all();
  REQUIRE(!all.agreed_leader().empty());
  for (const auto* name : {"a", "b", "c"})
    REQUIRE(all.log(name).wait_for("joined"));
  CHECK(count(all.log("a").lines(), "quorum-lost") == 0);
  for (const auto* name : {"b", "c"})
    all.remove(name);
  for (const auto* name : {"b", "c"}) // each as a new process would
    all.spawn(name);
  CHECK(all.log("a").wait_for("quorum-lost text=\"too many voters have forgotten what they "
                              "promised: 'b' 'c'\""));
  CHECK(count(all.log("a").lines(), "quorum-lost") == 1); // once, not again and again
}

} // namespace hamok::test
