// Remote maps on clusters in one process, over a storage in memory.

#include "hamok/tests/cluster/remote_storages.hpp"

#include <algorithm>
#include <atomic>
#include <set>
#include <thread>

namespace hamok::test {

namespace {

using gate = storage_path::gate;
using pairs = remote_users::pairs;
using words = std::vector<std::string>;

void write_through_all_and_read_everywhere(transport kind, std::size_t size) {
  remote_cluster all{kind, size};
  std::string value;
  for (const auto& name : all.members.names()) {
    const auto& users = all.at[name];
    CHECK(must(users.set("by " + name, name, deadline).get()) == std::nullopt);
    CHECK(must(users.set("shared", name, deadline).get())
          == (value.empty() ? std::nullopt : std::optional{value}));
    value = name;
    // What was acknowledged to anybody is seen by everybody.
    for (const auto& reader : all.members.names())
      CHECK(must(all.at[reader].get("shared").get()) == value);
  }
  for (const auto& name : all.members.names())
    CHECK(must(all.at[name].size().get()) == size + 1);
  CHECK(all.members.converge("users"));
}

/// Lines of what one member is told.
class change_lines {
public:
  void add(std::string line) {
    const std::lock_guard guard{mutex_};
    lines_.push_back(std::move(line));
  }
  [[nodiscard]] words get() const {
    const std::lock_guard guard{mutex_};
    return lines_;
  }
  std::vector<collection_subscription> listen_to(const remote_users& users) {
    return {users.on_insert([this](const std::string& key, const std::string& value) {
              add("insert " + key + " " + value);
            }),
            users.on_update(
                [this](const std::string& key, const std::string& old, const std::string& now) {
                  add("update " + key + " " + old + " " + now);
                }),
            users.on_remove([this](const std::string& key, const std::string& old) {
              add("remove " + key + " " + old);
            }),
            users.on_clear([this] { add("clear"); })};
  }

private:
  mutable std::mutex mutex_;
  words lines_;
};

/// Threads that insert keys of their own through the members, and remember what was acknowledged.
class inserters {
public:
  inserters(remote_cluster& all, const words& through) {
    for (const auto& name : through)
      threads_.emplace_back([this, id = std::to_string(threads_.size()), users = all.at[name]] {
        for (int i = 0; !stopping_; ++i)
          insert(users, id + "/" + std::to_string(i));
      });
  }
  ~inserters() { stop(); }

  void stop() {
    stopping_ = true;
    for (auto& thread : threads_)
      if (thread.joinable())
        thread.join();
  }
  [[nodiscard]] std::size_t acknowledged() const {
    const std::lock_guard guard{mutex_};
    return acknowledged_.size();
  }
  /// Each was executed once, and is there.
  void check(const remote_users& users) const {
    CHECK(failures_ == words{});
    CHECK(twice_ == 0);
    const auto keys = must(users.keys(deadline).get());
    CHECK(std::set<std::string>(keys.begin(), keys.end()) == acknowledged_);
  }

private:
  void insert(const remote_users& users, const std::string& key) {
    // `insert` answers with the existing value: none, unless the same operation came before.
    const auto answer = users.insert(key, "x", deadline).get();
    const std::lock_guard guard{mutex_};
    if (!answer)
      failures_.push_back(to_string(answer.error()));
    else if (*answer)
      ++twice_;
    else
      acknowledged_.insert(key);
  }

  mutable std::mutex mutex_;
  std::set<std::string> acknowledged_;
  words failures_;
  int twice_ = 0;
  std::atomic<bool> stopping_{false};
  std::vector<std::thread> threads_;
};

} // namespace

TEST_CASE("a remote map of a node alone works") {
  write_through_all_and_read_everywhere(transport::local, 1);
}

TEST_CASE("a remote map is changed through any of three members over local links") {
  write_through_all_and_read_everywhere(transport::local, 3);
}

TEST_CASE("a remote map is changed through any of three members over broker links") {
  write_through_all_and_read_everywhere(transport::broker, 3);
}

TEST_CASE("only the leader executes, and every member tells what has changed") {
  remote_cluster all;
  std::map<std::string, change_lines> heard;
  std::vector<collection_subscription> subscriptions;
  for (auto& [name, users] : all.at)
    for (auto& one : heard[name].listen_to(users))
      subscriptions.push_back(std::move(one));
  const auto& users = all.at[all.followers[0]];
  std::size_t probes = 0; // until all subscriptions are in place
  REQUIRE(eventually([&] {
    must(users.set("probe", std::to_string(++probes), deadline).get());
    return std::ranges::none_of(heard, [](auto& one) { return one.second.get().empty(); });
  }));
  must(users.set("a", "1", deadline).get());
  must(users.set("a", "2", deadline).get());
  must(users.set_all({{"b", "1"}, {"c", "1"}}, deadline).get());
  must(users.erase("b", deadline).get());
  CHECK(must(users.remove_if("c", "1", deadline).get()));
  must(users.clear(deadline).get());
  for (auto& [name, lines] : heard)
    CHECK(eventually([&lines = lines] {
      auto got = lines.get();
      std::erase_if(got, [](const std::string& line) { return line.find(" probe ") != line.npos; });
      // A callback hears its events in order; there is one for each kind of them.
      std::ranges::stable_sort(
          got, {}, [](const std::string& line) { return line.substr(0, line.find(' ')); });
      return got == words{"clear",      "insert a 1", "insert b 1",  "insert c 1",
                          "remove b 1", "remove c 1", "update a 1 2"};
    }));
  CHECK(all.paths[all.leader]->outcomes().size() == 6 + probes);
  for (const auto& name : all.followers)
    CHECK(all.paths[name]->outcomes().empty());
  for (auto& one : subscriptions)
    one.cancel();
}

TEST_CASE("what a remote client asks for again, and through another member, is executed once") {
  remote_cluster all;
  const auto& users = all.at[all.followers[0]];
  must(users.set("k", "first", deadline).get());
  caf::scoped_actor self{all.members.system()};
  execute_in_session call;
  call.session = {7, 11};
  call.sequence = 1;
  call.first_outstanding = 1;
  call.command =
      map_command::set(blob::from_string("k").bytes(), blob::from_string("second").bytes());
  call.timeout = deadline;
  const auto ask = [&](const std::string& member) {
    call.opened_after = must(all.at[member].status()).applied_index;
    blob answer;
    compat::request(self.ptr(), all.at[member].actor(), caf::timespan{deadline}, call)
        .receive([&](const blob& given) { answer = given; },
                 [](const caf::error& reason) { FAIL(to_string(reason)); });
    return answer;
  };
  const auto executed = [&] {
    std::size_t sum = 0;
    for (const auto& [name, path] : all.paths)
      sum += path->outcomes().size();
    return sum;
  };
  const auto before = executed();
  const auto first = ask(all.followers[0]);
  CHECK(ask(all.followers[1]) == first); // and not what is there now
  CHECK(ask(all.leader) == first);
  CHECK(ask(all.followers[0]) == first);
  CHECK(executed() == before + 1);
  call.sequence = 2;
  CHECK(ask(all.followers[1]) != first);
  CHECK(executed() == before + 2);
}

TEST_CASE("a remote client that asks twice at once has both answers") {
  remote_cluster all;
  const auto& users = all.at[all.followers[0]];
  must(users.set("k", "first", deadline).get());
  for (const auto& [name, path] : all.paths)
    path->set(gate::before);
  execute_in_session call;
  call.session = {7, 12};
  call.sequence = 1;
  call.first_outstanding = 1;
  call.command = map_command::remove(blob::from_string("k").bytes());
  call.timeout = deadline;
  call.opened_after = must(users.status()).applied_index;
  std::atomic<int> answers{0};
  const auto ask = [&] {
    return std::thread{[&] {
      caf::scoped_actor self{all.members.system()};
      compat::request(self.ptr(), users.actor(), caf::timespan{deadline}, call)
          .receive([&](const blob&) { ++answers; }, [](const caf::error&) {});
    }};
  };
  auto first = ask();
  REQUIRE(eventually([&] { return all.paths[all.leader]->holds(); }));
  const auto before = must(users.status()).applied_index;
  auto second = ask(); // is a duplicate in the log, of an operation that waits for its execution
  CHECK(eventually([&] {
    const auto now = must(users.status());
    return now.applied_index > before && now.outstanding == 0;
  }));
  for (const auto& [name, path] : all.paths)
    path->set(gate::open);
  first.join();
  second.join();
  CHECK(answers == 2);
}

TEST_CASE("an actor system can wait for its actors while a remote map is open") {
  remote_cluster all;
  for (const auto& name : all.members.names()) {
    must(all.at[name].set(name, "1", deadline).get());
    CHECK(must(all.at[name].get(name, deadline).get()) == "1");
  }
  CHECK(eventually([&] { return all.members.system().registry().running() == 0; }));
}

TEST_CASE("a leader that dies in front of the storage is followed by one that executes") {
  remote_cluster all;
  all.paths[all.leader]->set(gate::before);
  const auto& users = all.at[all.followers[0]];
  auto first = users.set("k", "1", deadline);
  REQUIRE(all.paths[all.leader]->holds());
  auto second = users.set("k", "2", deadline);
  all.members.remove(all.leader);
  CHECK(must(first.get()) == std::nullopt);
  CHECK(must(second.get()) == "1");
  // What the dead one still does comes too late.
  all.paths[all.leader]->set(gate::open);
  REQUIRE(all.paths[all.leader]->holds_none());
  CHECK(eventually([&] { return !all.paths[all.leader]->outcomes().empty(); }));
  CHECK(must(users.get("k", deadline).get()) == "2");
}

TEST_CASE("consensus.md, 13: what a leader has executed and not reported before it died is not "
          "executed again") {
  remote_cluster all;
  all.paths[all.leader]->set(gate::behind);
  const auto& users = all.at[all.followers[0]];
  auto answer = users.set("k", "1", deadline);
  REQUIRE(all.paths[all.leader]->holds());
  all.members.remove(all.leader);
  // The storage was asked twice, and gave the same answer: nothing was there before.
  CHECK(must(answer.get()) == std::nullopt);
  const auto next = all.next_leader();
  REQUIRE(all.paths[next]->outcomes().size() == 1);
  CHECK(all.paths[next]->outcomes() == all.paths[all.leader]->outcomes());
  CHECK(must(users.set("k", "2", deadline).get()) == "1");
}

TEST_CASE("consensus.md, 13: a leader that was cut off and slept is refused by the storage when it "
          "wakes up") {
  remote_cluster all;
  must(all.at[all.leader].set("k", "0", deadline).get());
  all.paths[all.leader]->set(gate::before);
  const auto& users = all.at[all.followers[0]];
  auto first = users.set("k", "1", deadline);
  REQUIRE(all.paths[all.leader]->holds());
  all.cut_off_leader();
  CHECK(must(first.get()) == "0");
  for (const auto* value : {"2", "3"})
    must(users.set("k", value, deadline).get());
  all.paths[all.leader]->set(gate::open);
  REQUIRE(all.paths[all.leader]->holds_none());
  CHECK(eventually([&] { return all.paths[all.leader]->outcomes().size() == 2; }));
  CHECK(must(users.get("k", deadline).get()) == "3");
  all.members.network()->heal_all();
  CHECK(must(all.at[all.leader].set("k", "4", deadline).get()) == "3");
  CHECK(all.members.converge("users"));
}

TEST_CASE("inserters through followers lose nothing and do nothing twice as leaders die and stop") {
  remote_cluster all{transport::broker, 3};
  inserters busy{all, {all.followers[0], all.followers[1], all.followers[0]}};
  REQUIRE(eventually([&] { return busy.acknowledged() > 50; }));
  CHECK(!all.members.at(all.leader).stop());
  REQUIRE(!all.next_leader().empty());
  auto before = busy.acknowledged();
  REQUIRE(eventually([&] { return busy.acknowledged() > before + 50; }));
  REQUIRE(all.members.at(all.leader).start() == caf::error{});
  before = busy.acknowledged();
  REQUIRE(eventually([&] { return busy.acknowledged() > before + 50; }));
  all.members.remove(all.leader);
  before = busy.acknowledged();
  REQUIRE(eventually([&] { return busy.acknowledged() > before + 50; }));
  busy.stop();
  busy.check(all.at[all.followers[0]]);
  CHECK(all.members.converge("users"));
}

TEST_CASE("operations wait in their order while the storage is away, and the leader says so") {
  remote_cluster all;
  all.paths[all.leader]->set(gate::cut);
  const auto& users = all.at[all.followers[0]];
  std::vector<future<std::optional<std::string>>> answers;
  for (int i = 0; i < 20; ++i)
    answers.push_back(users.set("k", std::to_string(i), deadline));
  CHECK(all.members.log(all.leader).wait_for("error code=remote_unavailable"));
  const auto refused = all.at[all.leader].get("k", deadline).get();
  REQUIRE(!refused);
  CHECK(refused.error() == errc::remote_unavailable);
  CHECK(must(users.get("k", deadline).get()) == std::nullopt); // this member can reach it
  all.paths[all.leader]->set(gate::open);
  for (int i = 0; i < 20; ++i)
    CHECK(must(answers[static_cast<std::size_t>(i)].get())
          == (i == 0 ? std::nullopt : std::optional{std::to_string(i - 1)}));
  const auto lines = all.members.log(all.leader).lines();
  CHECK(std::ranges::count_if(lines,
                              [](const std::string& line) {
                                return line.starts_with("error code=remote_unavailable");
                              })
        == 1);
}

TEST_CASE("who does not wait for a storage hears that the outcome is unknown; it happens later") {
  remote_cluster all;
  all.paths[all.leader]->set(gate::cut);
  const auto& users = all.at[all.followers[0]];
  const auto answer = users.set("k", "1", std::chrono::milliseconds{300}).get();
  REQUIRE(!answer);
  CHECK(answer.error() == errc::outcome_unknown);
  all.paths[all.leader]->set(gate::open);
  CHECK(must(users.sync(deadline).get()));
  CHECK(must(users.get("k", deadline).get()) == "1");
}

TEST_CASE("operations wait until the leader is given a storage") {
  cluster all{transport::local, 3};
  all.start_all();
  const auto leader = all.agreed_leader();
  REQUIRE(!leader.empty());
  const auto storage = std::make_shared<memory_remote_storage>();
  const auto open = [&](const std::string& name, remote_storage_ptr with) {
    return must(
        all.at(name).get_or_create_remote_map<std::string, std::string>("users", std::move(with)));
  };
  const auto users = open(leader == "a" ? "b" : "a", storage);
  auto answer = users.set("k", "1", deadline);
  CHECK(all.log(leader).wait_for("error code=remote_unavailable"));
  const auto without = open(leader, nullptr);
  CHECK(without.get("k", deadline).get().error() == errc::remote_unavailable);
  const auto with = open(leader, storage);
  CHECK(must(answer.get()) == std::nullopt);
  CHECK(must(with.get("k", deadline).get()) == "1");
}

TEST_CASE("a remote map without events answers as others do, and tells nobody") {
  remote_map_options<std::string> options;
  options.no_events = true;
  remote_cluster all{transport::local, 3, options};
  change_lines heard;
  auto subscriptions = heard.listen_to(all.at[all.leader]);
  const auto& users = all.at[all.followers[0]];
  CHECK(must(users.set("a", "1", deadline).get()) == std::nullopt);
  CHECK(must(users.set("a", "2", deadline).get()) == "1");
  CHECK(must(users.erase("a", deadline).get()));
  CHECK(!must(users.erase("a", deadline).get()));
  must(all.at[all.leader].sync(deadline).get());
  CHECK(heard.get().empty());
  for (auto& one : subscriptions)
    one.cancel();
}

TEST_CASE("a storage that belongs to another remote map is refused by name") {
  const auto storage = std::make_shared<memory_remote_storage>();
  remote_cluster one{transport::local, 1, {}, storage};
  must(one.at["a"].set("k", "1", deadline).get());
  remote_cluster other{transport::local, 1, {}, storage}; // its operator wants this one now
  must(other.at["a"].set("k", "2", deadline).get());
  const auto refused = one.at["a"].set("k", "3", deadline).get();
  REQUIRE(!refused);
  CHECK(refused.error() == errc::remote_taken);
  CHECK(must(other.at["a"].get("k", deadline).get()) == "2");
}

TEST_CASE("a remote map that is closed on the leader goes on for the others") {
  remote_cluster all;
  must(all.at[all.leader].set("k", "1", deadline).get());
  all.at[all.leader].close();
  CHECK(eventually([&] { return all.at[all.leader].closed(); }));
  const auto refused = all.at[all.leader].set("k", "2", deadline).get();
  REQUIRE(!refused);
  CHECK(refused.error() == errc::closed);
  CHECK(must(all.at[all.followers[0]].set("k", "3", deadline).get()) == "1");
  const auto again =
      must(all.members.at(all.leader)
               .get_or_create_remote_map<std::string, std::string>("users", nullptr));
  CHECK(must(again.set("k", "4", deadline).get()) == "3");
}

TEST_CASE("reads of a remote map come from its storage, whole or page by page") {
  remote_cluster all{transport::local, 3};
  const auto& users = all.at[all.followers[0]];
  CHECK(must(users.empty().get()));
  pairs entries;
  for (int i = 100; i < 1000; ++i)
    entries.emplace_back(std::to_string(i), "value " + std::to_string(i));
  must(users.set_all(entries, deadline).get());
  CHECK(must(users.entries(deadline).get()) == entries);
  CHECK(must(users.keys(deadline).get()).size() == 900);
  CHECK(must(users.values(deadline).get()).front() == "value 100");
  CHECK(must(users.size().get()) == 900);
  CHECK(must(users.contains("500").get()));
  CHECK(!must(users.contains("5").get()));
  CHECK(must(users.get_all({"998", "x", "101"}).get())
        == pairs{{"998", "value 998"}, {"101", "value 101"}});
  CHECK(must(users.scan("998", 7, deadline).get()) == pairs{{"999", "value 999"}});
  pairs walked;
  auto walk = users.walk(7);
  for (const auto& entry : walk)
    walked.push_back(entry);
  CHECK(!walk.failure());
  CHECK(walked == entries);
  all.paths[all.followers[0]]->set(gate::cut);
  for (const auto& entry : walk)
    FAIL(entry.first);
  CHECK(walk.failure() == errc::remote_unavailable);
}

TEST_CASE("actors use a remote map as plain threads do, with an equality of their own") {
  remote_cluster all;
  remote_map_options<double> options;
  options.equal = [](const double& a, const double& b) { return a - b < 0.1 && b - a < 0.1; };
  const auto storage = std::make_shared<memory_remote_storage>();
  std::map<std::string, remote_map<std::string, double>> at;
  for (const auto& name : all.members.names())
    at[name] = must(all.members.at(name).get_or_create_remote_map<std::string, double>(
        "measured", storage, nullptr, options));
  const auto& measured = at[all.followers[0]];
  caf::scoped_actor self{all.members.system()};
  std::optional<double> before;
  bool updated = false;
  double found = 0;
  const auto fail = [](const caf::error& reason) { FAIL(to_string(reason)); };
  measured.set(self, "x", 1.0, deadline)
      .receive([&](std::optional<double> value) { before = value; }, fail);
  measured.update_if(self, "x", 2.0, 1.05, deadline)
      .receive([&](bool value) { updated = value; }, fail);
  measured.get(self, "x", deadline)
      .receive([&](std::optional<double> value) { found = value.value_or(-1); }, fail);
  CHECK(!before);
  CHECK(updated);
  CHECK(found == 2.0);
  CHECK(!must(measured.update_if("x", 3.0, 1.05, deadline).get()));
  CHECK(must(measured.remove_if("x", 2.05, deadline).get()));
  bool synced = false;
  measured.sync(self, deadline).receive([&](bool value) { synced = value; }, fail);
  CHECK(synced);
}

} // namespace hamok::test
