#pragma once

// Addresses as people write them: `host:port`, `[2001:db8::1]:port`.

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

/// Reads `host:port`; an IPv6 address stands in brackets. Port 0 means "the system chooses". Fails
/// with `invalid_config` and a text that says what is wrong and what is accepted.
[[nodiscard]] caf::expected<endpoint> parse_endpoint(std::string_view text);

/// What is wrong with `text`, and what is accepted; empty: it is an endpoint.
[[nodiscard]] std::string endpoint_problem(std::string_view text);

[[nodiscard]] std::string to_string(const endpoint& value);

/// `10.0.0.1` of `10.0.0.1:7000`: what stays the same when somebody connects again.
[[nodiscard]] std::string host_part(const std::string& endpoint);

} // namespace hamok
