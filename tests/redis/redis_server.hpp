#pragma once

// A real Redis for one test: in a folder of its own, on a Unix socket there or on a port that was
// free, and gone with the test.

#include "hamok/cli/child_process.hpp"
#include "hamok/redis/redis_storage.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace hamok::test {

class redis_server {
public:
  /// With these further settings, as on the command line of redis-server.
  explicit redis_server(std::vector<std::string> settings = {}, std::uint16_t port = 0);
  redis_server(const redis_server&) = delete;
  redis_server& operator=(const redis_server&) = delete;
  ~redis_server();

  /// Starts it (again) and waits until it answers.
  void start();
  /// Kills it with signal 9.
  void kill() { process_.kill(); }
  void signal(int number) const { process_.signal(number); }

  [[nodiscard]] redis_options options(const std::string& prefix = "test") const;

private:
  std::vector<std::string> settings_;
  std::uint16_t port_;
  std::string folder_;
  cli::child_process process_;
};

/// Whether there is a redis-server on this machine; says why a test is skipped otherwise.
[[nodiscard]] bool has_redis_server();

} // namespace hamok::test
