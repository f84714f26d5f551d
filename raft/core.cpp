// Dispatch of events, and the rules that hold in every role: terms, votes, durability, commit.

#include "hamok/raft/core.hpp"

#include "hamok/raft/codec.hpp"
#include "hamok/raft/quorum.hpp"

#include <algorithm>
#include <utility>

namespace hamok::raft {

core::core(core_config config, initial_state state, timestamp now)
    : config_(std::move(config)),
      hard_(std::move(state.hard)),
      members_(state.base.index, state.base.members),
      log_(std::move(state.base), std::move(state.entries)),
      random_(config_.seed),
      now_(now),
      // What a snapshot has the effect of is committed.
      commit_index_(std::clamp(state.restored, log_.base().index, log_.last_index())),
      delivered_index_(commit_index_),
      applied_index_(commit_index_),
      durable_index_(log_.last_index()),
      vote_pause_(config_.max_vote_pause),
      last_entry_at_(now),
      saved_index_(std::max(log_.base().index, state.saved)) {
  links_.up(config_.self);
  for (auto i = log_.first_index(); i <= log_.last_index(); ++i)
    take_configuration(i, log_.at(i));
  was_member_ = members_.named_until(commit_index_, config_.self);
  // Nobody can lead a cluster that is just being founded, so there is nobody to wait for.
  const bool newborn = hard_.term == 0;
  if (members().voters == std::vector{config_.self} && may_campaign())
    campaign_within(duration{0}, duration{0});
  else if (newborn)
    campaign_within(config_.follower_max_idle / 50, config_.follower_max_idle / 5);
  else
    reset_election_deadline();
}

output core::step(event ev) {
  out_ = output{};
  leader_before_.reset();
  now_ = std::max(now_, ev.now);
  const auto role_before = role();
  const auto settled_before = members_.index_at(commit_index_);
  std::visit([this](auto&& what) { on(std::forward<decltype(what)>(what)); }, std::move(ev.what));
  if (members_.index_at(commit_index_) != settled_before)
    members_changed();
  follow_up();
  const bool heard = out_.rejected == nullptr; // what is dropped changes nothing
  if (heard)
    trim_if_due();
  deliver();
  if (heard)
    settle_snapshots();
  if (role() != role_before)
    out_.role = role();
  out_.leader_changed = leader_before_ && *leader_before_ != leader_;
  out_.deadline = deadline();
  return std::move(out_);
}

// What may end a leadership or add peers comes here, and never inside of a rule: its callers hold
// references into the state of a leader.
void core::follow_up() {
  advance_transfer();
  step_down_if_removed();
  drive_membership();
  drop_leavers();
}

role core::role() const noexcept {
  static_assert(
      std::is_same_v<decltype(role_), std::variant<follower_state, candidate_state, leader_state>>);
  return static_cast<raft::role>(role_.index());
}

timestamp core::deadline() const noexcept {
  return std::visit([this](const auto& state) { return deadline_of(state); }, role_);
}

timestamp core::deadline_of(const follower_state& state) const noexcept {
  return state.election_deadline.value_or(timestamp::max());
}

timestamp core::deadline_of(const candidate_state& state) const noexcept {
  const auto next = state.next_round.value_or(std::min(state.resend_at, state.round_end));
  return std::min(state.candidacy_end, next);
}

timestamp core::deadline_of(const leader_state& state) const noexcept {
  const auto next = std::min(state.next_heartbeat, quorum_contact() + config_.follower_max_idle);
  return state.transfer ? std::min(next, state.transfer->until) : next;
}

std::vector<peer_progress> core::progress() const {
  std::vector<peer_progress> result;
  if (const auto* state = std::get_if<leader_state>(&role_))
    for (const auto& peer : state->peers)
      result.push_back(peer.view());
  return result;
}

// -- events -------------------------------------------------------------------------------------

void core::on(const tick&) {
  switch (role()) {
  case role::follower:
    return follower_tick();
  case role::candidate:
    return candidate_tick();
  case role::leader:
    return leader_tick();
  }
}

void core::on(receive&& ev) {
  if (!admissible(ev))
    return;
  if (!links_.is_up(ev.from) && members_.names(ev.from))
    links_.heard(ev.from);
  const auto term = sender_term(ev.message);
  const bool is_vote_request = std::holds_alternative<vote_request>(ev.message.body);
  // A vote request may be refused without any change, so it decides about its term itself.
  if (term > hard_.term && !is_vote_request) {
    const bool was_candidate = role() == role::candidate;
    adopt_term(term);
    // Only a vote was behind: there is still no leader, so it is worth asking again soon.
    if (was_candidate && std::holds_alternative<vote_response>(ev.message.body))
      campaign_within(config_.min_vote_pause, vote_pause_);
  }
  dispatch(ev.from, std::move(ev.message.body));
}

void core::dispatch(const member_id& from, message_body&& body) {
  std::visit([&](auto&& msg) { handle(from, std::forward<decltype(msg)>(msg)); }, std::move(body));
}

bool core::admissible(const receive& ev) {
  if (ev.message.group != config_.group)
    reject("message of another group");
  else if (ev.from == config_.self)
    reject("message from this very member");
  else if (asks_though_retired(ev))
    reject("message from a retired member");
  else if (!is_known(ev.from))
    reject("message from a stranger");
  else if (!well_formed(ev.message.body))
    reject("malformed message");
  else
    return true;
  return false;
}

bool core::asks_though_retired(const receive& ev) const {
  // Only a committed removal counts: one that is merely appended may vanish with its entry, and who
  // was to be removed is needed again. Answers belong to what was asked; and a leader that has
  // removed itself still names its successor (thesis, 4.2.2).
  const auto& body = ev.message.body;
  if (std::holds_alternative<vote_response>(body) || std::holds_alternative<append_response>(body)
      || ev.from == leader_ || is_member(members(), ev.from))
    return false;
  return is_retired(members_.at(commit_index_), ev.from);
}

bool core::is_known(const member_id& id) const {
  // Who is behind may know neither its leader nor a candidate as a member yet, and has to hear them
  // all the same (thesis, 4.1); a link that has passed the hello of this cluster vouches for them.
  return members_.names(id) || links_.is_up(id) || find_peer(id) != nullptr;
}

bool core::well_formed(const message_body& body) const {
  // Terms are counted one by one. A leap that counting cannot make would, once adopted, use up the
  // terms that are left.
  constexpr term_t longest_leap = term_t{1} << 32;
  return std::visit(
      [this](const auto& msg) {
        return (msg.term <= hard_.term || msg.term - hard_.term <= longest_leap) && possible(msg);
      },
      body);
}

bool core::possible(const vote_request& request) const {
  return request.term > 0 && request.last_log_term <= request.term
         && (request.last_log_index > 0 || request.last_log_term == 0);
}

bool core::possible(const vote_response& response) const {
  if (!response.granted)
    return response.request_term > 0;
  return response.pre_vote ? response.term < response.request_term
                           : response.term == response.request_term;
}

bool core::possible(const append_request& request) const {
  auto term = request.prev_log_term;
  auto time = duration{0};
  for (const auto& item : request.entries) {
    if (item.term == 0 || item.term < term || item.term > request.term)
      return false;
    if (item.cluster_time < time || item.cluster_time > max_cluster_time)
      return false;
    if (item.kind == entry_kind::configuration && !read_configuration(item.data))
      return false;
    term = item.term;
    time = item.cluster_time;
  }
  return request.term > 0 && request.prev_log_term <= request.term
         && (request.prev_log_index > 0 || request.prev_log_term == 0);
}

bool core::possible(const append_response& response) const {
  // Nobody takes entries from a leader of an earlier term than its own.
  return response.term > 0 && (!response.success || response.term <= hard_.term);
}

bool core::possible(const timeout_now& request) const {
  return request.term > 0;
}

void core::on(const persisted& ev) {
  // Storage confirms in order, and only what was asked for; a repetition changes nothing.
  while (!writes_.empty() && writes_.front().sequence <= ev.sequence) {
    durable_index_ = std::max(durable_index_, writes_.front().last_index);
    writes_.pop_front();
  }
  release_held(ev.sequence);
  own_vote_is_durable(ev.sequence);
  if (role() == role::leader) {
    advance_commit();
    release_backlog();
  }
}

void core::on(const applied& ev) {
  applied_index_ = std::clamp(ev.index, applied_index_, std::max(applied_index_, delivered_index_));
}

void core::on(propose&& ev) {
  if (role() == role::leader) {
    propose_as_leader(std::move(ev.proposals));
    return;
  }
  out_.proposal = proposal_outcome{refusal::not_leader, 0, hard_.term, leader_};
}

void core::forget_links() {
  // Of others, only links that are up are remembered: the shell has no more of them than it can.
  links_.keep_members(members_.all());
}

void core::on(const link_up& ev) {
  const bool was_down = links_.is_down(ev.peer);
  links_.up(ev.peer);
  if (auto* state = std::get_if<follower_state>(&role_)) {
    // It is there again, so there is no hurry any more.
    if (leader_ == ev.peer && std::exchange(state->leader_link_down, false))
      reset_election_deadline();
  } else if (auto* candidate = std::get_if<candidate_state>(&role_)) {
    candidate->resend_at = now_;
    if (was_down && candidate->next_round) // the next round has more to win
      candidate->next_round = std::min(*candidate->next_round, now_ + config_.min_vote_pause);
  } else if (auto* peer = find_peer(ev.peer)) {
    resume(*peer);
  }
}

void core::on(const link_down& ev) {
  links_.down(ev.peer);
  forget_links();
  if (role() == role::follower && leader_ == ev.peer)
    leader_link_lost();
  else if (role() == role::candidate)
    tally();
  else if (auto* peer = find_peer(ev.peer))
    peer->probe_again();
}

// -- terms and votes ------------------------------------------------------------------------------

void core::adopt_term(term_t term) {
  // "If RPC request or response contains term T > currentTerm: set currentTerm = T, convert to
  // follower" (paper, figure 2 and 5.1).
  hard_.term = term;
  hard_.vote.reset();
  persist_hard_state();
  become_follower();
}

void core::set_vote(const member_id& candidate) {
  if (hard_.vote == candidate)
    return;
  hard_.vote = candidate;
  persist_hard_state();
}

void core::set_leader(std::optional<member_id> leader) {
  if (leader_ == leader)
    return;
  if (!leader_before_)
    leader_before_ = leader_;
  leader_ = std::move(leader);
}

bool core::log_is_up_to_date(const vote_request& request) const {
  // The later last term wins; in equal terms the longer log (paper, end of 5.4.1).
  if (request.last_log_term != log_.last_term())
    return request.last_log_term > log_.last_term();
  return request.last_log_index >= log_.last_index();
}

// -- durability -----------------------------------------------------------------------------------

persist_request& core::pending_persist() {
  if (!out_.persist) {
    out_.persist.emplace();
    out_.persist->sequence = ++last_sequence_;
    writes_.push_back({last_sequence_, log_.last_index()});
  }
  return *out_.persist;
}

void core::persist_hard_state() {
  pending_persist().state = hard_;
  hard_sequence_ = last_sequence_;
}

bool core::hard_state_is_durable() const noexcept {
  return writes_.empty() || hard_sequence_ < writes_.front().sequence;
}

void core::append_entries(std::vector<entry> entries, index_t first) {
  auto& request = pending_persist();
  if (request.entries.empty())
    request.first_index = first;
  bool changed = false;
  for (auto& item : entries) {
    log_.append(item);
    changed = take_configuration(log_.last_index(), item) || changed;
    request.entries.push_back(std::move(item));
  }
  writes_.back().last_index = log_.last_index();
  last_entry_at_ = now_;
  if (changed)
    members_changed();
}

bool core::take_configuration(index_t index, const entry& item) {
  if (item.kind != entry_kind::configuration)
    return false;
  auto members = read_configuration(item.data);
  if (!members)
    return false;
  members_.append(index, std::move(*members));
  return true;
}

void core::truncate_from(index_t first) {
  log_.truncate_from(first);
  durable_index_ = std::min(durable_index_, first - 1);
  for (auto& write : writes_)
    write.last_index = std::min(write.last_index, first - 1);
  pending_persist().truncate_from = first;
  if (members_.truncate_from(first))
    members_changed();
}

void core::release_held(std::uint64_t sequence) {
  while (!held_.empty() && held_.front().sequence <= sequence) {
    // A promise of a term that has passed must not be counted by anybody: the entries behind it
    // may have been truncated since.
    if (held_.front().term == hard_.term)
      out_.send.push_back(std::move(held_.front().message));
    held_.pop_front();
  }
}

void core::send(const member_id& to, message_body body) {
  out_.send.push_back({to, {config_.group, std::move(body)}});
}

void core::send_when_durable(const member_id& to, message_body body) {
  if (writes_.empty()) {
    send(to, std::move(body));
    return;
  }
  // One promise of a kind for each write and receiver, or a disk that hangs would fill the memory
  // with repetitions.
  const auto same = std::ranges::find_if(held_, [&](const held_message& held) {
    return held.sequence == last_sequence_ && held.message.to == to
           && held.message.message.body.index() == body.index();
  });
  if (same == held_.end()) {
    held_.push_back({last_sequence_, hard_.term, {to, {config_.group, std::move(body)}}});
    return;
  }
  const auto* before = std::get_if<append_response>(&same->message.message.body);
  if (before == nullptr || before->match_index <= std::get<append_response>(body).match_index)
    *same = {last_sequence_, hard_.term, {to, {config_.group, std::move(body)}}};
}

// -- commit ---------------------------------------------------------------------------------------

void core::commit_to(index_t index) {
  commit_index_ = std::max(commit_index_, std::min(index, log_.last_index()));
}

void core::deliver() {
  if (installing()) // the state machines are between two states
    return;
  const auto limit = applied_index_ + config_.max_apply_ahead;
  const auto last = std::min(commit_index_, limit);
  if (last <= delivered_index_)
    return;
  out_.committed.first_index = delivered_index_ + 1;
  out_.committed.entries =
      log_.copy(delivered_index_ + 1, static_cast<std::size_t>(last - delivered_index_));
  delivered_index_ = last;
  for (const auto& item : out_.committed.entries)
    unsaved_bytes_ += footprint(item);
}

void core::reject(const char* reason) {
  out_.rejected = reason;
}

} // namespace hamok::raft
