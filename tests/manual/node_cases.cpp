// The manual's methods and properties of a node, on a cluster of three.

#include "hamok/collections/map_command_state.hpp"
#include "hamok/collections/snapshot_json.hpp"
#include "hamok/tests/manual/manual.hpp"

#include <algorithm>
#include <mutex>

namespace hamok::test {

namespace {

/// What the members of a started cluster are called.
std::vector<std::string> others_than(const std::string& name) {
  std::vector<std::string> result{"a", "b", "c"};
  std::erase(result, name);
  return result;
}

const covers start_and_stop{"method start",  "method stop",   "method close",
                            "event started", "event stopped", "event closed"};
const covers waiting{"method wait_until_leader",
                     "method wait_until_commit_head",
                     "method ready",
                     "property leader",
                     "property leader_id",
                     "property state",
                     "property term",
                     "property commit_index"};
const covers names{"property local_peer_id", "property remote_peer_ids", "property app_data",
                   "property config",        "property stats",           "method status",
                   "option peer_id"};
const covers collections{"method create_map", "method get_or_create_map", "method storages",
                         "method submit", "collection creating is idempotent"};
const covers membership{"method add_remote_peer",
                        "method remove_remote_peer",
                        "method join",
                        "method leave",
                        "event joined",
                        "event left"};
const covers leadership{"method transfer_leadership"};
const covers logs{"method compact"};
const covers snapshots{"method export_snapshot",
                       "method import_snapshot",
                       "snapshot one cut of all collections",
                       "snapshot JSON",
                       "snapshot CBOR",
                       "snapshot bad input is refused whole with the place",
                       "practice export snapshots regularly"};
const covers carrying{"method accept", "event message"};

} // namespace

TEST_CASE("manual: a node is started, stopped, started again in the same process, and closed") {
  three_members all;
  auto& member = all.at(all.followers[0]);
  auto users = must(member.get_or_create_map<std::string, int>("users"));
  must(users.set("alice", 42, deadline).get());
  REQUIRE(member.stop() == caf::error{});
  CHECK(!member.running());
  CHECK(member.stop() == caf::error{});
  const auto refused = users.set("bob", 1).get();
  REQUIRE(!refused);
  CHECK(refused.error() == errc::stopped);
  REQUIRE(member.start() == caf::error{});
  CHECK(member.start() == caf::error{});
  REQUIRE(member.ready(deadline) == caf::error{});
  must(users.set("bob", 1, deadline).get());
  CHECK(must(users.get("alice")) == 42);
  auto& log = all.log(all.followers[0]);
  CHECK(log.wait_for("started"));
  CHECK(log.wait_for("stopped"));
  REQUIRE(member.close() == caf::error{});
  CHECK(log.wait_for("closed"));
  CHECK(member.start() == errc::stopped);
  CHECK(member.close() == caf::error{});
}

TEST_CASE("manual: who leads, in which term, and how far the log is, can be asked and waited for") {
  three_members all;
  for (const auto& name : all.names()) {
    auto& member = all.at(name);
    CHECK(must(member.wait_until_leader(deadline)) == all.leader);
    CHECK(member.ready(deadline) == caf::error{});
    CHECK(member.leader_id() == all.leader);
    CHECK(member.leader() == (name == all.leader));
    CHECK(member.state() == (name == all.leader ? raft::role::leader : raft::role::follower));
    CHECK(member.term() >= 1);
    const auto head = must(member.wait_until_commit_head(deadline));
    CHECK(head >= 1);
    CHECK(member.commit_index() >= head);
  }
}

TEST_CASE("manual: a node knows its name, the others, its application data and its counters") {
  three_members all{
      [](node_config& config) { config.app_data = R"({"name": ")" + config.peer_id + R"("})"; }};
  for (const auto& name : all.names()) {
    auto& member = all.at(name);
    CHECK(member.local_peer_id() == name);
    CHECK(eventually([&] { return member.remote_peer_ids() == others_than(name); }));
    CHECK(member.app_data() == R"({"name": ")" + name + R"("})");
    CHECK(member.config().peer_id == name);
    CHECK(eventually([&] { return member.stats().links_opened >= 2; }));
    CHECK(member.stats().leader_changes >= 1);
    const auto status = must(member.status());
    CHECK(status.peer_id == name);
    CHECK(status.members.size() == 3);
    CHECK(status.running);
  }
  // The same by messages to the node actor.
  caf::scoped_actor self{all.system()};
  compat::request(self.ptr(), all.at("a").actor(), caf::timespan{deadline}, get_stats_v)
      .receive([](const node_stats& stats) { CHECK(stats.links_opened >= 2); },
               [](const caf::error& reason) { FAIL(to_string(reason)); });
  CHECK(!generate_peer_id().empty());
  CHECK(node_config{}.peer_id != node_config{}.peer_id);
}

TEST_CASE("manual: collections are created once for all, listed, and take raw commands") {
  three_members all;
  auto users = must(all.at("a").create_map<std::string, std::string>("users", {{"x", "1"}}));
  bool existed = false;
  REQUIRE(users.await_ready(deadline));
  REQUIRE(eventually([&] { return static_cast<bool>(all.at("b").find_collection("users")); }));
  auto same = must(
      all.at("b").get_or_create_map<std::string, std::string>("users", &existed, {{"y", "2"}}));
  CHECK(existed);
  CHECK(must(same.get("x")) == "1");
  CHECK(must(same.get("y")) == std::nullopt);
  const auto set = map_command::set(blob::from_string("z").bytes(), blob::from_string("3").bytes());
  must(all.at("c").submit("users", set, deadline));
  CHECK(eventually([&] { return must(users.get("z")) == "3"; }));
  CHECK(all.at("c").submit("nothing", set).error() == errc::unknown_collection);
  CHECK(all.at("c").submit("users", blob::from_string("x")).error() == errc::bad_command);
  const auto listed = must(all.at("c").storages());
  REQUIRE(listed.size() == 1);
  CHECK(listed[0].name == "users");
  CHECK(listed[0].kind == "map");
}

TEST_CASE("manual: members are removed, join again, and leave") {
  three_members all;
  const auto gone = all.followers[0];
  REQUIRE(all.at(all.leader).remove_remote_peer(gone) == caf::error{});
  CHECK(all.log(gone).wait_for("left"));
  CHECK(eventually([&] { return must(all.at(all.leader).status()).members.size() == 2; }));
  REQUIRE(all.at(gone).join(deadline) == caf::error{});
  CHECK(all.log(gone).wait_for("joined"));
  CHECK(eventually([&] { return must(all.at(all.leader).status()).members.size() == 3; }));
  REQUIRE(all.at(gone).leave() == caf::error{});
  CHECK(eventually([&] { return must(all.at(all.leader).status()).members.size() == 2; }));
  CHECK(!all.at(gone).running());
  // Who is a member already is no change.
  CHECK(all.at(all.leader).add_remote_peer(all.followers[1]) == caf::error{});
}

TEST_CASE("manual: leadership is handed over to a member by its name") {
  three_members all;
  REQUIRE(all.at(all.leader).transfer_leadership(all.followers[1]) == caf::error{});
  CHECK(eventually([&] { return all.agreed_leader() == all.followers[1]; }));
  CHECK(all.at(all.followers[0]).transfer_leadership(all.leader) == errc::not_leader);
}

TEST_CASE("manual: a log is cut short at its front") {
  three_members all;
  auto users = must(all.at("a").get_or_create_map<std::string, int>("users"));
  for (int i = 0; i < 50; ++i)
    must(users.set("x", i, deadline).get());
  CHECK(eventually([&] {
    const auto first = all.at("a").compact();
    return first && *first > 40;
  }));
  CHECK(must(users.get("x")) == 49);
}

TEST_CASE("manual: the content of a node goes out as JSON and as CBOR, and comes in again") {
  three_members all;
  auto users = must(all.at("a").get_or_create_map<std::string, int>("users"));
  must(users.set("zero", 0, deadline).get());
  const auto kept = must(all.at("a").export_snapshot());
  CHECK(kept.members.size() == 3);
  const auto text = to_json_text(kept);
  CHECK(must(node_snapshot_from_json(text)) == kept);
  CHECK(must(node_snapshot_from_cbor(to_cbor(kept))) == kept);
  const auto bad = node_snapshot_from_json(text.substr(0, text.size() / 2));
  REQUIRE(!bad);
  CHECK(bad.error() == errc::snapshot_failed);
  must(users.set("zero", 1, deadline).get());
  auto wrong = kept;
  wrong.collections[0].kind = "nothing";
  const auto refused = all.at("b").import_snapshot(wrong);
  CHECK(refused == errc::snapshot_failed);
  CHECK(text_of(refused).find("collections[0].kind") != std::string::npos);
  CHECK(must(users.get("zero")) == 1);
  REQUIRE(all.at("b").import_snapshot(kept) == caf::error{});
  CHECK(eventually([&] { return must(users.get("zero")) == 0; }));
  CHECK(all.log("a").wait_for("resync collection=\"users\""));
}

TEST_CASE("manual: an application carries the frames of three nodes") {
  std::mutex mutex;
  std::map<std::string, node*> nodes;
  cluster all{transport::local, 3, [](node_config& config) { config.link = link_kind::custom; }};
  for (const auto* name : {"a", "b", "c"}) {
    auto& member = all.spawn(name);
    {
      const std::lock_guard guard{mutex};
      nodes[name] = &member;
    }
    member.on<event::message>([&, from = std::string{name}](const event::message& what) {
      const std::lock_guard guard{mutex};
      const auto to = nodes.find(what.peer);
      if (what.frame.size() > 0 && to != nodes.end())
        to->second->accept(from, what.frame);
    });
  }
  CHECK(!all.agreed_leader().empty());
  const std::lock_guard guard{mutex};
  nodes.clear();
}

} // namespace hamok::test
