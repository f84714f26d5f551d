#include "hamok/tests/process/link_proxy.hpp"

#include "hamok/cli/free_ports.hpp"
#include "hamok/io/wire.hpp"

#include <fcntl.h>
#include <netinet/tcp.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <stdexcept>

namespace hamok::process_test {

namespace {

constexpr std::size_t max_pending = std::size_t{256} << 10;

std::pair<std::string, std::string> pair_of(const std::string& one, const std::string& other) {
  return one < other ? std::pair{one, other} : std::pair{other, one};
}

int listen_on(std::uint16_t port) {
  const auto fd = cli::detail::bind_loopback(port);
  if (fd < 0 || listen(fd, 64) != 0)
    throw std::runtime_error("the proxy cannot listen");
  fcntl(fd, F_SETFL, O_NONBLOCK);
  return fd;
}

/// A socket that is on its way to the port.
int dial(std::uint16_t port) {
  const auto fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const auto code = connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof(address));
  if (code == 0 || errno == EINPROGRESS)
    return fd;
  close(fd);
  return -1;
}

void no_delay(int fd) {
  const int on = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
}

bool would_block() {
  return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR || errno == ENOTCONN;
}

} // namespace

link_proxy::link_proxy(std::vector<door> doors) : doors_(std::move(doors)) {
  wake_fd_ = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
  for (const auto& where : doors_)
    listeners_.push_back(listen_on(where.port));
  thread_ = std::thread{[this] { run(); }};
}

link_proxy::~link_proxy() {
  stopping_ = true;
  wake();
  thread_.join();
  for (auto& passing : connections_) {
    close(passing.out.from);
    close(passing.out.to);
  }
  for (const auto fd : listeners_)
    close(fd);
  close(wake_fd_);
}

void link_proxy::cut(const std::string& one, const std::string& other, cut_kind kind) {
  {
    const std::lock_guard guard{mutex_};
    (kind == cut_kind::silent ? silent_ : broken_).insert(pair_of(one, other));
  }
  wake();
}

void link_proxy::cut_after(std::size_t bytes, const std::string& one, const std::string& other,
                           cut_kind kind) {
  const std::lock_guard guard{mutex_};
  fuses_[{one, other}] = {bytes, kind};
}

bool link_proxy::is_cut(const std::string& one, const std::string& other) const {
  const std::lock_guard guard{mutex_};
  const auto ends = pair_of(one, other);
  return silent_.contains(ends) || broken_.contains(ends);
}

std::size_t link_proxy::passed(const std::string& one, const std::string& other) const {
  const std::lock_guard guard{mutex_};
  const auto found = passed_.find({one, other});
  return found == passed_.end() ? 0 : found->second;
}

void link_proxy::heal() {
  {
    const std::lock_guard guard{mutex_};
    fuses_.clear();
    silent_.clear();
    broken_.clear();
  }
  wake();
}

void link_proxy::wake() const {
  const std::uint64_t one = 1;
  [[maybe_unused]] const auto written = write(wake_fd_, &one, sizeof(one));
}

void link_proxy::run() {
  std::vector<pollfd> polled;
  while (!stopping_) {
    polled.clear();
    polled.push_back({wake_fd_, POLLIN, 0});
    for (const auto fd : listeners_)
      polled.push_back({fd, POLLIN, 0});
    const auto first = polled.size();
    prepare(polled);
    if (poll(polled.data(), polled.size(), 1000) < 0 && errno != EINTR)
      return;
    std::uint64_t ignored = 0;
    [[maybe_unused]] const auto got = read(wake_fd_, &ignored, sizeof(ignored));
    transfer(polled, first);
    for (std::size_t i = 0; i < doors_.size(); ++i)
      if ((polled[i + 1].revents & POLLIN) != 0)
        accept_all(doors_[i], listeners_[i]);
  }
}

void link_proxy::accept_all(const door& where, int listener) {
  for (;;) {
    const auto fd = accept4(listener, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd < 0)
      return;
    const auto target = dial(where.target);
    if (target < 0) {
      close(fd);
      continue;
    }
    no_delay(fd);
    no_delay(target);
    auto& passing = connections_.emplace_back();
    passing.target = where.peer;
    passing.out.from = passing.back.to = fd;
    passing.out.to = passing.back.from = target;
  }
}

std::optional<cut_kind> link_proxy::cut_of(const connection& passing) const {
  if (!passing.source || passing.source->empty())
    return std::nullopt;
  const std::lock_guard guard{mutex_};
  const auto ends = pair_of(*passing.source, passing.target);
  if (broken_.count(ends) > 0)
    return cut_kind::broken;
  if (silent_.count(ends) > 0)
    return cut_kind::silent;
  return std::nullopt;
}

/// Two entries for each connection, in order: who has opened it, and the member behind the door.
void link_proxy::prepare(std::vector<pollfd>& polled) {
  for (auto i = connections_.begin(); i != connections_.end();) {
    const auto cut = cut_of(*i);
    if (cut == cut_kind::broken) {
      close(i->out.from);
      close(i->out.to);
      i = connections_.erase(i);
      continue;
    }
    auto wanted = [&](const stream& reads, const stream& writes) {
      auto events = short{0};
      if (reads.pending.size() < max_pending && !reads.ended)
        events |= POLLIN;
      // Nothing goes on before it is known whose connection it is.
      if (!writes.pending.empty() && i->source)
        events |= POLLOUT;
      return events;
    };
    const auto silent = cut == cut_kind::silent;
    polled.push_back({silent ? -1 : i->out.from, wanted(i->out, i->back), 0});
    polled.push_back({silent ? -1 : i->out.to, wanted(i->back, i->out), 0});
    ++i;
  }
}

void link_proxy::transfer(const std::vector<pollfd>& polled, std::size_t first) {
  auto next = connections_.begin();
  for (auto i = first; i < polled.size(); i += 2) {
    auto current = next++;
    if (polled[i].fd < 0)
      continue;
    const auto dialer = polled[i].revents;
    const auto target = polled[i + 1].revents;
    const auto alive = move_bytes(*current, current->out, dialer, target)
                       && move_bytes(*current, current->back, target, dialer);
    if (alive)
      continue;
    close(current->out.from);
    close(current->out.to);
    connections_.erase(current);
  }
}

void link_proxy::note(const way_name& way, std::size_t bytes) {
  const std::lock_guard guard{mutex_};
  passed_[way] += bytes;
  const auto burning = fuses_.find(way);
  if (burning == fuses_.end())
    return;
  if (burning->second.bytes > bytes) {
    burning->second.bytes -= bytes;
    return;
  }
  (burning->second.kind == cut_kind::silent ? silent_ : broken_)
      .insert(pair_of(way.first, way.second));
  fuses_.erase(burning);
}

/// Finds out from the first frame who has opened the connection.
void link_proxy::sniff(connection& passing, std::size_t count) {
  if (passing.source)
    return;
  const auto& pending = passing.out.pending;
  const auto fine = passing.sniffer.feed(std::span{pending}.last(count));
  if (auto got = passing.sniffer.next()) {
    const auto hello = got->type == frame_type::hello ? decode_hello(got->payload) : std::nullopt;
    passing.source = hello ? hello->self.peer : std::string{};
    if (hello)
      ++links_seen_;
  } else if (!fine || pending.size() >= max_pending) {
    passing.source = std::string{};
  }
}

/// Reads what there is and writes what fits. False: the connection has ended.
bool link_proxy::move_bytes(connection& passing, stream& way, short readable, short writable) {
  if ((readable & (POLLIN | POLLHUP | POLLERR)) != 0 && !way.ended
      && way.pending.size() < max_pending) {
    std::array<std::byte, 65536> buffer;
    const auto count = recv(way.from, buffer.data(), buffer.size(), 0);
    if (count > 0) {
      way.pending.insert(way.pending.end(), buffer.begin(), buffer.begin() + count);
      if (&way == &passing.out)
        sniff(passing, static_cast<std::size_t>(count));
    } else if (count == 0 || !would_block()) {
      way.ended = true;
    }
  }
  if ((writable & (POLLHUP | POLLERR)) != 0)
    return false;
  if (way.ended && !passing.source)
    passing.source = std::string{};
  if (!way.pending.empty() && passing.source && cut_of(passing) == std::nullopt) {
    const auto count = send(way.to, way.pending.data(), way.pending.size(), MSG_NOSIGNAL);
    if (count > 0) {
      way.pending.erase(way.pending.begin(), way.pending.begin() + count);
      const auto goes_out = &way == &passing.out;
      note(goes_out ? way_name{*passing.source, passing.target}
                    : way_name{passing.target, *passing.source},
           static_cast<std::size_t>(count));
    } else if (!would_block()) {
      return false;
    }
  }
  return !way.ended || !way.pending.empty();
}

} // namespace hamok::process_test
