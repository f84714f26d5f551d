#pragma once

// Who may come in, and which of several connections to one member stays. Pure: both sides of a
// connection decide by the same functions from the same values, so they agree without asking.

#include "hamok/actors/interfaces/messages.hpp"
#include "hamok/raft/admission.hpp"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace hamok {

/// What a node accepts.
struct hello_policy {
  std::uint16_t protocol_min = 1;
  std::uint16_t protocol_max = 1;
  std::string cluster;
  raft::admission_view admission;       ///< who may come in; `raft::judge` decides
  std::vector<std::string> state_kinds; ///< what every member must be able to instantiate
};

/// Who says it, as `raft::judge` takes it.
[[nodiscard]] raft::newcomer newcomer_in(const link_hello& incoming);

/// `none`, or the name of the reason for which the other side is refused.
[[nodiscard]] errc judge_hello(const hello_policy& policy, const link_hello& incoming);

/// A sentence for the log and for the other side: what was refused, and what was expected.
[[nodiscard]] std::string describe_refusal(errc reason, const hello_policy& policy,
                                           const link_hello& incoming);

/// What tells one connection between two members from another one, the same seen from both sides:
/// all of it was said by the side that dialed.
struct link_identity {
  std::string dialer;
  std::uint64_t epoch = 0;      ///< the dialer's number of this connection
  std::uint64_t seen_epoch = 0; ///< highest number of the other side's that the dialer had seen

  friend bool operator==(const link_identity&, const link_identity&) = default;
};

/// The identity of the connection that `incoming` was said on, to the member `self`.
[[nodiscard]] link_identity identity_of(const link_hello& incoming, const std::string& self);

/// True when `first` stays and `second` goes, for two connections between the same two members:
/// of one dialer the newer; else the one whose dialer knew the other one and dialed nonetheless,
/// because it must have lost it; else, both having dialed at the same time, the smaller id's.
[[nodiscard]] bool is_better(const link_identity& first, const link_identity& second);

/// The connections of a node, pending and open, by that rule. The old connection is closed only
/// when the better one is open, so a member is never without a link because of a duplicate. `Link`
/// is a handle that can be compared.
template <class Link>
class link_book {
public:
  explicit link_book(std::string self) : self_(std::move(self)) {}

  /// What happened to a member by `displace`, `opened` or `closed`.
  struct change {
    std::optional<raft::member_id> member; ///< it had no open link before, or has none any more
    std::vector<Link> superseded; ///< to be closed, with `refused_duplicate` if by `opened`
  };

  /// All connections of lives that `comes` displaces, as a member does guests of its name. They are
  /// forgotten, and have to be closed with `refused_name_taken`; `member` is whom one of them was
  /// open to. To be called when `judge_hello` has found nothing, and before `judge`.
  change displace(const raft::admission_view& here, const raft::newcomer& comes) {
    change result;
    for (const auto& x : entries_) {
      if (!raft::displaces(here, comes, x.peer))
        continue;
      result.superseded.push_back(x.link);
      if (x.open)
        result.member = x.peer;
    }
    std::erase_if(entries_, [&](const entry& x) { return raft::displaces(here, comes, x.peer); });
    return result;
  }

  /// `refused_duplicate` if there is a better connection; else the link is pending from now on.
  /// To be called when `judge_hello` has found nothing.
  /// `refused_name_taken` while another life of that name has a connection.
  errc judge(const Link& link, const link_hello& incoming) {
    entry added{link, incoming.remote.self, identity_of(incoming, self_), false};
    for (const auto& other : entries_)
      if (same_peer(other, added) && other.peer != added.peer)
        return errc::refused_name_taken;
    for (const auto& other : entries_)
      if (same_peer(other, added) && is_better(other.identity, added.identity))
        return errc::refused_duplicate;
    std::erase_if(entries_, [&link](const entry& x) { return x.link == link; });
    entries_.push_back(std::move(added));
    return errc::none;
  }

  /// Both sides have accepted each other on `link`.
  change opened(const Link& link) {
    change result;
    auto* found = find(link);
    if (found == nullptr || found->open)
      return result;
    if (!current(found->peer.peer))
      result.member = found->peer;
    found->open = true;
    for (const auto& other : entries_) {
      if (!same_peer(other, *found) || other.link == link)
        continue;
      if (is_better(found->identity, other.identity))
        result.superseded.push_back(other.link);
      else if (other.open)
        result.superseded.push_back(link);
    }
    return result;
  }

  /// `link` is gone, whatever it was.
  change closed(const Link& link) {
    change result;
    const auto* found = find(link);
    if (found == nullptr)
      return result;
    const auto gone = *found;
    std::erase_if(entries_, [&link](const entry& x) { return x.link == link; });
    if (gone.open && !current(gone.peer.peer))
      result.member = gone.peer;
    return result;
  }

  /// The best open link to the member.
  [[nodiscard]] std::optional<Link> current(const std::string& peer) const {
    const entry* best = nullptr;
    for (const auto& x : entries_)
      if (x.open && x.peer.peer == peer
          && (best == nullptr || is_better(x.identity, best->identity)))
        best = &x;
    return best == nullptr ? std::nullopt : std::optional{best->link};
  }

  /// All links that were judged and have not ended.
  [[nodiscard]] std::vector<Link> all() const {
    std::vector<Link> result;
    for (const auto& x : entries_)
      result.push_back(x.link);
    return result;
  }

private:
  struct entry {
    Link link;
    raft::member_id peer;
    link_identity identity;
    bool open = false;
  };

  static bool same_peer(const entry& a, const entry& b) { return a.peer.peer == b.peer.peer; }

  entry* find(const Link& link) {
    const auto i = std::find_if(entries_.begin(), entries_.end(),
                                [&link](const entry& x) { return x.link == link; });
    return i == entries_.end() ? nullptr : &*i;
  }

  std::string self_;
  std::vector<entry> entries_;
};

} // namespace hamok
