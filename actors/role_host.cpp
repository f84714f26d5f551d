#include "hamok/actors/role_host.hpp"

#include "hamok/actors/clock.hpp"

#include <caf/send.hpp>

#include <algorithm>
#include <utility>

namespace hamok {

namespace {

/// Enough for the moment that a handover takes; what is more is dropped or refused.
constexpr std::size_t max_held = 65536;

constexpr auto shortest_pause = std::chrono::milliseconds{50};
constexpr auto longest_pause = std::chrono::seconds{5};
constexpr auto calm = std::chrono::seconds{10};

/// The core waits for these, and nobody says them twice.
bool must_arrive(const role_input& input) {
  return std::holds_alternative<link_news>(input) || std::holds_alternative<snapshot_taken>(input)
         || std::holds_alternative<snapshot_installed>(input);
}

} // namespace

role_host::~role_host() {
  if (relay_)
    relay_->aim({});
  if (current_)
    caf::anon_send_exit(current_, caf::exit_reason::user_shutdown);
}

void role_host::start() {
  running_ = true;
  auto context = calls_.make_context();
  if (!context) {
    running_ = false;
    return;
  }
  relay_ = std::make_shared<durable_relay>();
  context->relay = relay_;
  const auto links = context->links;
  auto role = spawn_role(self_->system(), std::move(context));
  relay_->aim(role);
  adopt(std::move(role));
  // A fresh core knows nobody but its configuration: it hears of every link before any message of
  // it.
  for (const auto& [member, link] : links)
    compat::send(self_, current_, link_opened_v, member, link);
  compat::send(self_, current_, deadline_reached{});
}

void role_host::stop() {
  running_ = false;
  held_.clear();
  if (relay_)
    relay_->aim({});
  if (current_)
    caf::anon_send_exit(current_, caf::exit_reason::user_shutdown);
  else
    calls_.stopped();
}

void role_host::adopt(role_actor role) {
  current_ = std::move(role);
  monitors_.watch(self_, current_,
                  [this, address = caf::actor_cast<caf::actor_addr>(current_)](
                      const caf::error& reason) { on_down(address, reason); });
}

bool role_host::changed(const caf::actor_addr& from, role_actor successor) {
  if (!is_current(from))
    return false;
  relay_->aim(running_ ? successor : role_actor{}); // before `retire`, which has to be the last
  retiring_.push_back(std::move(current_));
  if (retiring_.size() == 1)
    compat::send(self_, retiring_.front(), retire_v);
  adopt(std::move(successor));
  if (!running_)
    caf::anon_send_exit(current_, caf::exit_reason::user_shutdown);
  return true;
}

bool role_host::is_current(const caf::actor_addr& role) const {
  return current_ && caf::actor_cast<caf::actor_addr>(current_) == role;
}

void role_host::on_down(const caf::actor_addr& role, const caf::error& reason) {
  if (!is_current(role)) {
    on_retired(role);
    return;
  }
  current_ = nullptr;
  held_.clear();
  if (!running_) {
    calls_.stopped();
    return;
  }
  relay_->aim({});
  calls_.died(reason);
  recover();
}

void role_host::on_retired(const caf::actor_addr& role) {
  const auto found = std::find_if(retiring_.begin(), retiring_.end(), [&](const role_actor& one) {
    return caf::actor_cast<caf::actor_addr>(one) == role;
  });
  if (found == retiring_.end())
    return;
  const auto was_oldest = found == retiring_.begin();
  retiring_.erase(found);
  if (!was_oldest)
    return;
  if (!retiring_.empty()) {
    compat::send(self_, retiring_.front(), retire_v);
    return;
  }
  for (auto& input : std::exchange(held_, {}))
    send(std::move(input));
}

void role_host::recover() {
  const auto now = boot_time();
  pause_ = now - last_death_ > calm
               ? caf::timespan{0}
               : std::clamp<caf::timespan>(pause_ * 2, shortest_pause, longest_pause);
  last_death_ = now;
  compat::run_after(self_, pause_, [this] {
    if (running_ && !current_)
      start();
  });
}

void role_host::send(role_input input) {
  if (!current_ || !running_) {
    if (const auto* batch = std::get_if<proposal_batch>(&input))
      calls_.refuse(*batch);
    return;
  }
  if (retiring_.empty()) {
    deliver(input);
  } else if (held_.size() < max_held || must_arrive(input)) {
    held_.push_back(std::move(input));
  } else if (const auto* batch = std::get_if<proposal_batch>(&input)) {
    calls_.refuse(*batch);
  }
}

void role_host::deliver(role_input& input) {
  if (auto* news = std::get_if<link_news>(&input)) {
    if (news->link)
      compat::send(self_, current_, link_opened_v, news->member, *news->link);
    else
      compat::send(self_, current_, link_closed_v, news->member);
    return;
  }
  std::visit(
      [this](auto& value) {
        if constexpr (!std::is_same_v<std::decay_t<decltype(value)>, link_news>)
          compat::send(self_, current_, std::move(value));
      },
      input);
}

} // namespace hamok
