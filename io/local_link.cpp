#include "hamok/io/local_link.hpp"

#include "hamok/actors/placement.hpp"
#include "hamok/io/error_code.hpp"
#include "hamok/io/log.hpp"
#include "hamok/io/redial.hpp"

#include <caf/actor_registry.hpp>

#include <spdlog/spdlog.h>

#include <optional>
#include <utility>

namespace hamok {

// -- the disturbances -----------------------------------------------------------------------------

void local_network::cut(const std::string& from, const std::string& to) {
  const std::lock_guard guard{mutex_};
  cut_.emplace(from, to);
}

void local_network::cut_both(const std::string& a, const std::string& b) {
  cut(a, b);
  cut(b, a);
}

void local_network::heal(const std::string& from, const std::string& to) {
  const std::lock_guard guard{mutex_};
  cut_.erase({from, to});
}

void local_network::heal_both(const std::string& a, const std::string& b) {
  heal(a, b);
  heal(b, a);
}

void local_network::heal_all() {
  const std::lock_guard guard{mutex_};
  cut_.clear();
}

bool local_network::passes(const std::string& from, const std::string& to) const {
  const std::lock_guard guard{mutex_};
  return cut_.find({from, to}) == cut_.end();
}

namespace {

/// What one end of a local link understands besides the interface of a link. A message that is in
/// both comes from the other end when that is its sender.
using local_end_actor = link_actor::extend<
    // From the other end: its hello. It is heard again until it is answered.
    caf::result<void>(link_hello, link_actor),
    // From the other end: it has accepted our hello, or why not.
    caf::result<void>(link_opened, caf::error),
    // From the other end.
    caf::result<void>(peer_message),
    // From the other end: it is still there.
    caf::result<void>(caf::ping_atom)>;

std::string registry_name(const std::string& cluster, const std::string& self,
                          const std::string& peer) {
  return "hamok/" + cluster + "/" + self + "/" + peer;
}

class local_link_state {
public:
  using interface = local_end_actor;
  using clock = std::chrono::steady_clock;

  template <class Self>
  local_link_state(Self* self, local_target target, link_config config)
      : self_(self),
        target_(std::move(target)),
        config_(std::move(config)) {
    // Only a concrete kind of actor has requests.
    ask_ = [self, this](link_hello question) {
      compat::request(self, config_.node, config_.limits.hello_timeout, std::move(question),
                      caf::actor_cast<link_actor>(self))
          .then([this] { on_verdict({}); },
                [this](const caf::error& reason) { on_verdict(reason); });
    };
  }

  local_link_state(const local_link_state&) = delete;
  local_link_state& operator=(const local_link_state&) = delete;

  ~local_link_state() = default;

  /// Not in the destructor: an actor system that ends may destroy this with its registry locked.
  void on_exit() {
    auto& registry = self_->system().registry();
    const auto name = own_name();
    if (registry.get(name) == self_->ctrl())
      registry.erase(name);
  }

  local_end_actor::behavior_type make_behavior();

private:
  // The hello.
  void look_for_other_end();
  void find(const link_actor& other);
  void on_hello(const link_hello& said, const link_actor& from);
  void on_verdict(const caf::error& verdict);
  void on_answer(const caf::error& verdict);
  void open_if_both_accept();

  // Messages.
  [[nodiscard]] bool from_other_end() const;
  [[nodiscard]] bool passes() const;
  template <class... Ts>
  void transmit(Ts&&... xs);
  void on_forward(const proposal_batch& batch);
  void on_forward_refused(const proposal_refused& refused);
  void on_word(const peer_word& msg);
  void on_close(errc reason);

  void on_tick();
  void heard() noexcept { last_heard_ = clock::now(); }
  void give_up(errc reason, const std::string& text);
  [[nodiscard]] std::string own_name() const;

  self_ptr self_;
  local_target target_;
  link_config config_;
  std::function<void(link_hello)> ask_;
  compat::monitors monitors_;
  link_actor other_;
  caf::strong_actor_ptr other_ptr_;
  std::optional<hello> own_;
  std::optional<hello> remote_;
  bool accepts_ = false;
  bool accepted_ = false;
  bool up_ = false;
  bool ended_ = false;
  clock::time_point last_heard_ = clock::now();
};

std::string local_link_state::own_name() const {
  return registry_name(target_.cluster, target_.self, target_.peer);
}

local_end_actor::behavior_type local_link_state::make_behavior() {
  self_->system().registry().put(own_name(), caf::actor_cast<caf::actor>(self_));
  own_ = config_.make_hello();
  own_->epoch = config_.epochs->next();
  own_->seen_epoch = config_.epochs->seen(target_.peer);
  look_for_other_end();
  compat::run_after(self_, config_.limits.ping_interval, [this] { on_tick(); });
  return {
      [this](const raft::message& msg) {
        transmit(peer_message{own_->self, msg});
      },
      [this](const proposal_batch& batch) { on_forward(batch); },
      [this](const proposal_refused& refused) { on_forward_refused(refused); },
      [this](const peer_word& msg) { on_word(msg); },
      [this](close_link, const caf::error& reason) { on_close(code_of(reason, errc::closed)); },
      [this](const link_hello& said, const link_actor& from) { on_hello(said, from); },
      [this](link_opened, const caf::error& verdict) { on_answer(verdict); },
      [this](const peer_message& msg) {
        heard();
        if (up_)
          compat::send(self_, config_.node, msg);
      },
      [this](caf::ping_atom) { heard(); },
  };
}

// -- the hello ------------------------------------------------------------------------------------

/// Says hello until it is answered: the other end may not be there yet, or may not hear it.
void local_link_state::look_for_other_end() {
  if (up_ || ended_)
    return;
  const auto name = registry_name(target_.cluster, target_.peer, target_.self);
  const auto other = self_->system().registry().get<link_actor>(name);
  if (other && passes()) {
    find(other);
    compat::send(self_, caf::actor_cast<caf::actor>(other),
                 link_hello{*own_, true, own_->epoch, own_->seen_epoch},
                 caf::actor_cast<link_actor>(self_));
  }
  compat::run_after(self_, target_.retry, [this] { look_for_other_end(); });
}

void local_link_state::find(const link_actor& other) {
  if (other_)
    return;
  other_ = other;
  other_ptr_ = caf::actor_cast<caf::strong_actor_ptr>(other);
  monitors_.watch(self_, other_,
                  [this](const caf::error&) { give_up(errc::connection_lost, "it has ended"); });
}

void local_link_state::on_hello(const link_hello& said, const link_actor& from) {
  if (ended_)
    return;
  find(from);
  if (!from_other_end())
    return give_up(errc::connection_lost, "the other end was replaced");
  heard();
  if (remote_) {
    // It did not hear our answer.
    if (accepts_)
      transmit(link_opened{}, caf::error{});
    return;
  }
  remote_ = said.remote;
  // Both ends say hello; to the rule for duplicates the smaller one has dialed.
  const bool dialed = target_.self < target_.peer;
  const auto& dialer = dialed ? *own_ : *remote_;
  ask_(link_hello{*remote_, dialed, dialer.epoch, dialer.seen_epoch});
}

void local_link_state::on_verdict(const caf::error& verdict) {
  if (ended_)
    return;
  transmit(link_opened{}, verdict);
  if (verdict)
    return give_up(code_of(verdict, errc::stopped), "refused: " + text_of(verdict));
  accepts_ = true;
  config_.epochs->saw(remote_->self.peer, remote_->epoch);
  open_if_both_accept();
}

void local_link_state::on_answer(const caf::error& verdict) {
  heard();
  if (ended_ || accepted_)
    return;
  if (verdict)
    return give_up(code_of(verdict, errc::stopped), "refused us: " + text_of(verdict));
  accepted_ = true;
  open_if_both_accept();
}

void local_link_state::open_if_both_accept() {
  if (up_ || !accepts_ || !accepted_)
    return;
  up_ = true;
  heard();
  compat::send(self_, config_.node, link_opened{}, *remote_, caf::actor_cast<link_actor>(self_));
}

// -- messages -------------------------------------------------------------------------------------

bool local_link_state::from_other_end() const {
  return other_ptr_ && self_->current_sender() == other_ptr_;
}

bool local_link_state::passes() const {
  return !target_.network || target_.network->passes(target_.self, target_.peer);
}

template <class... Ts>
void local_link_state::transmit(Ts&&... xs) {
  if (other_ && !ended_ && passes())
    compat::send(self_, caf::actor_cast<caf::actor>(other_), std::forward<Ts>(xs)...);
}

void local_link_state::on_forward(const proposal_batch& batch) {
  if (from_other_end()) {
    heard();
    auto received = batch;
    received.via = remote_->self;
    compat::send(self_, config_.node, std::move(received));
  } else if (up_) {
    transmit(batch);
  } else {
    compat::send(self_, config_.node,
                 proposal_refused{batch.via, batch.origin, batch.token, errc::not_leader});
  }
}

void local_link_state::on_forward_refused(const proposal_refused& refused) {
  auto passed_on = refused;
  passed_on.via.reset();
  if (!from_other_end())
    return transmit(std::move(passed_on));
  heard();
  compat::send(self_, config_.node, std::move(passed_on));
}

void local_link_state::on_word(const peer_word& msg) {
  if (!from_other_end()) {
    if (up_)
      transmit(msg);
    return;
  }
  heard();
  if (remote_)
    compat::send(self_, config_.node, msg, remote_->self);
}

void local_link_state::on_close(errc reason) {
  if (!from_other_end())
    transmit(close_link{}, make_error(reason));
  give_up(reason, from_other_end() ? "said goodbye" : "closed");
}

// -- time and ends --------------------------------------------------------------------------------

void local_link_state::on_tick() {
  if (ended_)
    return;
  if (up_) {
    transmit(caf::ping_atom_v);
    if (clock::now() - last_heard_ > config_.limits.silence_limit)
      return give_up(errc::connection_lost, "nothing was heard for too long");
  }
  compat::run_after(self_, config_.limits.ping_interval, [this] { on_tick(); });
}

void local_link_state::give_up(errc reason, const std::string& text) {
  if (ended_)
    return;
  ended_ = true;
  const bool expected = reason == errc::refused_duplicate || reason == errc::stopped
                        || reason == errc::connection_lost || reason == errc::closed;
  const auto line =
      "local link to '" + target_.peer + "': " + text + " (" + to_string(reason) + ")";
  logger()->log(expected ? spdlog::level::info : spdlog::level::warn, "{}", line);
  if (!expected)
    compat::send(self_, config_.node, event::error{reason, line});
  self_->quit(make_error(reason, text));
}

/// Makes a new end of the link; what `redial` calls.
struct local_dialer {
  local_target target;
  link_config config;

  link_actor operator()(caf::actor_system& system) const {
    return spawn_local_link(system, target, config);
  }
};

} // namespace

link_actor spawn_local_link(caf::actor_system& system, local_target target, link_config config) {
  const auto where = target.placement;
  return caf::actor_cast<link_actor>(
      compat::spawn<local_link_state>(system, where, std::move(target), std::move(config)));
}

dialer_actor spawn_local_dialer(caf::actor_system& system, local_target target, link_config config,
                                dial_limits limits) {
  const auto where = target.placement;
  auto node = config.node;
  return compat::spawn<redial<local_dialer>>(
      system, where, local_dialer{std::move(target), std::move(config)}, std::move(node), limits);
}

void take_down_local_link(caf::actor_system& system, const std::string& cluster,
                          const std::string& a, const std::string& b) {
  for (const auto& name : {registry_name(cluster, a, b), registry_name(cluster, b, a)})
    if (const auto link = system.registry().get<link_actor>(name))
      compat::anon_send(link, close_link{}, make_error(errc::connection_lost));
}

} // namespace hamok
