#pragma once

// Links whose bytes the application carries, by whatever it has. What one end says to the other
// goes out as `event::message` with a `frame`, and comes in by `node::accept`. Frames may get lost,
// come twice or out of order: a link notices when all of them do.
//
// Each frame tells which link it belongs to, by the epochs of both ends (u64, little-endian):
//
//   u8 version | u64 epoch of the sender's end | u64 epoch of the receiver's, 0: not known yet
//   | one frame as in frame.hpp
//
// So what is still on its way from an earlier link, or from an earlier life of a member, is never
// taken for a part of this one.

#include "hamok/actors/caf_compat.hpp"
#include "hamok/io/dialer.hpp"
#include "hamok/io/link_config.hpp"
#include "hamok/io/link_end.hpp"

#include <caf/actor_addr.hpp>
#include <caf/fwd.hpp>

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

namespace hamok {

/// Which link a frame belongs to: the numbers of its two ends.
struct custom_address {
  std::uint64_t from = 0;
  std::uint64_t to = 0; ///< 0: the sender has not heard of the other end yet

  friend bool operator==(const custom_address&, const custom_address&) = default;
};

/// The bytes for the application to carry; empty when they are more than a frame may have.
[[nodiscard]] blob encode_custom(const custom_address& address, const link_saying& what,
                                 raft::group_id group, std::size_t max_payload);

/// Takes hostile bytes.
[[nodiscard]] std::optional<custom_address> custom_address_of(const blob& bytes);

/// What is said to this group; none when it is not exactly one frame that makes sense.
[[nodiscard]] std::optional<link_saying> decode_custom(const blob& bytes, raft::group_id group,
                                                       std::size_t max_payload);

/// The ends of a node's custom links by their epochs. Thread safe.
class custom_ends {
public:
  void add(std::uint64_t epoch, const caf::actor_addr& end);
  void remove(std::uint64_t epoch);
  [[nodiscard]] caf::actor_addr find(std::uint64_t epoch) const;

private:
  mutable std::mutex mutex_;
  std::map<std::uint64_t, caf::actor_addr> ends_;
};

/// What the ends of one member's custom links have in common.
struct custom_link_options {
  hamok::placement placement = hamok::placement::automatic;
  std::shared_ptr<custom_ends> ends = std::make_shared<custom_ends>();
  /// How often a hello is said again until it is answered.
  caf::timespan retry = std::chrono::milliseconds{100};
};

/// Keeps a link up to `peer`, as other dialers do.
dialer_actor spawn_custom_dialer(caf::actor_system& system, std::string peer,
                                 custom_link_options options, link_config config,
                                 dial_limits limits = {});

/// Takes the frames that come in, and opens the ends of links that others have dialed. One for each
/// node, used by it alone.
class custom_door {
public:
  /// Ends that others have dialed; what comes beyond them is dropped.
  static constexpr std::size_t max_ends = 256;

  custom_door(self_ptr self, compat::monitors& monitors) : self_(self), monitors_(monitors) {}

  /// The application has carried these bytes here from `peer`.
  void accept(const std::string& peer, const blob& bytes, const custom_link_options& options,
              const link_config& config);

private:
  using opener = std::pair<std::string, std::uint64_t>; ///< peer and epoch of its end

  self_ptr self_;
  compat::monitors& monitors_; // an actor can have one only
  std::map<opener, caf::actor_addr> opened_;
};

} // namespace hamok
