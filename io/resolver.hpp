#pragma once

// Names of hosts become addresses, within a time limit.

#include "hamok/actors/interfaces/endpoint.hpp"

#include <netdb.h>

#include <chrono>
#include <memory>
#include <string>

namespace hamok {

/// What `getaddrinfo` has found.
using address_list = std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)>;

/// Addresses, or what went wrong.
struct resolved {
  address_list addresses{nullptr, &::freeaddrinfo};
  std::string error; ///< empty if there are addresses
};

/// Asks the system for the addresses of `target`, as `getaddrinfo` does.
using lookup_function = int (*)(const char*, const char*, const addrinfo*, addrinfo**);

/// Resolves `target` for stream sockets, with these flags of `addrinfo`. The system has time limits
/// of its own, of minutes sometimes, so a name is looked up in a thread that nobody waits for:
/// after `limit` the caller goes on without it. Numeric addresses need neither thread nor time.
/// There is a bounded number of such threads; when all of them hang, resolving fails at once.
[[nodiscard]] resolved resolve(const endpoint& target, int flags, std::chrono::nanoseconds limit,
                               lookup_function look_up = &::getaddrinfo);

} // namespace hamok
