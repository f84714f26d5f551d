#include "hamok/tests/cluster/cluster.hpp"

#include <atomic>
#include <set>
#include <thread>

namespace hamok::test {

namespace {

using words = std::vector<std::string>;
using jobs_queue = queue<std::string>;

jobs_queue jobs_on(cluster& all, const std::string& name) {
  return must(all.at(name).create_queue<std::string>("jobs"));
}

void push_and_pop_everywhere(cluster& all) {
  all.start_all();
  REQUIRE(!all.agreed_leader().empty());
  const auto names = all.names();
  for (const auto& name : names)
    must(jobs_on(all, name).push("first of " + name, "second of " + name).get());
  for (const auto& name : names)
    CHECK(eventually([&] { return jobs_on(all, name).size() == 2 * names.size(); }));
  // Through the members in turn: each gets what is first, whoever has pushed it.
  for (std::size_t i = 0; i < 2 * names.size(); ++i) {
    const auto from = jobs_on(all, names[i % names.size()]);
    CHECK(must(from.pop().get()) == (i % 2 == 0 ? "first of " : "second of ") + names[i / 2]);
  }
  CHECK(must(jobs_on(all, names[0]).pop().get()) == std::nullopt);
  CHECK(all.converge("jobs"));
}

/// Threads that push and threads that wait for items, each through a member.
class workers {
public:
  workers(cluster& all, const words& producers, const words& consumers) {
    for (const auto& name : producers)
      producing_.emplace_back([this, id = std::to_string(producing_.size()),
                               jobs = jobs_on(all, name)] { produce(id, jobs); });
    for (const auto& name : consumers)
      consuming_.emplace_back([this, jobs = jobs_on(all, name)] { consume(jobs); });
  }
  ~workers() { stop(); }

  /// Ends the producers, and the consumers once there is nothing any more.
  void stop() {
    stopping_ = true;
    join(producing_);
    drained_ = true;
    join(consuming_);
  }

  [[nodiscard]] std::size_t popped() const {
    const std::lock_guard guard{mutex_};
    return popped_.size();
  }

  void check() const {
    CHECK(failures_ == words{});
    CHECK(std::set<std::string>(popped_.begin(), popped_.end()).size() == popped_.size());
    CHECK(popped_ == pushed_);
  }

private:
  static void join(std::vector<std::thread>& threads) {
    for (auto& thread : threads)
      if (thread.joinable())
        thread.join();
  }

  void note(std::multiset<std::string>& list, std::string item) {
    const std::lock_guard guard{mutex_};
    list.insert(std::move(item));
  }

  void fail(const caf::error& reason) {
    const std::lock_guard guard{mutex_};
    failures_.push_back(to_string(reason));
  }

  void produce(const std::string& id, const jobs_queue& jobs) {
    for (int i = 0; !stopping_; ++i) {
      const auto item = id + "/" + std::to_string(i);
      const auto answer = jobs.push_all({item}, deadline).get();
      if (answer)
        note(pushed_, item);
      else
        fail(answer.error());
    }
  }

  void consume(const jobs_queue& jobs) {
    for (;;) {
      const auto last = drained_.load(); // before the pop
      const auto item = jobs.pop_wait(std::chrono::milliseconds{200}).get();
      if (!item && !cannot_have_happened(item.error()))
        fail(item.error());
      if (item && *item)
        note(popped_, **item);
      if (last && (!item || !*item))
        return;
    }
  }

  mutable std::mutex mutex_;
  std::multiset<std::string> pushed_;
  std::multiset<std::string> popped_;
  words failures_;
  std::atomic<bool> stopping_{false};
  std::atomic<bool> drained_{false};
  std::vector<std::thread> producing_;
  std::vector<std::thread> consuming_;
};

} // namespace

TEST_CASE("a queue of a node alone works") {
  cluster all{transport::local, 1};
  push_and_pop_everywhere(all);
}

TEST_CASE("what is pushed through any of three members over local links is popped through any") {
  cluster all{transport::local, 3};
  push_and_pop_everywhere(all);
}

TEST_CASE("what is pushed through any of three members over broker links is popped through any") {
  cluster all{transport::broker, 3};
  push_and_pop_everywhere(all);
}

TEST_CASE("who waits for an item on one member gets what is pushed through another") {
  cluster all{transport::local, 3};
  all.start_all();
  REQUIRE(!all.agreed_leader().empty());
  for (const auto& name : all.names()) {
    auto waiting = jobs_on(all, name).pop_wait(deadline);
    for (const auto& other : all.names())
      if (other != name) {
        must(jobs_on(all, other).push("for " + name).get());
        break;
      }
    CHECK(must(waiting.get()) == "for " + name);
  }
  CHECK(must(jobs_on(all, "b").pop_wait(std::chrono::milliseconds{50}).get()) == std::nullopt);
  CHECK(all.converge("jobs"));
}

TEST_CASE("every member tells what happens to a queue, in the same order") {
  cluster all{transport::local, 3};
  all.start_all();
  REQUIRE(!all.agreed_leader().empty());
  std::mutex mutex;
  std::map<std::string, words> heard;
  std::vector<collection_subscription> subscriptions;
  for (const auto& name : all.names()) {
    const auto jobs = jobs_on(all, name);
    subscriptions.push_back(listen(jobs.actor(), {[&, name](const collection_event& event) {
                                                    const auto what = jobs_queue::decode(event);
                                                    const std::lock_guard guard{mutex};
                                                    heard[name].push_back(
                                                        what ? std::to_string(event.kind)
                                                                   + what->item.value_or("")
                                                             : "undecodable");
                                                  },
                                                  {}}));
    must(jobs.await_ready());
  }
  const auto jobs = jobs_on(all, "b");
  must(jobs.push("x", "y").get());
  must(jobs.pop().get());
  must(jobs.pop().get());
  must(jobs.push("z").get());
  must(jobs.clear().get());
  const words expected{"0x", "0y", "3", "1x", "1y", "2", "0z", "3", "4", "2"};
  for (const auto& name : all.names())
    CHECK(eventually([&] {
      const std::lock_guard guard{mutex};
      return heard[name] == expected;
    }));
  for (auto& one : subscriptions)
    one.cancel();
}

TEST_CASE("consumers that wait lose nothing and get nothing twice when the leader stops") {
  cluster all{transport::broker, 3};
  all.start_all();
  const auto first = all.agreed_leader();
  REQUIRE(!first.empty());
  words followers;
  for (const auto& name : all.names())
    if (name != first)
      followers.push_back(name);
  workers busy{all, followers, {followers[0], followers[0], followers[1]}};
  REQUIRE(eventually([&] { return busy.popped() > 100; }));
  CHECK(!all.at(first).stop());
  REQUIRE(!all.agreed_leader().empty());
  auto before = busy.popped();
  REQUIRE(eventually([&] { return busy.popped() > before + 100; }));
  REQUIRE(all.at(first).start() == caf::error{});
  before = busy.popped();
  REQUIRE(eventually([&] { return busy.popped() > before + 100; }));
  busy.stop();
  busy.check();
  CHECK(all.converge("jobs"));
}

TEST_CASE("consumers that wait lose nothing and get nothing twice when the leader dies") {
  cluster all{transport::broker, 3};
  all.start_all();
  const auto first = all.agreed_leader();
  REQUIRE(!first.empty());
  words followers;
  for (const auto& name : all.names())
    if (name != first)
      followers.push_back(name);
  workers busy{all, followers, {followers[0], followers[1], followers[1]}};
  REQUIRE(eventually([&] { return busy.popped() > 100; }));
  all.remove(first);
  REQUIRE(!all.agreed_leader().empty());
  const auto before = busy.popped();
  REQUIRE(eventually([&] { return busy.popped() > before + 100; }));
  busy.stop();
  busy.check();
  CHECK(all.converge("jobs"));
}

TEST_CASE("a map's id is no queue, and get_or_create_queue tells whether it existed") {
  cluster all{transport::local, 1};
  all.start_all();
  auto& node = all.at("a");
  must(node.get_or_create_map<std::string, int>("numbers"));
  const auto refused = node.create_queue<int>("numbers");
  REQUIRE(!refused);
  CHECK(refused.error() == errc::kind_mismatch);
  bool existed = true;
  const auto jobs = must(node.get_or_create_queue<int>("jobs", &existed, {1, 2}));
  CHECK(!existed);
  CHECK(must(jobs.snapshot().items()) == std::vector<int>{1, 2});
  must(node.get_or_create_queue<int>("jobs", &existed));
  CHECK(existed);
}

} // namespace hamok::test
