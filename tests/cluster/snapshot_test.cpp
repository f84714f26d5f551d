// Members that lack what is not in any log more: they are sent a snapshot.

#include "hamok/tests/cluster/crowd.hpp"
#include "hamok/tests/cluster/remote_storages.hpp"

#include <algorithm>
#include <atomic>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace hamok::test {

namespace {

using numbers_map = map<std::string, std::string>;

constexpr int entries = 300;

void fill(numbers_map& numbers, const std::string& text) {
  std::vector<std::pair<std::string, std::string>> some;
  for (int i = 0; i < entries; ++i)
    some.emplace_back("key" + std::to_string(i), text + std::string(1000, 'x'));
  for (std::size_t from = 0; from < some.size(); from += 50)
    must(numbers
             .set_all({some.begin() + static_cast<std::ptrdiff_t>(from),
                       some.begin() + static_cast<std::ptrdiff_t>(from) + 50})
             .get());
}

/// The member drops all that is committed from its log, once it has applied it and nobody who was
/// heard lately needs it.
bool compact(node& member) {
  return eventually([&] {
    const auto head = must(member.wait_until_commit_head(deadline));
    const auto first = member.compact();
    return first && *first > head;
  });
}

} // namespace

TEST_CASE("a newcomer gets what is not in any log any more as a snapshot") {
  crowd all;
  auto& first = all.add("a", {});
  auto numbers = must(first.get_or_create_map<std::string, std::string>("numbers"));
  fill(numbers, "early");
  REQUIRE(compact(first));
  const auto seed = first.listening();
  all.add("b", {seed});
  all.add("c", {seed});
  REQUIRE(all.agree({"a", "b", "c"}));
  CHECK(all.log("a").wait_for("unsynced-peer id=\"b\""));
  CHECK(all.log("a").wait_for("unsynced-peer id=\"c\""));
  REQUIRE(all.at("c").wait_until_commit_head(deadline));
  const auto same = must(all.at("c").get_or_create_map<std::string, std::string>("numbers"));
  CHECK(same.size() == entries);
  CHECK(must(same.get("key7"))->starts_with("early"));
  // They count, and know what the snapshot did not have.
  must(same.set("key7", "late", deadline).get());
  all.remove("a");
  must(same.set("key8", "late", deadline).get());
  CHECK(eventually([&] {
    auto there = all.at("b").get_or_create_map<std::string, std::string>("numbers");
    return there && must(there->get("key8")) == "late" && must(there->get("key7")) == "late";
  }));
}

TEST_CASE("a member that was away too long goes on from a snapshot, with its sessions") {
  crowd all;
  const auto seed = all.add("a", {}).listening();
  all.add("b", {seed});
  all.add("c", {seed});
  REQUIRE(all.agree({"a", "b", "c"}));
  auto numbers = must(all.at("a").get_or_create_map<std::string, std::string>("numbers"));
  auto away = must(all.at("c").get_or_create_map<std::string, std::string>("numbers"));
  must(numbers.set("key7", "early", deadline).get());
  REQUIRE(all.at("c").stop() == caf::error{});
  fill(numbers, "late");
  REQUIRE(compact(all.at("a")));
  REQUIRE(compact(all.at("b")));
  REQUIRE(all.at("c").start() == caf::error{});
  CHECK(all.log("c").wait_for("resync collection=\"numbers\""));
  CHECK(eventually([&] { return must(away.get("key7")) == "late" + std::string(1000, 'x'); }));
  must(away.set("key7", "again", deadline).get()); // its session goes on
  CHECK(must(away.get("key7")) == "again");
}

TEST_CASE("a newcomer goes on with a remote map that is in no log any more, where others stopped") {
  crowd all;
  const auto storage = std::make_shared<memory_remote_storage>();
  const auto open = [&](const std::string& name) {
    return must(all.at(name).get_or_create_remote_map<std::string, std::string>("users", storage));
  };
  auto& first = all.add("a", {});
  const auto users = open("a");
  for (int i = 0; i < 20; ++i)
    must(users.set("key" + std::to_string(i), "early", deadline).get());
  REQUIRE(compact(first));
  const auto seed = first.listening();
  all.add("b", {seed});
  all.add("c", {seed});
  REQUIRE(all.agree({"a", "b", "c"}));
  const auto beside = open("b");
  const auto late = open("c");
  CHECK(must(late.set("key7", "late", deadline).get()) == "early");
  all.remove("a");
  CHECK(must(late.set("key8", "late", deadline).get()) == "early");
  CHECK(must(late.insert("key7", "again", deadline).get()) == "late");
  CHECK(must(late.size(deadline).get()) == 20);
}

TEST_CASE(
    "what waits in a remote map comes with a snapshot, and is executed once by who leads then") {
  const auto storage = std::make_shared<memory_remote_storage>();
  const auto slow = std::make_shared<storage_path>(storage);
  crowd all;
  const auto seed = all.add("a", {}).listening();
  all.add("b", {seed});
  all.add("c", {seed});
  REQUIRE(all.agree({"a", "b", "c"}));
  const auto open = [&](const std::string& name, const remote_storage_ptr& way) {
    return must(all.at(name).get_or_create_remote_map<std::string, std::string>("users", way));
  };
  const struct guard { // a failed test does not wait for the storage
    storage_path& path;
    ~guard() { path.set(storage_path::gate::open); }
  } opens{*slow};
  const auto users = open("a", slow);
  const auto beside = open("b", storage);
  const auto away = open("c", storage);
  must(users.set("count", "0", deadline).get());
  REQUIRE(all.at("c").stop() == caf::error{});
  slow->set(storage_path::gate::behind); // done, and not reported
  std::vector<future<std::optional<std::string>>> waiting;
  for (int i = 1; i <= 5; ++i)
    waiting.push_back(users.set("count", std::to_string(i), 6 * deadline));
  REQUIRE(slow->holds());
  REQUIRE(eventually([&] { return must(beside.status()).size == 5; }));
  REQUIRE(compact(all.at("a")));
  REQUIRE(compact(all.at("b")));
  REQUIRE(all.at("c").start() == caf::error{});
  REQUIRE(all.log("c").wait_for("resync collection=\"users\""));
  REQUIRE(all.agree({"a", "b", "c"}));
  const auto leader = must(all.at("c").wait_until_leader(deadline));
  REQUIRE(all.at(leader).transfer_leadership("c") == caf::error{});
  for (int i = 1; i <= 5; ++i)
    CHECK(must(waiting[static_cast<std::size_t>(i - 1)].get()) == std::to_string(i - 1));
  CHECK(must(away.get("count", deadline).get()) == "5");
}

TEST_CASE("consensus.md, 14: a user of a member that starts again hears every change, or resync") {
  crowd all;
  const auto seed = all.add("a", {}).listening();
  all.add("b", {seed});
  all.add("c", {seed});
  REQUIRE(all.agree({"a", "b", "c"}));
  auto numbers = must(all.at("a").get_or_create_map<std::string, std::string>("numbers"));
  auto away = must(all.at("c").get_or_create_map<std::string, std::string>("numbers"));
  std::atomic<int> inserts{0};
  std::atomic<int> resyncs{0};
  auto insert =
      away.on_insert([&](const std::string&, const std::string&) { inserts += resyncs == 0; });
  auto resync = away.on_resync([&] { ++resyncs; });
  must(numbers.set("first", "1", deadline).get());
  REQUIRE(eventually([&] { return inserts == 1; }));

  REQUIRE(all.at("c").stop() == caf::error{});
  must(numbers.set("second", "2", deadline).get());
  must(numbers.set("third", "3", deadline).get());
  REQUIRE(all.at("c").start() == caf::error{});
  CHECK(eventually([&] { return inserts == 3; })); // the log still has what it missed
  CHECK(resyncs == 0);

  REQUIRE(all.at("c").stop() == caf::error{});
  must(numbers.set("fourth", "4", deadline).get());
  REQUIRE(compact(all.at("a")));
  REQUIRE(compact(all.at("b")));
  REQUIRE(all.at("c").start() == caf::error{});
  CHECK(eventually([&] { return resyncs == 1; }));
  CHECK(must(away.get("fourth")) == "4"); // there as soon as it is told
  CHECK(inserts == 3);
}

TEST_CASE("a log stays within its limits while writes go on, and all members stay equal") {
  crowd all{[](node_config& config) {
    config.log_max_entries = 1000;
    config.log_max_bytes = std::size_t{1} << 20;
  }};
  const auto seed = all.add("a", {}).listening();
  all.add("b", {seed});
  all.add("c", {seed});
  REQUIRE(all.agree({"a", "b", "c"}));
  auto numbers = must(all.at("b").get_or_create_map<std::string, std::string>("numbers"));
  for (int round = 0; round < 20; ++round)
    fill(numbers, "round" + std::to_string(round));
  for (const auto* name : {"a", "b", "c"}) {
    auto& member = all.at(name);
    REQUIRE(member.wait_until_commit_head(deadline));
    const auto there = must(member.get_or_create_map<std::string, std::string>("numbers"));
    CHECK(eventually([&] { return must(there.get("key7"))->starts_with("round19"); }));
    CHECK(there.size() == entries);
    CHECK(must(member.compact(1)) > 1); // what is at the front has gone by itself
  }
}

} // namespace hamok::test
