#include "hamok/collections/emitter_results.hpp"

#include "hamok/raft/codec.hpp"

namespace hamok {

blob encode(const publish_result& value) {
  std::vector<std::byte> bytes;
  raft::writer out{bytes};
  out.varint(value.handled.size());
  for (const auto& member : value.handled)
    out.text(member);
  out.varint(value.failed.size());
  for (const auto& [member, reason] : value.failed) {
    out.text(member);
    out.u8(static_cast<std::uint8_t>(reason));
  }
  return blob::from_vector(std::move(bytes));
}

bool decode(const blob& bytes, publish_result& out) {
  raft::reader in{bytes};
  out = {};
  const auto handled = in.count(1);
  for (std::size_t i = 0; i < handled && in.ok(); ++i)
    out.handled.push_back(in.text());
  const auto failed = in.count(2);
  for (std::size_t i = 0; i < failed && in.ok(); ++i) {
    auto member = in.text();
    out.failed.emplace_back(std::move(member), static_cast<errc>(in.u8()));
  }
  return in.done();
}

blob encode(const emitter_stats& value) {
  std::vector<std::byte> bytes;
  raft::writer out{bytes};
  for (const auto number : {value.published, value.delivered, value.failed, value.received})
    out.u64(number);
  return blob::from_vector(std::move(bytes));
}

bool decode(const blob& bytes, emitter_stats& out) {
  raft::reader in{bytes};
  out.published = in.u64();
  out.delivered = in.u64();
  out.failed = in.u64();
  out.received = in.u64();
  return in.done();
}

} // namespace hamok
