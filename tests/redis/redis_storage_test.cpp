// The storage in Redis on its own.

#include "hamok/cli/free_ports.hpp"
#include "hamok/tests/cluster/cluster.hpp"
#include "hamok/tests/redis/redis_server.hpp"
#include "hamok/tests/storage_cases.hpp"

#include <csignal>
#include <thread>

namespace hamok::test {

namespace {

using namespace storage_cases;

/// Even errors need the types, so they are there before the first case.
const bool types_are_known = (init(), true);

} // namespace

TEST_CASE("Redis does what every storage of a remote map has to do") {
  if (!has_redis_server())
    return;
  redis_server server;
  int number = 0;
  for_each([&](const char* name, auto what) {
    INFO(name);
    redis_storage storage{server.options("case " + std::to_string(++number))};
    what(storage);
  });
}

TEST_CASE("Redis is reached over TCP, with a password, and in a database of its own") {
  if (!has_redis_server())
    return;
  redis_server server{{"--requirepass", "secret"}, cli::free_ports(1).front()};
  auto options = server.options();
  redis_storage first{options};
  CHECK(done(first, set(1, "k", "1")) == std::vector<remote_touch>{touch(true)});
  options.database = 3;
  redis_storage second{options};
  CHECK(value_of(second, "k") == std::nullopt);
  options.user = "default";
  redis_storage third{options};
  CHECK(value_of(third, "k") == std::nullopt);
  options.password = "wrong";
  redis_storage stranger{options};
  const auto refused = stranger.execute(set(2, "k", "2", 1));
  CHECK(refused.status == remote_status::unavailable);
  CHECK(refused.problem.find("WRONGPASS") != std::string::npos);
  CHECK(value_of(first, "k") == "1");
}

TEST_CASE("a Redis that is not there is unavailable, with the reason") {
  redis_options options;
  options.address = "/nowhere/at/all";
  redis_storage storage{options};
  const auto outcome = storage.execute(set(1, "k", "1"));
  CHECK(outcome.status == remote_status::unavailable);
  CHECK(outcome.problem.find("/nowhere/at/all") != std::string::npos);
  const auto size = storage.size();
  REQUIRE(!size);
  CHECK(size.error() == errc::remote_unavailable);
  options.address = "no endpoint";
  redis_storage other{options};
  CHECK(!other.size());
}

TEST_CASE("a connection to Redis is made anew when it was lost, and scripts are learned anew") {
  if (!has_redis_server())
    return;
  redis_server server{{"--appendonly", "yes", "--appendfsync", "always"}};
  redis_storage storage{server.options()};
  done(storage, set(1, "k", "1"));
  CHECK(value_of(storage, "k") == "1");
  server.kill();
  CHECK(storage.execute(set(2, "k", "2")).status == remote_status::unavailable);
  CHECK(!storage.size());
  server.start();
  CHECK(value_of(storage, "k") == "1");
  CHECK(done(storage, set(1, "k", "again")) == std::vector<remote_touch>{touch(true)});
  CHECK(done(storage, set(2, "k", "2")) == std::vector<remote_touch>{touch(true, "1")});
}

TEST_CASE("a Redis that sleeps costs no more than the time limit, and did or did not do it once") {
  if (!has_redis_server())
    return;
  redis_server server;
  auto options = server.options();
  options.time_limit = std::chrono::milliseconds{100};
  redis_storage storage{options};
  done(storage, set(1, "k", "1"));
  server.signal(SIGSTOP);
  const auto start = std::chrono::steady_clock::now();
  CHECK(storage.execute(set(2, "k", "2", 1)).status == remote_status::unavailable);
  CHECK(std::chrono::steady_clock::now() - start < std::chrono::seconds{10});
  server.signal(SIGCONT);
  remote_outcome outcome;
  REQUIRE(eventually([&] {
    outcome = storage.execute(set(2, "k", "2", 1));
    return outcome.status != remote_status::unavailable;
  }));
  CHECK(outcome == remote_outcome{remote_status::done, {touch(true, "1")}});
}

TEST_CASE("a Redis that has lost all begins anew") {
  if (!has_redis_server())
    return;
  redis_server server;
  redis_storage storage{server.options()};
  done(storage, set(10, "k", "1"));
  server.kill();
  server.start();
  CHECK(done(storage, set(11, "k", "2", 10)) == std::vector<remote_touch>{touch(true)});
  CHECK(storage.execute(set(10, "k", "1", 9)).status == remote_status::superseded);
}

} // namespace hamok::test
