#include "hamok/raft/founding.hpp"

#include "hamok/raft/quorum.hpp"

#include <algorithm>
#include <utility>

namespace hamok::raft {

namespace {

void tell(const member_id& peer, founding_output& out) {
  if (!contains(out.tell, peer))
    out.tell.push_back(peer);
}

} // namespace

founding::founding(member_id self, std::vector<std::string> peers, incarnation_id proposal,
                   std::optional<founding_list> accepted)
    : self_(std::move(self)),
      peers_(std::move(peers)),
      proposal_(proposal) {
  std::sort(peers_.begin(), peers_.end());
  peers_.erase(std::unique(peers_.begin(), peers_.end()), peers_.end());
  begin(std::move(accepted));
}

founding::founding(member_id self, std::uint32_t expect, incarnation_id proposal,
                   std::optional<founding_list> accepted, std::vector<spent_life> spent)
    : self_(std::move(self)),
      expect_(expect),
      proposal_(proposal),
      spent_(std::move(spent)) {
  begin(std::move(accepted));
}

void founding::begin(std::optional<founding_list> accepted) {
  list_ = std::move(accepted);
  if (list_ && !contains(list_->accepted, self_)) {
    list_->accepted.push_back(self_);
    std::sort(list_->accepted.begin(), list_->accepted.end());
  }
}

founding_output founding::start() {
  founding_output out;
  if (list_)
    merge({}, out);
  else
    propose_if_due(out);
  return out;
}

founding_output founding::met(const member_id& peer) {
  founding_output out;
  meet(peer, out);
  return out;
}

founding_output founding::received(const member_id& from, const founding_list& told) {
  founding_output out;
  receive(from, told, out);
  return out;
}

founding_output founding::told(const member_id& from, const founding_word& word) {
  founding_output out;
  if (word.expect == 0 || from.peer == self_.peer)
    return out;
  if (word.expect != expect_) {
    out.conflict = "'" + from.peer
                   + "' founds in another way; give all founders the same `initial_members` or the "
                     "same `bootstrap_expect`";
    return out;
  }
  learn(word.spent, out);
  if (peers_.empty())
    seen_[from] = word.seen;
  // Its list first: nobody must be counted in who has accepted another one.
  if (word.list && !out.dead)
    receive(from, *word.list, out);
  if (!out.conflict.empty() || out.dead)
    return out;
  const auto known = met_.find(from.peer);
  if (known == met_.end() || known->second != from)
    meet(from, out);
  else if (!list_)
    propose_if_due(out);
  return out;
}

void founding::meet(const member_id& peer, founding_output& out) {
  if (!names(peer.peer) || peer.peer == self_.peer)
    return;
  auto& known = met_[peer.peer];
  const auto is_new = std::exchange(known, peer) != peer;
  if (is_new && peers_.empty() && !founded_) // whom it sees is what this member says
    tell_all(out);
  if (!list_)
    propose_if_due(out);
  else if (contains(list_->founders, peer))
    tell(peer, out);
  else if (!founded_
           && std::ranges::find(list_->founders, peer.peer, &member_id::peer)
                  != list_->founders.end())
    out.conflict = "'" + peer.peer
                   + "' has lost its memory after this member had accepted a founding list with "
                     "its earlier life; start all founders anew";
}

void founding::lost(const member_id& peer) {
  const auto found = met_.find(peer.peer);
  if (found != met_.end() && found->second == peer)
    met_.erase(found);
  seen_.erase(peer);
  std::erase(taken_, peer);
}

void founding::receive(const member_id& from, const founding_list& told, founding_output& out) {
  if (!contains(told.founders, from) || told.cluster.none())
    return; // not its own affair
  if (peers_.empty()) {
    receive_by_number(from, told, out);
    return;
  }
  if (auto text = objection(told); !text.empty())
    out.conflict = std::move(text);
  else
    take(from, told, out);
}

void founding::take(const member_id& from, const founding_list& told, founding_output& out) {
  if (!list_)
    accept(told, out);
  else
    merge(told.accepted, out);
  // Messages can be lost: whoever knows less than this member is told again.
  if (told.accepted.size() < list_->accepted.size())
    tell(from, out);
}

founding_output founding::again() {
  founding_output out;
  if (!list_ && peers_.empty())
    propose_if_due(out); // somebody who stood in the way may be gone
  if ((list_ || peers_.empty()) && !founded_)
    tell_all(out);
  return out;
}

founding_word founding::word() const {
  founding_word result{expect_, {}, list_, spent_};
  if (peers_.empty())
    for (const auto& [name, member] : met_)
      if (result.seen.size() < max_members)
        result.seen.push_back(member);
  return result;
}

bool founding::names(const std::string& peer) const {
  return peers_.empty() || std::binary_search(peers_.begin(), peers_.end(), peer);
}

std::vector<std::string> founding::missing() const {
  std::vector<std::string> result;
  for (const auto& peer : peers_)
    if (peer != self_.peer && met_.count(peer) == 0)
      result.push_back(peer);
  return result;
}

void founding::propose_if_due(founding_output& out) {
  auto founders = proposed();
  if (!founders.empty())
    accept({proposal_, std::move(founders), {}}, out);
}

std::vector<member_id> founding::proposed() const {
  std::vector<member_id> result;
  if (peers_.empty()) {
    result = first_group();
    if (!result.empty() && result.front() != self_)
      result.clear(); // somebody else's business
  } else if (peers_.front() == self_.peer && missing().empty()) {
    for (const auto& peer : peers_)
      result.push_back(peer == self_.peer ? self_ : met_.at(peer));
  }
  return result;
}

void founding::accept(founding_list list, founding_output& out) {
  std::vector<member_id> others;
  others.swap(list.accepted);
  list.accepted.push_back(self_);
  list_ = std::move(list);
  out.save = list_;
  merge(others, out);
  tell_all(out);
}

void founding::merge(const std::vector<member_id>& accepted, founding_output& out) {
  auto& known = list_->accepted;
  const auto before = known.size();
  for (const auto& member : accepted)
    if (contains(list_->founders, member) && !contains(known, member))
      known.push_back(member);
  std::sort(known.begin(), known.end());
  if (known.size() != before)
    tell_all(out);
  if (!founded_ && known.size() == list_->founders.size()) {
    founded_ = true;
    out.founded = true;
  }
}

void founding::tell_all(founding_output& out) const {
  for (const auto& [name, member] : met_)
    if (peers_.empty() || contains(list_->founders, member))
      tell(member, out);
}

std::string founding::objection(const founding_list& told) const {
  std::vector<std::string> named;
  for (const auto& member : told.founders)
    named.push_back(member.peer);
  std::sort(named.begin(), named.end());
  if (named != peers_)
    return "another founder has other `initial_members`; give all founders the same";
  if (!contains(told.founders, self_))
    return "the founders have accepted an earlier life of this member, whose memory is lost; start "
           "all founders anew";
  if (list_ && (told.cluster != list_->cluster || told.founders != list_->founders))
    return "a founder has accepted another list than this member; start all founders anew";
  return {};
}

} // namespace hamok::raft
