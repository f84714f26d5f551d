#include "hamok/raft/founding.hpp"

#include "hamok/raft/quorum.hpp"

#include <algorithm>
#include <utility>

namespace hamok::raft {

founding::founding(member_id self, std::vector<std::string> peers, incarnation_id proposal,
                   std::optional<founding_list> accepted)
    : self_(std::move(self)),
      peers_(std::move(peers)),
      proposal_(proposal),
      list_(std::move(accepted)) {
  std::sort(peers_.begin(), peers_.end());
  peers_.erase(std::unique(peers_.begin(), peers_.end()), peers_.end());
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
  if (!names(peer.peer) || peer.peer == self_.peer)
    return out;
  met_[peer.peer] = peer;
  if (!list_)
    propose_if_due(out);
  else if (contains(list_->founders, peer))
    out.tell.push_back(peer);
  else if (!founded_)
    out.conflict = "'" + peer.peer
                   + "' has lost its memory after this member had accepted a founding list with "
                     "its earlier life; start all founders anew";
  return out;
}

void founding::lost(const member_id& peer) {
  const auto found = met_.find(peer.peer);
  if (found != met_.end() && found->second == peer)
    met_.erase(found);
}

founding_output founding::received(const member_id& from, const founding_list& told) {
  founding_output out;
  if (!contains(told.founders, from) || told.cluster.none())
    return out; // not its own affair
  if (auto text = objection(told); !text.empty()) {
    out.conflict = std::move(text);
    return out;
  }
  if (!list_)
    accept(told, out);
  else
    merge(told.accepted, out);
  // Messages can be lost: whoever knows less than this member is told again.
  if (told.accepted.size() < list_->accepted.size() && !contains(out.tell, from))
    out.tell.push_back(from);
  return out;
}

founding_output founding::again() const {
  founding_output out;
  if (list_ && !founded_)
    tell_all(out);
  return out;
}

bool founding::names(const std::string& peer) const {
  return std::binary_search(peers_.begin(), peers_.end(), peer);
}

std::vector<std::string> founding::missing() const {
  std::vector<std::string> result;
  for (const auto& peer : peers_)
    if (peer != self_.peer && met_.count(peer) == 0)
      result.push_back(peer);
  return result;
}

void founding::propose_if_due(founding_output& out) {
  if (peers_.empty() || peers_.front() != self_.peer || !missing().empty())
    return;
  founding_list list{proposal_, {}, {}};
  for (const auto& peer : peers_)
    list.founders.push_back(peer == self_.peer ? self_ : met_.at(peer));
  accept(std::move(list), out);
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
  out.tell.clear();
  for (const auto& [name, member] : met_)
    if (contains(list_->founders, member))
      out.tell.push_back(member);
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
