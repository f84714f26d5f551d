// The manual's map, on a cluster of three: each operation from the leader and from a follower, with
// its event on every member.

#include "hamok/tests/manual/manual.hpp"

#include <algorithm>
#include <atomic>
#include <mutex>

namespace hamok::test {

namespace {

using text_map = map<std::string, std::string>;
using pairs = text_map::pairs;
using text = std::optional<std::string>;

const covers writes{"map set",          "map set_all",      "map insert",     "map insert_all",
                    "map update_if",    "map remove",       "map remove_all", "map remove_if",
                    "map erase",        "map erase_all",    "map clear",      "map event insert",
                    "map event update", "map event remove", "map event clear"};
const covers reads{"map get",     "map get_all", "map contains", "map keys",     "map values",
                   "map entries", "map size",    "map empty",    "map iteration"};
const covers beginnings{"map initial entries", "map falsy values", "map custom equality"};
const covers ends{"map event close", "map event resync"};

/// The events of one map on one member, as text. Callbacks may come late, so they share it.
class change_log {
public:
  explicit change_log(const text_map& of) {
    const auto add = [lines = lines_](std::string line) { lines->add(std::move(line)); };
    on_insert_ = of.on_insert([add](const std::string& key, const std::string& value) {
      add("insert " + key + "=" + value);
    });
    on_update_ =
        of.on_update([add](const std::string& key, const std::string& old, const std::string& now) {
          add("update " + key + "=" + old + "," + now);
        });
    on_remove_ = of.on_remove([add](const std::string& key, const std::string& old) {
      add("remove " + key + "=" + old);
    });
    on_clear_ = of.on_clear([add] { add("clear"); });
  }
  ~change_log() {
    for (auto* one : {&on_insert_, &on_update_, &on_remove_, &on_clear_})
      one->cancel();
  }
  change_log(const change_log&) = delete;
  change_log& operator=(const change_log&) = delete;

  [[nodiscard]] bool has(const std::vector<std::string>& lines) const {
    return eventually([&] {
      return std::ranges::all_of(lines,
                                 [&](const std::string& line) { return lines_->contain(line); });
    });
  }

private:
  class shared_lines {
  public:
    void add(std::string line) {
      const std::lock_guard guard{mutex_};
      lines_.push_back(std::move(line));
    }
    [[nodiscard]] bool contain(const std::string& line) const {
      const std::lock_guard guard{mutex_};
      return std::ranges::find(lines_, line) != lines_.end();
    }

  private:
    mutable std::mutex mutex_;
    std::vector<std::string> lines_;
  };

  std::shared_ptr<shared_lines> lines_ = std::make_shared<shared_lines>();
  collection_subscription on_insert_;
  collection_subscription on_update_;
  collection_subscription on_remove_;
  collection_subscription on_clear_;
};

/// Every write and what it answers.
void write_all(const text_map& users) {
  CHECK(must(users.set("a", "1", deadline).get()) == std::nullopt);
  CHECK(must(users.set("a", "2", deadline).get()) == "1");
  CHECK(must(users.set_all({{"a", "3"}, {"b", "1"}}, deadline).get()) == pairs{{"a", "2"}});
  CHECK(must(users.insert("c", "1", deadline).get()) == std::nullopt);
  CHECK(must(users.insert("c", "2", deadline).get()) == "1");
  CHECK(must(users.insert_all({{"c", "3"}, {"d", "1"}}, deadline).get()) == pairs{{"c", "1"}});
  CHECK(must(users.update_if("a", "4", "3", deadline).get()));
  CHECK(!must(users.update_if("a", "5", "3", deadline).get()));
  CHECK(!must(users.update_if("nobody", "1", "", deadline).get()));
  CHECK(must(users.remove("a", deadline).get()) == "4");
  CHECK(must(users.remove("a", deadline).get()) == std::nullopt);
  CHECK(must(users.remove_if("b", "1", deadline).get()));
  CHECK(!must(users.remove_if("b", "1", deadline).get()));
  CHECK(must(users.remove_all({"c", "nobody"}, deadline).get()) == pairs{{"c", "1"}});
  CHECK(must(users.erase("d", deadline).get()));
  CHECK(!must(users.erase("d", deadline).get()));
  must(users.set_all({{"x", "1"}, {"y", "2"}}, deadline).get());
  CHECK(must(users.erase_all({"x", "nobody"}, deadline).get()) == std::vector<std::string>{"x"});
  CHECK(must(users.clear(deadline).get()) == 1);
}

} // namespace

TEST_CASE("manual: every write of a map, from the leader and a follower, is told on all members") {
  three_members all;
  for (const auto& from : {all.leader, all.followers[0]}) {
    const auto name = "users of " + from;
    std::vector<std::unique_ptr<change_log>> logs;
    for (const auto& member : all.names())
      logs.push_back(std::make_unique<change_log>(
          must(all.at(member).get_or_create_map<std::string, std::string>(name))));
    write_all(must(all.at(from).get_or_create_map<std::string, std::string>(name)));
    for (const auto& log : logs)
      CHECK(log->has({"insert a=1", "update a=1,2", "update a=2,3", "insert b=1", "insert c=1",
                      "insert d=1", "update a=3,4", "remove a=4", "remove b=1", "remove c=1",
                      "remove d=1", "remove x=1", "clear"}));
    CHECK(all.converge(name));
  }
}

TEST_CASE("manual: reads of a map are local, and iteration is over one moment") {
  three_members all;
  auto users = must(all.at(all.followers[0]).get_or_create_map<std::string, int>("users"));
  CHECK(users.empty());
  must(users.set_all({{"b", 2}, {"a", 1}, {"c", 3}}, deadline).get());
  CHECK(must(users.get("a")) == 1);
  CHECK(must(users.get("nobody")) == std::nullopt);
  CHECK(must(users.get_all({"a", "nobody"})) == std::vector<std::pair<std::string, int>>{{"a", 1}});
  CHECK(users.contains("b"));
  CHECK(!users.contains("nobody"));
  CHECK(must(users.keys()) == std::vector<std::string>{"a", "b", "c"});
  CHECK(must(users.values()) == std::vector<int>{1, 2, 3});
  CHECK(must(users.entries()).size() == 3);
  CHECK(users.size() == 3);
  CHECK(!users.empty());
  int sum = 0;
  for (const auto& [key, value] : users.snapshot()) {
    must(users.remove(key, deadline).get());
    sum += value;
  }
  CHECK(sum == 6);
  CHECK(users.empty());
}

TEST_CASE("manual: a map has initial entries, falsy values, and an equality of the user's own") {
  three_members all;
  auto first = must(all.at("a").create_map<std::string, int>("initial", {{"x", 1}}));
  REQUIRE(first.await_ready(deadline));
  CHECK(must(first.get("x")) == 1);
  auto falsy = must(all.at("a").get_or_create_map<std::string, std::string>("falsy"));
  auto numbers = must(all.at("a").get_or_create_map<int, bool>("numbers"));
  CHECK(must(falsy.set("", "", deadline).get()) == std::nullopt);
  CHECK(must(falsy.set("", "", deadline).get()) == "");
  CHECK(must(numbers.set(0, false, deadline).get()) == std::nullopt);
  CHECK(must(numbers.get(0)) == false);
  CHECK(falsy.contains(""));
  map_options<double> nearly;
  nearly.equal = [](const double& a, const double& b) { return a - b < 0.1 && b - a < 0.1; };
  auto measured =
      must(all.at("b").get_or_create_map<std::string, double>("measured", nullptr, {}, nearly));
  must(measured.set("x", 1.0, deadline).get());
  CHECK(must(measured.update_if("x", 2.0, 1.05, deadline).get()));
  CHECK(!must(measured.update_if("x", 3.0, 1.05, deadline).get()));
}

TEST_CASE("manual: subscribers of a map hear that it is closed here, or replaced") {
  three_members all;
  auto users = must(all.at("a").get_or_create_map<std::string, int>("users"));
  std::atomic<int> closed{0};
  std::atomic<int> replaced{0};
  auto on_close = users.on_close([&] { ++closed; });
  auto on_resync = users.on_resync([&] { ++replaced; });
  must(users.set("x", 1, deadline).get());
  REQUIRE(users.import_snapshot(must(users.export_snapshot(deadline)), deadline) == caf::error{});
  CHECK(eventually([&] { return replaced == 1; }));
  users.close();
  CHECK(eventually([&] { return closed == 1; }));
  on_close.cancel();
  on_resync.cancel();
}

} // namespace hamok::test
