// `pop_wait`: who waits is in no log, and gets what comes, or the truth.

#include "hamok/tests/catch.hpp"
#include "hamok/tests/unit/collections/queue_cluster.hpp"

#include <atomic>
#include <memory>
#include <set>

namespace hamok::state_test {

namespace {

using words = std::vector<std::string>;
using maybe_item = std::optional<std::string>;
using pending = future<maybe_item>;

constexpr auto long_enough = std::chrono::seconds{60};

std::vector<pending> wait_on(const queue<std::string>& jobs, std::size_t count,
                             caf::timespan timeout = long_enough) {
  std::vector<pending> result;
  for (std::size_t i = 0; i < count; ++i)
    result.push_back(jobs.pop_wait(timeout));
  return result;
}

} // namespace

TEST_CASE("a caller who waits is in no log until there is an item") {
  queue_cluster cluster;
  const auto jobs = cluster.queue_of(0);
  auto first = jobs.pop_wait(long_enough);
  REQUIRE(cluster.await_outstanding(0, 1));
  CHECK(cluster.control->batches() == 0);
  CHECK_FALSE(first.wait_for(std::chrono::milliseconds{0}));
  REQUIRE(jobs.push("").get());
  CHECK(*first.get() == maybe_item{""});
  CHECK(jobs.empty());
}

TEST_CASE("a wait that is in vain ends with nothing, and leaves nothing in the log") {
  queue_cluster cluster;
  const auto jobs = cluster.queue_of(0);
  REQUIRE(jobs.await_ready());
  CHECK(*jobs.pop_wait(milliseconds{20}).get() == std::nullopt);
  caf::scoped_actor self{cluster.system()};
  maybe_item got{"something"};
  jobs.pop_wait(self, milliseconds{20})
      .receive([&](maybe_item item) { got = std::move(item); },
               [](const caf::error& reason) { FAIL(to_string(reason)); });
  CHECK(got == std::nullopt);
  CHECK(cluster.control->batches() == 0);
  CHECK(jobs.status()->outstanding == 0);
}

TEST_CASE("those who wait on one member are served in their order") {
  queue_cluster cluster;
  const auto jobs = cluster.queue_of(0);
  auto waiting = wait_on(jobs, 10);
  REQUIRE(cluster.await_outstanding(0, 10));
  REQUIRE(jobs.push("a").get());
  CHECK(*waiting[0].get() == maybe_item{"a"});
  REQUIRE(jobs.push("b", "c", "d").get());
  CHECK(*waiting[1].get() == maybe_item{"b"});
  CHECK(*waiting[2].get() == maybe_item{"c"});
  CHECK(*waiting[3].get() == maybe_item{"d"});
  CHECK(jobs.status()->outstanding == 6);
  REQUIRE(jobs.push_all({"e", "f", "g", "h", "i", "j"}).get());
  for (std::size_t i = 4; i < waiting.size(); ++i)
    CHECK(*waiting[i].get() == maybe_item{std::string(1, static_cast<char>('a' + i))});
}

TEST_CASE("an item goes to one of those who wait on all members, and the others go on waiting") {
  queue_cluster cluster{3};
  const auto jobs = cluster.queue_of(0);
  std::vector<pending> all;
  for (std::size_t member = 0; member < 3; ++member) {
    for (auto& one : wait_on(cluster.queue_of(member), 4))
      all.push_back(std::move(one));
    REQUIRE(cluster.await_outstanding(member, 4));
  }
  const auto served = [&] {
    return std::count_if(all.begin(), all.end(),
                         [](const pending& one) { return one.wait_for(milliseconds{0}); });
  };
  REQUIRE(jobs.push("1").get());
  CHECK(eventually([&] { return served() >= 1; }));
  REQUIRE(jobs.push("2", "3", "4", "5").get());
  CHECK(eventually([&] { return served() >= 5; }));
  // Whoever was too late has been answered by now, and waits again.
  for (std::size_t member = 0; member < 3; ++member)
    REQUIRE(eventually([&] { return cluster.queue_of(member).empty(); }));
  CHECK(served() == 5);
  words late;
  for (int i = 6; i <= 12; ++i)
    late.push_back(std::to_string(i));
  REQUIRE(jobs.push_all(late).get());
  std::multiset<std::string> items;
  for (auto& one : all) {
    const auto item = one.get();
    REQUIRE(item);
    REQUIRE(*item);
    items.insert(**item);
  }
  CHECK(items.size() == 12);
  for (int i = 1; i <= 12; ++i)
    CHECK(items.count(std::to_string(i)) == 1);
}

TEST_CASE("closing ends every wait at once, and it cannot have happened") {
  queue_cluster cluster;
  const auto jobs = cluster.queue_of(0);
  auto waiting = wait_on(jobs, 3);
  REQUIRE(cluster.await_outstanding(0, 3));
  jobs.close();
  for (auto& one : waiting)
    CHECK(code_of(one.get()) == errc::closed);
  CHECK(cluster.control->batches() == 0);
}

TEST_CASE("a member that stops, or takes no part, ends every wait at once") {
  for (const auto draining : {true, false}) {
    queue_cluster cluster;
    const auto jobs = cluster.queue_of(0);
    auto waiting = wait_on(jobs, 3);
    REQUIRE(cluster.await_outstanding(0, 3));
    leader_notice notice{the_leader, 7};
    if (draining)
      notice.draining = true;
    else
      notice.away = errc::stopped;
    cluster.tell(notice);
    for (auto& one : waiting)
      CHECK(code_of(one.get()) == errc::stopped);
    CHECK(code_of(jobs.pop_wait(long_enough).get()) == errc::stopped);
    CHECK(cluster.control->batches() == 0);
  }
}

TEST_CASE("who waits outlives the leader") {
  queue_cluster cluster;
  const auto jobs = cluster.queue_of(0);
  auto waiting = jobs.pop_wait(long_enough);
  REQUIRE(cluster.await_outstanding(0, 1));
  cluster.lead(false);
  CHECK(*jobs.pop_wait(milliseconds{20}).get() == std::nullopt);
  auto pushed = jobs.push("a");
  cluster.lead();
  CHECK(*pushed.get() == 1);
  CHECK(*waiting.get() == maybe_item{"a"});
}

TEST_CASE("a pop that gets lost on its way is made again, once") {
  queue_cluster cluster;
  const auto jobs = cluster.queue_of(0);
  auto waiting = jobs.pop_wait(long_enough);
  REQUIRE(cluster.await_outstanding(0, 1));
  cluster.control->plan({fate::commit, fate::lose, fate::refuse, fate::repeat});
  REQUIRE(jobs.push("a", "b").get());
  CHECK(*waiting.get() == maybe_item{"a"});
  CHECK(*jobs.snapshot().items() == words{"b"});
}

TEST_CASE("nothing is taken for an actor that has ended while it waited") {
  queue_cluster cluster;
  const auto jobs = cluster.queue_of(0);
  auto user = cluster.system().spawn([jobs](caf::event_based_actor* self) -> caf::behavior {
    for (int i = 0; i < 3; ++i)
      jobs.pop_wait(self, long_enough).then([](const maybe_item&) {}, [](const caf::error&) {});
    return {[](int) {}};
  });
  REQUIRE(cluster.await_outstanding(0, 3));
  auto other = jobs.pop_wait(long_enough);
  REQUIRE(cluster.await_outstanding(0, 4));
  caf::anon_send_exit(user, caf::exit_reason::user_shutdown);
  REQUIRE(cluster.await_outstanding(0, 1));
  REQUIRE(jobs.push("a", "b").get());
  CHECK(*other.get() == maybe_item{"a"});
  CHECK(*jobs.snapshot().items() == words{"b"});
}

TEST_CASE("nothing is taken for a thread that has let go of its future") {
  queue_cluster cluster;
  const auto jobs = cluster.queue_of(0);
  { const auto dropped = wait_on(jobs, 3); }
  auto other = jobs.pop_wait(long_enough);
  REQUIRE(cluster.await_outstanding(0, 4));
  REQUIRE(jobs.push("a", "b").get());
  CHECK(*other.get() == maybe_item{"a"});
  CHECK(*jobs.snapshot().items() == words{"b"});
  CHECK(cluster.await_outstanding(0, 0));
}

TEST_CASE("a command that never waits is an operation like any other") {
  queue_cluster cluster;
  const auto jobs = cluster.queue_of(0);
  caf::scoped_actor self{cluster.system()};
  blob answer;
  compat::request(self.ptr(), jobs.actor(), long_enough,
                  execute_waiting{queue_command::clear(), long_enough, {}})
      .receive([&](const blob& bytes) { answer = bytes; },
               [](const caf::error& reason) { FAIL(to_string(reason)); });
  CHECK(answer == map_answer::encode(std::uint64_t{0}));
}

} // namespace hamok::state_test
