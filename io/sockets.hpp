#pragma once

// The system's calls behind dialer and listener. Errors come as texts.

#include "hamok/io/endpoint.hpp"
#include "hamok/io/unique_fd.hpp"

#include <chrono>
#include <string>

namespace hamok {

/// A socket, or what went wrong.
struct socket_result {
  unique_fd socket;
  endpoint at;       ///< of a listening socket: with the real port
  std::string error; ///< empty if there is a socket
};

/// Connects to the first address of the name that answers, each within `timeout`. Blocks the thread
/// for as long, and for as long as the system takes to resolve the name.
[[nodiscard]] socket_result connect_to(const endpoint& target, std::chrono::nanoseconds timeout);

/// Binds and listens on the first address of the name. Unless `allow_insecure`, only loopback.
[[nodiscard]] socket_result listen_on(const endpoint& where, bool allow_insecure);

} // namespace hamok
