#include "hamok/io/actor_link.hpp"

#include "hamok/actors/placement.hpp"
#include "hamok/io/error_code.hpp"
#include "hamok/io/link_end.hpp"
#include "hamok/io/log.hpp"

#include <spdlog/spdlog.h>

#include <type_traits>
#include <utility>

namespace hamok {

namespace {

/// What an end understands besides the interface of a link. A message that is in both comes from
/// the other end when that is its sender.
using link_end_actor = link_actor::extend<
    // From the other end: its hello. It is heard again until it is answered.
    caf::result<void>(link_hello, link_actor),
    // From the other end: it has accepted our hello, or why not.
    caf::result<void>(link_opened, caf::error),
    // From the other end.
    caf::result<void>(peer_message),
    // From the other end: it is still there, and has sent so many bytes.
    caf::result<void>(caf::ping_atom, std::uint64_t),
    // From the other end: it has seen what was sent so far.
    caf::result<void>(caf::pong_atom, std::uint64_t)>;

/// How an end begins.
struct beginning {
  node_actor door; ///< of the side that dials: who opens the other end
  link_actor from; ///< of the other side: the end that has dialed, and what it has said
  hello said;
};

/// With this text and nothing more.
caf::error error_of(errc reason, std::string text) {
  if (reason == errc::none)
    return {};
  return caf::error{reason, caf::make_message(std::move(text))};
}

class actor_link_state {
public:
  using interface = link_end_actor;

  template <class Self>
  actor_link_state(Self* self, beginning how, link_end_role role, actor_link_options options,
                   link_config config)
      : self_(self),
        how_(std::move(how)),
        peer_(role.expected_peer),
        options_(std::move(options)),
        end_(self, monitors_, std::move(config), std::move(role),
             {[this](link_saying what) { say(std::move(what)); },
              // Only a concrete kind of actor has requests.
              [self, this](link_hello question) {
                compat::request(self, end_.config().node, end_.config().limits.hello_timeout,
                                std::move(question), caf::actor_cast<link_actor>(self))
                    .then([this] { end_.on_verdict({}); },
                          [this](const caf::error& reason) { end_.on_verdict(reason); });
              }}) {}

  actor_link_state(const actor_link_state&) = delete;
  actor_link_state& operator=(const actor_link_state&) = delete;

  link_end_actor::behavior_type make_behavior() {
    end_.start();
    if (how_.from) {
      peer_ = how_.said.self.peer;
      adopt(std::exchange(how_.from, {}));
      if (passes(peer_, end_.own().self.peer))
        end_.hear(std::move(how_.said));
    } else {
      monitors_.watch(self_, how_.door, [this](const caf::error&) {
        if (!other_)
          end_.lost("the node is gone");
      });
    }
    return behavior();
  }

private:
  link_end_actor::behavior_type behavior() {
    return {
        [this](raft::message& msg) { end_.send(std::move(msg)); },
        [this](proposal_batch& batch) { pass(std::move(batch)); },
        [this](const proposal_refused& refused) { pass(refused); },
        [this](peer_word& word) { pass(std::move(word)); },
        [this](direct_message& msg) { pass(std::move(msg)); },
        [this](const direct_reply& reply) { pass(reply); },
        [this](close_link, const caf::error& reason) {
          if (from_other_end())
            end_.hear(link_goodbye{code_of(reason, errc::closed), text_of(reason)});
          else
            end_.close(code_of(reason, errc::closed));
        },
        [this](const link_hello& said, const link_actor& from) {
          if (!other_)
            adopt(from);
          if (from == other_)
            end_.hear(said.remote);
        },
        [this](link_opened, const caf::error& verdict) { on_verdict(verdict); },
        [this](peer_message& msg) { hear(std::move(msg.message)); },
        [this](caf::ping_atom, std::uint64_t sent) { hear(link_mark{sent}); },
        [this](caf::pong_atom, std::uint64_t sent) { hear(link_mark_seen{sent}); },
    };
  }

  void adopt(link_actor other) {
    other_ = std::move(other);
    other_ptr_ = caf::actor_cast<caf::strong_actor_ptr>(other_);
    monitors_.watch(self_, other_, [this](const caf::error&) {
      if (passes(peer(), end_.own().self.peer))
        end_.lost("it has ended");
    });
  }

  [[nodiscard]] bool from_other_end() const {
    return other_ptr_ && self_->current_sender() == other_ptr_;
  }

  /// Of the other end, or of a node that opens none.
  void on_verdict(const caf::error& verdict) {
    const auto door = caf::actor_cast<caf::strong_actor_ptr>(how_.door);
    if (from_other_end() || (!other_ && verdict && self_->current_sender() == door))
      end_.hear(link_verdict{code_of(verdict, errc::stopped), text_of(verdict)});
  }

  void hear(link_saying what) {
    if (from_other_end())
      end_.hear(std::move(what));
  }

  template <class T>
  void pass(T what) {
    if (from_other_end())
      end_.hear(std::move(what));
    else
      end_.send(std::move(what));
  }

  [[nodiscard]] const std::string& peer() const {
    return end_.remote() ? end_.remote()->self.peer : peer_;
  }

  [[nodiscard]] bool passes(const std::string& from, const std::string& to) const {
    return !options_.network || options_.network->passes(from, to);
  }

  void say(link_saying what) {
    if (passes(end_.own().self.peer, peer()))
      std::visit([this](auto& said) { transmit(std::move(said)); }, what);
  }

  template <class... Ts>
  void to_other(Ts&&... xs) {
    if (other_)
      compat::send(self_, caf::actor_cast<caf::actor>(other_), std::forward<Ts>(xs)...);
  }

  void transmit(hello said) {
    const auto epoch = said.epoch;
    const auto seen_epoch = said.seen_epoch;
    link_hello words{std::move(said), true, epoch, seen_epoch};
    auto myself = caf::actor_cast<link_actor>(self_);
    if (other_)
      to_other(std::move(words), std::move(myself));
    else
      compat::send(self_, how_.door, open_link_v, std::move(words), std::move(myself));
  }
  void transmit(link_verdict said) {
    to_other(link_opened_v, error_of(said.reason, std::move(said.text)));
  }
  void transmit(link_goodbye said) {
    to_other(close_link_v, error_of(said.reason, std::move(said.text)));
  }
  void transmit(link_mark said) { to_other(caf::ping_atom_v, said.sent); }
  void transmit(link_mark_seen said) { to_other(caf::pong_atom_v, said.sent); }
  void transmit(raft::message said) { to_other(peer_message{end_.own().self, std::move(said)}); }
  template <class T>
  void transmit(T said) {
    to_other(std::move(said));
  }

  self_ptr self_;
  compat::monitors monitors_;
  beginning how_;
  std::string peer_;
  actor_link_options options_;
  link_actor other_;
  caf::strong_actor_ptr other_ptr_;
  link_end end_;
};

} // namespace

link_actor spawn_actor_link(caf::actor_system& system, node_actor other, std::string expected_peer,
                            std::string where, actor_link_options options, link_config config) {
  const auto place = options.placement;
  link_end_role role{true, std::move(expected_peer), std::move(where), options.retry};
  return caf::actor_cast<link_actor>(
      compat::spawn<actor_link_state>(system, place, beginning{std::move(other), {}, {}},
                                      std::move(role), std::move(options), std::move(config)));
}

void link_door::open(const link_hello& said, const link_actor& from,
                     const actor_link_options& options, const link_config& config) {
  const auto key = caf::actor_cast<caf::actor_addr>(from);
  if (const auto known = ends_.find(key); known != ends_.end()) {
    if (const auto end = caf::actor_cast<caf::actor>(known->second))
      compat::send(self_, end, said, from);
    return;
  }
  if (ends_.size() >= max_ends) {
    logger()->warn("'{}' is not let in: there are too many links", said.remote.self.peer);
    return;
  }
  link_end_role role{false, {}, "that has come by itself", options.retry};
  const auto end = compat::spawn<actor_link_state>(self_->system(), options.placement,
                                                   beginning{{}, from, said.remote},
                                                   std::move(role), options, config);
  ends_.emplace(key, caf::actor_cast<caf::actor_addr>(end));
  monitors_.watch(self_, end, [this, key](const caf::error&) { ends_.erase(key); });
}

} // namespace hamok
