#include "hamok/collections/divergence_state.hpp"

#include "hamok/collections/operation_state.hpp"
#include "hamok/raft/codec.hpp"

#include <algorithm>
#include <utility>

namespace hamok {

namespace {

/// The number of the collection has one byte at least, and so has the length of the digest.
constexpr std::size_t min_digest_bytes = 2 + collection_digest::size;

raft::writer begin(std::vector<std::byte>& out, envelope_type type) {
  raft::writer result{out};
  result.u8(static_cast<std::uint8_t>(type));
  return result;
}

} // namespace

blob encode(const check_envelope& value) {
  std::vector<std::byte> bytes;
  auto out = begin(bytes, envelope_type::check);
  raft::encode(value.proposer, out);
  return blob::from_vector(std::move(bytes));
}

blob encode(const claim_envelope& value) {
  std::vector<std::byte> bytes;
  auto out = begin(bytes, envelope_type::claim);
  raft::encode(value.proposer, out);
  out.u64(value.index);
  out.varint(value.digests.size());
  for (const auto& one : value.digests) {
    out.varint(one.collection);
    out.bytes(one.digest.bytes());
  }
  return blob::from_vector(std::move(bytes));
}

std::optional<check_envelope> decode_check(const blob& data) {
  raft::reader in{data};
  if (in.u8() != static_cast<std::uint8_t>(envelope_type::check))
    return std::nullopt;
  check_envelope result{raft::decode_member(in)};
  if (!in.done())
    return std::nullopt;
  return result;
}

std::optional<claim_envelope> decode_claim(const blob& data) {
  raft::reader in{data};
  if (in.u8() != static_cast<std::uint8_t>(envelope_type::claim))
    return std::nullopt;
  claim_envelope result;
  result.proposer = raft::decode_member(in);
  result.index = in.u64();
  const auto count = in.count(min_digest_bytes);
  for (std::size_t i = 0; i < count && in.ok(); ++i) {
    const auto collection = in.varint();
    result.digests.push_back({collection, in.bytes()});
    if (result.digests.back().digest.size() != collection_digest::size)
      in.fail();
  }
  if (!in.done())
    return std::nullopt;
  return result;
}

bool divergence_check::count() {
  if (every_ == 0 || ++counted_ < every_)
    return false;
  counted_ = 0;
  return true;
}

bool divergence_check::begin(raft::index_t index, const raft::member_id& proposer,
                             const std::vector<std::uint64_t>& collections) {
  if (index <= last_) // the log comes again, from its start
    return false;
  last_ = index;
  counted_ = 0;
  if (rounds_.size() == max_rounds)
    rounds_.pop_front();
  auto& fresh = rounds_.emplace_back();
  fresh.index = index;
  fresh.proposer = proposer;
  fresh.missing.insert(collections.begin(), collections.end());
  return true;
}

divergence_check::round* divergence_check::find(raft::index_t index) {
  const auto found =
      std::ranges::find_if(rounds_, [index](const round& one) { return one.index == index; });
  return found != rounds_.end() ? &*found : nullptr;
}

void divergence_check::found(raft::index_t index, const collection_digest& here) {
  auto* at = find(index);
  if (at == nullptr || here.digest.size() != collection_digest::size
      || at->missing.erase(here.collection) == 0)
    return;
  at->here.insert_or_assign(here.collection, here);
  compare(*at, here.collection);
  drop_finished();
}

void divergence_check::lost(std::uint64_t collection) {
  differing_.erase(collection);
  for (auto& one : rounds_)
    one.missing.erase(collection);
  drop_finished();
}

void divergence_check::claimed(const claim_envelope& claim) {
  auto* at = find(claim.index);
  if (at == nullptr || at->claimed || at->proposer != claim.proposer)
    return;
  at->claimed = true;
  for (const auto& one : claim.digests)
    at->there.insert_or_assign(one.collection, one);
  for (const auto& one : claim.digests)
    compare(*at, one.collection);
  drop_finished();
}

/// Once both sides are known.
void divergence_check::compare(round& at, std::uint64_t collection) {
  const auto here = at.here.find(collection);
  const auto there = at.there.find(collection);
  if (here == at.here.end() || there == at.there.end())
    return;
  if (here->second == there->second)
    differing_.erase(collection);
  else if (differing_.insert(collection).second)
    told_.push_back({at.index, at.proposer, here->second, there->second});
  at.there.erase(there);
}

void divergence_check::drop_finished() {
  std::erase_if(rounds_, [](const round& one) { return one.claimed && one.missing.empty(); });
}

std::optional<claim_envelope> divergence_check::take_claim(const raft::member_id& self) {
  for (auto& one : rounds_) {
    if (one.proposer != self || one.claim_taken || one.claimed || !one.missing.empty())
      continue;
    one.claim_taken = true;
    claim_envelope result{self, one.index, {}};
    for (const auto& [collection, digest] : one.here)
      result.digests.push_back(digest);
    return result;
  }
  return std::nullopt;
}

std::vector<divergence> divergence_check::take_divergences() {
  return std::exchange(told_, {});
}

} // namespace hamok
