// What the member that leads does for a remote map (consensus.md, 13), one decision after the
// other.

#include "hamok/collections/remote_executor_state.hpp"
#include "hamok/tests/catch.hpp"
#include "hamok/tests/unit/states/remote_harness.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace hamok::state_test {

namespace {

using namespace std::chrono_literals;
using action = remote_action::kind;

/// An executor beside the map that it executes.
struct executing : remote_fixture {
  remote_executor decides;
  raft::timestamp now{1h};
  std::size_t kept = 4;

  remote_action next() {
    return decides.next(now, *view(), one_owner, [this] { return kept; });
  }
  void claim_it() {
    REQUIRE(next().what == action::claim);
    apply(remote_command::claim(one_owner));
    decides.claimed(decides.office(), now, last.result);
  }
  /// What the storage makes of the job, and a problem when it is not available behind it.
  remote_report run_job(const remote_job& job, std::size_t most, const std::string& problem = {}) {
    return execute_tasks(job, [&](const remote_write& write) -> remote_outcome {
      if (most-- == 0)
        return {remote_status::unavailable, {}, problem};
      return {remote_status::done, storage.take(write.steps)};
    });
  }
  bool report_it(const remote_report& done) {
    const auto command = decides.executed(decides.office(), now, done);
    REQUIRE(command);
    apply(*command);
    decides.reported(decides.office(), now, last.result);
    bool counts = false;
    REQUIRE(map_answer::decode(last.result, counts));
    return counts;
  }
};

} // namespace

TEST_CASE("consensus.md, 13: the leader claims, executes in order, and reports before it goes on") {
  executing it;
  CHECK(it.next().what == action::nothing);
  for (const auto* key : {"a", "b", "c", "d", "e"})
    it.enqueue(map_command::set(v(key), v("1")));
  it.claim_it();
  const auto first = it.next();
  REQUIRE(first.what == action::execute);
  CHECK(first.job.tasks.size() == 4); // no more than the storage keeps outcomes
  CHECK(first.job.reported == 0);
  CHECK(it.next().what == action::nothing);
  CHECK(it.report_it(it.run_job(first.job, 9)));
  const auto second = it.next();
  REQUIRE(second.what == action::execute);
  CHECK(second.job.tasks.size() == 1);
  CHECK(second.job.reported == first.job.tasks.back().index);
  CHECK(it.report_it(it.run_job(second.job, 9)));
  CHECK(it.next().what == action::nothing);
  CHECK(it.storage.entries.size() == 5);
}

TEST_CASE("consensus.md, 13: who is not the last to have claimed claims again") {
  executing it;
  it.enqueue(map_command::clear());
  it.claim_it();
  const auto job = it.next().job;
  it.apply(remote_command::claim(one_owner)); // another member
  CHECK_FALSE(it.report_it(it.run_job(job, 1)));
  CHECK(it.next().what == action::claim);
}

TEST_CASE("what an earlier office began counts no more, and holds up nothing") {
  executing it;
  it.enqueue(map_command::clear());
  it.claim_it();
  const auto job = it.next().job;
  const auto before = it.decides.office();
  it.decides.begin_office();
  CHECK_FALSE(it.decides.executed(before, it.now, it.run_job(job, 1)));
  CHECK(it.next().what == action::claim);
  it.decides.claimed(before, it.now, std::nullopt);
  CHECK(it.next().what == action::nothing); // still waits for its own claim
}

TEST_CASE("a storage that is not available is told of once, and asked again after 10 ms to 2 s") {
  executing it;
  it.enqueue(map_command::set(v("a"), v("1")));
  it.claim_it();
  std::vector<raft::duration> pauses;
  for (int i = 0; i < 10; ++i) {
    const auto next = it.next();
    REQUIRE(next.what == action::execute);
    CHECK_FALSE(it.decides.executed(it.decides.office(), it.now, it.run_job(next.job, 0, "away")));
    CHECK(it.decides.take_complaint() == (i == 0 ? "away" : ""));
    CHECK(it.next().what == action::wait);
    pauses.push_back(it.decides.retry() - it.now);
    it.now = it.decides.retry();
  }
  CHECK(pauses.front() == 10ms);
  CHECK(pauses[1] == 20ms);
  CHECK(pauses.back() == 2s);
  REQUIRE(it.report_it(it.run_job(it.next().job, 1)));
  it.enqueue(map_command::set(v("a"), v("2")));
  const auto next = it.next();
  REQUIRE(next.what == action::execute); // at once
  static_cast<void>(it.decides.executed(it.decides.office(), it.now, std::nullopt));
  CHECK(it.decides.take_complaint() == "it does not answer");
  CHECK(it.decides.retry() - it.now == 10ms);
}

TEST_CASE("what was done before the storage was gone is reported, and then there is a pause") {
  executing it;
  it.enqueue(map_command::set(v("a"), v("1")));
  it.enqueue(map_command::set(v("b"), v("1")));
  it.claim_it();
  const auto job = it.next().job;
  const auto done = it.run_job(job, 1, "away");
  CHECK(done.results.size() == 1);
  CHECK(it.report_it(done));
  CHECK(it.decides.take_complaint() == "away");
  CHECK(it.next().what == action::wait);
  it.now = it.decides.retry();
  const auto next = it.next();
  REQUIRE(next.what == action::execute);
  CHECK(next.job.tasks.front() == job.tasks.back());
}

TEST_CASE(
    "without a storage the leader waits, and says so; another owner's content is not its own") {
  executing it;
  it.enqueue(map_command::clear());
  it.kept = 0;
  CHECK(it.next().what == action::wait);
  CHECK(it.decides.take_complaint() == "it was given none");
  CHECK(it.decides.next(it.now + 1h, *it.view(), another_owner, [] { return std::size_t{1}; }).what
        == action::nothing);
}

TEST_CASE("a report in doubt is made again") {
  executing it;
  it.enqueue(map_command::set(v("a"), v("1")));
  it.claim_it();
  const auto job = it.next().job;
  REQUIRE(it.decides.executed(it.decides.office(), it.now, it.run_job(job, 1)));
  it.decides.reported(it.decides.office(), it.now, std::nullopt);
  CHECK(it.next().what == action::wait);
  it.now = it.decides.retry();
  const auto again = it.next();
  REQUIRE(again.what == action::execute);
  CHECK(again.job.tasks == job.tasks);
  CHECK(it.decides.take_complaint().empty()); // it is not the storage's fault
}

} // namespace hamok::state_test
