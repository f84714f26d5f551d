#pragma once

// The system's calls behind dialer and listener. Errors come as texts.

#include "hamok/actors/interfaces/endpoint.hpp"
#include "hamok/io/resolver.hpp"
#include "hamok/io/unique_fd.hpp"

#include <chrono>
#include <cstddef>
#include <string>

namespace hamok {

/// A socket, or what went wrong.
struct socket_result {
  unique_fd socket;
  /// Of a listening socket: what was asked for, with the real port. Of a connected one: the address
  /// that has answered, as a number.
  endpoint at;
  std::string error;    ///< empty if there is a socket
  std::size_t turn = 0; ///< which of the addresses of the name has answered
};

/// How the addresses of a name are found, and with which of them to begin.
struct address_choice {
  lookup_function look_up = &::getaddrinfo;
  std::size_t first = 0; ///< beyond the last one it goes on with the first
};

/// Resolves the name anew and connects to the first of its addresses that answers. Blocks the
/// thread: for 8 s to resolve the name and for `each` with each of its addresses, in all no longer
/// than until `deadline`.
[[nodiscard]] socket_result connect_to(
    const endpoint& target, std::chrono::nanoseconds each,
    std::chrono::steady_clock::time_point deadline = std::chrono::steady_clock::time_point::max(),
    address_choice choice = {});

/// Which address of a name a dialer begins with: the one whose connection has lasted, else the one
/// behind it. So neither an address where nobody answers nor one where somebody else does costs its
/// time at every attempt.
class address_turn {
public:
  using time_point = std::chrono::steady_clock::time_point;

  /// A connection that did not last so long was of no use.
  explicit address_turn(std::chrono::nanoseconds lasting) : lasting_(lasting) {}

  [[nodiscard]] std::size_t next(time_point now) {
    if (answered_ && now - at_ < lasting_)
      ++first_;
    answered_ = false;
    return first_;
  }
  void connected(std::size_t turn, time_point now) {
    first_ = turn;
    at_ = now;
    answered_ = true;
  }
  void failed() { ++first_; }

private:
  std::chrono::nanoseconds lasting_;
  std::size_t first_ = 0;
  time_point at_;
  bool answered_ = false;
};

/// Binds and listens on the first address of the name. Unless `allow_insecure`, only loopback.
[[nodiscard]] socket_result listen_on(const endpoint& where, bool allow_insecure);

/// How many descriptors this process may have at present.
[[nodiscard]] std::size_t descriptor_limit();

} // namespace hamok
