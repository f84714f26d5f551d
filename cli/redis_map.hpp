#pragma once

// Remote maps of the `hamok` program: a member that has their entries in a Redis.

#include "hamok/actors/node.hpp"
#include "hamok/cli/child_process.hpp"

#include <caf/error.hpp>
#include <caf/expected.hpp>

#include <cstdint>
#include <filesystem>
#include <string>

namespace hamok::cli {

/// A remote map of texts, and where the Redis is.
struct redis_map {
  std::string name;
  std::string address; ///< `host:port`, or the path of a socket

  /// The words NAME and ADDRESS of "NAME@ADDRESS"; empty where it is none. The name may have an @,
  /// and a socket's path begins with a slash.
  [[nodiscard]] static redis_map parse(const std::string& words);
};

/// Whether this program was built with hiredis.
[[nodiscard]] bool has_redis() noexcept;

/// Lets the member open the remote map, so that it executes what is asked of it whenever it leads;
/// does not wait until there is a leader. Its entries are in the Redis below the name of the map.
/// `not_supported`: this program was built without hiredis.
[[nodiscard]] caf::error open_redis_map(node& member, const redis_map& which);

/// How many entries the Redis has, past the cluster; errors as of `open_redis_map`, or
/// `remote_unavailable`.
[[nodiscard]] caf::expected<std::uint64_t> entries_in_redis(const redis_map& which);

/// A Redis for the demonstration, with nothing in it, which ends with this object.
class demo_redis {
public:
  /// Starts it in this folder, if there is a redis-server on this machine.
  explicit demo_redis(const std::filesystem::path& folder);

  /// Empty: it does not run, for the reason that `problem` says.
  [[nodiscard]] const std::string& address() const noexcept { return address_; }
  [[nodiscard]] const std::string& problem() const noexcept { return problem_; }

private:
  child_process process_;
  std::string address_;
  std::string problem_;
};

} // namespace hamok::cli
