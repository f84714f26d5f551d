#include "hamok/io/frame.hpp"

#include "hamok/actors/interfaces/messages.hpp"

#include <algorithm>
#include <utility>

namespace hamok {

namespace {

/// What is reserved at once for a frame of which only the header has come.
constexpr std::size_t trusted_reserve = std::size_t{1} << 20;

std::uint32_t read_u32(const std::byte* data) noexcept {
  std::uint32_t result = 0;
  for (std::size_t i = 0; i < 4; ++i)
    result |= std::to_integer<std::uint32_t>(data[i]) << (8 * i);
  return result;
}

void write_u32(std::byte* data, std::uint32_t value) noexcept {
  for (std::size_t i = 0; i < 4; ++i)
    data[i] = static_cast<std::byte>((value >> (8 * i)) & 0xFFU);
}

} // namespace

const char* to_string(frame_type value) noexcept {
  switch (value) {
  case frame_type::hello:
    return "hello";
  case frame_type::welcome:
    return "welcome";
  case frame_type::refused:
    return "refused";
  case frame_type::raft_message:
    return "raft_message";
  case frame_type::forward:
    return "forward";
  case frame_type::forward_refused:
    return "forward_refused";
  case frame_type::ping:
    return "ping";
  case frame_type::pong:
    return "pong";
  case frame_type::word:
    return "word";
  case frame_type::goodbye:
    return "goodbye";
  case frame_type::direct:
    return "direct";
  case frame_type::direct_reply:
    return "direct_reply";
  case frame_type::client_hello:
    return "client_hello";
  case frame_type::client_welcome:
    return "client_welcome";
  case frame_type::client_request:
    return "client_request";
  case frame_type::client_response:
    return "client_response";
  case frame_type::client_event:
    return "client_event";
  }
  return "unknown";
}

std::size_t payload_limit(std::uint8_t type, std::size_t max_payload) noexcept {
  switch (static_cast<frame_type>(type)) {
  case frame_type::hello:
  case frame_type::welcome:
  case frame_type::refused:
  case frame_type::forward_refused:
  case frame_type::ping:
  case frame_type::pong:
  case frame_type::word:
  case frame_type::goodbye:
  case frame_type::direct_reply:
  case frame_type::client_hello:
  case frame_type::client_welcome:
    return std::min(max_small_payload, max_payload);
  case frame_type::direct:
    return std::min(max_direct_size, max_payload);
  case frame_type::raft_message:
  case frame_type::forward:
  case frame_type::client_request:
  case frame_type::client_response:
  case frame_type::client_event:
    return max_payload;
  }
  return 0;
}

std::size_t begin_frame(std::vector<std::byte>& out) {
  const auto begin = out.size();
  out.resize(begin + frame_header_size);
  return begin;
}

void finish_frame(std::vector<std::byte>& out, std::size_t begin, frame_type type,
                  raft::group_id group) {
  auto* header = out.data() + begin;
  write_u32(header, static_cast<std::uint32_t>(out.size() - begin - frame_header_size));
  header[4] = static_cast<std::byte>(type);
  write_u32(header + 5, group);
}

void append_frame(std::vector<std::byte>& out, frame_type type, raft::group_id group,
                  std::span<const std::byte> payload) {
  const auto begin = begin_frame(out);
  out.insert(out.end(), payload.begin(), payload.end());
  finish_frame(out, begin, type, group);
}

bool frame_parser::feed(std::span<const std::byte> data) {
  while (!data.empty() && error_ == errc::none) {
    if (collecting_)
      data = take_body(data);
    else if (header_fill_ == 0 && data.size() >= frame_header_size)
      data = take_complete(data);
    else
      data = take_header(data);
  }
  return error_ == errc::none;
}

std::optional<frame> frame_parser::next() {
  if (next_ready_ == ready_.size())
    return std::nullopt;
  auto result = std::move(ready_[next_ready_++]);
  if (next_ready_ == ready_.size()) {
    ready_.clear();
    next_ready_ = 0;
  }
  return result;
}

std::optional<frame_parser::header> frame_parser::parse_header(std::span<const std::byte> data) {
  const auto size = std::size_t{read_u32(data.data())};
  const auto type = std::to_integer<std::uint8_t>(data[4]);
  if (payload_limit(type, default_max_payload) == 0) {
    error_ = errc::refused_malformed;
    return std::nullopt;
  }
  if (size > payload_limit(type, max_payload_)) {
    error_ = errc::too_large;
    return std::nullopt;
  }
  return header{size, static_cast<frame_type>(type), read_u32(data.data() + 5)};
}

/// Takes the complete frames at the beginning of `data` as slices of one shared copy, and the
/// header behind them when it is there.
std::span<const std::byte> frame_parser::take_complete(std::span<const std::byte> data) {
  std::vector<header> headers;
  std::optional<header> incomplete;
  std::size_t size = 0;
  while (data.size() - size >= frame_header_size) {
    const auto found = parse_header(data.subspan(size));
    if (!found)
      break;
    if (data.size() - size - frame_header_size < found->size) {
      incomplete = found;
      break;
    }
    headers.push_back(*found);
    size += frame_header_size + found->size;
  }
  const auto shared = blob{data.first(size)};
  std::size_t position = 0;
  for (const auto& found : headers) {
    position += frame_header_size;
    ready_.push_back({found.type, found.group, shared.slice(position, found.size)});
    position += found.size;
  }
  if (error_ != errc::none)
    return {};
  if (!incomplete)
    return take_header(data.subspan(size));
  collecting_ = incomplete;
  return take_body(data.subspan(size + frame_header_size));
}

std::span<const std::byte> frame_parser::take_header(std::span<const std::byte> data) {
  const auto count = std::min(frame_header_size - header_fill_, data.size());
  std::copy_n(data.begin(), count,
              header_bytes_.begin() + static_cast<std::ptrdiff_t>(header_fill_));
  header_fill_ += count;
  if (header_fill_ == frame_header_size) {
    header_fill_ = 0;
    const auto found = parse_header(header_bytes_);
    if (found && found->size == 0)
      ready_.push_back({found->type, found->group, blob{}});
    else
      collecting_ = found;
  }
  return data.subspan(count);
}

std::span<const std::byte> frame_parser::take_body(std::span<const std::byte> data) {
  const auto count = std::min(collecting_->size - body_.size(), data.size());
  grow_body(count);
  const auto part = data.first(count);
  body_.insert(body_.end(), part.begin(), part.end());
  if (body_.size() == collecting_->size) {
    ready_.push_back({collecting_->type, collecting_->group, blob::from_vector(std::move(body_))});
    body_ = {};
    collecting_.reset();
  }
  return data.subspan(count);
}

/// One allocation for frames of the usual sizes; a stranger who announces more has to send it
/// first.
void frame_parser::grow_body(std::size_t count) {
  const auto needed = body_.size() + count;
  if (needed <= body_.capacity())
    return;
  body_.reserve(std::min(collecting_->size, std::max(trusted_reserve, 2 * needed)));
}

} // namespace hamok
