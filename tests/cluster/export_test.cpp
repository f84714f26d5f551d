// Exports and imports of whole nodes and of single collections (consensus.md, 12).

#include "hamok/collections/map_command_state.hpp"
#include "hamok/collections/replicated.hpp"
#include "hamok/collections/snapshot_json.hpp"
#include "hamok/tests/cluster/crowd.hpp"

#include <algorithm>
#include <atomic>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace hamok::test {

namespace {

/// A state of the user's own.
struct total_state {
  using command = int;
  using result = int;
  using question = bool;
  using answer = int;
  int total = 0;
  result apply(const command& step) { return total += step; }
  answer query(const question&) const { return total; }
};

template <class Inspector>
bool inspect(Inspector& f, total_state& x) {
  return f.object(x).fields(f.field("total", x.total));
}

[[maybe_unused]] const bool total_is_known = register_state<total_state>("export_test_total");

const std::string binary{"\x00\xFF\xC3\x28\x7F", 5};

/// A node alone, not started.
struct lone_node {
  explicit lone_node(const std::string& name = "new",
                     const std::function<void(node_config&)>& adjust = nullptr)
      : parts_{.storage = nullptr, .network = network, .access = {}, .spawn_collection = {}} {
    node_config config;
    config.peer_id = name;
    config.link = link_kind::local;
    config.auto_start = false;
    if (adjust)
      adjust(config);
    auto made = spawn_node(system, std::move(config), parts_);
    if (!made)
      FAIL(to_string(made.error()));
    what.emplace(std::move(*made));
  }

  node* operator->() { return &*what; }
  node& operator*() { return *what; }

  caf::actor_system_config settings;
  caf::actor_system system{(init(), settings)};
  std::shared_ptr<local_network> network = std::make_shared<local_network>();
  node_parts parts_;
  std::optional<node> what;
};

/// The content of each collection, by name.
std::vector<collection_snapshot> contents(node& of) {
  return must(of.export_snapshot()).collections;
}

/// Every kind that there is, and what is easily lost.
void fill(node& member) {
  must(member.get_or_create_map<std::string, std::string>("empty"));
  auto one = must(member.get_or_create_map<std::string, std::string>("one"));
  must(one.set("key", "value", deadline).get());
  auto falsy = must(member.get_or_create_map<std::string, std::string>("falsy"));
  must(falsy.set_all({{"", ""}, {"0", "0"}, {"false", "null"}}, deadline).get());
  auto bytes = must(member.get_or_create_map<std::string, std::string>(binary));
  must(bytes.set(binary, binary, deadline).get());
  auto numbers = must(member.get_or_create_map<int, int>("numbers"));
  must(numbers.set(0, 0, deadline).get());
  auto total = must(open_replicated<total_state>(member, "total", "export_test_total"));
  must(total.execute(42, deadline).get());
}

} // namespace

TEST_CASE("an export has every collection at one index, and says where it comes from") {
  cluster all{transport::local, 3};
  all.start_all();
  REQUIRE(!all.agreed_leader().empty());
  fill(all.at("b"));
  const auto filled = must(all.at("b").status()).applied_index;
  REQUIRE(eventually([&] { return must(all.at("c").status()).applied_index >= filled; }));
  const auto snapshot = must(all.at("c").export_snapshot());
  const auto status = must(all.at("c").status());
  CHECK(snapshot.version == node_snapshot::latest_version);
  CHECK(snapshot.cluster == "hamok");
  CHECK(snapshot.cluster_id == status.cluster_id);
  CHECK(snapshot.index > 0);
  CHECK(snapshot.index <= status.applied_index);
  CHECK(snapshot.term > 0);
  REQUIRE(snapshot.members.size() == 3);
  CHECK(snapshot.members[0] == snapshot_member{"a", true});
  REQUIRE(snapshot.collections.size() == 6);
  CHECK(snapshot.collections[1].name == "one");
  CHECK(snapshot.collections[1].content
        == encode_map_content({{blob::from_string("key"), blob::from_string("value")}}));
  // All members export the same.
  CHECK(contents(all.at("a")) == snapshot.collections);
}

TEST_CASE("a cut of an export has no write in two halves") {
  cluster all{transport::local, 1};
  all.start_all();
  auto left = must(all.at("a").get_or_create_map<int, int>("left"));
  auto right = must(all.at("a").get_or_create_map<int, int>("right"));
  std::atomic<bool> go_on{true};
  std::thread writer{[&] {
    for (int i = 1; go_on; ++i) { // `right` never has more than `left`
      must(left.set(i, i, deadline).get());
      must(right.set(i, i, deadline).get());
    }
  }};
  for (int round = 0; round < 20; ++round) {
    const auto snapshot = must(all.at("a").export_snapshot());
    REQUIRE(snapshot.collections.size() == 2);
    const auto size = [&](std::size_t i) {
      return static_cast<int>(snapshot.collections[i].content.bytes().size());
    };
    CHECK(size(0) >= size(1));
  }
  go_on = false;
  writer.join();
}

TEST_CASE("a new node founds a cluster with what was exported, and others join it") {
  node_snapshot kept;
  {
    cluster all{transport::local, 3};
    all.start_all();
    REQUIRE(!all.agreed_leader().empty());
    fill(all.at("a"));
    kept = must(all.at("a").export_snapshot());
  }
  const auto read =
      must(node_snapshot_from_cbor(to_cbor(must(node_snapshot_from_json(to_json_text(kept))))));
  CHECK(read == kept);
  lone_node fresh;
  REQUIRE(fresh->import_snapshot(read) == caf::error{});
  CHECK(fresh->leader());
  CHECK(contents(*fresh) == kept.collections);
  const auto now = must(fresh->export_snapshot());
  CHECK(now.cluster_id != kept.cluster_id); // another cluster with the same content
  auto falsy = must(fresh->get_or_create_map<std::string, std::string>("falsy"));
  CHECK(must(falsy.get("")) == "");
  must(falsy.set("more", "1", deadline).get());
  auto total = must(open_replicated<total_state>(*fresh, "total", "export_test_total"));
  CHECK(must(total.execute(1, deadline).get()) == 43);

  node_config other;
  other.peer_id = "second";
  other.link = link_kind::local;
  other.seeds = {"new"};
  node_parts parts;
  parts.network = fresh.network;
  auto second = must(spawn_node(fresh.system, other, std::move(parts)));
  REQUIRE(eventually([&] { return must(fresh->status()).members.size() == 2; }));
  REQUIRE(eventually([&] {
    const auto there = second.export_snapshot();
    return there && there->collections == contents(*fresh);
  }));
}

TEST_CASE("a hundred megabytes go out and come in") {
  lone_node first;
  REQUIRE(first->start() == caf::error{});
  auto large = must(first->get_or_create_map<std::string, std::string>("large"));
  const auto count = 100;
  for (int i = 0; i < count; ++i)
    must(large.set("key" + std::to_string(i), std::string(std::size_t{1} << 20, '\xC3'), deadline)
             .get());
  const auto kept = must(first->export_snapshot());
  CHECK(kept.collections.at(0).content.size() > std::size_t{100} << 20);
  const auto bytes = to_cbor(kept);
  const auto read = must(node_snapshot_from_cbor(bytes));
  REQUIRE(read == kept);
  lone_node fresh;
  REQUIRE(fresh->import_snapshot(read, std::chrono::minutes{2}) == caf::error{});
  CHECK(contents(*fresh) == kept.collections);
}

TEST_CASE("a running cluster is brought back by one entry, whichever member is asked") {
  cluster all{transport::local, 3};
  all.start_all();
  REQUIRE(!all.agreed_leader().empty());
  fill(all.at("a"));
  const auto kept = must(all.at("a").export_snapshot());
  auto one = must(all.at("b").get_or_create_map<std::string, std::string>("one"));
  must(one.set("key", "changed", deadline).get());
  must(one.set("another", "x", deadline).get());
  auto later = must(all.at("b").get_or_create_map<std::string, std::string>("later"));
  must(later.set("not", "there", deadline).get());
  auto total = must(open_replicated<total_state>(all.at("c"), "total", "export_test_total"));
  must(total.execute(1, deadline).get());
  for (const auto* name : {"a", "b", "c"}) {
    must(one.set("key", name, deadline).get());
    REQUIRE(all.at(name).import_snapshot(kept) == caf::error{});
    auto here = must(all.at(name).get_or_create_map<std::string, std::string>("one"));
    CHECK(must(here.get("key")) == "value");
    CHECK(here.size() == 1);
    auto emptied = must(all.at(name).get_or_create_map<std::string, std::string>("later"));
    CHECK(emptied.empty());
  }
  CHECK(must(total.execute(0, deadline).get()) == 42);
  CHECK(all.log("a").wait_for("resync collection=\"one\""));
  for (const auto& one_of : kept.collections)
    CHECK(all.converge(one_of.name));
}

TEST_CASE("an import replaces only what is of the same kind, and is refused whole otherwise") {
  cluster all{transport::local, 1};
  all.start_all();
  auto one = must(all.at("a").get_or_create_map<std::string, std::string>("one"));
  must(one.set("key", "value", deadline).get());
  const auto good = must(all.at("a").export_snapshot());
  const auto refused = [&](const node_snapshot& bad, errc code, const std::string& place) {
    const auto problem = all.at("a").import_snapshot(bad);
    INFO(to_string(problem));
    CHECK(problem == code);
    CHECK(text_of(problem).find(place) != std::string::npos);
    CHECK(must(one.get("key")) == "value");
    lone_node fresh;
    if (code != errc::snapshot_failed)
      return;
    CHECK(fresh->import_snapshot(bad) == code);
    CHECK(!fresh->running());
  };
  auto bad = good;
  bad.version = 2;
  refused(bad, errc::snapshot_failed, "version: it is 2");
  bad = good;
  bad.collections[0].name.clear();
  refused(bad, errc::snapshot_failed, "collections[0].name");
  bad = good;
  bad.collections.push_back(bad.collections[0]);
  refused(bad, errc::snapshot_failed, "collections[1].name: collections[0] has it too");
  bad = good;
  bad.collections.push_back({"x", "nothing", {}, {}});
  refused(bad, errc::snapshot_failed, "collections[1].kind: 'nothing' is not known here");
  bad = good;
  bad.collections.push_back({"x", "map", {}, blob::from_string("nonsense")});
  refused(bad, errc::snapshot_failed, "collections[1].content");
  bad = good;
  bad.collections.push_back({"x", "restore", {}, {}});
  refused(bad, errc::snapshot_failed, "collections[1].kind");
  bad = good;
  bad.collections[0].kind = "export_test_total";
  bad.collections[0].content = must(encode_value<codec<total_state>>(total_state{}));
  refused(bad, errc::kind_mismatch, "'one' is a map");
  bad = good;
  bad.collections[0].content = encode_map_content(
      {{blob::from_string("x"), blob::from_string(std::string(std::size_t{40} << 20, 'x'))}});
  refused(bad, errc::too_large, "import them one by one");
}

TEST_CASE("content never comes into a node that is to found with others or to join them") {
  const node_snapshot nothing{.cluster = "hamok"};
  const auto refused = [&](const std::function<void(node_config&)>& adjust) {
    lone_node one{"new", adjust};
    const auto problem = one->import_snapshot(nothing);
    CHECK(problem == errc::invalid_config);
    CHECK(text_of(problem).find("seeds") != std::string::npos);
    CHECK(!one->running());
  };
  refused([](node_config& config) { config.seeds = {"other"}; });
  refused([](node_config& config) { config.bootstrap_expect = 3; });
  refused([](node_config& config) { config.initial_members = {{"new", ""}, {"other", ""}}; });
  lone_node stopped;
  REQUIRE(stopped->start() == caf::error{});
  REQUIRE(stopped->ready(deadline) == caf::error{});
  REQUIRE(stopped->stop() == caf::error{});
  CHECK(stopped->import_snapshot(nothing) == errc::stopped);
  REQUIRE(stopped->close() == caf::error{});
  CHECK(stopped->import_snapshot(nothing) == errc::stopped);
}

TEST_CASE("a member that is stopped can be exported, and one that never ran cannot") {
  lone_node one;
  const auto problem = one->export_snapshot();
  REQUIRE(!problem);
  CHECK(problem.error() == errc::stopped);
  REQUIRE(one->start() == caf::error{});
  fill(*one);
  const auto running = must(one->export_snapshot());
  REQUIRE(one->stop() == caf::error{});
  const auto at_rest = must(one->export_snapshot());
  CHECK(at_rest.collections == running.collections);
  CHECK(at_rest.index >= running.index);
  CHECK(at_rest.members == running.members);
  REQUIRE(one->start() == caf::error{});
  CHECK(contents(*one) == running.collections);
}

TEST_CASE("what was imported is there for whoever comes later, by the log or by a snapshot") {
  crowd all;
  auto& first = all.add("a", {});
  fill(first);
  const auto kept = must(first.export_snapshot());
  auto one = must(first.get_or_create_map<std::string, std::string>("one"));
  must(one.clear(deadline).get());
  REQUIRE(first.import_snapshot(kept) == caf::error{});
  const auto seed = first.listening();
  all.add("b", {seed});
  REQUIRE(all.agree({"a", "b"}));
  REQUIRE(all.at("b").wait_until_commit_head(deadline));
  CHECK(contents(all.at("b")) == kept.collections);
  REQUIRE(eventually([&] {
    const auto applied = must(first.status()).applied_index;
    const auto index = first.compact();
    return index && *index > applied;
  }));
  all.add("c", {seed});
  REQUIRE(all.agree({"a", "b", "c"}));
  REQUIRE(all.at("c").wait_until_commit_head(deadline));
  CHECK(contents(all.at("c")) == kept.collections);
}

TEST_CASE("a single collection is exported and imported through any member") {
  cluster all{transport::broker, 3};
  all.start_all();
  REQUIRE(!all.agreed_leader().empty());
  auto here = must(all.at("a").get_or_create_map<std::string, std::string>("one"));
  must(here.set_all({{"x", "1"}, {"", ""}, {binary, binary}}, deadline).get());
  const auto kept = must(here.export_snapshot(deadline));
  auto there = must(all.at("c").get_or_create_map<std::string, std::string>("two"));
  must(there.set("gone", "then", deadline).get());
  REQUIRE(there.import_snapshot(kept, deadline) == caf::error{});
  CHECK(there.size() == 3);
  CHECK(must(there.get(binary)) == binary);
  CHECK(all.converge("two"));
  auto total = must(open_replicated<total_state>(all.at("b"), "total", "export_test_total"));
  must(total.execute(7, deadline).get());
  const auto seven = must(total.export_snapshot(deadline));
  must(total.execute(1, deadline).get());
  REQUIRE(total.import_snapshot(seven, deadline) == caf::error{});
  CHECK(must(total.execute(0, deadline).get()) == 7);
}

} // namespace hamok::test
