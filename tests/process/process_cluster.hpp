#pragma once

// A cluster of real processes on loopback, for tests that kill and stop them.

#include "hamok/cli/child_process.hpp"
#include "hamok/cli/map_client.hpp"
#include "hamok/io/client.hpp"
#include "hamok/tests/process/link_proxy.hpp"
#include "hamok/tests/process/packet_network.hpp"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace hamok::process_test {

/// Asks `what` until it is true; false when it is not within the limit.
bool eventually(const std::function<bool()>& what,
                std::chrono::milliseconds limit = std::chrono::seconds{60});

/// What a program has said and how it ended.
struct program_run {
  int code = -1; ///< -1: it did not end in time and was killed
  std::string output;
  std::string errors;
};

/// Runs the `hamok` program to its end.
program_run run_hamok(const std::vector<std::string>& words,
                      std::chrono::milliseconds limit = std::chrono::seconds{30});

/// Members "member-1", "member-2" ... as processes of the `hamok` program. They are killed with
/// this object; their logs stay when a test has failed.
class process_cluster {
public:
  enum class links : std::uint8_t { direct, proxied };

  /// Founded by all of them by name.
  explicit process_cluster(std::size_t size = 3, links how = links::direct);
  /// The same, each in a network of its own. The network outlives the cluster.
  explicit process_cluster(packet_network& network);

  /// Endpoints for `places` members, of which none is started yet. `options` are lines of the
  /// configuration of each.
  static constexpr struct empty_t {
  } empty{};
  process_cluster(empty_t, std::size_t places, links how = links::direct, std::string options = {});
  ~process_cluster();
  process_cluster(const process_cluster&) = delete;
  process_cluster& operator=(const process_cluster&) = delete;

  [[nodiscard]] std::size_t size() const noexcept { return members_.size(); }

  /// Starts the member (again), as it was configured the last time.
  void start(std::size_t member);
  /// Starts a member that knows others by seeds alone, and founds with `expect` nodes. Without
  /// seeds, and alone, it is a cluster of its own.
  void start_with(std::size_t member, const std::vector<std::string>& seeds,
                  std::uint32_t expect = 1);
  /// SIGTERM; false when the member does not end in order.
  [[nodiscard]] bool stop(std::size_t member);
  /// Starts another process under the name of this member, at another port. What it writes is in
  /// `log_of_twin`.
  [[nodiscard]] cli::child_process start_twin(std::size_t member) const;
  [[nodiscard]] std::string log_of_twin(std::size_t member) const;
  void kill(std::size_t member) { process(member).kill(); }
  void freeze(std::size_t member) { process(member).signal(SIGSTOP); }
  void thaw(std::size_t member) { process(member).signal(SIGCONT); }
  [[nodiscard]] cli::child_process& process(std::size_t member) { return members_[member].process; }

  [[nodiscard]] static std::string name(std::size_t member);
  /// Where other members reach it: a seed for them.
  [[nodiscard]] std::string seed_of(std::size_t member) const;
  /// Where clients reach the member itself.
  [[nodiscard]] std::string endpoint(std::size_t member) const;
  [[nodiscard]] std::vector<std::string> endpoints() const;
  /// What the member has written so far.
  [[nodiscard]] std::string log(std::size_t member) const;
  [[nodiscard]] link_proxy& proxy() { return *proxy_; }

  /// A client that stays with this member; it fails fast when the member is gone.
  [[nodiscard]] client client_of(std::size_t member) const;
  /// A client that begins with this member, goes to others, and gives up late.
  [[nodiscard]] client patient_client(std::size_t first) const;

  /// The member that leads, once exactly one of `among` says so and the others agree.
  std::optional<std::size_t> leader(const std::vector<std::size_t>& among) const;
  /// Waits for it.
  std::size_t await_leader(const std::vector<std::size_t>& among) const;
  [[nodiscard]] std::vector<std::size_t> all() const;
  [[nodiscard]] std::vector<std::size_t> all_but(std::size_t member) const;

  /// Waits until these members, and no others, are voters, each under its present life, all of them
  /// see it so, and one leads; false: they do not.
  [[nodiscard]] bool await_members(const std::vector<std::size_t>& members) const;
  /// The life of a running member.
  [[nodiscard]] std::string incarnation(std::size_t member) const;

  /// Waits until these members hold the same content of the map; false: they do not.
  bool await_equal(const std::string& map, const std::vector<std::size_t>& among) const;

private:
  struct running_member {
    std::string host = "127.0.0.1";
    std::uint16_t port = 0;
    std::uint16_t advertised = 0;
    cli::child_process process;

    [[nodiscard]] std::string at(std::uint16_t which) const {
      return host + ":" + std::to_string(which);
    }
  };

  void make_places(std::size_t count, links how);
  void write_config(std::size_t position, const std::string& way_in) const;
  [[nodiscard]] std::string founders() const;
  [[nodiscard]] bool are_members(const std::vector<std::size_t>& members) const;
  [[nodiscard]] std::filesystem::path file(std::size_t member, const std::string& ending) const;

  std::filesystem::path folder_;
  std::string options_;
  std::vector<running_member> members_;
  std::unique_ptr<link_proxy> proxy_;
  packet_network* network_ = nullptr;
  int exceptions_ = 0;
};

} // namespace hamok::process_test
