// A member that leaves finishes first what its callers wait for.

#include "hamok/tests/cluster/cluster.hpp"

#include <caf/scoped_actor.hpp>

#include <atomic>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace hamok::test {

namespace {

using numbers_map = map<std::string, int>;

numbers_map numbers_on(cluster& all, const std::string& name) {
  return must(all.at(name).get_or_create_map<std::string, int>("numbers"));
}

std::string other_than(const cluster& all, const std::string& name) {
  for (const auto& other : all.names())
    if (other != name)
      return other;
  return {};
}

/// Threads that insert keys of their own through one member, many at once, until they are refused.
class crowd_of_writers {
public:
  explicit crowd_of_writers(const numbers_map& numbers) {
    for (std::size_t id = 0; id < ends_.size(); ++id)
      threads_.emplace_back([this, id, numbers] { run(id, numbers); });
  }
  ~crowd_of_writers() { join(); }
  crowd_of_writers(const crowd_of_writers&) = delete;
  crowd_of_writers& operator=(const crowd_of_writers&) = delete;

  void join() {
    for (auto& thread : threads_)
      if (thread.joinable())
        thread.join();
  }

  [[nodiscard]] std::size_t written() const { return written_; }
  /// How the operations ended that have no result. Only after `join`.
  [[nodiscard]] std::vector<caf::error> ends() const {
    std::vector<caf::error> result;
    for (const auto& some : ends_)
      result.insert(result.end(), some.begin(), some.end());
    return result;
  }

private:
  void run(std::size_t id, const numbers_map& numbers) {
    constexpr int at_once = 20;
    for (int i = 0; ends_[id].empty(); i += at_once) {
      std::vector<future<std::optional<int>>> under_way;
      for (int n = i; n < i + at_once; ++n)
        under_way.push_back(
            numbers.insert(std::to_string(id) + "/" + std::to_string(n), n, deadline));
      for (auto& one : under_way) {
        if (const auto done = one.get(); done)
          ++written_;
        else
          ends_[id].push_back(done.error());
      }
    }
  }

  std::atomic<std::size_t> written_{0};
  std::vector<std::vector<caf::error>> ends_{4};
  std::vector<std::thread> threads_;
};

/// Lets one of three leave under its writers.
void check_leaving(bool the_leader) {
  cluster all{transport::broker, 3};
  all.start_all();
  const auto leader = all.agreed_leader();
  REQUIRE(!leader.empty());
  const auto leaving = the_leader ? leader : other_than(all, leader);
  crowd_of_writers writers{numbers_on(all, leaving)};
  REQUIRE(eventually([&] { return writers.written() > 500; }));
  CHECK(all.at(leaving).leave() == caf::error{});
  writers.join();
  // What came too late was refused. Nothing that was under way is in doubt.
  CHECK(!writers.ends().empty());
  for (const auto& end : writers.ends())
    CHECK(end == errc::stopped);
  CHECK(all.log(leaving).wait_for("left"));
  CHECK(all.log(leaving).wait_for("stopped"));
  CHECK(!all.at(leaving).running());
  all.remove(leaving);
  REQUIRE(!all.agreed_leader().empty());
  CHECK(all.converge("numbers"));
  for (const auto& name : all.names()) {
    REQUIRE(all.at(name).ready(deadline) == caf::error{});
    CHECK(numbers_on(all, name).size() == writers.written());
  }
}

} // namespace

TEST_CASE("a follower that leaves answers all that is under way with its results") {
  check_leaving(false);
}

TEST_CASE("a leader that leaves answers all that is under way with its results") {
  check_leaving(true);
}

TEST_CASE("whoever asks the node actor to leave is answered when it has left and stopped") {
  cluster all{transport::local, 3};
  all.start_all();
  const auto leaving = other_than(all, all.agreed_leader());
  REQUIRE(!leaving.empty());
  const auto numbers = numbers_on(all, leaving);
  caf::error problem;
  caf::scoped_actor self{all.system()};
  compat::request(self.ptr(), all.at(leaving).actor(), deadline, leave_cluster_v)
      .receive([] {}, [&](caf::error& reason) { problem = std::move(reason); });
  CHECK(problem == caf::error{});
  CHECK(!all.at(leaving).running());
  CHECK(all.log(leaving).wait_for("left"));
  CHECK(all.log(leaving).wait_for("stopped"));
  CHECK(all.at(leaving).leave() == errc::stopped);
  const auto refused = numbers.set("x", 1, deadline).get();
  REQUIRE(!refused);
  CHECK(refused.error() == errc::stopped);
}

TEST_CASE("a member that cannot leave goes on as before") {
  cluster all{transport::local, 1};
  all.start_all();
  REQUIRE(!all.agreed_leader().empty());
  const auto numbers = numbers_on(all, "a");
  must(numbers.set("x", 1, deadline).get());
  for (int round = 0; round < 2; ++round) {
    CHECK(all.at("a").leave() == errc::membership_refused); // the last voter
    CHECK(all.at("a").running());
    // The collections hear of it a moment later than whoever has asked.
    CHECK(eventually([&] { return static_cast<bool>(numbers.set("x", round, deadline).get()); }));
  }
  CHECK(all.at("a").stop() == caf::error{});
}

} // namespace hamok::test
