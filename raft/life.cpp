#include "hamok/raft/life.hpp"

#include "hamok/raft/quorum.hpp"

#include <algorithm>
#include <utility>

namespace hamok::raft {

namespace {

constexpr std::size_t max_joins = 64;

} // namespace

const char* to_string(notice value) noexcept {
  switch (value) {
  case notice::joined:
    return "joined";
  case notice::rejoining:
    return "rejoining";
  case notice::left:
    return "left";
  case notice::quorum_lost:
    return "quorum lost";
  case notice::conflict:
    return "conflict";
  case notice::name_taken:
    return "name taken";
  case notice::not_admitted:
    return "not admitted";
  }
  return "unknown";
}

life::life(life_config config) : config_(std::move(config)), orders_(config_.patience) {}

life_output life::step(timestamp now, life_event ev) {
  now_ = std::max(now_, now);
  out_ = {};
  std::visit([this](auto&& what) { on(std::forward<decltype(what)>(what)); }, std::move(ev));
  repeat();
  look_around();
  out_.deadline = deadline();
  return std::move(out_);
}

void life::on(life_started&& ev) {
  const auto started = now_;
  auto config = std::move(config_);
  *this = life{std::move(config)};
  now_ = started;
  identity_ = std::move(ev.stored);
  out_.myself_changed = true;
  if (identity_.self.incarnation.none()) {
    identity_.self = {config_.peer, ev.ids.life};
    save();
  }
  if (identity_.removed)
    return;
  if (ev.has_base && !comes_back()) { // else it is that of an earlier life
    was_member_ = true;
    rejoining_told_ = true;
    tell(notice::rejoining);
    begin_inside({});
  } else if (!identity_.founders.empty() && !contains(identity_.founders, identity_.self)) {
    begin_inside({base_of(identity_.founders)}); // it was about to join
  } else {
    std::optional<founding_list> accepted;
    if (!identity_.founders.empty())
      accepted = founding_list{identity_.cluster, identity_.founders, {identity_.self}};
    begin_founding(ev.ids.cluster, std::move(accepted));
  }
}

void life::on(minted&& ev) {
  if (stage_ != life_stage::minting)
    return;
  identity_ = {};
  identity_.self = {config_.peer, ev.ids.life};
  identity_.cluster = std::exchange(home_, {});
  save();
  neighbours_.part();
  was_member_ = false;
  joined_told_ = false;
  out_.relink = true;
  out_.myself_changed = true;
  const auto news = std::exchange(next_, std::nullopt);
  if (!leaves_.empty())
    have_left(); // nobody knows this life
  else if (news)
    enter(*news);
  else
    begin_founding(ev.ids.cluster, std::nullopt);
}

void life::on(const peer_met& ev) {
  neighbours_.met(ev.peer, ev.cluster);
  send_word(ev.peer);
}

void life::on(const peer_lost& ev) {
  neighbours_.lost(ev.peer);
  if (founding_)
    founding_->lost(ev.peer);
}

void life::on(peer_told&& ev) {
  if (neighbours_.is_linked(ev.from))
    std::visit([&](const auto& word) { heard(ev.from, word); }, ev.word);
}

void life::heard(const member_id& from, const founding_word& word) {
  if (founding_)
    perform(founding_->told(from, word));
  else if (stage_ == life_stage::inside)
    send_word(from);
}

void life::heard(const member_id& from, const cluster_news& news) {
  if (!sound(news))
    return;
  neighbours_.said(from, news);
  if (stage_ == life_stage::founding) {
    meet_cluster(from, news);
  } else if (stage_ == life_stage::inside && news.cluster != identity_.cluster) {
    out_.close.push_back(from);
  } else if (stage_ == life_stage::inside) {
    if (news.index >= heard_index_) {
      heard_ = news.members;
      heard_index_ = news.index;
    }
    tell_rejoining(news.members);
    if (news.asks) {
      auto answer = make_news();
      out_.send.push_back({from, std::move(answer)});
    }
  }
}

void life::on(core_seen&& ev) {
  if (stage_ != life_stage::inside)
    return;
  if (ev.committed_index < core_.committed_index) {
    // A core that was started again has yet to hear how far everything was committed. What was once
    // known to be stays so, or a wish would seem to be fulfilled by what was before it.
    ev.committed = std::move(core_.committed);
    ev.committed_index = core_.committed_index;
    ev.standing = core_.standing;
  }
  core_ = std::move(ev);
  core_is_seen_ = true;
  was_member_ = was_member_ || core_.standing != standing::outsider;
  tell_rejoining(core_.committed);
  // Its own log may never tell whoever was cut off from the leader meanwhile.
  const auto here = admission();
  for (const auto& peer : neighbours_.in(identity_.cluster))
    if (was_removed(here, {peer.member, identity_.cluster, peer.born_after}))
      out_.turn_away.push_back(peer.member);
}

void life::on(const change_answered& ev) {
  orders_.answered(ev.order, ev.attempt, ev.outcome, now_);
}

void life::on(const turned_away& ev) {
  if (ev.reason == verdict::name_taken) {
    tell_name_taken();
  } else if (ev.reason == verdict::retired && stage_ == life_stage::inside
             && ev.cluster == identity_.cluster) {
    if (was_member_ || orders_.accepted(own_order))
      be_removed();
    else
      come_back(); // it has waited at the door for too long
  }
}

void life::on(wish&& ev) {
  const bool takes_part = stage_ != life_stage::resting;
  switch (ev.kind) {
  case wish_kind::add:
  case wish_kind::remove: {
    const auto kind = ev.kind == wish_kind::add ? change_kind::add : change_kind::remove;
    if (!takes_part || ev.id == own_order
        || !orders_.add({ev.id, {kind, std::move(ev.member), 0}, ev.deadline}))
      answer(ev.id, order_result::refused);
    break;
  }
  case wish_kind::leave:
    leave(ev);
    break;
  case wish_kind::join:
    if (joins_.size() >= max_joins) {
      answer(ev.id, order_result::refused);
      break;
    }
    joins_.push_back({ev.id, ev.deadline});
    if (!takes_part)
      come_back();
    break;
  }
}

void life::on(const tick&) {}

cluster_news life::make_news() const {
  cluster_news result{identity_.cluster,     identity_.founders,   core_.committed,
                      core_.committed_index, identity_.born_after, false};
  if (heard_index_ > result.index) { // others are further
    result.members = heard_;
    result.index = heard_index_;
  }
  // Only a leader needs them, and they would make it large.
  result.members.retired.clear();
  result.members.retired_floor = 0;
  return result;
}

void life::send_word(const member_id& to) {
  std::erase_if(out_.send, [&](const life_send& item) { return item.to == to; });
  if (stage_ == life_stage::inside) {
    auto news = make_news();
    news.asks = wants_in() || contains(neighbours_.silent(), to);
    out_.send.push_back({to, std::move(news)});
  } else if (stage_ == life_stage::founding) {
    out_.send.push_back({to, founding_ ? founding_->word() : founding_word{}});
  }
}

void life::repeat() {
  if (now_ < repeat_at_)
    return;
  repeat_at_ = now_ + config_.patience;
  if (founding_)
    perform(founding_->again());
  for (const auto& peer :
       stage_ == life_stage::inside && !wants_in() ? neighbours_.silent() : neighbours_.linked())
    send_word(peer);
}

timestamp life::deadline() const {
  if (stage_ == life_stage::resting || stage_ == life_stage::minting)
    return timestamp::max();
  auto result = orders_.deadline();
  for (const auto& join : joins_)
    result = std::min(result, join.deadline);
  if (lost_since_ && lost_told_.empty())
    result = std::min(result, *lost_since_ + config_.silence);
  if (stage_ == life_stage::founding || wants_in() || !neighbours_.silent().empty())
    result = std::min(result, repeat_at_);
  return result;
}

newcomer life::myself() const {
  if (stage_ != life_stage::inside)
    return {identity_.self, {}, {}};
  return {identity_.self, identity_.cluster, identity_.born_after};
}

admission_view life::admission() const {
  auto linked = neighbours_.linked();
  auto outsiders = linked;
  std::erase_if(outsiders,
                [this](const member_id& peer) { return !neighbours_.cluster_of(peer).none(); });
  return {identity_.self,  myself().cluster,  core_.latest,
          core_.committed, std::move(linked), std::move(outsiders)};
}

standing life::standing() const noexcept {
  if (identity_.removed)
    return standing::removed;
  return stage_ == life_stage::inside && core_is_seen_ ? core_.standing : standing::outsider;
}

bool life::admits(const member_id& peer) const {
  return admits_messages(myself().cluster, neighbours_.cluster_of(peer));
}

std::vector<std::string> life::missing() const {
  return founding_ ? founding_->missing() : std::vector<std::string>{};
}

} // namespace hamok::raft
