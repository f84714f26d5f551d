#include "hamok/tests/process/packet_network.hpp"

#include "hamok/io/unique_fd.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <map>
#include <mutex>
#include <optional>
#include <random>
#include <span>
#include <stdexcept>
#include <system_error>
#include <thread>

namespace hamok::process_test {

namespace {

using std::chrono::steady_clock;

/// 10.77.0.1 and so on; the network is not to be seen from outside.
constexpr std::uint32_t network_base = 0x0A4D0000;
constexpr std::uint32_t network_mask = 0xFFFFFF00;
constexpr std::size_t max_packet = 2048;
constexpr std::size_t max_on_the_way = 20'000;

void check(bool fine, const char* what) {
  if (!fine)
    throw std::system_error(errno, std::generic_category(), what);
}

unique_fd own_namespace() {
  unique_fd result{open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC)};
  check(result.get() >= 0, "/proc/thread-self/ns/net");
  return result;
}

void enter(int space) {
  check(setns(space, CLONE_NEWNET) == 0, "setns");
}

std::uint32_t address_of(std::size_t host) {
  return network_base + static_cast<std::uint32_t>(host) + 1;
}

ifreq request_for(const char* device) {
  ifreq result{};
  std::strncpy(result.ifr_name, device, IFNAMSIZ - 1);
  return result;
}

void set_address(int control, const char* device, unsigned long what, std::uint32_t value) {
  auto request = request_for(device);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(value);
  std::memcpy(&request.ifr_addr, &address, sizeof(address));
  check(ioctl(control, what, &request) == 0, "address of a network device");
}

void bring_up(int control, const char* device) {
  auto request = request_for(device);
  check(ioctl(control, SIOCGIFFLAGS, &request) == 0, "flags of a network device");
  request.ifr_flags = static_cast<short>(request.ifr_flags | IFF_UP | IFF_RUNNING);
  check(ioctl(control, SIOCSIFFLAGS, &request) == 0, "network device up");
}

/// A network device of the present namespace whose packets this process reads and writes.
unique_fd make_device(std::uint32_t address) {
  constexpr const char* name = "switch";
  unique_fd device{open("/dev/net/tun", O_RDWR | O_CLOEXEC | O_NONBLOCK)};
  check(device.get() >= 0, "/dev/net/tun");
  auto request = request_for(name);
  request.ifr_flags = IFF_TUN | IFF_NO_PI;
  check(ioctl(device.get(), TUNSETIFF, &request) == 0, "a new network device");
  const unique_fd control{socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)};
  check(control.get() >= 0, "socket");
  set_address(control.get(), name, SIOCSIFADDR, address);
  set_address(control.get(), name, SIOCSIFNETMASK, network_mask);
  bring_up(control.get(), name);
  bring_up(control.get(), "lo");
  return device;
}

/// One host. The last one is that of the test itself.
struct host {
  unique_fd space;
  unique_fd device;
};

/// In a new namespace; the thread is back where it was afterwards.
host make_host(std::size_t number) {
  const auto home = own_namespace();
  check(unshare(CLONE_NEWNET) == 0, "a new network namespace");
  host result;
  try {
    result.space = own_namespace();
    result.device = make_device(address_of(number));
  } catch (...) {
    enter(home.get());
    throw;
  }
  enter(home.get());
  return result;
}

/// To whom an IPv4 packet goes; none: to nobody here.
std::optional<std::size_t> target_of(std::span<const std::byte> packet, std::size_t hosts) {
  constexpr std::size_t header = 20;
  constexpr std::size_t offset = 16;
  if (packet.size() < header || std::to_integer<unsigned>(packet[0]) >> 4U != 4)
    return std::nullopt;
  std::uint32_t address = 0;
  std::memcpy(&address, packet.data() + offset, sizeof(address));
  const auto number = ntohl(address) - network_base - 1;
  if (number >= hosts)
    return std::nullopt;
  return number;
}

} // namespace

// -- the switch -----------------------------------------------------------------------------------

struct packet_network::parts {
  explicit parts(std::size_t size) : home(own_namespace()), paths((size + 1) * (size + 1)) {
    for (std::size_t i = 0; i <= size; ++i)
      hosts.push_back(make_host(i));
    enter(hosts.back().space.get());
    thread = std::thread{[this] { run(); }};
  }
  parts(const parts&) = delete;
  parts& operator=(const parts&) = delete;

  ~parts() {
    stopping = true;
    if (thread.joinable())
      thread.join();
    static_cast<void>(setns(home.get(), CLONE_NEWNET));
  }

  path_quality& path(std::size_t from, std::size_t to) { return paths[from * hosts.size() + to]; }

  void run() {
    std::vector<pollfd> entries;
    for (const auto& each : hosts)
      entries.push_back({each.device.get(), POLLIN, 0});
    while (!stopping) {
      poll(entries.data(), entries.size(), patience());
      for (std::size_t i = 0; i < entries.size(); ++i)
        if (entries[i].revents != 0)
          take(i);
      deliver();
    }
  }

  /// Until the next packet is due, and never for long.
  int patience() const {
    if (on_the_way.empty())
      return 20;
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
        on_the_way.begin()->first - steady_clock::now());
    return static_cast<int>(std::clamp<std::int64_t>(left.count(), 0, 20));
  }

  void take(std::size_t from) {
    constexpr int most = 64; // of one host, then it is the others' turn
    for (int i = 0; i < most; ++i) {
      std::byte buffer[max_packet];
      const auto count = read(hosts[from].device.get(), buffer, sizeof(buffer));
      if (count <= 0)
        return;
      const std::span packet{buffer, static_cast<std::size_t>(count)};
      if (const auto to = target_of(packet, hosts.size()))
        pass_on(from, *to, packet);
    }
  }

  void pass_on(std::size_t from, std::size_t to, std::span<const std::byte> packet) {
    const std::lock_guard guard{mutex};
    const auto& quality = path(from, to);
    if (quality.cut || on_the_way.size() >= max_on_the_way
        || std::bernoulli_distribution{quality.loss}(random)) {
      ++lost;
      return;
    }
    if (quality.delay.count() == 0)
      return write_to(to, packet);
    on_the_way.emplace(steady_clock::now() + quality.delay,
                       travelling{to, {packet.begin(), packet.end()}});
  }

  void deliver() {
    const auto now = steady_clock::now();
    while (!on_the_way.empty() && on_the_way.begin()->first <= now) {
      const auto& due = on_the_way.begin()->second;
      write_to(due.to, due.packet);
      on_the_way.erase(on_the_way.begin());
    }
  }

  /// A device that takes no more loses it, as a real one does.
  void write_to(std::size_t to, std::span<const std::byte> packet) {
    const auto written = write(hosts[to].device.get(), packet.data(), packet.size());
    if (written < 0)
      ++lost;
  }

  struct travelling {
    std::size_t to;
    std::vector<std::byte> packet;
  };

  unique_fd home;
  std::vector<host> hosts;
  std::mutex mutex;
  std::vector<path_quality> paths;
  std::mt19937 random{20'26};
  std::multimap<steady_clock::time_point, travelling> on_the_way; ///< of the switch's thread
  std::atomic<std::uint64_t> lost{0};
  std::atomic<bool> stopping{false};
  std::thread thread;
};

// -- the network ----------------------------------------------------------------------------------

std::string packet_network::obstacle() {
  try {
    std::string result;
    // In a thread of its own, which takes the namespace with it.
    std::thread{[&result] {
      try {
        static_cast<void>(make_host(0));
      } catch (const std::system_error& failed) {
        result = failed.what();
      }
    }}.join();
    return result;
  } catch (const std::system_error& failed) {
    return failed.what();
  }
}

packet_network::packet_network(std::size_t size)
    : size_(size),
      parts_(std::make_unique<parts>(size)) {}

packet_network::~packet_network() = default;

std::string packet_network::address(std::size_t host) const {
  const in_addr address{htonl(address_of(host))};
  char text[INET_ADDRSTRLEN] = {};
  inet_ntop(AF_INET, &address, text, sizeof(text));
  return text;
}

void packet_network::set(std::size_t from, std::size_t to, path_quality quality) {
  const std::lock_guard guard{parts_->mutex};
  parts_->path(from, to) = quality;
}

void packet_network::set_all_of(std::size_t host, path_quality quality) {
  for (std::size_t i = 0; i < size_; ++i)
    if (i != host) {
      set(host, i, quality);
      set(i, host, quality);
    }
}

void packet_network::heal() {
  const std::lock_guard guard{parts_->mutex};
  std::fill(parts_->paths.begin(), parts_->paths.end(), path_quality{});
}

std::uint64_t packet_network::lost() const {
  return parts_->lost;
}

packet_network::visit::visit(const packet_network& network, std::size_t host)
    : home_(own_namespace().release()) {
  enter(network.parts_->hosts[host].space.get());
}

packet_network::visit::~visit() {
  static_cast<void>(setns(home_, CLONE_NEWNET));
  close(home_);
}

} // namespace hamok::process_test
