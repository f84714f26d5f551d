// The manual's questions and answers, on a cluster of three.

#include "hamok/tests/manual/manual.hpp"

namespace hamok::test {

namespace {

const covers starting{"faq How do I start the Hamok instance?",
                      "faq How do I stop the Hamok instance?"};
const covers members{"faq How do I add a remote peer?", "faq How do I remove a remote peer?"};
const covers logs{"faq What is stored in Raft logs?", "faq What snapshots are good for?",
                  "faq Can I overflow the memory with logs?"};
const covers purpose{"faq Is this an attempt to replace Redis?"};

} // namespace

TEST_CASE("manual: a node is started by start, or by being spawned, and stopped by stop") {
  three_members all;
  node_config config;
  config.link = link_kind::local;
  auto at_once = must(spawn_node(all.system(), config));
  CHECK(at_once.running());
  config.peer_id = generate_peer_id();
  config.auto_start = false;
  auto later = must(spawn_node(all.system(), config));
  CHECK(!later.running());
  CHECK(later.start() == caf::error{});
  CHECK(later.running());
  CHECK(later.stop() == caf::error{});
  CHECK(!later.running());
}

TEST_CASE("manual: a peer is added before the start, or to the cluster, and removed from it") {
  three_members all;
  node_config config;
  config.peer_id = "d";
  config.link = link_kind::local;
  config.seeds = {"a"};
  node_parts parts;
  parts.network = all.network();
  auto fourth = must(spawn_node(all.system(), config, std::move(parts)));
  REQUIRE(all.at("b").add_remote_peer("d") == caf::error{});
  CHECK(eventually([&] { return must(all.at("a").status()).members.size() == 4; }));
  REQUIRE(all.at("b").remove_remote_peer("d") == caf::error{});
  CHECK(eventually([&] { return must(all.at("a").status()).members.size() == 3; }));
  config.peer_id = "e";
  config.seeds.clear();
  config.auto_start = false;
  auto founder = must(spawn_node(all.system(), config));
  CHECK(founder.add_remote_peer("f") == caf::error{}); // extends the founding list
  CHECK(founder.remote_peer_ids() == std::vector<std::string>{"f"});
}

TEST_CASE("manual: logs hold operations until they are applied, and snapshots stand for them") {
  three_members all{[](node_config& config) { config.log_max_entries = 1000; }};
  auto users = must(all.at("a").get_or_create_map<std::string, int>("users"));
  for (int i = 0; i < 5000; ++i)
    must(users.set("x", i, deadline).get());
  // The log is cut short by itself: memory does not grow with the number of operations.
  CHECK(eventually([&] { return must(all.at("a").compact(1)) > 1000; }));
  const auto kept = must(all.at("a").export_snapshot());
  CHECK(kept.index >= 5000);
  CHECK(kept.collections.at(0).content.size() < 100);
}

TEST_CASE("manual: what it is for is a leader, and small state that many share") {
  three_members all;
  int leaders = 0;
  for (const auto& name : all.names())
    leaders += all.at(name).leader() ? 1 : 0;
  CHECK(leaders == 1);
  auto settings = must(all.at("a").get_or_create_map<std::string, std::string>("settings"));
  must(settings.set("colour", "blue", deadline).get());
  CHECK(all.converge("settings"));
}

} // namespace hamok::test
