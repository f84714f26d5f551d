#include "hamok/actors/member_links.hpp"

#include "hamok/actors/interfaces/endpoint.hpp"
#include "hamok/io/basp_link.hpp"
#include "hamok/io/local_link.hpp"
#include "hamok/io/wire.hpp"
#include "hamok/raft/directory.hpp"

#include <caf/send.hpp>

#include <algorithm>
#include <utility>

namespace hamok {

namespace {

/// Room for what is not known yet: the endpoint and the cluster id, and whoever it will hear of.
constexpr std::size_t room_for_the_rest = 2048 + raft::directory::max_bytes;

/// True when the links of other members will take this hello.
bool is_readable(const hello& said) {
  std::vector<std::byte> bytes;
  raft::writer out{bytes};
  encode(said, out);
  return bytes.size() + room_for_the_rest <= max_small_payload
         && decode_hello(blob{std::span<const std::byte>{bytes}}).has_value();
}

} // namespace

member_links::member_links(self_ptr self, compat::monitors& monitors, const node_config& config,
                           std::shared_ptr<local_network> network, callbacks calls)
    : self_(self),
      config_(config),
      network_(std::move(network)),
      calls_(std::move(calls)),
      monitors_(monitors),
      book_(config.peer_id),
      door_(self, monitors),
      custom_door_(self, monitors) {
  custom_.placement = config.placement;
}

member_links::~member_links() {
  end();
}

caf::error member_links::start(hello_policy policy, hello said) {
  if (!is_readable(said))
    return make_error(errc::invalid_config,
                      "app-data and the names of all state types are more than "
                      "fits into a hello; make one of them smaller");
  policy_ = std::move(policy);
  running_ = true;
  if (auto problem = be_found()) {
    running_ = false;
    return problem;
  }
  said.endpoint = advertised();
  said_->set(std::move(said));
  return {};
}

void member_links::stop() {
  lose_name();
  end();
}

void member_links::end() {
  running_ = false;
  for (const auto& [peer, dialer] : std::exchange(dialers_, {}))
    hang_up(dialer.actor);
  for (const auto& [seed, dialer] : std::exchange(seekers_, {}))
    if (dialer)
      hang_up(dialer);
  seeks_ = false;
  if (listener_)
    caf::anon_send_exit(std::exchange(listener_, nullptr), caf::exit_reason::user_shutdown);
  listening_.clear();
  close(book_.all(), errc::stopped);
}

void member_links::update(hello_policy policy, hello said) {
  policy_ = std::move(policy);
  said.endpoint = advertised();
  said_->set(std::move(said));
}

caf::error member_links::judge(const link_hello& incoming, const link_actor& link) {
  if (!running_)
    return make_error(errc::stopped);
  auto verdict = judge_hello(policy_, incoming);
  link_book<link_actor>::change displaced;
  if (verdict == errc::none) {
    displaced = book_.displace(policy_.admission, newcomer_in(incoming));
    verdict = book_.judge(link, incoming);
  }
  if (verdict != errc::none)
    return make_error(verdict, describe_refusal(verdict, policy_, incoming));
  monitors_.watch(self_, link, [this, link](const caf::error& reason) { on_down(link, reason); });
  close(displaced.superseded, errc::refused_name_taken);
  if (displaced.member)
    on_left(*displaced.member, make_error(errc::refused_name_taken));
  return {};
}

void member_links::opened(const hello& remote, const link_actor& link) {
  if (!running_) {
    close({link}, errc::stopped);
    return;
  }
  epochs_->saw(remote.self.peer, remote.epoch);
  const auto change = book_.opened(link);
  if (change.member) {
    linked_.insert_or_assign(remote.self.peer, remote.self);
    endpoints_.insert_or_assign(remote.self.peer, remote.endpoint);
    if (const auto dialer = dialers_.find(remote.self.peer); dialer != dialers_.end())
      compat::send(self_, dialer->second.actor, caf::idle_atom_v);
    seek();
    calls_.joined(remote, link);
  } else if (const auto current = link_to(remote.self.peer)) {
    calls_.moved(remote.self, *current);
  }
  close(change.superseded, errc::refused_duplicate);
}

std::optional<link_actor> member_links::link_to(const std::string& peer) const {
  return book_.current(peer);
}

void member_links::open(const link_hello& said, const link_actor& from) {
  const auto kind = config_.link;
  if (running_ && (kind == link_kind::local || kind == link_kind::basp)) {
    door_.open(said, from, make_actor_options(), make_link_config());
    return;
  }
  const auto reason = running_ ? errc::not_supported : errc::stopped;
  compat::send(self_, caf::actor_cast<caf::actor>(from), link_opened_v, make_error(reason));
}

void member_links::accept(const std::string& peer, const blob& bytes) {
  if (running_ && config_.link == link_kind::custom)
    custom_door_.accept(peer, bytes, custom_, make_link_config());
}

// -- being found ----------------------------------------------------------------------------------

std::string member_links::advertised() const {
  if (is_by_name(config_.link))
    return config_.peer_id;
  return config_.advertise.empty() ? listening_ : config_.advertise;
}

const std::string& member_links::address_of(const peer_endpoint& member) const {
  return is_by_name(config_.link) ? member.peer : member.endpoint;
}

caf::error member_links::be_found() {
  switch (config_.link) {
  case link_kind::local:
    return enter_local_nodes(self_->system(), config_.cluster, config_.peer_id,
                             compat::handle_of<node_actor>(self_));
  case link_kind::custom:
    return {};
  default:
    return listen();
  }
}

void member_links::lose_name() {
  if (config_.link == link_kind::local)
    leave_local_nodes(self_->system(), config_.cluster, config_.peer_id,
                      compat::handle_of<node_actor>(self_));
}

caf::error member_links::listen() {
  const auto where = bound_.empty() ? config_.effective_listen() : bound_;
  if (where.empty())
    return {};
  auto at = parse_endpoint(where);
  if (!at)
    return std::move(at.error());
  listener_config settings;
  settings.at = *at;
  settings.allow_insecure = config_.allow_insecure;
  settings.link = make_link_config();
  auto listener = config_.link == link_kind::basp
                      ? spawn_basp_port(self_->system(), *at, config_.allow_insecure,
                                        compat::handle_of<node_actor>(self_))
                      : spawn_listener(self_->system(), std::move(settings));
  if (!listener)
    return std::move(listener.error());
  listener_ = listener->actor;
  ++listeners_;
  monitors_.watch(self_, listener_, [this](const caf::error&) {
    --listeners_;
    calls_.unbound();
  });
  listening_ = to_string(listener->at);
  bound_ = listening_;
  return {};
}

void member_links::dial(const std::vector<peer_endpoint>& wanted) {
  if (!running_)
    return;
  std::erase_if(dialers_, [&](const auto& known) {
    const auto stays = std::ranges::any_of(wanted, [&](const peer_endpoint& one) {
      return one.peer == known.first && one.endpoint == known.second.endpoint;
    });
    if (!stays)
      hang_up(known.second.actor);
    return !stays;
  });
  for (const auto& member : wanted) {
    if (dialers_.contains(member.peer))
      continue;
    auto dialer = make_dialer(member);
    if (!dialer)
      continue;
    if (!linked_.contains(member.peer))
      compat::send(self_, dialer, caf::connect_atom_v);
    dialers_.insert_or_assign(member.peer, known_dialer{member.endpoint, std::move(dialer)});
  }
}

void member_links::seek(const std::vector<std::string>& seeds, bool wanted) {
  if (!running_)
    return;
  seeks_ = wanted;
  for (const auto& seed : seeds)
    if (auto& dialer = seekers_[seed]; !dialer && seed != advertised())
      dialer = make_dialer({{}, seed});
  seek();
}

/// Whom this node is linked with may know as little as it does: the other seeds are tried as long
/// as they are wanted.
void member_links::seek() {
  for (const auto& [seed, dialer] : seekers_) {
    const auto is_there = [&seed](const auto& linked) { return linked.second == seed; };
    if (!dialer)
      continue;
    if (seeks_ && std::ranges::none_of(endpoints_, is_there))
      compat::send(self_, dialer, caf::connect_atom_v);
    else
      compat::send(self_, dialer, caf::idle_atom_v);
  }
}

void member_links::hang_up(const dialer_actor& dialer) {
  caf::anon_send_exit(dialer, caf::exit_reason::user_shutdown);
}

dialer_actor member_links::make_dialer(const peer_endpoint& member) {
  auto& system = self_->system();
  if (config_.link == link_kind::local)
    return spawn_local_dialer(system, config_.cluster, member.endpoint, make_actor_options(),
                              make_link_config());
  if (config_.link == link_kind::custom)
    return spawn_custom_dialer(system, member.endpoint, custom_, make_link_config());
  const auto at = parse_endpoint(member.endpoint);
  if (!at) {
    compat::send(self_, compat::handle_of<node_actor>(self_),
                 event::error{errc::invalid_config,
                              (member.peer.empty() ? "a seed" : "'" + member.peer + "'")
                                  + " cannot be dialed: " + endpoint_problem(member.endpoint)});
    return {};
  }
  if (config_.link == link_kind::basp)
    return spawn_basp_dialer(system, {member.peer, *at}, make_actor_options(), make_link_config());
  return spawn_dialer(system, {member.peer, *at}, make_link_config());
}

void member_links::on_down(const link_actor& link, const caf::error& reason) {
  if (const auto change = book_.closed(link); change.member)
    on_left(*change.member, reason);
}

void member_links::on_left(const raft::member_id& member, const caf::error& reason) {
  linked_.erase(member.peer);
  endpoints_.erase(member.peer);
  calls_.left(member, reason);
  if (running_)
    if (const auto dialer = dialers_.find(member.peer); dialer != dialers_.end())
      compat::send(self_, dialer->second.actor, caf::connect_atom_v);
  if (running_)
    seek();
}

void member_links::close(const raft::member_id& member, errc reason) {
  const auto linked = linked_.find(member.peer);
  if (linked != linked_.end() && linked->second == member)
    if (const auto link = link_to(member.peer))
      close(std::vector{*link}, reason);
}

void member_links::close(const std::vector<link_actor>& links, errc reason) {
  for (const auto& link : links)
    compat::send(self_, link, close_link_v, make_error(reason));
}

actor_link_options member_links::make_actor_options() const {
  return {config_.placement, network_};
}

link_config member_links::make_link_config() const {
  link_config result;
  result.node = compat::handle_of<node_actor>(self_);
  result.make_hello = [said = said_] { return said->get(); };
  result.make_welcome = [welcome = welcome_] { return welcome->get(); };
  result.epochs = epochs_;
  result.limits.ping_interval = config_.heartbeat;
  result.limits.silence_limit = config_.follower_max_idle * 2;
  result.limits.request_timeout = config_.request_timeout;
  return result;
}

} // namespace hamok
