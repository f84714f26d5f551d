// The applier of a member: checks that all members hold the same.

#include "hamok/actors/applier.hpp"
#include "hamok/collections/operation_state.hpp"

#include <utility>

namespace hamok {

namespace {

std::string hex(const blob& bytes) {
  static constexpr char digits[] = "0123456789abcdef";
  std::string result;
  for (const auto byte : bytes.bytes()) {
    result += digits[std::to_integer<unsigned>(byte) >> 4U];
    result += digits[std::to_integer<unsigned>(byte) & 15U];
  }
  return result;
}

blob half(const blob& digest, bool second) {
  constexpr auto size = collection_digest::size / 2;
  return digest.slice(second ? size : 0, size);
}

/// For entries that no collection has proposed. Nobody misses one that is refused.
constexpr std::uint64_t nobody = 0;

} // namespace

/// The life of this member, if it leads and takes part.
std::optional<raft::member_id> applier_state::leading() const {
  if (!notice_ || notice_->away != errc::none || !peers_ || !peers_->self
      || notice_->leader != peers_->self)
    return std::nullopt;
  return peers_->self;
}

void applier_state::propose(blob command) {
  compat::send(self_, config_.node,
               proposal_batch{std::nullopt, nobody, nobody, {std::move(command)}});
}

/// The leader's own applier does, so that each check is proposed once.
void applier_state::propose_check() {
  if (const auto self = leading())
    propose(encode(check_envelope{*self}));
}

/// Each collection that has had entries since the last check says what it is, behind all entries
/// that come before this one. It takes its place among them, but changes nothing: which collections
/// are asked may differ between members, as after an install.
void applier_state::on_check(raft::index_t index, const raft::entry& entry) {
  const auto check = decode_check(entry.data);
  if (!check || index <= last_check_)
    return;
  std::vector<std::uint64_t> asked;
  for (const auto& [number, one] : by_number_)
    if (one->sent_index > last_check_ && one->sent_index < index)
      asked.push_back(number);
  last_check_ = index;
  if (!checks_.begin(index, check->proposer, asked))
    return;
  for (const auto number : asked)
    pass(by_number_.at(number), {index, entry.cluster_time, entry.data});
  after_check();
}

void applier_state::on_claim(const blob& entry) {
  if (const auto claim = decode_claim(entry)) {
    checks_.claimed(*claim);
    after_check();
  }
}

void applier_state::after_check() {
  if (peers_ && peers_->self)
    if (const auto claim = checks_.take_claim(*peers_->self))
      propose(encode(*claim));
  for (const auto& found : checks_.take_divergences())
    tell(found);
}

void applier_state::tell(const divergence& found) {
  const auto which = by_number_.find(found.here.collection);
  if (which == by_number_.end())
    return;
  const auto& spec = which->second->spec;
  const auto of_sessions = half(found.here.digest, false) == half(found.there.digest, false);
  compat::send(self_, config_.node,
               event::error{errc::diverged,
                            "the collection '" + spec.name + "' (" + spec.kind
                                + ") differs at index " + std::to_string(found.index) + ": "
                                + (of_sessions ? "its sessions have" : "its content has")
                                + " the digest " + hex(half(found.here.digest, of_sessions))
                                + " here, and " + hex(half(found.there.digest, of_sessions))
                                + " on '" + found.other.peer + "'; " + explain(errc::diverged)});
}

} // namespace hamok
