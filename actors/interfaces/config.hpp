#pragma once

// How one member is configured: the options of the manual that exist so far, and the one function
// that says everything that is wrong with them.

#include "hamok/actors/caf_compat.hpp"
#include "hamok/actors/interfaces/messages.hpp"

#include <caf/timespan.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hamok {

/// Application data and founders that fit into a hello, which has 64 KiB for all that it says.
inline constexpr std::size_t max_app_data_size = std::size_t{32} << 10;
inline constexpr std::size_t max_members_size = std::size_t{16} << 10;

/// A random UUID (version 4) as text: the default name of a member.
[[nodiscard]] std::string generate_peer_id();

/// What carries messages between members.
enum class link_kind : std::uint8_t {
  broker, ///< a TCP connection of CAF's multiplexer, with Hamok's own frames
  local,  ///< members inside one actor system, which find each other by name
  basp,   ///< the connections of CAF's own protocol, to published node actors
  custom, ///< the application carries frames, from `event::message` to `node::accept`
};

/// Whether members find each other by name, and have no endpoints.
[[nodiscard]] constexpr bool is_by_name(link_kind kind) noexcept {
  return kind == link_kind::local || kind == link_kind::custom;
}

/// One thing that is wrong with a configuration.
struct config_problem {
  std::string option; ///< as in a config file, without `hamok.`
  std::string text;   ///< what is wrong, and what the option accepts

  friend bool operator==(const config_problem&, const config_problem&) = default;
};

/// Settings of one member; CAF options under `hamok.` have the same names in kebab-case.
struct node_config {
  /// Unique name of the member.
  std::string peer_id = generate_peer_id();
  /// Members of another cluster name are refused.
  std::string cluster = "hamok";

  /// A candidate without a result after this long becomes follower again.
  caf::timespan election_timeout = std::chrono::seconds{3};
  /// Silence after which a follower starts an election; at random between once and twice this.
  caf::timespan follower_max_idle = std::chrono::milliseconds{500};
  /// The leader's heartbeat interval. Entries are sent at once, never held back for it.
  caf::timespan heartbeat = std::chrono::milliseconds{150};
  /// Votes and counts, and never campaigns.
  bool only_follower = false;

  /// Where to listen, as `host:port` (port 0: any). Empty: at this member's own endpoint in
  /// `initial_members`, or not at all when there is none; nor with links over BASP where there is
  /// an `advertise`, because then the application publishes the node there.
  std::string listen;
  /// What to tell the others instead of the address that is bound.
  std::string advertise;
  /// All founders of the cluster, this member included. Empty: see `bootstrap_expect` and `seeds`.
  std::vector<peer_endpoint> initial_members;
  /// More than 1: so many nodes with the same number, once they know each other, found the cluster.
  /// 1, without initial members and seeds: the member founds a cluster of its own.
  std::uint32_t bootstrap_expect = 1;
  /// `host:port` of members, or of nodes that will be: one that lives is enough to learn of all
  /// others. With seeds alone a node never founds a cluster: it joins the one that it meets. Where
  /// members find each other by name, their names.
  std::vector<std::string> seeds;
  /// A listening address outside of loopback is refused unless this is set: links are not
  /// protected.
  bool allow_insecure = false;

  link_kind link = link_kind::broker;
  hamok::placement placement = hamok::placement::automatic;

  /// Deadline of an operation that names none.
  caf::timespan request_timeout = std::chrono::seconds{5};
  /// A JSON object of the application, told to the other members in the hello; 32 KiB at the most.
  std::string app_data = "{}";

  /// Limits on one message of the algorithm; a larger batch is split on the wire.
  std::size_t max_message_entries = 8192;
  std::size_t max_message_bytes = std::size_t{1} << 20;
  /// Messages and bytes on the way to one follower without an answer.
  std::size_t max_inflight_messages = 64;
  std::size_t max_inflight_bytes = std::size_t{8} << 20;
  /// Proposals are refused while the log holds more uncommitted bytes than this.
  std::size_t max_uncommitted_bytes = std::size_t{64} << 20;
  /// The log is cut short at its front, by what is applied, when it has more entries or bytes, or
  /// older ones. What a member that can be heard still needs is kept up to twice as long; whoever
  /// needs more gets a snapshot.
  caf::timespan log_entries_expiration_time = std::chrono::minutes{5};
  std::size_t log_max_entries = 1'000'000;
  std::size_t log_max_bytes = std::size_t{64} << 20;
  /// Events that wait for one slow subscriber; more are dropped and counted (`lagged`).
  std::size_t max_subscriber_events = 4096;
  /// The leader lets all members compare the digests of their collections whenever so many entries
  /// of collections are committed; whoever differs raises `error`. 0: never. Meant for tests.
  std::uint64_t check_divergence_every = 0;

  /// `spawn_node` starts the member at once.
  bool auto_start = true;

  /// Options that could not be read from a file or command line; `validate` tells them too.
  std::vector<config_problem> unreadable;

  /// Every problem of this configuration at once; empty: it is valid.
  [[nodiscard]] std::vector<config_problem> validate() const;

  /// Where the member listens, after the rules above; empty: nowhere.
  [[nodiscard]] std::string effective_listen() const;
};

/// All problems as one text, a line for each.
[[nodiscard]] std::string to_string(const std::vector<config_problem>& problems);

/// Reads `id@host:port`, or `id` alone (for members inside one process); nothing when it is not of
/// that form.
[[nodiscard]] std::optional<peer_endpoint> parse_initial_member(std::string_view text);

} // namespace hamok
