#include "hamok/io/memory_storage.hpp"
#include "hamok/tests/cluster/cluster.hpp"
#include "hamok/tests/failing_storage.hpp"

#include <atomic>
#include <set>
#include <stdexcept>
#include <thread>

namespace hamok::test {

namespace {

/// Throws once when it is told to: the role actor that writes dies in the middle of its work.
class crashing_storage : public memory_storage {
public:
  raft::write_status write(const raft::persist_request& request,
                           const durable_callback& on_durable) override {
    if (armed.exchange(false))
      throw std::runtime_error("the test wants this role to die");
    return memory_storage::write(request, on_durable);
  }

  std::atomic<bool> armed{false};
};

map<std::string, int> numbers_of(cluster& all, const std::string& name) {
  return must(all.at(name).create_map<std::string, int>("numbers"));
}

std::string other_than(cluster& all, const std::string& name) {
  for (const auto& one : all.names())
    if (one != name)
      return one;
  return {};
}

/// Writers that insert keys of their own and remember what was acknowledged.
class writers {
public:
  writers(cluster& all, const std::vector<std::string>& members) {
    for (const auto& name : members)
      threads_.emplace_back([this, id = std::to_string(threads_.size()),
                             map = numbers_of(all, name)] { run(id, map); });
  }
  ~writers() { stop(); }

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
  [[nodiscard]] std::map<std::string, int> all() const {
    const std::lock_guard guard{mutex_};
    return acknowledged_;
  }
  [[nodiscard]] int applied_twice() const { return twice_; }
  /// How operations ended that were not acknowledged.
  [[nodiscard]] std::vector<std::string> failures() const {
    const std::lock_guard guard{mutex_};
    return failures_;
  }

private:
  void run(const std::string& id, const map<std::string, int>& map) {
    for (int i = 0; !stopping_; ++i) {
      const auto key = id + "/" + std::to_string(i);
      // `insert` answers with the existing value: none, unless the same operation came before.
      const auto answer = map.insert(key, i, std::chrono::seconds{20}).get();
      if (!answer) {
        const std::lock_guard guard{mutex_};
        failures_.push_back(to_string(answer.error()));
        continue;
      }
      if (*answer)
        ++twice_;
      const std::lock_guard guard{mutex_};
      acknowledged_.emplace(key, i);
    }
  }

  mutable std::mutex mutex_;
  std::map<std::string, int> acknowledged_;
  std::vector<std::string> failures_;
  std::atomic<bool> stopping_{false};
  std::atomic<int> twice_{0};
  std::vector<std::thread> threads_;
};

void check_nothing_lost(cluster& all, const writers& done) {
  REQUIRE(all.converge("numbers"));
  for (const auto& name : all.names()) {
    const auto map = numbers_of(all, name);
    std::size_t lost = 0;
    for (const auto& [key, value] : done.all())
      if (must(map.get(key)) != value)
        ++lost;
    CHECK(lost == 0);
  }
  CHECK(done.applied_twice() == 0);
}

void replace_the_leader_under_writers(transport kind) {
  cluster all{kind, 3};
  all.start_all();
  const auto first = all.agreed_leader();
  REQUIRE(!first.empty());
  std::vector<std::string> followers;
  for (const auto& name : all.names())
    if (name != first)
      followers.push_back(name);
  writers clients{all, {followers[0], followers[1], followers[0], followers[1]}};
  REQUIRE(eventually([&] { return clients.acknowledged() > 100; }));
  CHECK(!all.at(first).stop());
  const auto second = all.agreed_leader();
  REQUIRE(!second.empty());
  CHECK(second != first);
  const auto before = clients.acknowledged();
  REQUIRE(eventually([&] { return clients.acknowledged() > before + 100; }));
  REQUIRE(all.at(first).start() == caf::error{});
  REQUIRE(!all.agreed_leader().empty());
  clients.stop();
  // An orderly stop is no business of those who use other members.
  CHECK(clients.failures() == std::vector<std::string>{});
  check_nothing_lost(all, clients);
}

} // namespace

TEST_CASE("another member takes over when the leader stops, over local links") {
  replace_the_leader_under_writers(transport::local);
}

TEST_CASE("another member takes over when the leader stops, over broker links") {
  replace_the_leader_under_writers(transport::broker);
}

TEST_CASE("four clients through different members survive one leader after the other") {
  cluster all{transport::broker, 5};
  all.start_all();
  REQUIRE(!all.agreed_leader().empty());
  writers clients{all, {"a", "b", "c", "d"}};
  REQUIRE(eventually([&] { return clients.acknowledged() > 100; }));
  for (int round = 0; round < 3; ++round) {
    const auto leader = all.agreed_leader();
    REQUIRE(!leader.empty());
    REQUIRE(all.at(leader).stop() == caf::error{});
    REQUIRE(!all.agreed_leader().empty());
    REQUIRE(all.at(leader).start() == caf::error{});
    const auto before = clients.acknowledged();
    REQUIRE(eventually([&] { return clients.acknowledged() > before + 100; }));
  }
  clients.stop();
  check_nothing_lost(all, clients);
}

TEST_CASE("a node whose role actor dies goes on from storage") {
  cluster all{transport::local, 3};
  for (const auto* name : {"a", "b", "c"})
    all.storages[name] = std::make_shared<crashing_storage>();
  all.start_all();
  const auto leader = all.agreed_leader();
  REQUIRE(!leader.empty());
  writers clients{all, {"a", "b", "c", "a"}};
  REQUIRE(eventually([&] { return clients.acknowledged() > 50; }));
  for (const auto& victim : {leader, other_than(all, leader)}) {
    dynamic_cast<crashing_storage&>(*all.storages[victim]).armed = true;
    CHECK(all.log(victim).wait_for("error code=actor_died text=\"the role actor has died"));
    REQUIRE(!all.agreed_leader().empty());
    const auto before = clients.acknowledged();
    REQUIRE(eventually([&] { return clients.acknowledged() > before + 50; }));
  }
  clients.stop();
  check_nothing_lost(all, clients);
}

TEST_CASE("a member whose storage fails takes no part and says so") {
  cluster all{transport::local, 3};
  for (const auto* name : {"a", "b", "c"})
    all.storages[name] = std::make_shared<failing_storage>();
  all.start_all();
  const auto leader = all.agreed_leader();
  REQUIRE(!leader.empty());
  const auto survivor = other_than(all, leader);
  const auto map = numbers_of(all, survivor);
  must(map.set("before", 1).get());
  dynamic_cast<failing_storage&>(*all.storages[leader]).failing = true;
  CHECK(must(map.set("after", 2, std::chrono::seconds{20}).get()) == std::nullopt);
  CHECK(all.log(leader).wait_for("error code=storage_failed"));
  CHECK(all.at(survivor).leader_id() != leader);
}

TEST_CASE("a member whose storage has failed refuses what it is asked, until it is started again") {
  cluster all{transport::local, 3};
  for (const auto* name : {"a", "b", "c"})
    all.storages[name] = std::make_shared<failing_storage>();
  all.start_all();
  const auto failed = all.agreed_leader();
  REQUIRE(!failed.empty());
  const auto survivor = other_than(all, failed);
  const auto map = numbers_of(all, failed);
  must(map.set("before", 1).get());
  auto& storage = dynamic_cast<failing_storage&>(*all.storages[failed]);
  storage.failing = true;
  must(numbers_of(all, survivor).set("after", 2, std::chrono::seconds{20}).get());
  REQUIRE(all.log(failed).wait_for("stopped"));
  CHECK(!all.at(failed).running());
  CHECK(!all.at(failed).leader());
  CHECK(all.at(failed).leader_id().empty());
  const auto refused = map.set("x", 3, std::chrono::seconds{20}).get();
  REQUIRE(!refused);
  CHECK(refused.error() == errc::storage_failed);
  CHECK(must(map.get("before")) == 1); // what it has can be read
  storage.failing = false;
  REQUIRE(all.at(failed).start() == caf::error{});
  must(map.set("x", 4, std::chrono::seconds{20}).get());
  CHECK(all.converge("numbers"));
}

TEST_CASE("a collection whose actor has died comes back with its state when its member restarts") {
  cluster all{transport::local, 3};
  all.start_all();
  REQUIRE(!all.agreed_leader().empty());
  const auto map = numbers_of(all, "a");
  must(map.set("x", 1).get());
  caf::anon_send_exit(map.actor(), caf::exit_reason::kill);
  auto opened = all.at("a").create_map<std::string, int>("numbers");
  REQUIRE(eventually([&] {
    opened = all.at("a").create_map<std::string, int>("numbers");
    return !opened;
  }));
  CHECK(to_string(opened.error()).find("has died") != std::string::npos);
  must(numbers_of(all, "b").set("y", 2, std::chrono::seconds{20}).get());
  CHECK(!all.at("a").stop());
  CHECK(!all.at("a").start());
  REQUIRE(eventually([&] {
    opened = all.at("a").create_map<std::string, int>("numbers");
    return static_cast<bool>(opened);
  }));
  CHECK(must(opened->set("x", 3, std::chrono::seconds{20}).get()) == 1);
  CHECK(must(opened->get("y")) == 2);
  CHECK(all.converge("numbers"));
}

TEST_CASE("the majority goes on when the leader is cut off, and the minority comes back") {
  cluster all{transport::local, 3};
  all.start_all();
  const auto old = all.agreed_leader();
  REQUIRE(!old.empty());
  const auto survivor = other_than(all, old);
  writers clients{all, {survivor, survivor}};
  REQUIRE(eventually([&] { return clients.acknowledged() > 20; }));
  for (const auto& name : all.names())
    if (name != old)
      all.network()->cut_both(old, name);
  REQUIRE(eventually([&] {
    const auto now = all.at(survivor).leader_id();
    return !now.empty() && now != old;
  }));
  const auto before = clients.acknowledged();
  REQUIRE(eventually([&] { return clients.acknowledged() > before + 20; }));
  CHECK(eventually([&] { return !all.at(old).leader(); })); // check-quorum
  all.network()->heal_all();
  REQUIRE(!all.agreed_leader().empty());
  clients.stop();
  check_nothing_lost(all, clients);
}

} // namespace hamok::test
