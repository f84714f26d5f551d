#pragma once

// Members as processes of this very program, for the demonstration.

#include "hamok/cli/child_process.hpp"
#include "hamok/io/client.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace hamok::cli {

/// A fresh cluster in memory on loopback. Its processes end with this object.
class demo_cluster {
public:
  /// Starts `size` members. Their configuration and logs are in `folder`, which is created. Each
  /// gets these arguments besides.
  demo_cluster(std::filesystem::path folder, std::size_t size,
               std::vector<std::string> arguments = {});

  [[nodiscard]] std::size_t size() const noexcept { return members_.size(); }
  [[nodiscard]] const std::string& name(std::size_t member) const { return members_[member].name; }
  [[nodiscard]] const std::string& endpoint(std::size_t member) const {
    return members_[member].endpoint;
  }
  [[nodiscard]] bool running(std::size_t member) const {
    return members_[member].process.started();
  }
  [[nodiscard]] std::vector<std::size_t> running() const;

  /// Waits until all running members agree on a leader, which is one of them. Throws
  /// `std::runtime_error` when they do not in time.
  [[nodiscard]] std::size_t await_leader() const;

  /// Starts a member again, with the configuration that it had.
  void start(std::size_t member);

  /// Starts one more member, which knows nothing but this one; its number.
  std::size_t add(std::size_t seed);

  /// The status of a running member, if it answers.
  [[nodiscard]] std::optional<node_status> status(std::size_t member) const;

  /// Waits until these and no others are voters, each under its present life, all of them see it
  /// so, and one leads; false: not in 20 seconds.
  [[nodiscard]] bool await_members(const std::vector<std::size_t>& members) const;

  /// kill -9.
  void kill(std::size_t member) { members_[member].process.kill(); }

  /// SIGTERM: the member stops in order.
  void stop(std::size_t member) const { members_[member].process.signal(SIGTERM); }

  /// Waits for the end of a member that was stopped: its exit code, or nothing when it takes too
  /// long.
  [[nodiscard]] std::optional<int> await_end(std::size_t member) {
    return members_[member].process.wait(std::chrono::seconds{10});
  }

  /// What the member has written so far.
  [[nodiscard]] std::string log(std::size_t member) const;

  /// A client that talks to this member and no other.
  [[nodiscard]] client client_of(std::size_t member) const;

  /// A client that goes wherever the leader is.
  [[nodiscard]] client client_of_all() const;

  /// How the map is on each running member once their digests are equal, or as they were when the
  /// time was up.
  [[nodiscard]] std::vector<collection_status> digests(const std::string& map) const;

private:
  struct running_member {
    std::string name;
    std::string endpoint;
    std::filesystem::path config;
    child_process process;
  };

  [[nodiscard]] std::string founders() const;
  [[nodiscard]] bool are_members(const std::vector<std::size_t>& members) const;
  [[nodiscard]] std::optional<std::size_t> leader() const;

  std::filesystem::path folder_;
  std::vector<std::string> arguments_;
  std::vector<running_member> members_;
};

/// True when all of them have the same digests, of content and sessions, and size.
[[nodiscard]] bool all_equal(const std::vector<collection_status>& statuses);

} // namespace hamok::cli
