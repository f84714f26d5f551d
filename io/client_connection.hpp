#pragma once

// One connection of a program that is no member to one member: the socket, the frames, the time
// limits. `hamok::client` makes of several of them something that survives the end of a member.

#include "hamok/actors/interfaces/endpoint.hpp"
#include "hamok/actors/interfaces/type_ids.hpp"
#include "hamok/io/client_protocol.hpp"
#include "hamok/io/frame.hpp"
#include "hamok/io/unique_fd.hpp"

#include <caf/error.hpp>
#include <caf/expected.hpp>

#include <chrono>
#include <string>
#include <vector>

namespace hamok {

/// A non-blocking socket that is waited for in the caller's thread, never beyond a deadline.
///
/// Thread safety: one thread at a time. Never to be used on CAF's threads: it blocks its caller.
class client_connection {
public:
  using time_point = std::chrono::steady_clock::time_point;

  /// Connects to `host:port` and exchanges hellos. `connection_lost` when nobody answers there in
  /// time; `refused_*` when the member does not want us.
  caf::error open(const std::string& endpoint, const client_hello& hello, time_point deadline);

  /// Sends all of the request, or fails with `connection_lost` and closes; then an incomplete
  /// request is all that the member can have received. `too_large`, with nothing sent and the
  /// connection still open, when no member would take it.
  caf::error send(const client_request& request, time_point deadline);

  /// The response to the request `id`; what comes for earlier ones is skipped. After any error the
  /// connection is closed. An error that the member has sent is in the response.
  caf::expected<client_response> receive(std::uint64_t id, time_point deadline);

  /// The next frame; pings are answered on the way. `request_timeout` when there is none in time
  /// (the connection stays open), `connection_lost` or `refused_*` when there will be none.
  caf::expected<frame> next_frame(time_point deadline);

  /// Sends a ping, which a living member answers.
  caf::error ping(time_point deadline);

  void close() noexcept { fd_.reset(); }

  /// Closes when the member has: it lets idle clients go, and may have ended since the last
  /// request.
  void close_if_hung_up() noexcept;

  [[nodiscard]] bool is_open() const noexcept { return static_cast<bool>(fd_); }
  [[nodiscard]] const std::string& endpoint() const noexcept { return endpoint_; }
  /// What the member has said of itself and its cluster when the connection was opened.
  [[nodiscard]] const client_welcome& welcome() const noexcept { return welcome_; }

private:
  caf::error dial(const hamok::endpoint& where, time_point deadline);
  caf::error shake_hands(const client_hello& hello, time_point deadline);
  caf::error send_bytes(const std::vector<std::byte>& bytes, time_point deadline);
  caf::error read_some(time_point deadline);
  caf::error lost(const std::string& why);

  unique_fd fd_;
  std::string endpoint_;
  client_welcome welcome_;
  frame_parser parser_;
};

} // namespace hamok
