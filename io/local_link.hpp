#pragma once

// Links between members of one actor system: the same hello and the same rules as over a socket, no
// bytes. Payloads are shared, not copied. Nothing of it needs the middleman.

#include "hamok/actors/caf_compat.hpp"
#include "hamok/io/dialer.hpp"
#include "hamok/io/link_config.hpp"

#include <caf/fwd.hpp>

#include <functional>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <utility>

namespace hamok {

/// Lets tests disturb the local links between the members that share it. Thread safe.
class local_network {
public:
  /// Drops everything that `from` sends to `to` without a word, hellos included.
  void cut(const std::string& from, const std::string& to);
  /// Both directions.
  void cut_both(const std::string& a, const std::string& b);
  void heal(const std::string& from, const std::string& to);
  void heal_both(const std::string& a, const std::string& b);
  void heal_all();
  [[nodiscard]] bool passes(const std::string& from, const std::string& to) const;

private:
  mutable std::mutex mutex_;
  std::set<std::pair<std::string, std::string>> cut_;
};

/// Whom a local link leads to, and from whom.
struct local_target {
  std::string cluster;
  std::string self;
  std::string peer;
  hamok::placement placement = hamok::placement::automatic;
  std::shared_ptr<local_network> network; ///< null: nothing disturbs
  caf::timespan retry = std::chrono::milliseconds{20};
};

/// Starts this member's side of the link to `target.peer`. Both sides start theirs; they find each
/// other by the names "hamok/<cluster>/<self>/<peer>" in the system's registry.
link_actor spawn_local_link(caf::actor_system& system, local_target target, link_config config);

/// Keeps such a link up, with the same interface as for remote members.
dialer_actor spawn_local_dialer(caf::actor_system& system, local_target target, link_config config,
                                dial_limits limits = {});

/// Ends the link between the two members on both sides, as a broken connection does.
void take_down_local_link(caf::actor_system& system, const std::string& cluster,
                          const std::string& a, const std::string& b);

} // namespace hamok
