// A node's way into a cluster and out of it: carries out what `raft::life` decides, and what the
// directory of endpoints is for.

#include "hamok/actors/clock.hpp"
#include "hamok/actors/interfaces/random_id.hpp"
#include "hamok/actors/node_actor.hpp"
#include "hamok/raft/dialing.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

namespace hamok {

namespace {

raft::life_config life_config_of(const node_config& config) {
  raft::life_config result;
  result.peer = config.peer_id;
  for (const auto& member : config.initial_members)
    result.initial_members.push_back(member.peer);
  result.bootstrap_expect = config.bootstrap_expect;
  result.has_seeds = !config.seeds.empty();
  result.patience = config.follower_max_idle;
  result.silence = config.follower_max_idle * 2;
  return result;
}

raft::fresh_ids fresh_ids() {
  return {random_id(), random_id()};
}

/// Grows from one process to the next, as far as the clock does.
std::uint64_t directory_version() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return static_cast<std::uint64_t>(std::max<std::int64_t>(
      1, std::chrono::duration_cast<std::chrono::milliseconds>(now).count()));
}

/// Without a leader another member may do better, as with every operation.
caf::error failure_of(const raft::order_answer& answer, bool there_is_a_leader) {
  if (answer.result == raft::order_result::done)
    return {};
  if (answer.result == raft::order_result::refused && !answer.reason && !there_is_a_leader)
    return make_error(errc::no_leader);
  const auto why = answer.reason ? std::string{raft::to_string(*answer.reason)}
                                 : std::string{"nobody who could do it has answered"};
  return make_error(answer.result == raft::order_result::refused ? errc::membership_refused
                                                                 : errc::outcome_unknown,
                    why);
}

raft::verdict verdict_of(errc reason) {
  switch (reason) {
  case errc::refused_retired:
    return raft::verdict::retired;
  case errc::refused_name_taken:
    return raft::verdict::name_taken;
  case errc::refused_cluster:
    return raft::verdict::other_cluster;
  default:
    return raft::verdict::too_many_guests;
  }
}

} // namespace

// -- the life -------------------------------------------------------------------------------------

/// The life comes first: it says who this node is, before anybody can ask. What it wants done is
/// done when others can be reached.
caf::error node_state::begin_life() {
  life_.emplace(life_config_of(config_));
  auto first = life_->step(boot_time(),
                           raft::life_started{parts_.storage->load_identity(),
                                              !parts_.storage->load().base.members.voters.empty(),
                                              fresh_ids()});
  if (auto problem = links_.start(make_policy(), make_hello()))
    return problem;
  directory_.emplace(config_.peer_id, links_.advertised(), directory_version());
  std::vector<raft::known_peer> configured;
  for (const auto& member : config_.initial_members)
    if (member.peer != config_.peer_id)
      configured.push_back({member.peer, links_.address_of(member), 0});
  static_cast<void>(directory_->learn(configured));
  refresh_words();
  note_down();
  hub_.publish(event::started{});
  perform(first);
  if (first.mint && running_)
    live(raft::minted{fresh_ids()});
  refresh_peers();
  return failed_ ? make_error(errc::storage_failed) : caf::error{};
}

void node_state::live(raft::life_event what) {
  if (!life_)
    return;
  auto out = life_->step(boot_time(), std::move(what));
  const auto mint = out.mint;
  perform(out);
  if (mint && running_)
    live(raft::minted{fresh_ids()});
}

void node_state::perform(raft::life_output& out) {
  if (out.stop_core)
    stop_core();
  if (out.save && !parts_.storage->save_identity(*out.save)) {
    on_error({errc::storage_failed, explain(errc::storage_failed)});
    take_no_part();
    return;
  }
  if (out.relink)
    links_.part();
  if (out.relink || out.myself_changed)
    refresh_words();
  for (const auto& member : out.close)
    links_.close(member, errc::refused_cluster);
  for (const auto& member : out.turn_away)
    links_.close(member, errc::refused_retired);
  for (auto& word : out.send)
    std::visit([&](auto& content) { say(word.to, std::move(content)); }, word.word);
  if (out.start_core)
    start_core(*out.start_core);
  for (const auto& request : out.ask)
    ask(request);
  for (const auto& what : out.notices)
    tell(what);
  for (const auto& answer : out.answers)
    answer_wish(answer.id, failure_of(answer, view_.leader.has_value()));
  if (out.stop_core || out.relink || out.myself_changed || out.start_core)
    refresh_peers();
  if (out.relink) // it may have left, or be back
    tell_leader();
  arm_life(out.deadline);
}

void node_state::arm_life(raft::timestamp due) {
  if (due == raft::timestamp::max() || due >= life_due_)
    return;
  life_due_ = due;
  const auto delay = std::max(due - boot_time(), raft::duration{std::chrono::milliseconds{1}});
  compat::run_after(self_, delay, [this, due] {
    if (life_due_ != due)
      return;
    life_due_ = raft::timestamp::max();
    if (running_)
      live(raft::tick{});
  });
}

void node_state::say(const raft::member_id& to, raft::node_word what) {
  if (const auto link = link_with(to))
    compat::send(self_, *link, peer_word{std::move(what)});
}

/// The core of another member is asked over its link.
void node_state::ask(const raft::change_request& request) {
  const raft::change_order order{request.order, request.attempt, request.what};
  if (request.to == life_->identity().self)
    host_.send(change_task{std::nullopt, order});
  else
    say(request.to, order);
}

void node_state::on_change_result(const change_result& msg) {
  if (!is_from_role())
    return;
  if (msg.asker)
    say(*msg.asker, msg.reply);
  else
    live(raft::change_answered{msg.reply.order, msg.reply.attempt, msg.reply.outcome});
}

void node_state::tell(const raft::life_notice& what) {
  switch (what.what) {
  case raft::notice::joined:
    hub_.publish(event::joined{life_->identity().cluster});
    break;
  case raft::notice::rejoining:
    hub_.publish(event::rejoining{});
    break;
  case raft::notice::left:
    hub_.publish(event::left{});
    break;
  case raft::notice::quorum_lost:
    hub_.publish(event::quorum_lost{what.text});
    break;
  case raft::notice::conflict:
    on_error({errc::founding_conflict, what.text});
    break;
  case raft::notice::name_taken:
    on_error({errc::refused_name_taken, what.text});
    break;
  case raft::notice::not_admitted:
    on_error({errc::membership_refused, what.text});
    break;
  }
}

// -- the core -------------------------------------------------------------------------------------

void node_state::start_core(const raft::core_start& how) {
  if (core_ends_) { // the last one first
    next_core_ = how;
    return;
  }
  if (lay_base(how))
    host_.start();
  else
    take_no_part();
}

/// Gives storage what the core is to begin behind. False: it cannot.
bool node_state::lay_base(const raft::core_start& how) {
  if (!how.base)
    return true;
  given_ = std::make_shared<std::atomic<raft::index_t>>(0); // of the present log
  if (parts_.storage->begin_anew(*how.base))
    return true;
  on_error({errc::storage_failed, explain(errc::storage_failed)});
  return false;
}

void node_state::stop_core() {
  core_ends_ = true;
  host_.stop();
}

/// True: the node goes on, with another core or without.
bool node_state::core_has_ended() {
  const auto next = std::exchange(next_core_, std::nullopt);
  if (!std::exchange(core_ends_, false))
    return false;
  if (!running_) {
    // It was stopped in between: the next start must not find the log of the life before.
    if (next)
      static_cast<void>(lay_base(*next));
    return false;
  }
  forget_view();
  if (next)
    start_core(*next);
  return true;
}

void node_state::on_members(members_seen& seen) {
  if (!is_from_role())
    return;
  view_.members = seen.latest;
  live(raft::core_seen{std::move(seen.latest), seen.latest_index, std::move(seen.committed),
                       seen.committed_index, seen.standing, std::move(seen.leader)});
  refresh_peers();
  refresh_words();
  note_down();
  serve_commit_waiters();
}

// -- others ---------------------------------------------------------------------------------------

void node_state::on_word(peer_word& msg, const raft::member_id& from) {
  if (!running_ || !life_)
    return;
  std::visit(
      [&](auto& word) {
        using word_type = std::decay_t<decltype(word)>;
        if constexpr (std::is_same_v<word_type, raft::directory_news>)
          learn(word.peers);
        else if constexpr (std::is_same_v<word_type, raft::change_order>)
          host_.send(change_task{from, std::move(word)});
        else if constexpr (std::is_same_v<word_type, raft::change_reply>)
          live(raft::change_answered{word.order, word.attempt, std::move(word.outcome)});
        else
          live(raft::peer_told{from, std::move(word)});
      },
      msg.content);
}

void node_state::on_turned_away(const turned_away_by& msg) {
  if (running_)
    live(raft::turned_away{msg.cluster, verdict_of(msg.reason)});
}

/// What is new is told to everybody: so whoever knows one endpoint learns all others.
void node_state::learn(const std::vector<raft::known_peer>& told) {
  if (!directory_ || !directory_->learn(told))
    return;
  for (const auto& [peer, member] : links_.linked())
    say(member, raft::directory_news{directory_->all()});
  refresh_words();
  refresh_peers();
}

void node_state::refresh_peers() {
  if (!directory_ || !running_)
    return;
  const auto here = life_->admission();
  raft::dialing_view view{here.self, life_->stage() == raft::life_stage::resting, here.latest,
                          here.linked, directory_->all()};
  for (const auto& [wish, added] : awaited_)
    view.awaited.push_back({added.peer, added.endpoint, 0});
  auto plan = raft::plan_dialing(view);
  std::vector<peer_endpoint> wanted;
  for (auto& peer : plan.wanted)
    wanted.push_back({std::move(peer.peer), std::move(peer.endpoint)});
  directory_->keep(std::move(plan.kept));
  links_.dial(wanted);
  links_.seek(config_.seeds, plan.seek);
}

void node_state::refresh_words() {
  links_.update(make_policy(), make_hello());
  update_welcome();
  tell_peers();
}

hello_policy node_state::make_policy() const {
  hello_policy result;
  result.cluster = config_.cluster;
  result.admission = life_->admission();
  result.state_kinds = state_registry::instance().kinds();
  return result;
}

hello node_state::make_hello() const {
  const auto myself = life_->myself();
  hello result;
  result.cluster = config_.cluster;
  result.cluster_id = myself.cluster;
  result.self = myself.self;
  result.born_after = myself.born_after;
  if (directory_)
    result.known_members = directory_->all();
  result.app_data = config_.app_data;
  result.state_kinds = state_registry::instance().kinds();
  return result;
}

/// Where others find it; empty: not known.
std::string node_state::endpoint_of(const std::string& peer) const {
  if (peer == config_.peer_id)
    return links_.advertised();
  const auto* known = directory_ ? directory_->find(peer) : nullptr;
  return known == nullptr ? std::string{} : known->endpoint;
}

/// Everybody who takes part, or is expected to, by name, and this member.
std::vector<std::string> node_state::member_names() const {
  std::vector<std::string> result{config_.peer_id};
  if (view_.members.voters.empty())
    for (const auto& member : config_.initial_members)
      result.push_back(member.peer);
  for (const auto* list : {&view_.members.voters, &view_.members.outgoing, &view_.members.learners})
    for (const auto& member : *list)
      result.push_back(member.peer);
  std::sort(result.begin(), result.end());
  result.erase(std::unique(result.begin(), result.end()), result.end());
  return result;
}

// -- wishes ---------------------------------------------------------------------------------------

caf::result<void> node_state::wish(raft::wish_kind kind, const std::string& peer,
                                   caf::timespan timeout) {
  if (!running_ || !life_)
    return make_error(errc::stopped);
  if (wishes_.size() >= raft::orders::max_pending)
    return make_error(errc::overloaded, "too many changes of the members wait");
  auto promise = self_->make_response_promise<void>();
  const auto id = ++last_wish_;
  wishes_.emplace(id, promise);
  const auto patience = timeout.count() > 0 ? timeout : config_.request_timeout;
  live(raft::wish{id, kind, {peer, {}}, boot_time() + bounded(patience)});
  return promise;
}

caf::result<void> node_state::add_member(const peer_endpoint& added, caf::timespan timeout) {
  if (!running_ && !life_) {
    if (auto problem = add_peer(added))
      return problem;
    return caf::unit;
  }
  auto awaited = added;
  awaited.endpoint = links_.address_of(added);
  if (!awaited.endpoint.empty() && awaited.peer != config_.peer_id) {
    awaited_.emplace(last_wish_ + 1, awaited);
    learn({{awaited.peer, awaited.endpoint, 0}});
    refresh_peers();
  }
  auto result = wish(raft::wish_kind::add, added.peer, timeout);
  std::erase_if(awaited_, [this](const auto& one) { return !wishes_.contains(one.first); });
  return result;
}

void node_state::answer_wish(std::uint64_t id, const caf::error& problem) {
  if (departure_ == id)
    on_leave_answered(problem);
  auto waiting = wishes_.extract(id);
  if (waiting.empty())
    return;
  if (problem)
    waiting.mapped().deliver(problem);
  else
    waiting.mapped().deliver();
  if (awaited_.erase(id) > 0)
    refresh_peers();
}

} // namespace hamok
