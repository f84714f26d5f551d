// How a node goes from one stage to the next (consensus.md, 4 and 5).

#include "hamok/raft/life.hpp"

#include <utility>

namespace hamok::raft {

void life::save() {
  out_.save = identity_;
}

void life::begin_founding(const incarnation_id& proposal, std::optional<founding_list> accepted) {
  stage_ = life_stage::founding;
  repeat_at_ = now_ + config_.patience;
  core_ = {};
  if (comes_back())
    return;
  const auto& self = identity_.self;
  auto names = config_.initial_members;
  if (accepted && names.empty() && config_.bootstrap_expect <= 1)
    for (const auto& founder : accepted->founders)
      names.push_back(founder.peer);
  if (!names.empty() || (config_.bootstrap_expect <= 1 && !config_.has_seeds)) {
    names.push_back(self.peer);
    founding_.emplace(self, std::move(names), proposal, std::move(accepted));
  } else if (config_.bootstrap_expect > 1) {
    founding_.emplace(self, config_.bootstrap_expect, proposal, std::move(accepted),
                      std::exchange(spent_, {}));
  }
  // With seeds alone it founds nothing, whatever happens; it waits to meet a cluster.
  if (founding_)
    perform(founding_->start());
}

void life::perform(const founding_output& out) {
  if (out.save) {
    identity_.cluster = out.save->cluster;
    identity_.founders = out.save->founders;
    save();
  }
  for (const auto& peer : out.tell)
    send_word(peer);
  if (!out.conflict.empty() && std::exchange(conflict_told_, out.conflict) != out.conflict)
    tell(notice::conflict, out.conflict);
  if (out.dead) {
    spent_ = founding_->spent();
    take_new_life();
  } else if (out.founded) {
    found();
  }
}

void life::found() {
  begin_inside({base_of(identity_.founders)});
}

bool life::comes_back() const noexcept {
  return !identity_.cluster.none() && identity_.founders.empty();
}

void life::meet_cluster(const member_id& from, const cluster_news& news) {
  if (comes_back() && news.cluster != identity_.cluster)
    out_.close.push_back(from);
  else if (!founding_ || !founding_->list()) {
    enter(news);
  } else if (founding_->list()->cluster == news.cluster) {
    found(); // somebody knows that all have accepted
  } else {
    // Two lists that are accepted by all have a founder in common where the rules were kept, so
    // this one's will never be; but this life has accepted it, and must not come again.
    next_ = news;
    take_new_life();
  }
}

void life::enter(const cluster_news& news) {
  identity_.cluster = news.cluster;
  identity_.founders = news.founders;
  identity_.born_after = news.index;
  save();
  heard_ = news.members;
  heard_index_ = news.index;
  begin_inside({base_of(news.founders)});
  tell_rejoining(news.members);
}

void life::begin_inside(core_start start) {
  stage_ = life_stage::inside;
  founding_.reset();
  core_ = {};
  core_is_seen_ = false;
  own_order_at_ = now_;
  repeat_at_ = now_ + config_.patience;
  if (start.base)
    core_.latest = core_.committed = start.base->members;
  out_.start_core = std::move(start);
  out_.myself_changed = true;
  for (const auto& peer : neighbours_.linked())
    send_word(peer);
}

void life::take_new_life() {
  out_.stop_core = stage_ == life_stage::inside;
  out_.start_core.reset();
  out_.send.clear();
  out_.mint = true;
  stage_ = life_stage::minting;
  founding_.reset();
  // The next life begins where everybody once began, and wishes are not to be held against that.
  if (core_.committed_index > heard_index_) {
    heard_ = core_.committed;
    heard_index_ = core_.committed_index;
  }
}

void life::come_back() {
  // To the same cluster only: the collections here hold what its log has said. What the new life is
  // born after it has yet to hear.
  home_ = identity_.cluster;
  take_new_life();
}

void life::leave(const wish& ev) {
  if (stage_ == life_stage::resting) {
    answer(ev.id, order_result::done);
    return;
  }
  orders_.cancel(own_order);
  // Before this life is a member, an earlier one may be: it must not stay behind.
  const auto self = was_member_ ? identity_.self : member_id{config_.peer, {}};
  if (!orders_.add({ev.id, {change_kind::remove, self, 0}, ev.deadline})) {
    answer(ev.id, order_result::refused);
    return;
  }
  leaves_.push_back(ev.id);
  // Others may yet found with a life that has accepted a list; it has to be removed then.
  if (stage_ == life_stage::founding && (!founding_ || !founding_->list()))
    have_left();
}

void life::be_removed() {
  out_.stop_core = true;
  out_.start_core.reset();
  identity_.removed = true;
  save();
  have_left();
}

void life::have_left() {
  for (const auto id : std::exchange(leaves_, {})) {
    orders_.cancel(id);
    answer(id, order_result::done);
  }
  rest();
  tell(notice::left);
}

void life::rest() {
  stage_ = life_stage::resting;
  founding_.reset();
  next_.reset();
  joined_told_ = false;
  rejoining_told_ = false;
  out_.mint = false;
  out_.send.clear();
  out_.relink = true; // nobody should take it for one that takes part, nor its name for taken
  neighbours_.part();
  out_.myself_changed = true;
  orders_.cancel(own_order);
  orders_.close(identity_.self, committed_known(), out_.answers);
  answer_joins(order_result::refused);
}

} // namespace hamok::raft
