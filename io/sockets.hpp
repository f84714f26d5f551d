#pragma once

// The system's calls behind dialer and listener. Errors come as texts.

#include "hamok/actors/interfaces/endpoint.hpp"
#include "hamok/io/unique_fd.hpp"

#include <chrono>
#include <cstddef>
#include <string>

namespace hamok {

/// A socket, or what went wrong.
struct socket_result {
  unique_fd socket;
  endpoint at;       ///< of a listening socket: with the real port
  std::string error; ///< empty if there is a socket
};

/// Connects to the first address of the name that answers. Blocks the thread: for 8 s
/// to resolve the name and for `each` with each of its addresses, in all no longer than until
/// `deadline`.
[[nodiscard]] socket_result connect_to(
    const endpoint& target, std::chrono::nanoseconds each,
    std::chrono::steady_clock::time_point deadline = std::chrono::steady_clock::time_point::max());

/// Binds and listens on the first address of the name. Unless `allow_insecure`, only loopback.
[[nodiscard]] socket_result listen_on(const endpoint& where, bool allow_insecure);

/// How many descriptors this process may have at present.
[[nodiscard]] std::size_t descriptor_limit();

} // namespace hamok
