#pragma once

// What a peer link does with its connection; behind peer_link.hpp (the side that dials) and
// listener.hpp (the side that is dialed).

#include "hamok/actors/caf_compat.hpp"
#include "hamok/io/connection.hpp"
#include "hamok/io/link_config.hpp"

#include <caf/behavior.hpp>
#include <caf/io/broker.hpp>

#include <functional>
#include <optional>
#include <string>

namespace hamok {

/// What the broker of a connection understands besides the interface of its link.
using link_broker_actor = link_actor::extend<
    // Bytes have come.
    caf::result<void>(caf::io::new_data_msg),
    // Bytes have gone.
    caf::result<void>(caf::io::data_transferred_msg),
    // The connection is gone.
    caf::result<void>(caf::io::connection_closed_msg),
    // internal: write out what the messages before this one have written.
    caf::result<void>(caf::flush_atom)>;

/// One connection with another member, from the hello to the goodbye. Lives inside of the broker
/// that owns the connection, and is used by nobody else.
class peer_session {
public:
  /// `expected_peer`: the member that should be there; empty: any. `where`: for the log.
  peer_session(caf::io::broker* self, connection conn, link_config config, bool dialed,
               std::string expected_peer, std::string where);

  peer_session(const peer_session&) = delete;
  peer_session& operator=(const peer_session&) = delete;

  /// However the actor has ended, the connection does not outlive it.
  ~peer_session() { connection_.shut_down(); }

  [[nodiscard]] caf::behavior make_behavior();

  /// The side that dials: says hello.
  void start_dialed();

  /// The side that is dialed: `first` is the hello that has come already.
  void start_accepted(const frame& first);

  /// There is nobody left to link for.
  void node_ended();

  /// Somebody has sent an exit message.
  void wind_up(const caf::error& reason);

  /// `callback` is called once, when both sides have accepted each other.
  void when_up(std::function<void()> callback) { on_up_ = std::move(callback); }

private:
  void start_timers();
  void on_tick();
  void on_data(const caf::io::new_data_msg& msg);
  void pump();
  void on_frame(const frame& input);

  // The hello.
  void on_hello(const frame& input);
  void judge();
  void on_verdict(const caf::error& verdict);
  void on_welcome();
  void on_last_word(const frame& input, const char* what);
  void say_hello();
  void open_if_both_accept();

  // Frames that became messages.
  void on_raft_message(const frame& input);
  void on_forward(const frame& input);
  void on_forward_refused(const frame& input);
  void on_word(const frame& input);
  void on_direct(const frame& input);
  void on_direct_reply(const frame& input);

  // Messages that become frames.
  void send_raft_message(const raft::message& msg);
  void send_forward(const proposal_batch& batch);
  void send_forward_refused(const proposal_refused& refused);
  void send_word(const peer_word& msg);
  void send_direct(const direct_message& msg);
  void send_direct_reply(const direct_reply& reply);
  void close(errc reason);

  // Ends.
  void refuse(errc reason, const std::string& text);
  void end_with_words(frame_type type, errc reason, const std::string& text);
  void give_up(errc reason, const std::string& text);
  [[nodiscard]] bool has_room_for_answers();
  void quit();
  void report(errc reason, const std::string& text);
  [[nodiscard]] std::string whom() const;

  caf::io::broker* self_;
  connection connection_;
  link_config config_;
  std::function<void()> on_up_;
  bool dialed_;
  std::string expected_peer_;
  std::string where_;

  hello own_;
  std::optional<hello> remote_;
  bool said_hello_ = false;
  bool accepts_ = false;  ///< our node has accepted the other side
  bool accepted_ = false; ///< the other side has welcomed us
  bool up_ = false;
  bool ending_ = false;
  errc end_reason_ = errc::none;
  std::string end_text_;
  connection::clock::time_point last_tick_;
  std::uint64_t dropped_ = 0;
};

} // namespace hamok
