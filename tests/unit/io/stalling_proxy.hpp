#pragma once

// A TCP proxy that can stop passing bytes without a word, as a pulled cable does.

#include "hamok/io/sockets.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <list>
#include <thread>
#include <utility>
#include <vector>

namespace hamok::testing {

class stalling_proxy {
public:
  explicit stalling_proxy(endpoint target) : target_(std::move(target)) {
    auto bound = listen_on({"127.0.0.1", 0}, false);
    at_ = bound.at;
    listener_ = std::move(bound.socket);
    ::fcntl(listener_.get(), F_SETFL, O_NONBLOCK);
    thread_ = std::thread{[this] { run(); }};
  }
  stalling_proxy(const stalling_proxy&) = delete;
  stalling_proxy& operator=(const stalling_proxy&) = delete;
  ~stalling_proxy() {
    stopping_ = true;
    thread_.join();
  }

  [[nodiscard]] const endpoint& at() const noexcept { return at_; }

  /// Nothing comes through on the connections of now, not even their end, and on no new ones.
  void freeze() {
    closed_ = true;
    frozen_below_ = next_.load();
  }
  void let_new_pass() { closed_ = false; }
  void thaw() {
    frozen_below_ = 0;
    closed_ = false;
  }

private:
  struct way {
    std::vector<std::byte> pending;
    bool ended = false;
  };
  struct pair {
    std::size_t number = 0;
    unique_fd one;
    unique_fd other;
    way there;
    way back;
    bool broken = false;
  };

  void run() {
    while (!stopping_) {
      accept_all();
      bool moved = false;
      for (auto& x : pairs_)
        if (x.number >= frozen_below_) {
          moved = move_bytes(x, x.one.get(), x.other.get(), x.there) || moved;
          moved = move_bytes(x, x.other.get(), x.one.get(), x.back) || moved;
        }
      pairs_.remove_if([](const pair& x) { return x.broken || (x.there.ended && x.back.ended); });
      if (!moved)
        rest();
    }
  }

  /// Until something can be read, and not for long: room to write is looked for as well.
  void rest() {
    std::vector<pollfd> fds{{listener_.get(), POLLIN, 0}};
    for (const auto& x : pairs_)
      if (x.number >= frozen_below_) {
        if (!x.there.ended && x.there.pending.empty())
          fds.push_back({x.one.get(), POLLIN, 0});
        if (!x.back.ended && x.back.pending.empty())
          fds.push_back({x.other.get(), POLLIN, 0});
      }
    ::poll(fds.data(), fds.size(), 2);
  }

  void accept_all() {
    while (!closed_) {
      unique_fd one{::accept4(listener_.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC)};
      if (!one)
        return;
      auto other = connect_to(target_, std::chrono::seconds{1});
      if (other.socket)
        pairs_.push_back({next_++, std::move(one), std::move(other.socket), {}, {}, false});
    }
  }

  static bool move_bytes(pair& x, int from, int to, way& bytes) {
    if (bytes.ended)
      return false;
    bool moved = false;
    if (bytes.pending.empty()) {
      std::array<std::byte, 65536> buffer; // NOLINT: filled by read
      const auto count = ::read(from, buffer.data(), buffer.size());
      if (count == 0) {
        ::shutdown(to, SHUT_WR);
        bytes.ended = true;
        return true;
      }
      if (count < 0) {
        x.broken = errno != EAGAIN && errno != EINTR;
        return false;
      }
      bytes.pending.assign(buffer.begin(), buffer.begin() + count);
      moved = true;
    }
    const auto count = ::send(to, bytes.pending.data(), bytes.pending.size(), MSG_NOSIGNAL);
    if (count < 0) {
      x.broken = errno != EAGAIN && errno != EINTR;
      return moved;
    }
    bytes.pending.erase(bytes.pending.begin(), bytes.pending.begin() + count);
    return true;
  }

  endpoint target_;
  endpoint at_;
  unique_fd listener_;
  std::atomic<bool> stopping_{false};
  std::atomic<bool> closed_{false};
  std::atomic<std::size_t> next_{1};
  std::atomic<std::size_t> frozen_below_{0};
  std::list<pair> pairs_;
  std::thread thread_;
};

} // namespace hamok::testing
