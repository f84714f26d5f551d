// A queue between processes: what is acknowledged comes out once, whoever is killed meanwhile.

#include "hamok/actors/interfaces/type_ids.hpp"
#include "hamok/cli/queue_client.hpp"
#include "hamok/tests/catch.hpp"
#include "hamok/tests/process/process_cluster.hpp"
#include "hamok/tests/process/soak.hpp"

#include <nlohmann/json.hpp>

#include <atomic>
#include <set>
#include <sstream>
#include <thread>

using namespace hamok::process_test;
using nlohmann::json;

namespace {

constexpr const char* queue_name = "jobs";
constexpr std::size_t producers = 2;
constexpr std::size_t consumers = 3;
constexpr std::size_t kills = 8;

/// What one producer or consumer has done: its items in their order.
struct record {
  std::vector<std::string> items;
  std::vector<std::string> unknown; ///< items of a push, or a word for a pop, in doubt
};

/// Programs around one queue. An item is `producer/number`; each push has two of them.
class traffic {
public:
  explicit traffic(const process_cluster& cluster) : produced_(producers), consumed_(consumers) {
    for (std::size_t i = 0; i < producers; ++i)
      threads_.emplace_back(
          [this, i, via = cluster.patient_client(i)]() mutable { produce(i, std::move(via)); });
    for (std::size_t i = 0; i < consumers; ++i)
      threads_.emplace_back(
          [this, i, via = cluster.patient_client(i)]() mutable { consume(i, std::move(via)); });
  }
  ~traffic() { finish(); }
  traffic(const traffic&) = delete;
  traffic& operator=(const traffic&) = delete;

  /// Waits until so many more items have been popped.
  bool await_progress(std::uint64_t count) const {
    const auto wanted = popped_ + count;
    return eventually([&] { return popped_ >= wanted; });
  }

  /// Lets the consumers empty the queue, and ends all.
  void finish() {
    stopping_ = true;
    for (auto& each : threads_)
      if (each.joinable())
        each.join();
  }

  [[nodiscard]] const std::vector<record>& produced() const { return produced_; }
  [[nodiscard]] const std::vector<record>& consumed() const { return consumed_; }

private:
  void produce(std::size_t number, hamok::client via) {
    hamok::cli::queue_client queue{via, queue_name};
    auto& mine = produced_[number];
    for (std::uint64_t i = 0; !stopping_; i += 2) {
      const auto name = std::to_string(number) + "/";
      const std::vector<std::string> pair{name + std::to_string(i), name + std::to_string(i + 1)};
      const auto pushed = queue.push(pair);
      if (pushed || !hamok::cannot_have_happened(pushed.error())) {
        auto& list = pushed ? mine.items : mine.unknown;
        list.insert(list.end(), pair.begin(), pair.end());
      }
    }
    ++done_;
  }

  void consume(std::size_t number, hamok::client via) {
    hamok::cli::queue_client queue{via, queue_name};
    auto& mine = consumed_[number];
    for (;;) {
      const auto nothing_follows = done_ == producers; // before the pop
      const auto popped = queue.pop();
      if (!popped && !hamok::cannot_have_happened(popped.error()))
        mine.unknown.push_back(to_string(popped.error()));
      if (popped && *popped) {
        mine.items.push_back(**popped);
        ++popped_;
      }
      if (nothing_follows && (!popped || !*popped))
        return;
    }
  }

  std::atomic<bool> stopping_{false};
  std::atomic<std::size_t> done_{0};
  std::atomic<std::uint64_t> popped_{0};
  std::vector<record> produced_;
  std::vector<record> consumed_;
  std::vector<std::thread> threads_;
};

/// The items of one consumer that are not behind those that their producer pushed before.
std::size_t out_of_order(const record& consumer) {
  std::size_t result = 0;
  std::map<std::string, std::int64_t> last;
  for (const auto& item : consumer.items) {
    const auto slash = item.find('/');
    auto& before = last.emplace(item.substr(0, slash), -1).first->second;
    const auto number = std::stoll(item.substr(slash + 1));
    result += number <= before ? 1U : 0U;
    before = number;
  }
  return result;
}

void check(const traffic& done) {
  std::multiset<std::string> out;
  for (const auto& consumer : done.consumed()) {
    out.insert(consumer.items.begin(), consumer.items.end());
    CHECK(out_of_order(consumer) == 0);
    CHECK(consumer.unknown == std::vector<std::string>{}); // a minute is enough to find out
  }
  std::set<std::string> in;
  std::set<std::string> in_doubt;
  for (const auto& producer : done.produced()) {
    in.insert(producer.items.begin(), producer.items.end());
    in_doubt.insert(producer.unknown.begin(), producer.unknown.end());
    CHECK(producer.unknown.empty());
  }
  std::vector<std::string> wrong;
  for (const auto& item : in)
    if (out.count(item) == 0)
      wrong.push_back(item + " is lost");
  for (const auto& item : std::set<std::string>{out.begin(), out.end()}) {
    if (out.count(item) > 1)
      wrong.push_back(item + " came " + std::to_string(out.count(item)) + " times");
    if (in.count(item) + in_doubt.count(item) == 0)
      wrong.push_back(item + " was never pushed");
  }
  CHECK(wrong == std::vector<std::string>{});
  CHECK(in.size() > 2 * kills);
}

} // namespace

TEST_CASE("two producers and three consumers lose nothing while one leader after the other dies") {
  process_cluster cluster;
  cluster.await_leader(cluster.all());
  auto via = cluster.patient_client(0);
  REQUIRE(hamok::cli::queue_client{via, queue_name}.open());
  traffic going{cluster};
  REQUIRE(going.await_progress(20));
  const auto start = std::chrono::steady_clock::now();
  for (std::size_t i = 0; i < kills || std::chrono::steady_clock::now() < start + soak_time();
       ++i) {
    CAPTURE(i);
    const auto leader = cluster.await_leader(cluster.all());
    cluster.kill(leader);
    REQUIRE(going.await_progress(20)); // the other two go on
    cluster.start(leader);             // without any memory: as another life
    REQUIRE(cluster.await_members(cluster.all()));
    std::this_thread::sleep_until(start + (i + 1) * std::chrono::seconds{1}); // one each second
  }
  going.finish();
  check(going);
  CHECK(cluster.await_equal(queue_name, cluster.all()));
  CHECK(*hamok::cli::queue_client{via, queue_name}.size() == 0);
}

TEST_CASE("the program pushes to a queue and pops from it") {
  process_cluster cluster;
  cluster.await_leader(cluster.all());
  const auto run = [&](std::vector<std::string> words) {
    words.insert(words.begin(), "queue");
    words.push_back("--connect=" + cluster.endpoint(1));
    return run_hamok(words);
  };
  CHECK(run({"pop", "jobs"}).code == 3); // there is no such queue
  CHECK(run({"push", "jobs", "a", "", "c"}).output == "3\n");
  CHECK(json::parse(run({"push", "jobs", "d", "--json"}).output)["size"] == 4);
  REQUIRE(cluster.await_equal("jobs", cluster.all()));
  CHECK(run({"size", "jobs"}).output == "4\n");
  CHECK(run({"peek", "jobs"}).output == "a\n");
  CHECK(run({"pop", "jobs"}).output == "a\n");
  CHECK(json::parse(run({"pop", "jobs", "--json"}).output)["item"] == "");
  CHECK(json::parse(run({"clear", "jobs", "--json"}).output)["cleared"] == 2);
  const auto empty = run({"pop", "jobs", "--json"});
  CHECK(empty.code == 3);
  CHECK(json::parse(empty.errors)["error"]["code"] == "not_found");
  REQUIRE(cluster.await_equal("jobs", cluster.all()));
  CHECK(run({"peek", "jobs"}).code == 3);
  CHECK(json::parse(run({"size", "jobs", "--json"}).output)["size"] == 0);
  CHECK(run({"push", "jobs"}).code == 2);
  CHECK(run({"pop", "jobs", "more"}).code == 2);
  CHECK(run({"frobnicate", "jobs"}).code == 2);
}
