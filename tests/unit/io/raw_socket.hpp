#pragma once

// The other end of a connection, by hand: what a stranger, or a peer that misbehaves, would do.

#include "hamok/io/frame.hpp"
#include "hamok/io/sockets.hpp"
#include "hamok/io/wire.hpp"

#include <poll.h>
#include <sys/socket.h>

#include <chrono>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace hamok::testing {

class raw_socket {
public:
  using clock = std::chrono::steady_clock;

  explicit raw_socket(const endpoint& at) {
    auto result = connect_to(at, std::chrono::seconds{5});
    fd_ = std::move(result.socket);
  }

  [[nodiscard]] bool connected() const { return static_cast<bool>(fd_); }

  void write(std::span<const std::byte> bytes) {
    static_cast<void>(::send(fd_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL));
  }
  void write(std::string_view text) { write(std::as_bytes(std::span{text.data(), text.size()})); }

  template <class F>
  void write_frame(frame_type type, F encode_payload) {
    std::vector<std::byte> bytes;
    const auto begin = begin_frame(bytes);
    raft::writer out{bytes};
    encode_payload(out);
    finish_frame(bytes, begin, type, 0);
    write(bytes);
  }

  /// The next frame that comes within the limit.
  std::optional<frame> read_frame(std::chrono::milliseconds limit = std::chrono::seconds{10}) {
    const auto deadline = clock::now() + limit;
    for (;;) {
      if (auto found = parser_.next())
        return found;
      if (!read_some(deadline))
        return std::nullopt;
    }
  }

  /// True when the other side closes the connection within the limit.
  bool closes(std::chrono::milliseconds limit = std::chrono::seconds{10}) {
    const auto deadline = clock::now() + limit;
    while (read_some(deadline))
      ;
    return closed_;
  }

private:
  bool read_some(clock::time_point deadline) {
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(deadline - clock::now()).count();
    pollfd entry{fd_.get(), POLLIN, 0};
    if (closed_ || left <= 0 || ::poll(&entry, 1, static_cast<int>(left)) <= 0)
      return false;
    std::byte buffer[4096];
    const auto count = ::recv(fd_.get(), buffer, sizeof(buffer), 0);
    if (count <= 0) {
      closed_ = true;
      return false;
    }
    parser_.feed(std::span{buffer, static_cast<std::size_t>(count)});
    return true;
  }

  unique_fd fd_;
  frame_parser parser_;
  bool closed_ = false;
};

} // namespace hamok::testing
