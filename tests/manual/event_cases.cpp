// The manual's events of a node, on a cluster of three.

#include "hamok/tests/manual/in_one_process.hpp"
#include "hamok/tests/manual/in_three_processes.hpp"
#include "hamok/tests/manual/manual.hpp"

#include <atomic>
#include <condition_variable>
#include <mutex>

namespace hamok::test {

namespace {

const covers_everywhere roles{"event follower", "event candidate", "event leader",
                              "event state_changed", "event leader_changed"};
const covers_everywhere peers{"event hello_notification", "event remote_peer_joined",
                              "event remote_peer_left",   "event no_heartbeat_from",
                              "event rejoining",          "trouble connectivity of remote peers"};
const covers_everywhere work{"event commit", "event heartbeat"};
const covers_everywhere trouble{"event error", "practice handle the error event"};
const covers_everywhere behind{"event unsynced_peer", "event resync"};
const covers_everywhere lost{"event quorum_lost"};
const covers slow{"event lagged"};
const covers handles{"events on and cancel", "events subscribe and unsubscribe"};

} // namespace

TEMPLATE_TEST_CASE("manual: roles and leaders are told as they change", "", in_one_process,
                   in_three_processes) {
  TestType all;
  const auto before = all.leader();
  CHECK(all.tells(before, "candidate"));
  CHECK(all.tells(before, "leader"));
  CHECK(all.tells(before, "state-changed now=leader"));
  const auto rest = members::others_than(before);
  all.kill(before);
  const auto next = all.leader(rest);
  CHECK(all.tells(next, "state-changed now=leader"));
  for (const auto& name : rest) {
    CHECK(all.tells(name, "follower"));
    CHECK(all.tells(name, "leader-changed now=\"" + before + "\""));
    CHECK(all.tells(name, "leader-changed now=\"" + next + "\""));
  }
}

TEMPLATE_TEST_CASE("manual: peers that come, go and come back are told", "", in_one_process,
                   in_three_processes) {
  TestType all;
  const auto leader = all.leader();
  const auto gone = members::others_than(leader).front();
  const auto silent = members::others_than(leader).back();
  for (const auto& name : members::others_than(gone)) {
    CHECK(all.tells(name, "hello-notification id=\"" + gone + "\""));
    CHECK(all.tells(name, "remote-peer-joined id=\"" + gone + "\""));
  }
  all.kill(gone);
  for (const auto& name : members::others_than(gone))
    CHECK(all.tells(name, "remote-peer-left id=\"" + gone + "\""));
  all.start(gone);
  CHECK(all.tells(gone, "rejoining"));
  CHECK(all.tells(gone, "joined"));
  all.freeze(silent); // silence without a goodbye
  for (const auto& name : members::others_than(silent))
    CHECK(all.tells(name, "no-heartbeat-from id=\"" + silent + "\""));
  all.thaw(silent);
}

TEMPLATE_TEST_CASE("manual: commits and heartbeats are told", "", in_one_process,
                   in_three_processes) {
  TestType all;
  for (const auto& from : all.both_roles()) {
    all.open(from, "map", "users of " + from)("set", {"x", "1"});
    const auto index = all.ask(from, "commit_index").dump();
    for (const auto& name : members::names()) {
      const auto beats = all.ask(name, "heartbeats").template get<int>();
      CHECK(all.tells(name, "commit index=" + index));
      CHECK(eventually([&] { return all.ask(name, "heartbeats") > beats + 1; }));
    }
  }
}

TEMPLATE_TEST_CASE("manual: what no call can return is told as an error with what to do", "",
                   in_one_process, in_three_processes) {
  TestType all;
  for (const auto& from : all.both_roles()) {
    all.open(from, "map", "users of " + from);
    all.ask(from, "kill_collection", {"users of " + from});
    CHECK(all.tells(from, "error code=actor_died text="));
  }
}

TEMPLATE_TEST_CASE("manual: a member that lacks too much is told, and its users read anew", "",
                   in_one_process, in_three_processes) {
  TestType all;
  const auto leader = all.leader();
  const auto away = members::others_than(leader).front();
  auto users = all.everywhere("map", "users");
  users.at(leader)("set", {"x", "first"});
  all.ask(away, "stop");
  for (int i = 0; i < 50; ++i)
    users.at(leader)("set", {"x", std::to_string(i)});
  for (const auto& name : members::others_than(away))
    REQUIRE(eventually([&] { return all.ask(name, "compact") > 40; }));
  all.ask(away, "start");
  CHECK(all.tells(leader, "unsynced-peer id=\"" + away + "\""));
  CHECK(all.tells(away, "resync collection=\"users\""));
  CHECK(users.have({{"x", "49"}}));
}

TEMPLATE_TEST_CASE("manual: a cluster whose members have forgotten too much says so", "",
                   in_one_process, in_three_processes) {
  TestType all;
  const auto leader = all.leader();
  for (const auto& name : members::others_than(leader))
    all.kill(name);
  for (const auto& name : members::others_than(leader))
    all.start(name);
  CHECK(all.tells(leader, "quorum-lost"));
}

TEST_CASE("manual: a slow subscriber hears how many events it has missed") {
  std::mutex mutex;
  std::condition_variable released;
  bool hold = true;
  std::atomic<std::uint64_t> missed{0};
  three_members all{[](node_config& config) { config.max_subscriber_events = 16; }};
  auto& member = all.at("a");
  auto on_commit = member.on<event::commit>([&](const event::commit&) {
    std::unique_lock guard{mutex};
    released.wait_for(guard, deadline, [&] { return !hold; });
  });
  auto on_lagged = member.on<event::lagged>([&](const event::lagged& x) { missed += x.count; });
  auto users = must(member.get_or_create_map<std::string, int>("users"));
  for (int i = 0; i < 200; ++i) // consensus does not wait for it
    must(users.set("x", i, deadline).get());
  {
    const std::lock_guard guard{mutex};
    hold = false;
  }
  released.notify_all();
  CHECK(eventually([&] { return missed > 0; }));
  on_commit.cancel();
  on_lagged.cancel();
}

TEST_CASE("manual: callbacks and subscriptions end when they are cancelled") {
  std::atomic<int> called{0};
  std::atomic<int> others{0};
  three_members all; // their end waits for a call that is going on
  auto& member = all.at("a");
  auto first = member.on<event::heartbeat>([&](const event::heartbeat&) { ++called; });
  auto second = member.on<event::heartbeat>([&](const event::heartbeat&) { ++others; });
  CHECK(eventually([&] { return called > 0; }));
  first.cancel();
  first.cancel();
  const auto at_the_end = called.load() + 1; // a call may be going on
  const auto seen = others.load();
  CHECK(eventually([&] { return others > seen + 2; }));
  CHECK(called <= at_the_end);
  second.cancel();

  auto heard = std::make_shared<std::atomic<int>>(0);
  const auto listener = all.system().spawn(
      [heard] { return event_listener([heard](const any_event&) { ++*heard; }); });
  member.subscribe(listener);
  CHECK(eventually([&] { return *heard > 0; }));
  member.unsubscribe(listener);
  caf::anon_send_exit(listener, caf::exit_reason::user_shutdown);
}

} // namespace hamok::test
