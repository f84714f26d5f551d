#include "hamok/io/link_end.hpp"

#include "hamok/io/error_code.hpp"
#include "hamok/io/frame.hpp"
#include "hamok/io/log.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <type_traits>
#include <utility>

namespace hamok {

namespace {

/// What a message costs besides its payload, so that empty ones count too.
constexpr std::size_t overhead = 64;

std::size_t size_of(const raft::message& msg) {
  auto result = overhead;
  if (const auto* append = std::get_if<raft::append_request>(&msg.body))
    for (const auto& entry : append->entries)
      result += entry.data.size() + overhead;
  if (const auto* chunk = std::get_if<raft::install_request>(&msg.body))
    result += chunk->data.size();
  return result;
}

std::size_t size_of(const proposal_batch& batch) {
  auto result = overhead;
  for (const auto& command : batch.commands)
    result += command.size() + overhead;
  return result;
}

} // namespace

link_end::link_end(self_ptr self, compat::monitors& monitors, link_config config,
                   link_end_role role, hooks calls)
    : self_(self),
      monitors_(monitors),
      config_(std::move(config)),
      role_(std::move(role)),
      calls_(std::move(calls)) {}

void link_end::start() {
  last_heard_ = last_tick_ = clock::now();
  monitors_.watch(self_, config_.node, [this](const caf::error&) { close(errc::stopped); });
  own_ = config_.make_hello();
  own_.epoch = config_.epochs->next();
  own_.seen_epoch = config_.epochs->seen(role_.expected_peer);
  compat::run_after(self_, config_.limits.hello_timeout, [this] {
    if (!up_ && !ended_)
      refuse(errc::request_timeout, "the hello was not completed in time");
  });
  compat::run_after(self_, config_.limits.ping_interval, [this] { on_tick(); });
  if (role_.dialed)
    repeat_hello();
}

// -- the hello ------------------------------------------------------------------------------------

/// All that the other end needs to know until it is up, as far as it can be said already.
void link_end::introduce() {
  if (role_.dialed || accepts_)
    calls_.say(own_);
  if (accepts_)
    calls_.say(link_verdict{});
}

void link_end::repeat_hello() {
  if (up_ || ended_)
    return;
  introduce();
  compat::run_after(self_, role_.retry, [this] { repeat_hello(); });
}

void link_end::hear(link_saying what) {
  if (ended_)
    return;
  last_heard_ = clock::now();
  std::visit([this](auto& said) { on(std::move(said)); }, what);
}

void link_end::on(hello said) {
  if (remote_) {
    // It did not hear our answer. Our hello is said again by a timer, or it would go on for ever.
    if (accepts_)
      calls_.say(link_verdict{});
    return;
  }
  remote_ = std::move(said);
  const auto& peer = remote_->self.peer;
  if (!role_.expected_peer.empty() && peer != role_.expected_peer) {
    refuse(errc::refused_stranger,
           "'" + role_.expected_peer + "' was expected here, not '" + peer + "'");
    return;
  }
  if (!role_.dialed)
    own_.seen_epoch = config_.epochs->seen(peer);
  const auto& dialer = role_.dialed ? own_ : *remote_;
  calls_.ask({*remote_, role_.dialed, dialer.epoch, dialer.seen_epoch});
}

void link_end::on_verdict(const caf::error& verdict) {
  if (ended_)
    return;
  if (verdict) {
    if (!role_.dialed) // whoever is turned away has to know by which cluster
      calls_.say(own_);
    refuse(code_of(verdict, errc::stopped), text_of(verdict));
    return;
  }
  accepts_ = true;
  config_.epochs->saw(remote_->self.peer, remote_->epoch);
  if (role_.dialed)
    calls_.say(link_verdict{});
  else
    repeat_hello();
  open_if_both_accept();
}

void link_end::on(const link_verdict& verdict) {
  if (accepted_)
    return;
  if (verdict.reason != errc::none) {
    turned_away(verdict.reason);
    give_up(verdict.reason, "refused us: " + verdict.text);
    return;
  }
  accepted_ = true;
  open_if_both_accept();
}

void link_end::open_if_both_accept() {
  if (up_ || !accepts_ || !accepted_)
    return;
  up_ = true;
  logger()->debug("link to {} is up", whom());
  compat::send(self_, config_.node, link_opened{}, *remote_, caf::actor_cast<link_actor>(self_));
}

void link_end::turned_away(errc reason) {
  if (reason == errc::refused_retired || reason == errc::refused_name_taken
      || reason == errc::refused_cluster)
    compat::send(self_, config_.node,
                 turned_away_by{remote_ ? remote_->cluster_id : raft::incarnation_id{}, reason});
}

// -- what the other end says ----------------------------------------------------------------------

void link_end::on(const link_goodbye& goodbye) {
  turned_away(goodbye.reason);
  give_up(goodbye.reason == errc::none ? errc::connection_lost : goodbye.reason,
          "said goodbye: " + goodbye.text);
}

void link_end::on(const link_mark& mark) {
  calls_.say(link_mark_seen{mark.sent});
}

void link_end::on(const link_mark_seen& seen) {
  if (seen.sent <= sent_)
    seen_ = std::max(seen_, seen.sent);
}

void link_end::on(raft::message msg) {
  if (up_ && msg.group == config_.group)
    compat::send(self_, config_.node, peer_message{remote_->self, std::move(msg)});
}

void link_end::on(proposal_batch batch) {
  if (!up_)
    return;
  batch.via = remote_->self;
  compat::send(self_, config_.node, std::move(batch));
}

void link_end::on(const proposal_refused& refused) {
  if (!up_)
    return;
  auto passed_on = refused;
  passed_on.via.reset();
  compat::send(self_, config_.node, std::move(passed_on));
}

void link_end::on(peer_word word) {
  if (up_)
    compat::send(self_, config_.node, std::move(word), remote_->self);
}

void link_end::on(direct_message msg) {
  if (!up_)
    return;
  if (msg.content.size() > max_direct_size) {
    refuse(errc::too_large, "a message of a collection is larger than the limit");
    return;
  }
  compat::send(self_, config_.node, std::move(msg), remote_->self);
}

void link_end::on(const direct_reply& reply) {
  if (up_)
    compat::send(self_, config_.node, reply, remote_->self);
}

// -- what the own node sends ----------------------------------------------------------------------

void link_end::send(raft::message msg) {
  if (!up_ || ended_)
    return;
  if (window_full()) {
    // The core sends it again; a slow peer must not grow our memory.
    if (dropped_++ == 0)
      logger()->warn("{} does not keep up: messages to it are dropped", whom());
    return;
  }
  dropped_ = 0;
  const auto size = size_of(msg);
  calls_.say(std::move(msg));
  count(size);
}

void link_end::send(proposal_batch batch) {
  if (up_ && !ended_ && !window_full()) {
    const auto size = size_of(batch);
    calls_.say(std::move(batch));
    count(size);
    return;
  }
  const auto reason = up_ && !ended_ ? errc::overloaded : errc::not_leader;
  compat::send(self_, config_.node, proposal_refused{batch.via, batch.origin, batch.token, reason});
}

/// Somebody waits for each answer, so they may go beyond the window; but not for ever.
bool link_end::has_room_for_answers() {
  if (!up_ || ended_)
    return false;
  if (unseen() <= 2 * config_.limits.window)
    return true;
  give_up(errc::overloaded, "it asks, and does not read the answers");
  return false;
}

void link_end::send(proposal_refused refused) {
  if (!has_room_for_answers())
    return;
  refused.via.reset();
  calls_.say(std::move(refused));
  count(overhead);
}

void link_end::send(peer_word word) {
  if (!up_ || ended_ || window_full())
    return;
  calls_.say(std::move(word));
  count(overhead);
}

void link_end::send(direct_message msg) {
  auto reason = errc::none;
  if (!up_ || ended_)
    reason = errc::connection_lost;
  else if (window_full())
    reason = errc::overloaded;
  else if (msg.content.size() + overhead > payload_limit(
               static_cast<std::uint8_t>(frame_type::direct), config_.limits.max_payload))
    reason = errc::too_large;
  if (reason == errc::none) {
    const auto size = msg.content.size() + overhead;
    calls_.say(std::move(msg));
    count(size);
  } else if (remote_) {
    compat::send(self_, config_.node, direct_reply{msg.origin, msg.request, reason}, remote_->self);
  }
}

void link_end::send(direct_reply reply) {
  if (!has_room_for_answers())
    return;
  calls_.say(reply);
  count(overhead);
}

void link_end::close(errc reason) {
  if (ended_)
    return;
  logger()->debug("link to {} is closed: {}", whom(), to_string(reason));
  end_with_words(reason, explain(reason));
}

void link_end::report_too_large(const char* what) {
  report(errc::too_large, std::string{what} + " does not fit into a frame");
}

/// Marks are sent often enough that a window is never used up for want of one.
void link_end::count(std::size_t bytes) {
  sent_ += bytes;
  if (!ended_ && sent_ - marked_ > config_.limits.window / 4) {
    marked_ = sent_;
    calls_.say(link_mark{sent_});
  }
}

// -- time and ends --------------------------------------------------------------------------------

void link_end::on_tick() {
  if (ended_)
    return;
  const auto now = clock::now();
  // After a stop of the whole process its own clock proves nothing: what the other side has sent
  // meanwhile still waits somewhere.
  if (now - std::exchange(last_tick_, now) > config_.limits.silence_limit)
    last_heard_ = now;
  if (up_) {
    if (now - last_heard_ > config_.limits.silence_limit) {
      give_up(errc::connection_lost, "nothing was heard for too long");
      return;
    }
    marked_ = sent_;
    calls_.say(link_mark{sent_});
  }
  compat::run_after(self_, config_.limits.ping_interval, [this] { on_tick(); });
}

void link_end::lost(const std::string& why) {
  if (!ended_)
    give_up(errc::connection_lost, why);
}

void link_end::refuse(errc reason, const std::string& text) {
  if (ended_)
    return;
  report(reason, "refused: " + text);
  end_with_words(reason, text);
}

void link_end::end_with_words(errc reason, const std::string& text) {
  if (up_)
    calls_.say(link_goodbye{reason, text});
  else
    calls_.say(link_verdict{reason, text});
  end(reason, text);
}

void link_end::give_up(errc reason, const std::string& text) {
  report(reason, text);
  end(reason, text);
}

void link_end::end(errc reason, const std::string& text) {
  ended_ = true;
  self_->quit(make_error(reason, text));
}

void link_end::report(errc reason, const std::string& text) {
  // Neither a stop that was announced nor a duplicate is a failure; and connections come and go.
  const bool expected = reason == errc::refused_duplicate || reason == errc::stopped
                        || reason == errc::connection_lost || reason == errc::closed;
  const auto line = "link to " + whom() + ": " + text + " (" + to_string(reason) + ")";
  logger()->log(expected ? spdlog::level::info : spdlog::level::warn, "{}", line);
  if (!expected)
    compat::send(self_, config_.node, event::error{reason, line});
}

std::string link_end::whom() const {
  const auto& name = remote_ ? remote_->self.peer : role_.expected_peer;
  return name.empty() ? role_.where : "'" + name + "' " + role_.where;
}

} // namespace hamok
