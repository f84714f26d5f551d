#include "hamok/io/client_session.hpp"

#include "hamok/actors/caf_compat.hpp"
#include "hamok/actors/interfaces/endpoint.hpp"
#include "hamok/io/error_code.hpp"
#include "hamok/io/log.hpp"

#include <caf/sec.hpp>

#include <spdlog/spdlog.h>

#include <utility>
#include <variant>

namespace hamok {

namespace {

/// A client that takes no byte for this long while answers wait for it is gone.
constexpr caf::timespan stalled_limit = std::chrono::seconds{30};

template <class F, class... Es>
caf::behavior with_events(const std::variant<Es...>*, F on_event, caf::message_handler others) {
  caf::message_handler events{[on_event](const Es& value) { on_event(any_event{value}); }...};
  return caf::behavior{others.or_else(events)};
}

/// The error for the client. What CAF itself reports leaves open whether a change was made: the
/// answer is lost, because the actor has ended or did not answer in time.
caf::error client_error(const caf::error& reason, bool changes) {
  if (code_of(reason, errc::none) != errc::none)
    return reason;
  if (changes)
    return make_error(errc::outcome_unknown, text_of(reason));
  return make_error(reason == caf::sec::request_timeout ? errc::request_timeout : errc::stopped,
                    text_of(reason));
}

} // namespace

client_session::client_session(caf::io::broker* self, connection conn, link_config config,
                               std::string where)
    : self_(self),
      connection_(std::move(conn)),
      config_(std::move(config)),
      where_(std::move(where)) {}

caf::behavior client_session::make_behavior() {
  caf::message_handler own{
      [this](const caf::io::new_data_msg& msg) { on_data(msg); },
      [this](const caf::io::data_transferred_msg& msg) {
        connection_.transferred(msg);
        last_progress_ = connection::clock::now();
        tell_missed();
        if (halted_)
          pump();
      },
      [this](const caf::io::connection_closed_msg&) { quit(); },
      [this](caf::flush_atom) { connection_.flush(); },
      [this](const collection_event& value) { on_collection_event(value); },
  };
  return with_events(
      static_cast<const any_event*>(nullptr), [this](const any_event& value) { on_event(value); },
      std::move(own));
}

void client_session::start(const frame& first) {
  compat::run_after(self_, config_.limits.hello_timeout, [this] {
    if (!welcomed_ && !ending_)
      refuse(errc::request_timeout, "the hello was not completed in time");
  });
  compat::run_after(self_, config_.limits.ping_interval, [this] { on_tick(); });
  on_hello(first);
  pump();
}

// -- the hello ------------------------------------------------------------------------------------

void client_session::on_hello(const frame& input) {
  const auto said = decode_client_hello(input.payload);
  if (!said)
    return refuse(errc::refused_malformed, "the hello cannot be understood");
  host_ = "client '" + printable(said->name) + "' at " + host_part(where_);
  where_ = "client '" + printable(said->name) + "' at " + where_;
  if (said->protocol_min > client_protocol_version || said->protocol_max < client_protocol_version)
    return refuse(errc::refused_protocol, "only version 1 of the client protocol is spoken here");
  const auto own = config_.make_hello();
  if (!said->cluster.empty() && said->cluster != own.cluster)
    return refuse(errc::refused_cluster, "this is cluster '" + own.cluster + "'");
  welcome(config_.make_welcome());
}

void client_session::welcome(const client_welcome& answer) {
  welcomed_ = true;
  connection_.trust();
  connection_.write_raw([&answer](std::vector<std::byte>& out) { append_frame(out, answer); });
  logger()->debug("{} is welcome", where_);
  if (on_up_)
    std::exchange(on_up_, nullptr)();
}

// -- reading --------------------------------------------------------------------------------------

void client_session::on_tick() {
  if (ending_)
    return;
  const auto now = connection::clock::now();
  if (connection_.unsent() == 0)
    last_progress_ = now;
  if (now - last_progress_ > stalled_limit)
    return refuse(errc::overloaded, "answers are not read");
  if (in_flight_ > 0 || !feeds_.empty())
    last_asked_ = now;
  if (now - last_asked_ > config_.limits.client_idle_limit)
    return refuse(errc::closed, "nothing was asked for a long time");
  // A halt that is taken back within one round of the multiplexer can be lost: say it again.
  if (!halted_)
    connection_.trigger();
  compat::run_after(self_, config_.limits.ping_interval, [this] { on_tick(); });
}

void client_session::on_data(const caf::io::new_data_msg& msg) {
  if (ending_)
    return;
  last_asked_ = connection::clock::now();
  connection_.feed(msg);
  pump();
}

bool client_session::saturated() const noexcept {
  return in_flight_ >= config_.limits.max_client_requests
         || in_flight_bytes_ > config_.limits.window || connection_.window_full();
}

void client_session::pump() {
  if (pumping_)
    return;
  pumping_ = true;
  while (!ending_ && welcomed_ && !saturated()) {
    const auto input = connection_.next();
    if (!input)
      break;
    on_frame(*input);
  }
  pumping_ = false;
  if (ending_)
    return;
  if (connection_.parser_error() != errc::none && !connection_.has_next())
    return refuse(connection_.parser_error(), "the bytes are no frames of this protocol");
  // Before the welcome no more than one read is kept.
  const bool wait = saturated() || (!welcomed_ && connection_.has_next());
  if (wait != halted_) {
    halted_ = wait;
    if (wait)
      connection_.halt();
    else
      connection_.trigger();
  }
}

void client_session::on_frame(const frame& input) {
  switch (input.type) {
  case frame_type::client_request:
    return on_request(input);
  case frame_type::ping:
    connection_.write_frame(frame_type::pong);
    return;
  case frame_type::pong:
    return;
  case frame_type::goodbye:
    return quit();
  default:
    return refuse(errc::refused_malformed, "a frame that a client has no business with");
  }
}

void client_session::on_request(const frame& input) {
  const auto request = decode_client_request(input.payload);
  if (!request)
    return refuse(errc::refused_malformed, "a request cannot be understood");
  const ticket t{request->id, input.payload.size(), may_change(request->body)};
  ++in_flight_;
  in_flight_bytes_ += t.bytes;
  std::visit([this, t](const auto& body) { handle(t, body); }, request->body);
}

// -- answers --------------------------------------------------------------------------------------

void client_session::respond(ticket t, client_response_body body) {
  answer(t, client_response{t.id, errc::none, {}, std::move(body)});
}

void client_session::fail(ticket t, const caf::error& reason) {
  const auto told = client_error(reason, t.changes);
  const auto code = static_cast<errc>(told.code());
  if (code == errc::closed || code == errc::stopped || code == errc::outcome_unknown)
    std::erase_if(collections_, [](const auto& known) { return known.second.waiting.empty(); });
  answer(t, client_response{t.id, code, text_of(told), {}});
}

void client_session::answer(ticket t, client_response response) {
  --in_flight_;
  in_flight_bytes_ -= t.bytes;
  if (ending_)
    return;
  const auto write = [this, &response] {
    return connection_.write_raw(
        [&response](std::vector<std::byte>& out) { append_frame(out, response); });
  };
  if (!write()) {
    const auto code = t.changes ? errc::answer_too_large : errc::too_large;
    response = {t.id, code, explain(code), {}};
    write();
  }
  if (connection_.unsent() > 4 * config_.limits.window + config_.limits.max_payload)
    return refuse(errc::overloaded, "answers are not read");
  if (halted_)
    pump();
}

// -- ends -----------------------------------------------------------------------------------------

void client_session::refuse(errc reason, const std::string& text) {
  if (ending_)
    return;
  ending_ = true;
  end_reason_ = reason;
  logger()->warn("{}: refused: {} ({})", where_, text, to_string(reason));
  if (!welcomed_ && reason != errc::stopped)
    compat::send(self_, config_.node, event::error{reason, host_ + ": refused: " + text});
  for (auto& [id, which] : feeds_)
    tell_missed(id, which);
  const refusal word{reason, text};
  connection_.write_frame(frame_type::refused, [&word](raft::writer& out) { encode(word, out); });
  connection_.finish();
  compat::run_after(self_, config_.limits.linger, [this] { quit(); });
}

void client_session::quit() {
  wind_up(make_error(end_reason_));
}

void client_session::wind_up(const caf::error& reason) {
  ending_ = true;
  if (!std::exchange(node_feeds_, {}).empty())
    compat::send(self_, config_.node, unsubscribe{}, caf::actor_cast<caf::actor>(self_));
  connection_.leave(reason);
}

} // namespace hamok
