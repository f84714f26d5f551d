#pragma once

// Addresses as people write them: `host:port`, `[2001:db8::1]:port`, `id@host:port`.

#include "hamok/actors/interfaces/error.hpp"

#include <caf/expected.hpp>

#include <cstdint>
#include <string>
#include <string_view>

namespace hamok {

/// Where something listens: a name or an address (without brackets), and a port.
struct endpoint {
  std::string host;
  std::uint16_t port = 0;

  friend bool operator==(const endpoint&, const endpoint&) = default;
};

/// A member and where it listens.
struct peer_address {
  std::string peer;
  endpoint at;

  friend bool operator==(const peer_address&, const peer_address&) = default;
};

/// Reads `host:port`; an IPv6 address stands in brackets. Port 0 means "the system chooses". Fails
/// with `invalid_config` and a text that says what is wrong and what is accepted.
[[nodiscard]] caf::expected<endpoint> parse_endpoint(std::string_view text);

/// Reads `id@host:port`; the port must not be 0.
[[nodiscard]] caf::expected<peer_address> parse_peer_address(std::string_view text);

[[nodiscard]] std::string to_string(const endpoint& value);
[[nodiscard]] std::string to_string(const peer_address& value);

} // namespace hamok
