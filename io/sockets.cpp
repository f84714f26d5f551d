#include "hamok/io/sockets.hpp"

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <limits>
#include <system_error>
#include <utility>
#include <vector>

namespace hamok {

namespace {

using clock = std::chrono::steady_clock;

/// For the name of an own address.
constexpr auto listen_patience = std::chrono::seconds{5};
/// Longer than a resolver waits before it turns from a dead name server to the next.
constexpr auto resolve_patience = std::chrono::seconds{8};

std::string system_error_text(int code) {
  return std::generic_category().message(code);
}

/// 0, or the error with which the connection attempt ended.
int wait_until_connected(int fd, clock::time_point deadline) {
  for (;;) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - clock::now()).count();
    if (left <= 0)
      return ETIMEDOUT;
    pollfd entry{fd, POLLOUT, 0};
    // In portions, so that no deadline is more than poll can count.
    const auto count = ::poll(&entry, 1, static_cast<int>(std::min<std::int64_t>(left, 60'000)));
    if (count < 0 && errno != EINTR)
      return errno;
    if (count <= 0)
      continue;
    int code = 0;
    socklen_t size = sizeof(code);
    return ::getsockopt(fd, SOL_SOCKET, SO_ERROR, &code, &size) == 0 ? code : errno;
  }
}

int try_connect(const addrinfo& address, clock::time_point deadline, unique_fd& result) {
  unique_fd fd{::socket(address.ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)};
  if (!fd)
    return errno;
  if (::connect(fd.get(), address.ai_addr, address.ai_addrlen) != 0) {
    if (errno != EINPROGRESS && errno != EINTR)
      return errno;
    if (const auto code = wait_until_connected(fd.get(), deadline); code != 0)
      return code;
  }
  const int on = 1;
  ::setsockopt(fd.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
  result = std::move(fd);
  return 0;
}

/// The address as a number.
std::string host_of(const addrinfo& address) {
  std::array<char, NI_MAXHOST> text{};
  if (::getnameinfo(address.ai_addr, address.ai_addrlen, text.data(), text.size(), nullptr, 0,
                    NI_NUMERICHOST)
      != 0)
    return {};
  return text.data();
}

bool is_loopback(const addrinfo& address) {
  if (address.ai_family == AF_INET) {
    sockaddr_in v4{};
    std::memcpy(&v4, address.ai_addr, sizeof(v4));
    return (ntohl(v4.sin_addr.s_addr) >> 24) == 127;
  }
  if (address.ai_family == AF_INET6) {
    sockaddr_in6 v6{};
    std::memcpy(&v6, address.ai_addr, sizeof(v6));
    return IN6_IS_ADDR_LOOPBACK(&v6.sin6_addr) != 0;
  }
  return false;
}

std::uint16_t bound_port(int fd) {
  sockaddr_storage name{};
  socklen_t size = sizeof(name);
  if (::getsockname(fd, reinterpret_cast<sockaddr*>(&name), &size) != 0)
    return 0;
  if (name.ss_family == AF_INET) {
    sockaddr_in v4{};
    std::memcpy(&v4, &name, sizeof(v4));
    return ntohs(v4.sin_port);
  }
  sockaddr_in6 v6{};
  std::memcpy(&v6, &name, sizeof(v6));
  return ntohs(v6.sin6_port);
}

int try_listen(const addrinfo& address, unique_fd& result) {
  unique_fd fd{::socket(address.ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)};
  if (!fd)
    return errno;
  const int on = 1;
  if (::setsockopt(fd.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) != 0
      || ::bind(fd.get(), address.ai_addr, address.ai_addrlen) != 0
      || ::listen(fd.get(), SOMAXCONN) != 0)
    return errno;
  result = std::move(fd);
  return 0;
}

} // namespace

socket_result connect_to(const endpoint& target, std::chrono::nanoseconds each,
                         clock::time_point deadline, address_choice choice) {
  // Never beyond what the clock can count.
  const auto within = [&] {
    const auto now = clock::now();
    return deadline - now < each ? deadline : now + each;
  };
  socket_result result;
  const auto found = resolve(
      target, 0, std::min<std::chrono::nanoseconds>(deadline - clock::now(), resolve_patience),
      choice.look_up);
  result.error = found.error;
  std::vector<const addrinfo*> addresses;
  for (const auto* i = found.addresses.get(); i != nullptr; i = i->ai_next)
    addresses.push_back(i);
  for (std::size_t i = 0; i < addresses.size(); ++i) {
    result.turn = (choice.first + i) % addresses.size();
    const auto& address = *addresses[result.turn];
    const auto code = try_connect(address, within(), result.socket);
    if (code == 0) {
      result.at = {host_of(address), target.port};
      result.error.clear();
      return result;
    }
    result.error = "cannot connect to " + to_string(target) + ": " + system_error_text(code);
  }
  return result;
}

socket_result listen_on(const endpoint& where, bool allow_insecure) {
  socket_result result;
  const auto found = resolve(where, AI_PASSIVE, listen_patience);
  result.error = found.error;
  for (const auto* i = found.addresses.get(); i != nullptr; i = i->ai_next) {
    if (!allow_insecure && !is_loopback(*i)) {
      result.error = to_string(where)
                     + " is not loopback: without authentication that has to be allowed"
                       " (allow_insecure)";
      continue;
    }
    const auto code = try_listen(*i, result.socket);
    if (code == 0) {
      result.at = {where.host, bound_port(result.socket.get())};
      result.error.clear();
      return result;
    }
    result.error = "cannot listen on " + to_string(where) + ": " + system_error_text(code);
  }
  return result;
}

std::size_t descriptor_limit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY)
    return std::numeric_limits<std::size_t>::max();
  return static_cast<std::size_t>(limit.rlim_cur);
}

} // namespace hamok
