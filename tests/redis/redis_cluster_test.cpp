// Remote maps of clusters in one process, over a real Redis.

#include "hamok/tests/cluster/cluster.hpp"
#include "hamok/tests/redis/redis_server.hpp"

#include <atomic>
#include <set>
#include <thread>

namespace hamok::test {

namespace {

using words = std::vector<std::string>;
using job_map = remote_map<std::string, int>;

job_map jobs_on(cluster& all, const redis_server& server, const std::string& name) {
  return must(all.at(name).get_or_create_remote_map<std::string, int>(
      "jobs", std::make_shared<redis_storage>(server.options("jobs"))));
}

/// A thread that inserts keys of its own, and remembers what was acknowledged.
class inserter {
public:
  explicit inserter(job_map jobs) : thread_([this, jobs = std::move(jobs)] { run(jobs); }) {}
  ~inserter() { stop(); }

  void stop() {
    stopping_ = true;
    if (thread_.joinable())
      thread_.join();
  }
  [[nodiscard]] int acknowledged() const { return acknowledged_; }
  void check(const job_map& jobs) const {
    CHECK(failures_ == words{});
    CHECK(must(jobs.size(deadline).get()) == static_cast<std::uint64_t>(acknowledged_));
    CHECK(must(jobs.get(std::to_string(acknowledged_ - 1), deadline).get()) == acknowledged_ - 1);
  }

private:
  void run(const job_map& jobs) {
    for (int i = 0; !stopping_; ++i) {
      const auto answer = jobs.insert(std::to_string(i), i, 2 * deadline).get();
      if (!answer)
        failures_.push_back(to_string(answer.error()));
      else if (*answer)
        failures_.push_back("'" + std::to_string(i) + "' was inserted twice");
      acknowledged_ = i + 1;
    }
  }

  words failures_;
  std::atomic<bool> stopping_{false};
  std::atomic<int> acknowledged_{0};
  std::thread thread_; // last: it uses the others
};

} // namespace

TEST_CASE("a remote map in Redis is changed and read through every member") {
  if (!has_redis_server())
    return;
  redis_server server;
  cluster all{transport::local, 3};
  all.start_all();
  REQUIRE(!all.agreed_leader().empty());
  for (const auto& name : all.names()) // whoever leads needs its storage
    static_cast<void>(jobs_on(all, server, name));
  int value = 0;
  for (const auto& name : all.names()) {
    const auto jobs = jobs_on(all, server, name);
    const auto before = value == 0 ? std::nullopt : std::optional{value};
    CHECK(must(jobs.set("shared", ++value, deadline).get()) == before);
    for (const auto& reader : all.names())
      CHECK(must(jobs_on(all, server, reader).get("shared", deadline).get()) == value);
  }
  const auto jobs = jobs_on(all, server, "a");
  CHECK(must(jobs.set_all({{"x", 1}, {"y", 2}}, deadline).get()).empty());
  CHECK(must(jobs.update_if("x", 5, 1, deadline).get()));
  CHECK(must(jobs.entries(deadline).get())
        == std::vector<std::pair<std::string, int>>{{"shared", 3}, {"x", 5}, {"y", 2}});
  CHECK(must(jobs.clear(deadline).get()) == 3);
  CHECK(all.converge("jobs"));
}

TEST_CASE("inserters lose nothing and do nothing twice while leaders and Redis die") {
  if (!has_redis_server())
    return;
  redis_server server{{"--appendonly", "yes", "--appendfsync", "always"}};
  cluster all{transport::local, 3};
  all.start_all();
  const auto first = all.agreed_leader();
  REQUIRE(!first.empty());
  std::map<std::string, job_map> at;
  for (const auto& name : all.names())
    at[name] = jobs_on(all, server, name);
  const auto survivor = first == "a" ? "b" : "a";
  inserter busy{at[survivor]};
  const auto goes_on = [&] {
    const auto before = busy.acknowledged();
    return eventually([&] { return busy.acknowledged() > before + 50; });
  };
  REQUIRE(goes_on());
  server.kill();
  server.start();
  REQUIRE(goes_on());
  all.remove(first);
  REQUIRE(!all.agreed_leader().empty());
  REQUIRE(goes_on());
  server.kill();
  server.start();
  REQUIRE(goes_on());
  busy.stop();
  busy.check(at[survivor]);
}

} // namespace hamok::test
