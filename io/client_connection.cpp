#include "hamok/io/client_connection.hpp"

#include "hamok/io/sockets.hpp"
#include "hamok/io/wire.hpp"

#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

namespace hamok {

namespace {

using time_point = client_connection::time_point;

enum class wait_result : std::uint8_t { ready, late, failed };

/// Waits until the socket can do what `events` says, but never beyond the deadline.
wait_result wait_for(int fd, short events, time_point deadline) {
  for (;;) {
    const auto left =
        std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
    // In portions, so that no deadline overflows what poll can count.
    const auto portion = std::clamp<std::int64_t>(left.count(), 0, 60'000);
    pollfd entry{fd, events, 0};
    const auto got = poll(&entry, 1, static_cast<int>(portion));
    if (got > 0)
      return wait_result::ready;
    if (got < 0 && errno != EINTR)
      return wait_result::failed;
    if (std::chrono::steady_clock::now() >= deadline)
      return wait_result::late;
  }
}

/// What the member has said in a `refused` or `goodbye` frame, as an error.
caf::error refused(const frame& got) {
  const auto refusal = decode_refusal(got.payload);
  if (!refusal || refusal->reason == errc::none)
    return make_error(errc::refused_malformed, "a refusal that cannot be understood");
  return make_error(refusal->reason, refusal->text);
}

} // namespace

caf::error client_connection::lost(const std::string& why) {
  close();
  return caf::error{errc::connection_lost, caf::make_message(endpoint_ + ": " + why)};
}

caf::error client_connection::open(const std::string& endpoint, const client_hello& hello,
                                   time_point deadline) {
  close();
  endpoint_ = endpoint;
  parser_ = frame_parser{};
  const auto where = parse_endpoint(endpoint);
  if (!where)
    return where.error();
  if (auto failed = dial(*where, deadline))
    return failed;
  return shake_hands(hello, deadline);
}

caf::error client_connection::dial(const hamok::endpoint& where, time_point deadline) {
  auto result = connect_to(where, deadline - std::chrono::steady_clock::now(), deadline);
  if (!result.socket)
    return caf::error{errc::connection_lost, caf::make_message(std::move(result.error))};
  fd_ = std::move(result.socket);
  return {};
}

caf::error client_connection::shake_hands(const client_hello& hello, time_point deadline) {
  std::vector<std::byte> bytes;
  append_frame(bytes, hello);
  if (auto failed = send_bytes(bytes, deadline))
    return failed;
  auto answer = next_frame(deadline);
  if (!answer) {
    close();
    if (answer.error() == errc::request_timeout)
      return lost("no answer to the hello");
    return answer.error();
  }
  if (answer->type != frame_type::client_welcome)
    return lost(std::string{"a frame '"} + to_string(answer->type) + "' instead of a welcome");
  auto welcome = decode_client_welcome(answer->payload);
  if (!welcome)
    return lost("a welcome that cannot be understood");
  welcome_ = std::move(*welcome);
  return {};
}

caf::error client_connection::send_bytes(const std::vector<std::byte>& bytes, time_point deadline) {
  if (!is_open())
    return lost("not connected");
  std::size_t sent = 0;
  while (sent < bytes.size()) {
    const auto count = ::send(fd_.get(), bytes.data() + sent, bytes.size() - sent, MSG_NOSIGNAL);
    if (count > 0) {
      sent += static_cast<std::size_t>(count);
      continue;
    }
    if (errno == EINTR)
      continue;
    if (errno != EAGAIN && errno != EWOULDBLOCK)
      return lost(std::strerror(errno));
    if (wait_for(fd_.get(), POLLOUT, deadline) != wait_result::ready)
      return lost("the member takes no more bytes");
  }
  return {};
}

caf::error client_connection::send(const client_request& request, time_point deadline) {
  std::vector<std::byte> bytes;
  append_frame(bytes, request);
  if (bytes.size() > frame_header_size + default_max_payload)
    return make_error(errc::too_large, "the request has " + std::to_string(bytes.size())
                                           + " bytes, a member takes "
                                           + std::to_string(default_max_payload));
  return send_bytes(bytes, deadline);
}

void client_connection::close_if_hung_up() noexcept {
  pollfd entry{fd_.get(), POLLRDHUP, 0};
  if (fd_ && poll(&entry, 1, 0) > 0)
    close();
}

caf::error client_connection::ping(time_point deadline) {
  std::vector<std::byte> bytes;
  append_frame(bytes, frame_type::ping, 0, {});
  return send_bytes(bytes, deadline);
}

caf::error client_connection::read_some(time_point deadline) {
  if (!is_open())
    return lost("not connected");
  std::array<std::byte, 16384> buffer;
  for (;;) {
    const auto count = recv(fd_.get(), buffer.data(), buffer.size(), 0);
    if (count > 0) {
      parser_.feed(std::span{buffer}.first(static_cast<std::size_t>(count)));
      return {};
    }
    if (count == 0)
      return lost("the member has closed the connection");
    if (errno == EINTR)
      continue;
    if (errno != EAGAIN && errno != EWOULDBLOCK)
      return lost(std::strerror(errno));
    switch (wait_for(fd_.get(), POLLIN, deadline)) {
    case wait_result::ready:
      break;
    case wait_result::late:
      return make_error(errc::request_timeout, endpoint_ + " is silent");
    case wait_result::failed:
      return lost(std::strerror(errno));
    }
  }
}

caf::expected<frame> client_connection::next_frame(time_point deadline) {
  for (;;) {
    while (auto got = parser_.next()) {
      if (got->type == frame_type::refused || got->type == frame_type::goodbye) {
        close();
        return refused(*got);
      }
      if (got->type == frame_type::ping) {
        std::vector<std::byte> pong;
        append_frame(pong, frame_type::pong, 0, {});
        if (auto failed = send_bytes(pong, deadline))
          return failed;
        continue;
      }
      return std::move(*got);
    }
    if (parser_.error() != errc::none)
      return lost("bytes that are no frames of a member");
    if (auto failed = read_some(deadline))
      return failed;
  }
}

caf::expected<client_response> client_connection::receive(std::uint64_t id, time_point deadline) {
  for (;;) {
    auto got = next_frame(deadline);
    if (!got)
      return got.error();
    if (got->type != frame_type::client_response)
      continue;
    auto response = decode_client_response(got->payload);
    if (!response)
      return lost("a response that cannot be understood");
    if (response->id == id)
      return std::move(*response);
  }
}

} // namespace hamok
