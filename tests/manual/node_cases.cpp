// The manual's methods and properties of a node, on a cluster of three.

#include "hamok/collections/map_command_state.hpp"
#include "hamok/collections/snapshot_json.hpp"
#include "hamok/tests/manual/in_one_process.hpp"
#include "hamok/tests/manual/in_three_processes.hpp"
#include "hamok/tests/manual/manual.hpp"

#include <algorithm>
#include <mutex>

namespace hamok::test {

namespace {

const covers_everywhere start_and_stop{"method start",
                                       "method stop",
                                       "method close",
                                       "event started",
                                       "event stopped",
                                       "event closed",
                                       "faq How do I start the Hamok instance?",
                                       "faq How do I stop the Hamok instance?"};
const covers_everywhere waiting{"method wait_until_leader",
                                "method wait_until_commit_head",
                                "method ready",
                                "property leader",
                                "property leader_id",
                                "property state",
                                "property term",
                                "property commit_index"};
const covers_everywhere names{"property local_peer_id", "property remote_peer_ids",
                              "property app_data",      "property config",
                              "property stats",         "method status",
                              "option peer_id",         "option app_data"};
const covers_everywhere collections{"method storages", "method submit",
                                    "collection creating is idempotent"};
const covers_everywhere membership{"method remove_remote_peer",
                                   "method join",
                                   "method leave",
                                   "event joined",
                                   "event left",
                                   "faq How do I remove a remote peer?"};
const covers adding{"method add_remote_peer"};
const covers_everywhere leadership{"method transfer_leadership"};
const covers_everywhere logs{"method compact"};
const covers_everywhere snapshots{"method export_snapshot",
                                  "method import_snapshot",
                                  "snapshot one cut of all collections",
                                  "snapshot JSON",
                                  "snapshot CBOR",
                                  "snapshot bad input is refused whole with the place",
                                  "practice export snapshots regularly"};
const covers carrying{"method accept", "event message"};

/// The text of a command that sets an entry of a map.
std::string command_to_set(const std::string& key, const std::string& value) {
  return std::string{
      map_command::set(blob::from_string(key).bytes(), blob::from_string(value).bytes()).text()};
}

} // namespace

TEMPLATE_TEST_CASE("manual: a node is started, stopped, started again in its process, and closed",
                   "", in_one_process, in_three_processes) {
  TestType all;
  for (const auto& name : {all.follower(), all.leader()}) {
    const auto other = members::others_than(name).front();
    const auto users = all.open(name, "map", "users of " + name);
    users("set", {"alice", "42"});
    all.ask(name, "stop");
    CHECK(all.ask(name, "running") == false);
    all.ask(name, "stop");
    CHECK(users.refusal("set", {"bob", "1"}) == "stopped");
    all.open(other, "map", "users of " + name)("set", {"carol", "2"}); // the others go on
    all.ask(name, "start");
    all.ask(name, "start");
    all.ask(name, "ready");
    CHECK(users("set", {"bob", "1"}) == nullptr);
    CHECK(users("content") == json{{"alice", "42"}, {"bob", "1"}, {"carol", "2"}});
    CHECK(all.tells(name, "started"));
    CHECK(all.tells(name, "stopped"));
  }
  const auto name = all.follower();
  all.ask(name, "close");
  CHECK(all.tells(name, "closed"));
  CHECK(all.refusal(name, "start") == "stopped");
  all.ask(name, "close");
}

TEMPLATE_TEST_CASE(
    "manual: who leads, in which term, and how far the log is, is told and waited for", "",
    in_one_process, in_three_processes) {
  TestType all;
  const auto leader = all.leader();
  for (const auto& name : members::names()) {
    CHECK(all.ask(name, "wait_until_leader") == leader);
    CHECK(all.refusal(name, "ready").empty());
    CHECK(all.ask(name, "leader_id") == leader);
    CHECK(all.ask(name, "leader") == (name == leader));
    CHECK(all.ask(name, "state") == (name == leader ? "leader" : "follower"));
    CHECK(all.ask(name, "term") >= 1);
    const auto head = all.ask(name, "wait_until_commit_head");
    CHECK(head >= 1);
    CHECK(all.ask(name, "commit_index") >= head);
  }
}

TEMPLATE_TEST_CASE("manual: a node knows its name, the others, its application data, its counters",
                   "", in_one_process, in_three_processes) {
  TestType all{members::options{{"app-data", R"({"zone": "z"})"}}};
  for (const auto& name : members::names()) {
    CHECK(all.ask(name, "local_peer_id") == name);
    CHECK(all.comes_to(members::others_than(name), name, "remote_peer_ids"));
    CHECK(all.ask(name, "app_data") == json{{"zone", "z"}});
    CHECK(all.ask(name, "config")["peer-id"] == name);
    CHECK(eventually([&] { return all.ask(name, "stats")["links_opened"] >= 2; }));
    CHECK(all.ask(name, "stats")["leader_changes"] >= 1);
    const auto status = all.ask(name, "status");
    CHECK(status["peer_id"] == name);
    CHECK(status["members"] == members::names());
    CHECK(status["running"] == true);
    for (const auto& other : members::others_than(name))
      CHECK(all.tells(name, "hello-notification id=\"" + other + R"(" app-data={"zone": "z"})"));
  }
}

TEST_CASE("manual: every node has a name of its own, and answers messages as it does calls") {
  three_members all;
  caf::scoped_actor self{all.system()};
  compat::request(self.ptr(), all.at("a").actor(), caf::timespan{deadline}, get_stats_v)
      .receive([](const node_stats& stats) { CHECK(stats.links_opened >= 2); },
               [](const caf::error& reason) { FAIL(to_string(reason)); });
  CHECK(!generate_peer_id().empty());
  CHECK(node_config{}.peer_id != node_config{}.peer_id);
}

TEMPLATE_TEST_CASE("manual: collections are created once for all, listed, and take raw commands",
                   "", in_one_process, in_three_processes) {
  TestType all;
  for (const auto& from : all.both_roles()) {
    const auto id = "users of " + from;
    const auto users = all.open(from, "map", id, {{"initial", {{"x", "1"}}}});
    bool existed = false;
    const auto same = all.open(members::others_than(from).back(), "map", id,
                               {{"initial", {{"y", "2"}}}}, &existed);
    CHECK(existed);
    CHECK(same.comes_to({{"x", "1"}}, "content"));
    all.ask(from, "submit", {id, command_to_set("z", "3")});
    CHECK(users("content") == json{{"x", "1"}, {"z", "3"}});
    CHECK(same.comes_to({{"x", "1"}, {"z", "3"}}, "content"));
    CHECK(all.refusal(from, "submit", {"nothing", command_to_set("z", "3")})
          == "unknown_collection");
    CHECK(all.refusal(from, "submit", {id, "x"}) == "bad_command");
    for (const auto& name : members::names())
      CHECK(all.ask(name, "storages")[id] == "map");
  }
}

TEMPLATE_TEST_CASE("manual: members are removed, join again, and leave", "", in_one_process,
                   in_three_processes) {
  TestType all;
  const auto leader = all.leader();
  const auto gone = members::others_than(leader).front();
  const auto members_now = [&] { return all.ask(leader, "status")["members"]; };
  all.ask(leader, "remove_remote_peer", {gone});
  CHECK(all.tells(gone, "left"));
  CHECK(eventually([&] { return members_now() == members::others_than(gone); }));
  all.ask(gone, "join");
  CHECK(all.tells(gone, "joined"));
  CHECK(eventually([&] { return members_now() == members::names(); }));
  all.ask(gone, "leave");
  CHECK(eventually([&] { return members_now() == members::others_than(gone); }));
  CHECK(all.ask(gone, "running") == false);
  // Who is a member already is no change.
  CHECK(all.refusal(leader, "add_remote_peer", {members::others_than(leader).back()}).empty());
}

TEMPLATE_TEST_CASE("manual: leadership is handed over to a member by its name", "", in_one_process,
                   in_three_processes) {
  TestType all;
  const auto first = all.leader();
  const auto next = members::others_than(first).back();
  CHECK(all.refusal(members::others_than(first).front(), "transfer_leadership", {next})
        == "not_leader");
  all.ask(first, "transfer_leadership", {next});
  CHECK(all.leader() == next);
}

TEMPLATE_TEST_CASE("manual: a log is cut short at its front", "", in_one_process,
                   in_three_processes) {
  TestType all;
  for (const auto& from : all.both_roles()) {
    auto users = all.everywhere("map", "users of " + from);
    const auto before = all.ask(from, "commit_index").template get<std::uint64_t>();
    for (int i = 0; i < 50; ++i)
      users.at(from)("set", {"x", std::to_string(i)});
    CHECK(eventually([&] { return all.ask(from, "compact") > before + 40; }));
    CHECK(users.have({{"x", "49"}}));
  }
}

TEMPLATE_TEST_CASE("manual: the content of a node goes out as JSON and CBOR, and comes in again",
                   "", in_one_process, in_three_processes) {
  TestType all;
  for (const auto& from : all.both_roles()) {
    const auto other = members::others_than(from).back();
    auto users = all.everywhere("map", "users");
    users.at(from)("set", {"zero", ""});
    const auto tree = all.ask(from, "export_snapshot");
    const auto kept = must(node_snapshot_from(tree));
    CHECK(kept.members.size() == 3);
    CHECK(must(node_snapshot_from_json(to_json_text(kept))) == kept);
    CHECK(must(node_snapshot_from_cbor(to_cbor(kept))) == kept);
    const auto text = tree.dump();
    const auto bad = node_snapshot_from_json(text.substr(0, text.size() / 2));
    REQUIRE(!bad);
    CHECK(bad.error() == errc::snapshot_failed);
    users.at(from)("set", {"zero", "1"});
    auto wrong = tree;
    wrong["collections"][0]["kind"] = "nothing";
    try {
      all.ask(other, "import_snapshot", json::array({wrong}));
      FAIL("it was taken");
    } catch (const failure& reason) {
      CHECK(reason.code() == "snapshot_failed");
      INFO(reason.text());
      CHECK(reason.text().find("collections[0]") != std::string::npos);
    }
    CHECK(users.have({{"zero", "1"}}));
    all.ask(other, "import_snapshot", json::array({tree}));
    CHECK(users.have({{"zero", ""}}));
    for (const auto& name : members::names())
      CHECK(all.tells(name, "resync collection=\"users\""));
  }
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
