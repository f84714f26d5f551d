#pragma once

// Ports on loopback that nobody uses: for `hamok demo`, the process tests and the benchmark.

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdint>
#include <fstream>
#include <random>
#include <stdexcept>
#include <vector>

namespace hamok::cli {

namespace detail {

/// Binds a new socket to the port, or gives -1 when it is taken.
inline int bind_loopback(std::uint16_t port) {
  const auto fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (fd >= 0 && bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0)
    return fd;
  if (fd >= 0)
    close(fd);
  return -1;
}

} // namespace detail

/// `count` different free ports. They are outside the range that the system gives to outgoing
/// connections: there, a member that dials a port at which nobody listens yet could meet itself.
[[nodiscard]] inline std::vector<std::uint16_t> free_ports(std::size_t count) {
  int ephemeral = 32768;
  std::ifstream{"/proc/sys/net/ipv4/ip_local_port_range"} >> ephemeral;
  std::random_device random;
  const auto highest = ephemeral > 12000 ? ephemeral - 1 : 32767;
  std::uniform_int_distribution<int> choose{10000, highest};
  std::vector<std::uint16_t> result;
  std::vector<int> held; // until all are found, so that they are different
  for (int attempt = 0; attempt < 10000 && result.size() < count; ++attempt) {
    const auto port = static_cast<std::uint16_t>(choose(random));
    if (const auto fd = detail::bind_loopback(port); fd >= 0) {
      held.push_back(fd);
      result.push_back(port);
    }
  }
  for (const auto fd : held)
    close(fd);
  if (result.size() < count)
    throw std::runtime_error("there are not enough free ports on loopback");
  return result;
}

} // namespace hamok::cli
