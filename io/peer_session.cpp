#include "hamok/io/peer_session.hpp"

#include "hamok/io/error_code.hpp"
#include "hamok/io/log.hpp"

#include <spdlog/spdlog.h>

#include <utility>

namespace hamok {

namespace {

/// Bytes of a direct message besides its content, at the most.
constexpr std::size_t direct_head = 64;

} // namespace

peer_session::peer_session(caf::io::broker* self, connection conn, link_config config, bool dialed,
                           std::string expected_peer, std::string where)
    : self_(self),
      connection_(std::move(conn)),
      config_(std::move(config)),
      dialed_(dialed),
      expected_peer_(std::move(expected_peer)),
      where_(std::move(where)),
      last_tick_(connection::clock::now()) {
  connection_.group(config_.group);
}

caf::behavior peer_session::make_behavior() {
  return link_broker_actor::behavior_type{
      [this](const raft::message& msg) { send_raft_message(msg); },
      [this](const proposal_batch& batch) { send_forward(batch); },
      [this](const proposal_refused& refused) { send_forward_refused(refused); },
      [this](const peer_word& msg) { send_word(msg); },
      [this](const direct_message& msg) { send_direct(msg); },
      [this](const direct_reply& reply) { send_direct_reply(reply); },
      [this](close_link, const caf::error& reason) { close(code_of(reason, errc::closed)); },
      [this](const caf::io::new_data_msg& msg) { on_data(msg); },
      [this](const caf::io::data_transferred_msg& msg) { connection_.transferred(msg); },
      [this](const caf::io::connection_closed_msg&) {
        if (ending_)
          quit();
        else
          give_up(errc::connection_lost, "the connection was closed");
      },
      [this](caf::flush_atom) { connection_.flush(); },
  }
      .unbox();
}

void peer_session::start_dialed() {
  connection_.start();
  start_timers();
  say_hello();
}

void peer_session::start_accepted(const frame& first) {
  start_timers();
  on_frame(first);
  pump();
}

// -- time -----------------------------------------------------------------------------------------

void peer_session::start_timers() {
  compat::run_after(self_, config_.limits.hello_timeout, [this] {
    if (!up_ && !ending_)
      refuse(errc::request_timeout, "the hello was not completed in time");
  });
  compat::run_after(self_, config_.limits.ping_interval, [this] { on_tick(); });
}

void peer_session::on_tick() {
  if (ending_)
    return;
  const auto now = connection::clock::now();
  // After a stop of the whole process its own clock proves nothing: what the other side has sent
  // meanwhile still waits in the socket.
  if (now - std::exchange(last_tick_, now) > config_.limits.silence_limit)
    connection_.forgive_silence(now);
  if (up_ && connection_.silence(now) > config_.limits.silence_limit) {
    give_up(errc::connection_lost, "nothing was heard for too long");
    return;
  }
  if (up_ && connection_.was_idle())
    connection_.write_frame(frame_type::ping);
  compat::run_after(self_, config_.limits.ping_interval, [this] { on_tick(); });
}

// -- frames ---------------------------------------------------------------------------------------

void peer_session::on_data(const caf::io::new_data_msg& msg) {
  if (ending_)
    return; // what comes behind our last word is of no interest
  connection_.feed(msg);
  pump();
}

void peer_session::pump() {
  while (!ending_) {
    const auto input = connection_.next();
    if (!input)
      break;
    on_frame(*input);
  }
  const auto error = connection_.parser_error();
  if (!ending_ && error != errc::none)
    refuse(error, error == errc::too_large ? "a frame is larger than the limit"
                                           : "the bytes are no frames of this protocol");
}

void peer_session::on_frame(const frame& input) {
  switch (input.type) {
  case frame_type::hello:
    return on_hello(input);
  case frame_type::welcome:
    return on_welcome();
  case frame_type::refused:
    return on_last_word(input, "refused us: ");
  case frame_type::goodbye:
    return on_last_word(input, "said goodbye: ");
  case frame_type::pong:
    return;
  default:
    break;
  }
  if (!up_)
    return refuse(errc::refused_malformed, "a frame came before the hello was completed");
  switch (input.type) {
  case frame_type::ping:
    if (!connection_.window_full())
      connection_.write_frame(frame_type::pong);
    return;
  case frame_type::raft_message:
    return on_raft_message(input);
  case frame_type::forward:
    return on_forward(input);
  case frame_type::forward_refused:
    return on_forward_refused(input);
  case frame_type::word:
    return on_word(input);
  case frame_type::direct:
    return on_direct(input);
  case frame_type::direct_reply:
    return on_direct_reply(input);
  default:
    return refuse(errc::refused_malformed, "a frame that does not belong between members");
  }
}

// -- the hello ------------------------------------------------------------------------------------

void peer_session::say_hello() {
  own_ = config_.make_hello();
  own_.epoch = config_.epochs->next();
  own_.seen_epoch = config_.epochs->seen(remote_ ? remote_->self.peer : expected_peer_);
  said_hello_ = true;
  if (!connection_.write_frame(frame_type::hello, [this](raft::writer& out) { encode(own_, out); }))
    give_up(errc::too_large, "the own hello does not fit into a frame");
}

void peer_session::on_hello(const frame& input) {
  if (remote_)
    return refuse(errc::refused_malformed, "a second hello");
  remote_ = decode_hello(input.payload);
  if (!remote_)
    return refuse(errc::refused_malformed, "the hello cannot be understood");
  if (!expected_peer_.empty() && remote_->self.peer != expected_peer_)
    return refuse(errc::refused_stranger,
                  "'" + expected_peer_ + "' was expected here, not '" + remote_->self.peer + "'");
  judge();
}

void peer_session::judge() {
  const auto& dialer = dialed_ ? own_ : *remote_;
  const link_hello question{*remote_, dialed_, dialer.epoch, dialer.seen_epoch};
  compat::request(self_, config_.node, config_.limits.hello_timeout, question,
                  caf::actor_cast<link_actor>(self_))
      .then([this] { on_verdict({}); }, [this](const caf::error& reason) { on_verdict(reason); });
}

void peer_session::on_verdict(const caf::error& verdict) {
  if (ending_)
    return;
  if (verdict) {
    if (!said_hello_) // whoever is turned away has to know by which cluster
      say_hello();
    return refuse(code_of(verdict, errc::stopped), text_of(verdict));
  }
  accepts_ = true;
  connection_.trust();
  config_.epochs->saw(remote_->self.peer, remote_->epoch);
  if (!said_hello_)
    say_hello();
  connection_.write_frame(frame_type::welcome);
  open_if_both_accept();
}

void peer_session::on_welcome() {
  if (!said_hello_ || accepted_)
    return refuse(errc::refused_malformed, "a welcome without a hello");
  accepted_ = true;
  open_if_both_accept();
}

void peer_session::open_if_both_accept() {
  if (up_ || ending_ || !accepts_ || !accepted_)
    return;
  up_ = true;
  if (on_up_)
    std::exchange(on_up_, nullptr)();
  logger()->debug("link to {} is up", whom());
  compat::send(self_, config_.node, link_opened{}, *remote_, caf::actor_cast<link_actor>(self_));
}

/// `refused` or `goodbye`: the other side says nothing more, and neither do we.
void peer_session::on_last_word(const frame& input, const char* what) {
  const auto word = decode_refusal(input.payload);
  if (!word)
    return give_up(errc::refused_malformed, "the last word cannot be understood");
  if (word->reason == errc::refused_retired || word->reason == errc::refused_name_taken
      || word->reason == errc::refused_cluster)
    compat::send(
        self_, config_.node,
        turned_away_by{remote_ ? remote_->cluster_id : raft::incarnation_id{}, word->reason});
  give_up(word->reason == errc::none ? errc::connection_lost : word->reason, what + word->text);
}

// -- frames become messages -----------------------------------------------------------------------

void peer_session::on_raft_message(const frame& input) {
  auto decoded = raft::decode_message(input.payload);
  if (!decoded)
    return refuse(errc::refused_malformed, "a message of the algorithm cannot be understood");
  if (input.group == config_.group && decoded->group == config_.group)
    compat::send(self_, config_.node, peer_message{remote_->self, std::move(*decoded)});
}

void peer_session::on_forward(const frame& input) {
  auto decoded = decode_proposal_batch(input.payload);
  if (!decoded)
    return refuse(errc::refused_malformed, "forwarded operations cannot be understood");
  decoded->via = remote_->self;
  compat::send(self_, config_.node, std::move(*decoded));
}

void peer_session::on_forward_refused(const frame& input) {
  auto decoded = decode_proposal_refused(input.payload);
  if (!decoded)
    return refuse(errc::refused_malformed, "a refusal of operations cannot be understood");
  compat::send(self_, config_.node, *decoded);
}

void peer_session::on_word(const frame& input) {
  auto decoded = raft::decode_word(input.payload);
  if (!decoded)
    return refuse(errc::refused_malformed, "a word between nodes cannot be understood");
  compat::send(self_, config_.node, peer_word{std::move(*decoded)}, remote_->self);
}

void peer_session::on_direct(const frame& input) {
  auto decoded = decode_direct_message(input.payload);
  if (!decoded)
    return refuse(errc::refused_malformed, "a message of a collection cannot be understood");
  compat::send(self_, config_.node, std::move(*decoded), remote_->self);
}

void peer_session::on_direct_reply(const frame& input) {
  const auto decoded = decode_direct_reply(input.payload);
  if (!decoded)
    return refuse(errc::refused_malformed, "an answer to a collection cannot be understood");
  compat::send(self_, config_.node, *decoded, remote_->self);
}

// -- messages become frames -----------------------------------------------------------------------

void peer_session::send_raft_message(const raft::message& msg) {
  if (!up_ || ending_)
    return;
  if (connection_.window_full()) {
    // The core sends it again; a slow peer must not grow our memory.
    if (dropped_++ == 0)
      logger()->warn("{} does not keep up: messages to it are dropped", whom());
    return;
  }
  dropped_ = 0;
  if (!connection_.write_frame(frame_type::raft_message,
                               [&msg](raft::writer& out) { raft::encode(msg, out); }))
    report(errc::too_large, "a message of the algorithm does not fit into a frame");
}

void peer_session::send_forward(const proposal_batch& batch) {
  auto reason = errc::none;
  if (!up_ || ending_)
    reason = errc::not_leader;
  else if (connection_.window_full())
    reason = errc::overloaded;
  else if (!connection_.write_frame(frame_type::forward,
                                    [&batch](raft::writer& out) { encode(batch, out); }))
    reason = errc::too_large;
  if (reason != errc::none)
    compat::send(self_, config_.node,
                 proposal_refused{batch.via, batch.origin, batch.token, reason});
}

/// Somebody waits for each answer, so they may go beyond the window; but not for ever.
bool peer_session::has_room_for_answers() {
  if (!up_ || ending_)
    return false;
  if (connection_.unsent() <= 2 * config_.limits.window)
    return true;
  give_up(errc::overloaded, "it asks, and does not read the answers");
  return false;
}

void peer_session::send_forward_refused(const proposal_refused& refused) {
  if (!has_room_for_answers())
    return;
  connection_.write_frame(frame_type::forward_refused,
                          [&refused](raft::writer& out) { encode(refused, out); });
}

void peer_session::send_word(const peer_word& msg) {
  if (up_ && !ending_ && !connection_.window_full())
    connection_.write_frame(frame_type::word,
                            [&msg](raft::writer& out) { raft::encode(msg.content, out); });
}

void peer_session::send_direct(const direct_message& msg) {
  auto reason = errc::none;
  if (!up_ || ending_)
    reason = errc::connection_lost;
  else if (connection_.window_full())
    reason = errc::overloaded;
  else if (msg.content.size() + direct_head > payload_limit(
               static_cast<std::uint8_t>(frame_type::direct), config_.limits.max_payload)
           || !connection_.write_frame(frame_type::direct,
                                       [&msg](raft::writer& out) { encode(msg, out); }))
    reason = errc::too_large;
  if (reason != errc::none && remote_)
    compat::send(self_, config_.node, direct_reply{msg.origin, msg.request, reason}, remote_->self);
}

void peer_session::send_direct_reply(const direct_reply& reply) {
  if (has_room_for_answers())
    connection_.write_frame(frame_type::direct_reply,
                            [&reply](raft::writer& out) { encode(reply, out); });
}

void peer_session::close(errc reason) {
  if (ending_)
    return;
  logger()->debug("link to {} is closed: {}", whom(), to_string(reason));
  end_with_words(up_ ? frame_type::goodbye : frame_type::refused, reason, explain(reason));
}

void peer_session::node_ended() {
  if (!ending_) // else the last word is on its way
    close(errc::stopped);
}

void peer_session::wind_up(const caf::error& reason) {
  ending_ = true;
  connection_.leave(reason);
}

// -- ends -----------------------------------------------------------------------------------------

void peer_session::refuse(errc reason, const std::string& text) {
  report(reason, "refused: " + text);
  end_with_words(up_ ? frame_type::goodbye : frame_type::refused, reason, text);
}

void peer_session::end_with_words(frame_type type, errc reason, const std::string& text) {
  ending_ = true;
  end_reason_ = reason;
  end_text_ = text;
  const refusal word{reason, text};
  connection_.write_frame(type, [&word](raft::writer& out) { encode(word, out); });
  connection_.finish();
  compat::run_after(self_, config_.limits.linger, [this] { quit(); });
}

void peer_session::give_up(errc reason, const std::string& text) {
  report(reason, text);
  ending_ = true;
  end_reason_ = reason;
  end_text_ = text;
  quit();
}

void peer_session::quit() {
  connection_.leave(make_error(end_reason_, end_text_));
}

void peer_session::report(errc reason, const std::string& text) {
  // Neither a stop that was announced nor a duplicate is a failure; and connections come and go.
  const bool expected = reason == errc::refused_duplicate || reason == errc::stopped
                        || reason == errc::connection_lost || reason == errc::closed;
  const auto line = "link to " + whom() + ": " + text + " (" + to_string(reason) + ")";
  logger()->log(expected ? spdlog::level::info : spdlog::level::warn, "{}", line);
  if (!expected)
    compat::send(self_, config_.node, event::error{reason, line});
}

std::string peer_session::whom() const {
  if (remote_)
    return "'" + remote_->self.peer + "' at " + where_;
  return where_;
}

} // namespace hamok
