#include "hamok/tests/redis/redis_server.hpp"

#include "hamok/tests/cluster/cluster.hpp"

#include <stdlib.h> // NOLINT(modernize-deprecated-headers): mkdtemp

#include <array>
#include <cstring>
#include <filesystem>
#include <iostream>
#include <utility>

namespace hamok::test {

redis_server::redis_server(std::vector<std::string> settings, std::uint16_t port)
    : settings_(std::move(settings)),
      port_(port) {
  auto pattern = (std::filesystem::temp_directory_path() / "hamok-redis-XXXXXX").string();
  REQUIRE(::mkdtemp(pattern.data()) != nullptr);
  folder_ = pattern;
  start();
}

redis_server::~redis_server() {
  kill();
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

void redis_server::start() {
  cli::child_options child;
  child.arguments = {HAMOK_REDIS_SERVER,
                     "--port",
                     std::to_string(port_),
                     "--bind",
                     "127.0.0.1",
                     "--unixsocket",
                     folder_ + "/socket",
                     "--dir",
                     folder_,
                     "--save",
                     "",
                     "--daemonize",
                     "no"};
  child.arguments.insert(child.arguments.end(), settings_.begin(), settings_.end());
  child.log = folder_ + "/log";
  process_ = cli::child_process{child};
  redis_storage storage{options()};
  INFO("the log is in " << child.log);
  REQUIRE(eventually([&] { return static_cast<bool>(storage.size()); }));
}

redis_options redis_server::options(const std::string& prefix) const {
  redis_options result;
  result.address = port_ != 0 ? "127.0.0.1:" + std::to_string(port_) : folder_ + "/socket";
  result.prefix = prefix;
  for (std::size_t i = 0; i + 1 < settings_.size(); ++i)
    if (settings_[i] == "--requirepass")
      result.password = settings_[i + 1];
  return result;
}

bool has_redis_server() {
  if (std::filesystem::exists(HAMOK_REDIS_SERVER))
    return true;
  std::cout << "SKIPPED on this machine: there is no redis-server (Debian: redis-server)\n";
  return false;
}

} // namespace hamok::test
