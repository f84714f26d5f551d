#pragma once

// Bytes of the messages between members, as payloads of frames. Every `decode_*` takes hostile
// bytes and gives nothing when they are not exactly one value.

#include "hamok/actors/interfaces/messages.hpp"
#include "hamok/raft/codec.hpp"

#include <optional>
#include <string>
#include <vector>

namespace hamok {

/// Why a connection is refused or ended: payload of `refused` and `goodbye` frames.
struct refusal {
  errc reason = errc::none;
  std::string text;

  friend bool operator==(const refusal&, const refusal&) = default;
};

void encode(const hello& value, raft::writer& out);
void encode(const refusal& value, raft::writer& out);
void encode(const proposal_batch& value, raft::writer& out);   ///< without `via`
void encode(const proposal_refused& value, raft::writer& out); ///< without `via`
void encode(const direct_message& value, raft::writer& out);
void encode(const direct_reply& value, raft::writer& out);

[[nodiscard]] std::optional<hello> decode_hello(const blob& payload);
[[nodiscard]] std::optional<refusal> decode_refusal(const blob& payload);
[[nodiscard]] std::optional<proposal_batch> decode_proposal_batch(const blob& payload);
[[nodiscard]] std::optional<proposal_refused> decode_proposal_refused(const blob& payload);
[[nodiscard]] std::optional<direct_message> decode_direct_message(const blob& payload);
[[nodiscard]] std::optional<direct_reply> decode_direct_reply(const blob& payload);

// -- parts that several encodings share -----------------------------------------------------------

inline constexpr std::size_t max_wire_name = 1024;
inline constexpr std::size_t max_text_size = 4096;

void encode_u16(std::uint16_t value, raft::writer& out);
void encode_code(errc value, raft::writer& out);
void encode_id(const raft::incarnation_id& value, raft::writer& out);
void encode_endpoints(const std::vector<peer_endpoint>& value, raft::writer& out);
/// Cuts what is longer than the reader's limit.
void encode_text(const std::string& value, raft::writer& out);

[[nodiscard]] std::uint16_t decode_u16(raft::reader& in);
/// A code that a later release has added is no reason to drop what came with it: it reads as
/// `unknown`.
[[nodiscard]] errc decode_code(raft::reader& in, errc unknown = errc::not_supported);
[[nodiscard]] raft::incarnation_id decode_id(raft::reader& in);
[[nodiscard]] std::vector<peer_endpoint> decode_endpoints(raft::reader& in);

/// `value` if the reader has taken all of its bytes without an error.
template <class T>
std::optional<T> exactly(const raft::reader& in, T&& value) {
  if (!in.done())
    return std::nullopt;
  return std::forward<T>(value);
}

} // namespace hamok
