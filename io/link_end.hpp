#pragma once

// One end of a link that has no connection of its own: what its two ends say to each other is
// carried by actors (actor_link.hpp) or by the application (custom_link.hpp). The hello, the
// refusals, the silence and the goodbye are those of a peer link (peer_link.hpp). Nothing is relied
// on but that some of what is said arrives: a hello is said again until it is answered.

#include "hamok/actors/caf_compat.hpp"
#include "hamok/io/link_config.hpp"

#include <caf/error.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <variant>

namespace hamok {

/// The other side's hello is accepted, or why not.
struct link_verdict {
  errc reason = errc::none;
  std::string text;
};

/// Why the sender closes a link that was up.
struct link_goodbye {
  errc reason = errc::none;
  std::string text;
};

/// The sender is there, and has sent so many bytes so far.
struct link_mark {
  std::uint64_t sent = 0;
};

/// Answers that: what was sent before has come, or never will.
struct link_mark_seen {
  std::uint64_t sent = 0;
};

/// Everything that one end says to the other.
using link_saying =
    std::variant<hello, link_verdict, link_goodbye, link_mark, link_mark_seen, raft::message,
                 proposal_batch, proposal_refused, peer_word, direct_message, direct_reply>;

/// What an end is told when it is made.
struct link_end_role {
  bool dialed = false;
  std::string expected_peer; ///< empty: any
  std::string where;         ///< for the log
  /// How often a hello is said again.
  caf::timespan retry = std::chrono::milliseconds{20};
};

/// The end of a link inside of the actor that is this link on its member.
class link_end {
public:
  /// What the actor does for it.
  struct hooks {
    /// Says this to the other end; it may get lost.
    std::function<void(link_saying)> say;
    /// Asks the node, and calls `on_verdict` with its answer.
    std::function<void(link_hello)> ask;
  };

  link_end(self_ptr self, compat::monitors& monitors, link_config config, link_end_role role,
           hooks calls);
  link_end(const link_end&) = delete;
  link_end& operator=(const link_end&) = delete;

  /// To be called once, in the actor's context.
  void start();

  /// The other end has said this.
  void hear(link_saying what);
  /// The node's answer.
  void on_verdict(const caf::error& verdict);
  /// The other end is gone.
  void lost(const std::string& why);
  /// The other end says what cannot be understood.
  void refuse(errc reason, const std::string& text);

  // What the own node wants to be sent.
  void send(raft::message msg);
  void send(proposal_batch batch);
  void send(proposal_refused refused);
  void send(peer_word word);
  void send(direct_message msg);
  void send(direct_reply reply);
  void close(errc reason);
  /// Something that was to be said is larger than the other end takes.
  void report_too_large(const char* what);

  [[nodiscard]] const hello& own() const noexcept { return own_; }
  [[nodiscard]] const std::optional<hello>& remote() const noexcept { return remote_; }
  [[nodiscard]] bool ended() const noexcept { return ended_; }
  [[nodiscard]] const link_config& config() const noexcept { return config_; }

private:
  using clock = std::chrono::steady_clock;

  void on(hello said);
  void on(const link_verdict& verdict);
  void on(const link_goodbye& goodbye);
  void on(const link_mark& mark);
  void on(const link_mark_seen& seen);
  void on(raft::message msg);
  void on(proposal_batch batch);
  void on(const proposal_refused& refused);
  void on(peer_word word);
  void on(direct_message msg);
  void on(const direct_reply& reply);

  void introduce();
  void repeat_hello();
  void open_if_both_accept();
  void turned_away(errc reason);
  void on_tick();
  void count(std::size_t bytes);
  [[nodiscard]] std::uint64_t unseen() const noexcept { return sent_ - seen_; }
  [[nodiscard]] bool has_room_for_answers();
  [[nodiscard]] bool window_full() const noexcept { return unseen() > config_.limits.window; }
  void end_with_words(errc reason, const std::string& text);
  void give_up(errc reason, const std::string& text);
  void end(errc reason, const std::string& text);
  void report(errc reason, const std::string& text);
  [[nodiscard]] std::string whom() const;

  self_ptr self_;
  compat::monitors& monitors_;
  link_config config_;
  link_end_role role_;
  hooks calls_;
  hello own_;
  std::optional<hello> remote_;
  bool accepts_ = false;  ///< our node has accepted the other side
  bool accepted_ = false; ///< the other side has accepted us
  bool up_ = false;
  bool ended_ = false;
  std::uint64_t sent_ = 0;   ///< bytes, all told
  std::uint64_t marked_ = 0; ///< of them, when the last mark was sent
  std::uint64_t seen_ = 0;   ///< of them, what the other end has seen
  std::uint64_t dropped_ = 0;
  clock::time_point last_heard_;
  clock::time_point last_tick_;
};

} // namespace hamok
