#include "hamok/tests/bench/raw_tcp.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cmath>
#include <csignal>
#include <cstring>
#include <stdexcept>
#include <string>
#include <utility>

namespace hamok::bench {

namespace {

constexpr std::size_t request_size = 16 + 256;
constexpr std::size_t answer_size = 32;

void check(bool fine, const char* what) {
  if (!fine)
    throw std::runtime_error(std::string{what} + ": " + std::strerror(errno));
}

/// The cores that this process may use.
std::vector<int> cores() {
  cpu_set_t set;
  CPU_ZERO(&set);
  sched_getaffinity(0, sizeof(set), &set);
  std::vector<int> result;
  for (int i = 0; i < CPU_SETSIZE; ++i)
    if (CPU_ISSET(i, &set))
      result.push_back(i);
  return result;
}

void pin_to(int core) {
  cpu_set_t set;
  CPU_ZERO(&set);
  CPU_SET(core, &set);
  sched_setaffinity(0, sizeof(set), &set);
}

/// Pins this process for as long as the object lives.
class pinned {
public:
  explicit pinned(int core) {
    sched_getaffinity(0, sizeof(before_), &before_);
    pin_to(core);
  }
  ~pinned() { sched_setaffinity(0, sizeof(before_), &before_); }
  pinned(const pinned&) = delete;
  pinned& operator=(const pinned&) = delete;

private:
  cpu_set_t before_;
};

bool read_all(int fd, std::byte* data, std::size_t size) {
  while (size > 0) {
    const auto count = recv(fd, data, size, 0);
    if (count <= 0)
      return false;
    data += count;
    size -= static_cast<std::size_t>(count);
  }
  return true;
}

bool write_all(int fd, const std::byte* data, std::size_t size) {
  return send(fd, data, size, MSG_NOSIGNAL) == static_cast<ssize_t>(size);
}

void no_delay(int fd) {
  const int on = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
}

/// The other process: answers until the connection ends.
[[noreturn]] void answer(int listener, int core) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  pin_to(core);
  const auto fd = accept(listener, nullptr, nullptr);
  no_delay(fd);
  std::array<std::byte, request_size> buffer{};
  while (read_all(fd, buffer.data(), request_size))
    write_all(fd, buffer.data(), answer_size);
  _exit(0);
}

samples ask(int fd, std::chrono::milliseconds span) {
  using std::chrono::steady_clock;
  constexpr std::size_t enough = 100; // even on a machine that gives us little time
  std::array<std::byte, request_size> buffer{};
  samples result;
  const auto start = steady_clock::now();
  const auto warm = start + span / 10;
  for (auto now = start;
       now < start + span || (result.size() < enough && now < start + 10 * span);) {
    check(write_all(fd, buffer.data(), request_size), "send");
    check(read_all(fd, buffer.data(), answer_size), "recv");
    const auto then = std::exchange(now, steady_clock::now());
    if (then >= warm)
      result.add(now - then);
  }
  return result;
}

} // namespace

double samples::quantile_us(double share) {
  if (values_.empty())
    return 0;
  const auto rank = std::ceil(share * static_cast<double>(values_.size()));
  const auto position = static_cast<std::ptrdiff_t>(std::max(rank, 1.0)) - 1;
  std::nth_element(values_.begin(), values_.begin() + position, values_.end());
  return std::chrono::duration<double, std::micro>(values_[static_cast<std::size_t>(position)])
      .count();
}

round_trip measure_raw_tcp(std::chrono::milliseconds span) {
  const auto listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  check(listener >= 0, "socket");
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof(address);
  auto* where = reinterpret_cast<sockaddr*>(&address);
  check(bind(listener, where, size) == 0, "bind");
  check(getsockname(listener, where, &size) == 0, "getsockname");
  check(listen(listener, 1) == 0, "listen");
  const auto usable = cores();
  const auto child = fork();
  check(child >= 0, "fork");
  if (child == 0)
    answer(listener, usable.back());
  const pinned here{usable.front()};
  const auto fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  check(connect(fd, where, size) == 0, "connect");
  no_delay(fd);
  auto taken = ask(fd, span);
  close(fd);
  close(listener);
  waitpid(child, nullptr, 0);
  return {taken.quantile_us(0.5), taken.quantile_us(0.99)};
}

} // namespace hamok::bench
