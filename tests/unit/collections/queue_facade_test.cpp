// The typed facade of the queue: for threads, for actors, for handles from elsewhere.

#include "hamok/collections/queue.hpp"
#include "hamok/tests/catch.hpp"
#include "hamok/tests/unit/collections/queue_cluster.hpp"

#include <mutex>

namespace hamok::state_test {

namespace {

using maybe = std::optional<int>;
using int_list = std::vector<int>;

/// What callbacks have told.
class notes {
public:
  void write(std::string line) {
    const std::lock_guard guard{mutex_};
    lines_.push_back(std::move(line));
  }
  std::vector<std::string> read() const {
    const std::lock_guard guard{mutex_};
    return lines_;
  }

private:
  mutable std::mutex mutex_;
  std::vector<std::string> lines_;
};

/// The answer of a response to a blocking actor.
template <class Response>
typename Response::value_type received(Response response) {
  typename Response::value_type result{};
  response.receive([&](typename Response::value_type value) { result = std::move(value); },
                   [](const caf::error& reason) { FAIL(to_string(reason)); });
  return result;
}

} // namespace

TEST_CASE("threads have every operation of the queue") {
  queue_cluster cluster;
  const auto jobs = cluster.queue_of<int>(0);
  CHECK(jobs.id() == "c");
  CHECK(jobs.empty());
  CHECK(*jobs.pop().get() == std::nullopt);
  CHECK(*jobs.peek() == std::nullopt);
  CHECK(*jobs.push(0).get() == 1);
  CHECK(*jobs.push(1, 2, 3).get() == 4);
  CHECK(*jobs.push_all({4, 5}).get() == 6);
  CHECK(jobs.size() == 6);
  CHECK(*jobs.peek() == maybe{0}); // a value like any other
  CHECK(*jobs.pop().get() == maybe{0});
  CHECK(*jobs.dequeue().get() == maybe{1});
  CHECK(*jobs.pop_wait(std::chrono::seconds{20}).get() == maybe{2});
  CHECK(*jobs.pop_wait({}).get() == maybe{3});
  CHECK(*jobs.snapshot().items() == int_list{4, 5});
  CHECK(*jobs.clear().get() == 2);
  CHECK(*jobs.pop_wait({}).get() == std::nullopt);
  CHECK(jobs.await_ready()->kind == "queue");
  CHECK_FALSE(jobs.closed());
}

TEST_CASE("iteration over a queue is over one moment, whatever is popped meanwhile") {
  queue_cluster cluster;
  const auto jobs = cluster.queue_of<int>(0);
  REQUIRE(jobs.push(1, 2, 3).get());
  int_list seen;
  for (const auto& item : jobs) {
    REQUIRE(*jobs.pop().get() == item);
    seen.push_back(item);
  }
  CHECK(seen == int_list{1, 2, 3});
  CHECK(jobs.empty());
  CHECK(jobs.begin() == jobs.end());
  CHECK(queue_snapshot<int>{}.begin() == queue_snapshot<int>{}.end());
  CHECK(queue_snapshot<int>{}.empty());
}

TEST_CASE("actors have every operation of the queue") {
  queue_cluster cluster;
  const queue_handle<int> jobs{cluster.members[0].actor};
  caf::scoped_actor self{cluster.system()};
  CHECK(received(jobs.push(self, 1)) == 1);
  CHECK(received(jobs.push(self, 2, 3)) == 3);
  CHECK(received(jobs.push_all(self, {4, 5})) == 5);
  CHECK(received(jobs.peek(self)) == maybe{1});
  CHECK(received(jobs.size(self)) == 5);
  CHECK(received(jobs.page(self, 1, 2)) == int_list{2, 3});
  CHECK(received(jobs.pop(self)) == maybe{1});
  CHECK(received(jobs.dequeue(self)) == maybe{2});
  CHECK(received(jobs.pop_wait(self, std::chrono::seconds{20})) == maybe{3});
  CHECK(received(jobs.pop_wait(self, {})) == maybe{4});
  CHECK(received(jobs.clear(self)) == 1);
  CHECK(received(jobs.pop(self)) == std::nullopt);
}

TEST_CASE("items that cannot be decoded are bad_value, and left out of iteration") {
  queue_cluster cluster;
  const auto text = cluster.queue_of<std::string>(0);
  const auto jobs = cluster.queue_of<int>(0);
  REQUIRE(text.push("no number at all", "\x02").get());
  CHECK(code_of(jobs.peek()) == errc::bad_value);
  CHECK(code_of(jobs.snapshot().items()) == errc::bad_value);
  int_list seen;
  for (const auto& item : jobs)
    seen.push_back(item);
  CHECK(seen == int_list{1});
  CHECK(code_of(jobs.pop().get()) == errc::bad_value);
  CHECK(*jobs.pop().get() == maybe{1});
}

TEST_CASE("callbacks hear what happens to a queue in its order") {
  queue_cluster cluster{2};
  const auto jobs = cluster.queue_of<int>(0);
  const auto there = cluster.queue_of<int>(1);
  auto heard = std::make_shared<notes>();
  there.on_add([heard](int item) { heard->write("add " + std::to_string(item)); });
  there.on_remove([heard](int item) { heard->write("remove " + std::to_string(item)); });
  there.on_empty([heard] { heard->write("empty"); });
  there.on_not_empty([heard] { heard->write("not empty"); });
  there.on_clear([heard] { heard->write("clear"); });
  there.on_close([heard] { heard->write("close"); });
  // Each callback has an actor of its own, so what is certain is what each of them hears.
  const auto count = [heard](const std::string& start) {
    const auto lines = heard->read();
    return std::count_if(lines.begin(), lines.end(),
                         [&](const auto& line) { return line.starts_with(start); });
  };
  REQUIRE(there.await_ready()); // behind the subscriptions
  REQUIRE(jobs.push(1, 2).get());
  REQUIRE(jobs.pop().get());
  REQUIRE(jobs.pop().get());
  REQUIRE(jobs.push(3).get());
  REQUIRE(jobs.clear().get());
  CHECK(eventually([&] {
    return count("add") == 3 && count("remove") == 2 && count("empty") == 2
           && count("not empty") == 2 && count("clear") == 1;
  }));
  there.close();
  CHECK(eventually([&] { return count("close") == 1; }));
  CHECK(there.closed());
  CHECK(code_of(there.push(4).get()) == errc::closed);
  CHECK(code_of(there.pop_wait(std::chrono::seconds{20}).get()) == errc::closed);
  CHECK(*jobs.push(4).get() == 1);
}

TEST_CASE("a queue has initial items where its creation comes first") {
  fake_cluster cluster{1, "queue", encode_queue_content({blob::from_string("a")})};
  const queue<std::string> jobs{"c", cluster.members[0].actor, cluster.members[0].access};
  CHECK(*jobs.pop_wait(std::chrono::seconds{20}).get() == std::optional<std::string>{"a"});
  const auto spec = queue_spec<std::string>("jobs", {"a", "b"});
  REQUIRE(spec);
  CHECK(spec->kind == "queue");
  CHECK(spec->initial == encode_queue_content({blob::from_string("a"), blob::from_string("b")}));
  CHECK(queue_spec<int>("jobs")->initial.empty());
}

} // namespace hamok::state_test
