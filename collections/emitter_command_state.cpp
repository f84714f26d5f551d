#include "hamok/collections/emitter_command_state.hpp"

#include <utility>

namespace hamok {

namespace {

/// What the smallest element of a list takes.
constexpr std::size_t min_member_bytes = 17;
constexpr std::size_t min_subscription_bytes = 1 + min_member_bytes + 8 + 1;

template <class Code, class Write>
blob coded(Code code, Write write) {
  std::vector<std::byte> bytes;
  raft::writer out{bytes};
  out.u8(static_cast<std::uint8_t>(code));
  write(out);
  return blob::from_vector(std::move(bytes));
}

template <class Write>
blob written(Write write) {
  std::vector<std::byte> bytes;
  raft::writer out{bytes};
  write(out);
  return blob::from_vector(std::move(bytes));
}

} // namespace

namespace detail {

std::string read_event_name(raft::reader& in) {
  return in.text(emitter_limit::name_bytes);
}

void write_subscriber(const event_subscriber& who, raft::writer& out) {
  raft::encode(who.member, out);
  out.u64(who.number);
}

event_subscriber read_subscriber(raft::reader& in) {
  event_subscriber result;
  result.member = raft::decode_member(in);
  result.number = in.u64();
  return result;
}

void write_origin(const event_origin& origin, raft::writer& out) {
  raft::encode(origin.member, out);
  out.u64(origin.origin);
  out.u64(origin.request);
}

event_origin read_origin(raft::reader& in) {
  event_origin result;
  result.member = raft::decode_member(in);
  result.origin = in.u64();
  result.request = in.u64();
  return result;
}

} // namespace detail

namespace emitter_command {

blob subscribe(std::string_view event, const event_subscriber& who, bytes_view metadata) {
  return coded(code::subscribe, [&](raft::writer& out) {
    out.text(event);
    detail::write_subscriber(who, out);
    out.raw(metadata);
  });
}

blob unsubscribe(std::string_view event, const event_subscriber& who) {
  return coded(code::unsubscribe, [&](raft::writer& out) {
    out.text(event);
    detail::write_subscriber(who, out);
  });
}

blob update(std::string_view event, const event_subscriber& who, bytes_view metadata,
            const std::optional<blob>& expected) {
  return coded(code::update, [&](raft::writer& out) {
    out.text(event);
    detail::write_subscriber(who, out);
    out.u8(expected ? 1 : 0);
    if (expected)
      out.bytes(expected->bytes());
    out.raw(metadata);
  });
}

blob remove_subscriber(const event_subscriber& who) {
  return coded(code::remove_subscriber,
               [&](raft::writer& out) { detail::write_subscriber(who, out); });
}

blob remove_member(const raft::member_id& member) {
  return coded(code::remove_member, [&](raft::writer& out) { raft::encode(member, out); });
}

blob publish(std::string_view event, bytes_view payload, const event_origin& from) {
  return coded(code::publish, [&](raft::writer& out) {
    out.text(event);
    detail::write_origin(from, out);
    out.raw(payload);
  });
}

} // namespace emitter_command

namespace emitter_query {

blob has_subscribers(std::string_view event) {
  return coded(code::has_subscribers, [&](raft::writer& out) { out.text(event); });
}

blob subscriptions(std::string_view event) {
  return coded(code::subscriptions, [&](raft::writer& out) { out.text(event); });
}

blob all() {
  return coded(code::all, [](raft::writer&) {});
}

} // namespace emitter_query

namespace emitter_answer {

blob encode(const std::vector<raft::member_id>& members) {
  return written([&](raft::writer& out) {
    out.varint(members.size());
    for (const auto& member : members)
      raft::encode(member, out);
  });
}

blob encode(const std::vector<event_subscription>& subscriptions) {
  return written([&](raft::writer& out) {
    out.varint(subscriptions.size());
    for (const auto& one : subscriptions) {
      out.text(one.event);
      detail::write_subscriber(one.subscriber, out);
      out.bytes(one.metadata.bytes());
    }
  });
}

blob encode_key(std::string_view event, const event_subscriber& who) {
  return written([&](raft::writer& out) {
    out.text(event);
    detail::write_subscriber(who, out);
  });
}

blob encode(const event_origin& origin) {
  return written([&](raft::writer& out) { detail::write_origin(origin, out); });
}

bool decode(const blob& answer, std::vector<raft::member_id>& out) {
  raft::reader in{answer};
  const auto count = in.count(min_member_bytes);
  out.clear();
  for (std::size_t i = 0; i < count && in.ok(); ++i)
    out.push_back(raft::decode_member(in));
  return in.done();
}

bool decode(const blob& answer, std::vector<event_subscription>& out) {
  raft::reader in{answer};
  const auto count = in.count(min_subscription_bytes);
  out.clear();
  for (std::size_t i = 0; i < count && in.ok(); ++i) {
    event_subscription one;
    one.event = detail::read_event_name(in);
    one.subscriber = detail::read_subscriber(in);
    one.metadata = in.bytes();
    out.push_back(std::move(one));
  }
  return in.done();
}

bool decode_key(const blob& key, event_subscription& out) {
  raft::reader in{key};
  out.event = detail::read_event_name(in);
  out.subscriber = detail::read_subscriber(in);
  return in.done();
}

bool decode(const blob& bytes, event_origin& out) {
  raft::reader in{bytes};
  out = detail::read_origin(in);
  return in.done();
}

} // namespace emitter_answer

} // namespace hamok
