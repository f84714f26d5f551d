#include "hamok/io/sockets.hpp"

#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstring>
#include <memory>
#include <system_error>
#include <utility>

namespace hamok {

namespace {

using addresses = std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)>;

std::string system_error_text(int code) {
  return std::generic_category().message(code);
}

addresses resolve(const endpoint& target, int flags, std::string& error) {
  addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = flags | AI_NUMERICSERV;
  addrinfo* found = nullptr;
  const auto port = std::to_string(target.port);
  const auto code = ::getaddrinfo(target.host.c_str(), port.c_str(), &hints, &found);
  if (code != 0)
    error = "cannot resolve '" + target.host + "': " + ::gai_strerror(code);
  return {found, &::freeaddrinfo};
}

/// 0, or the error with which the connection attempt ended.
int wait_until_connected(int fd, std::chrono::nanoseconds timeout) {
  using clock = std::chrono::steady_clock;
  const auto deadline = clock::now() + timeout;
  for (;;) {
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(deadline - clock::now());
    if (left.count() < 0)
      return ETIMEDOUT;
    pollfd entry{fd, POLLOUT, 0};
    const auto count = ::poll(&entry, 1, static_cast<int>(left.count()) + 1);
    if (count < 0 && errno != EINTR)
      return errno;
    if (count <= 0)
      continue;
    int code = 0;
    socklen_t size = sizeof(code);
    return ::getsockopt(fd, SOL_SOCKET, SO_ERROR, &code, &size) == 0 ? code : errno;
  }
}

int try_connect(const addrinfo& address, std::chrono::nanoseconds timeout, unique_fd& result) {
  unique_fd fd{::socket(address.ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)};
  if (!fd)
    return errno;
  if (::connect(fd.get(), address.ai_addr, address.ai_addrlen) != 0) {
    if (errno != EINPROGRESS && errno != EINTR)
      return errno;
    if (const auto code = wait_until_connected(fd.get(), timeout); code != 0)
      return code;
  }
  result = std::move(fd);
  return 0;
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

socket_result connect_to(const endpoint& target, std::chrono::nanoseconds timeout) {
  socket_result result;
  const auto found = resolve(target, 0, result.error);
  for (const auto* i = found.get(); i != nullptr; i = i->ai_next) {
    const auto code = try_connect(*i, timeout, result.socket);
    if (code == 0) {
      result.at = target;
      result.error.clear();
      return result;
    }
    result.error = "cannot connect to " + to_string(target) + ": " + system_error_text(code);
  }
  return result;
}

socket_result listen_on(const endpoint& where, bool allow_insecure) {
  socket_result result;
  const auto found = resolve(where, AI_PASSIVE, result.error);
  for (const auto* i = found.get(); i != nullptr; i = i->ai_next) {
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

} // namespace hamok
