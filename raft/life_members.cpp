// What a node inside a cluster watches over: that it is a member, what callers wish, and what is to
// be told of it.

#include "hamok/raft/life.hpp"
#include "hamok/raft/quorum.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

namespace hamok::raft {

namespace {

/// Refusals that are further apart have nothing to do with each other: whoever is refused dials
/// again within a second or two.
constexpr duration refusals_belong_together = std::chrono::seconds{10};

/// Whether a node that wished to leave is no member now.
bool is_gone(const order_answer& answer) {
  return answer.result == order_result::done || answer.reason == change_refusal::no_such_member;
}

} // namespace

void life::look_around() {
  if (stage_ == life_stage::inside && core_.standing == standing::removed) {
    be_removed();
    return;
  }
  drive_own_order();
  if (stage_ == life_stage::founding || stage_ == life_stage::inside)
    answer_orders();
  if (stage_ == life_stage::inside) {
    tell_joined();
    tell_quorum_lost();
  }
  std::erase_if(joins_, [this](const waiting_join& join) {
    const bool late = now_ >= join.deadline;
    if (late)
      answer(join.id, order_result::unknown); // it goes on trying
    return late;
  });
}

bool life::is_settled() const {
  return core_is_seen_ && contains(core_.committed.voters, identity_.self)
         && core_.committed.outgoing.empty();
}

bool life::wants_in() const {
  // Once it takes part, the leader does the rest; and while it is on its way out it is still
  // needed.
  return stage_ == life_stage::inside && leaves_.empty() && core_.standing == standing::outsider;
}

void life::drive_own_order() {
  if (!wants_in())
    orders_.cancel(own_order);
  else if (core_is_seen_ && !orders_.has(own_order) && now_ >= own_order_at_)
    static_cast<void>(orders_.add(
        {own_order, {change_kind::add, identity_.self, identity_.born_after}, timestamp::max()}));
}

const configuration& life::committed_known() const noexcept {
  // What others have told to be committed is, also while this node's core has yet to hear of it.
  return heard_index_ > core_.committed_index ? heard_ : core_.committed;
}

void life::answer_orders() {
  std::vector<order_answer> answers;
  const auto& committed = committed_known();
  orders_.advance({identity_.self, committed, std::max(heard_index_, core_.committed_index),
                   core_.leader, neighbours_.in(myself().cluster)},
                  now_, out_.ask, answers);
  std::optional<order_answer> own;
  bool has_gone = false;
  for (const auto& one : answers) {
    if (one.id == own_order) {
      own = one;
    } else if (std::ranges::count(leaves_, one.id) > 0 && is_gone(one)) {
      // An earlier life may have gone because this one has come in its place meanwhile.
      if (is_member(committed, identity_.self)) {
        std::erase(leaves_, one.id);
        out_.answers.push_back({one.id, order_result::unknown, std::nullopt});
      } else {
        has_gone = true; // all who wished that are answered together
      }
    } else {
      std::erase(leaves_, one.id);
      out_.answers.push_back(one);
    }
  }
  if (has_gone)
    be_removed();
  else if (own)
    own_order_answered(*own);
}

void life::own_order_answered(const order_answer& answer) {
  own_order_at_ = now_ + 2 * config_.patience; // what is done is perhaps not seen here yet
  if (!answer.reason || stage_ != life_stage::inside)
    return;
  if (*answer.reason == change_refusal::retired
      || (*answer.reason == change_refusal::too_old && was_member_))
    be_removed();
  else if (*answer.reason == change_refusal::too_old)
    come_back();
  else
    refused(*answer.reason);
}

void life::refused(change_refusal reason) {
  if (std::exchange(refusal_told_, reason) != reason)
    tell(notice::not_admitted, to_string(reason));
}

void life::tell_rejoining(const configuration& members) {
  const auto is_earlier_life = [this](const member_id& id) {
    return id.peer == identity_.self.peer && id != identity_.self;
  };
  if (stage_ != life_stage::inside || rejoining_told_
      || std::ranges::none_of(members.voters, is_earlier_life))
    return;
  rejoining_told_ = true;
  tell(notice::rejoining);
}

void life::tell_joined() {
  if (!is_settled() || !core_.leader)
    return;
  name_taken_since_.reset();
  twin_told_ = false;
  if (!std::exchange(joined_told_, true))
    tell(notice::joined);
  answer_joins(order_result::done);
}

void life::tell_quorum_lost() {
  const auto& members = heard_index_ > core_.latest_index ? heard_ : core_.latest;
  if (members != known_) {
    neighbours_.learn(known_, members);
    known_ = members;
  }
  auto lives = neighbours_.lives();
  lives.push_back(identity_.self);
  auto lost = forgotten(members, lives);
  if (core_.leader || !quorum_is_lost(members, lost)) {
    lost_since_.reset();
    lost_told_.clear();
    return;
  }
  // Whom it has just met may know of newer members.
  if (!lost_since_)
    lost_since_ = now_;
  if (lost == lost_told_ || now_ < *lost_since_ + config_.silence)
    return;
  std::string text = "too many voters have forgotten what they promised:";
  for (const auto& voter : lost)
    text += " '" + voter.peer + "'";
  lost_told_ = std::move(lost);
  tell(notice::quorum_lost, std::move(text));
}

void life::tell_name_taken() {
  // The first to refuse may only be holding the dead link of an earlier life.
  const auto last = std::exchange(name_taken_last_, now_);
  if (!name_taken_since_ || now_ - last > refusals_belong_together) {
    name_taken_since_ = now_;
    twin_told_ = false;
  } else if (now_ - *name_taken_since_ > 2 * config_.silence && !std::exchange(twin_told_, true)) {
    tell(notice::name_taken, "'" + config_.peer + "' is the name of another living node");
  }
}

void life::tell(notice what, std::string text) {
  out_.notices.push_back({what, std::move(text)});
}

void life::answer(std::uint64_t id, order_result result) {
  out_.answers.push_back({id, result, std::nullopt});
}

void life::answer_joins(order_result result) {
  for (const auto& join : std::exchange(joins_, {}))
    answer(join.id, result);
}

} // namespace hamok::raft
