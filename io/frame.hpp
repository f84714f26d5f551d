#pragma once

// How bytes on a connection become frames: a length, a type, a group and a payload. Pure: the
// links, the client library and the tests use the same functions on bytes from wherever they come.
//
//   u32 payload size | u8 type | u32 group | payload        (little-endian)

#include "hamok/actors/interfaces/error.hpp"
#include "hamok/raft/bytes.hpp"
#include "hamok/raft/types.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace hamok {

/// What a frame carries. The numbers are on the wire: only ever add.
enum class frame_type : std::uint8_t {
  // Between members.
  hello = 1,           ///< `hello`; the first frame of both sides
  welcome = 2,         ///< nothing: the other side's hello is accepted
  refused = 3,         ///< `refusal`; the sender closes the connection behind it
  raft_message = 4,    ///< `raft::message`
  forward = 5,         ///< `proposal_batch` for the leader
  forward_refused = 6, ///< `proposal_refused`
  ping = 7,            ///< nothing
  pong = 8,            ///< nothing
  word = 9,            ///< `raft::node_word`
  goodbye = 10,        ///< `refusal`: why the sender closes an accepted link for good
  direct = 11,         ///< `direct_message`
  direct_reply = 12,   ///< `direct_reply`
  // Between a program that is no member and a member (client_protocol.hpp).
  client_hello = 32,
  client_welcome = 33,
  client_request = 34,
  client_response = 35,
  client_event = 36,
};

inline constexpr std::size_t frame_header_size = 9;

/// Payload of frames that come before anybody is trusted, and of all small ones.
inline constexpr std::size_t max_small_payload = std::size_t{64} << 10;

inline constexpr std::size_t default_max_payload = std::size_t{64} << 20;

/// One frame as it was received, its payload unread.
struct frame {
  frame_type type = frame_type::ping;
  raft::group_id group = 0;
  blob payload;
};

[[nodiscard]] const char* to_string(frame_type value) noexcept;

/// Largest payload that is ever accepted for frames of this type; 0: the type does not exist.
[[nodiscard]] std::size_t payload_limit(std::uint8_t type, std::size_t max_payload) noexcept;

/// Room for the header of a frame at the end of `out`; `finish_frame` fills it in when the payload
/// has been appended. So a payload is encoded where it will be sent from.
[[nodiscard]] std::size_t begin_frame(std::vector<std::byte>& out);
void finish_frame(std::vector<std::byte>& out, std::size_t begin, frame_type type,
                  raft::group_id group);

/// Appends a whole frame to `out`.
void append_frame(std::vector<std::byte>& out, frame_type type, raft::group_id group,
                  std::span<const std::byte> payload);

/// Cuts a stream of hostile bytes into frames. Complete frames of one `feed` share one allocation;
/// a frame that spans several gets its own, which grows only as its bytes really come.
class frame_parser {
public:
  explicit frame_parser(std::size_t max_payload = default_max_payload) noexcept
      : max_payload_(max_payload) {}

  /// Changes the limit for frames whose header has not been read yet.
  void max_payload(std::size_t value) noexcept { max_payload_ = value; }

  /// Takes the next bytes of the stream. False when they break the rules: from then on `error()`
  /// says why, and nothing is accepted any more. What was complete before stays available.
  bool feed(std::span<const std::byte> data);

  /// The next complete frame.
  [[nodiscard]] std::optional<frame> next();

  /// `none`, `too_large` or `refused_malformed`.
  [[nodiscard]] errc error() const noexcept { return error_; }

  /// Bytes held for a frame that is not complete.
  [[nodiscard]] std::size_t buffered() const noexcept { return header_fill_ + body_.size(); }

  /// True when complete frames wait to be taken.
  [[nodiscard]] bool ready() const noexcept { return next_ready_ < ready_.size(); }

private:
  struct header {
    std::size_t size = 0;
    frame_type type = frame_type::ping;
    raft::group_id group = 0;
  };

  std::optional<header> parse_header(std::span<const std::byte> data);
  std::span<const std::byte> take_complete(std::span<const std::byte> data);
  std::span<const std::byte> take_header(std::span<const std::byte> data);
  std::span<const std::byte> take_body(std::span<const std::byte> data);
  void grow_body(std::size_t count);

  std::size_t max_payload_;
  errc error_ = errc::none;
  std::array<std::byte, frame_header_size> header_bytes_{};
  std::size_t header_fill_ = 0;
  std::optional<header> collecting_; ///< header of the frame whose payload is incomplete
  std::vector<std::byte> body_;
  std::vector<frame> ready_;
  std::size_t next_ready_ = 0;
};

} // namespace hamok
