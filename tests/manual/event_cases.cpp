// The manual's events of a node, on a cluster of three.

#include "hamok/tests/manual/manual.hpp"

#include <atomic>
#include <condition_variable>
#include <mutex>

namespace hamok::test {

namespace {

const covers roles{"event follower", "event candidate", "event leader", "event state_changed",
                   "event leader_changed"};
const covers peers{"event hello_notification", "event remote_peer_joined",
                   "event remote_peer_left",   "event no_heartbeat_from",
                   "event rejoining",          "trouble connectivity of remote peers"};
const covers work{"event commit", "event heartbeat"};
const covers trouble{"event error", "practice handle the error event"};
const covers behind{"event unsynced_peer", "event resync"};
const covers lost{"event quorum_lost"};
const covers slow{"event lagged"};
const covers handles{"events on and cancel", "events subscribe and unsubscribe"};

} // namespace

TEST_CASE("manual: roles and leaders are told as they change") {
  three_members all;
  auto& first = all.log(all.leader);
  CHECK(first.wait_for("candidate"));
  CHECK(first.wait_for("leader"));
  CHECK(first.wait_for("state-changed now=leader"));
  CHECK(first.wait_for("leader-changed now=\"" + all.leader + "\""));
  const auto before = all.leader;
  all.remove(before);
  const auto next = all.agreed_leader();
  REQUIRE(!next.empty());
  for (const auto& name : all.names()) {
    CHECK(all.log(name).wait_for("follower"));
    CHECK(all.log(name).wait_for("leader-changed now=\"" + next + "\""));
  }
}

TEST_CASE("manual: peers that come, go and come back are told") {
  three_members all;
  const auto gone = all.followers[0];
  auto& log = all.log(all.leader);
  CHECK(log.wait_for("hello-notification id=\"" + gone + "\""));
  CHECK(log.wait_for("remote-peer-joined id=\"" + gone + "\""));
  all.remove(gone);
  CHECK(log.wait_for("remote-peer-left id=\"" + gone + "\""));
  all.spawn(gone);
  CHECK(all.log(gone).wait_for("rejoining"));
  CHECK(all.log(gone).wait_for("joined"));
  all.network()->cut_both(all.leader, all.followers[1]); // silence without a goodbye
  CHECK(log.wait_for("no-heartbeat-from id=\"" + all.followers[1] + "\""));
  all.network()->heal_all();
}

TEST_CASE("manual: commits and heartbeats are told") {
  three_members all;
  std::atomic<raft::index_t> committed{0};
  std::atomic<int> beats{0};
  auto& member = all.at(all.followers[0]);
  auto on_commit = member.on<event::commit>([&](const event::commit& x) { committed = x.index; });
  auto on_beat = member.on<event::heartbeat>([&](const event::heartbeat&) { ++beats; });
  auto users = must(member.get_or_create_map<std::string, int>("users"));
  must(users.set("x", 1, deadline).get());
  CHECK(eventually([&] { return committed > 0 && committed == member.commit_index(); }));
  CHECK(eventually([&] { return beats > 1; }));
  on_commit.cancel();
  on_beat.cancel();
}

TEST_CASE("manual: what no call can return is told as an error with what to do") {
  three_members all;
  std::mutex mutex;
  std::vector<event::error> errors;
  auto& member = all.at("a");
  auto on_error = member.on<event::error>([&](const event::error& x) {
    const std::lock_guard guard{mutex};
    errors.push_back(x);
  });
  must(member.get_or_create_map<std::string, int>("users"));
  const auto actor = must(member.find_collection("users"));
  caf::anon_send_exit(actor, caf::exit_reason::kill);
  CHECK(eventually([&] {
    const std::lock_guard guard{mutex};
    return !errors.empty() && errors[0].code == errc::actor_died && !errors[0].text.empty();
  }));
  on_error.cancel();
}

TEST_CASE("manual: a member that lacks too much is told, and its users read anew") {
  three_members all;
  const auto away = all.followers[0];
  auto users = must(all.at(all.leader).get_or_create_map<std::string, int>("users"));
  must(users.set("x", 0, deadline).get());
  REQUIRE(all.at(away).stop() == caf::error{});
  for (int i = 0; i < 50; ++i)
    must(users.set("x", i, deadline).get());
  for (const auto& name : {all.leader, all.followers[1]})
    REQUIRE(eventually([&] {
      const auto first = all.at(name).compact();
      return first && *first > 40;
    }));
  REQUIRE(all.at(away).start() == caf::error{});
  CHECK(all.log(all.leader).wait_for("unsynced-peer id=\"" + away + "\""));
  CHECK(all.log(away).wait_for("resync collection=\"users\""));
}

TEST_CASE("manual: a cluster whose members have forgotten too much says so") {
  three_members all;
  for (const auto& name : all.followers)
    all.remove(name);
  for (const auto& name : all.followers)
    all.spawn(name);
  CHECK(all.log(all.leader).wait_for("quorum-lost"));
}

TEST_CASE("manual: a slow subscriber hears how many events it has missed") {
  three_members all{[](node_config& config) { config.max_subscriber_events = 16; }};
  std::mutex mutex;
  std::condition_variable released;
  bool hold = true;
  std::atomic<std::uint64_t> missed{0};
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
  three_members all;
  auto& member = all.at("a");
  std::atomic<int> called{0};
  std::atomic<int> others{0};
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
