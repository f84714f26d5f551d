#include "hamok/cli/redis_map.hpp"

#include "hamok/actors/interfaces/endpoint.hpp"

#if HAMOK_HAS_REDIS
#include "hamok/redis/redis_storage.hpp"
#endif

#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <sstream>
#include <thread>

namespace hamok::cli {

namespace {

constexpr auto start_limit = std::chrono::seconds{10};

/// Where the program is on the search path; empty: it is not there.
std::string find_program(const std::string& name) {
  const auto* folders = std::getenv("PATH");
  std::istringstream path{folders ? folders : "/usr/bin:/bin"};
  for (std::string folder; std::getline(path, folder, ':');) {
    auto candidate = folder + "/" + name;
    if (access(candidate.c_str(), X_OK) == 0)
      return candidate;
  }
  return {};
}

#if HAMOK_HAS_REDIS

remote_storage_ptr storage_of(const redis_map& which) {
  redis_options where;
  where.address = which.address;
  where.prefix = which.name;
  return std::make_shared<redis_storage>(std::move(where));
}

#else

caf::error no_hiredis() {
  return make_error(errc::not_supported, "this program was built without hiredis, which remote "
                                         "maps in Redis need (Debian: libhiredis-dev)");
}

#endif

} // namespace

redis_map redis_map::parse(const std::string& words) {
  const auto at = words.rfind('@');
  if (at == std::string::npos || at == 0 || at + 1 == words.size())
    return {};
  redis_map result{words.substr(0, at), words.substr(at + 1)};
  if (result.address.front() != '/' && !parse_endpoint(result.address))
    return {};
  return result;
}

bool has_redis() noexcept {
#if HAMOK_HAS_REDIS
  return true;
#else
  return false;
#endif
}

caf::error open_redis_map([[maybe_unused]] node& member, [[maybe_unused]] const redis_map& which) {
#if HAMOK_HAS_REDIS
  const auto opened =
      member.create_remote_map<std::string, std::string>(which.name, storage_of(which));
  return opened ? caf::error{} : opened.error();
#else
  return no_hiredis();
#endif
}

caf::expected<std::uint64_t> entries_in_redis([[maybe_unused]] const redis_map& which) {
#if HAMOK_HAS_REDIS
  return storage_of(which)->size();
#else
  return no_hiredis();
#endif
}

demo_redis::demo_redis(const std::filesystem::path& folder) {
  const auto program = find_program("redis-server");
  if (program.empty()) {
    problem_ = "there is no redis-server on this machine (Debian: redis-server)";
    return;
  }
  std::filesystem::create_directories(folder);
  const auto socket = (std::filesystem::absolute(folder) / "redis.socket").string();
  process_ = child_process{
      {.arguments = {program, "--port", "0", "--unixsocket", socket, "--dir",
                     std::filesystem::absolute(folder).string(), "--save", "", "--daemonize", "no"},
       .log = (folder / "redis.log").string()}};
  const auto deadline = std::chrono::steady_clock::now() + start_limit;
  for (;;) {
    const auto entries = entries_in_redis({"demo", socket});
    if (entries) {
      address_ = socket;
      return;
    }
    if (entries.error() == errc::not_supported || process_.wait(std::chrono::milliseconds{5})
        || std::chrono::steady_clock::now() >= deadline) {
      problem_ = text_of(entries.error());
      return;
    }
  }
}

} // namespace hamok::cli
