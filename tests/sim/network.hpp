#pragma once

// The network between members: it carries the real bytes, and loses, doubles, delays, reorders and
// blocks them.

#include "hamok/raft/bytes.hpp"
#include "hamok/raft/messages.hpp"
#include "hamok/tests/sim/dice.hpp"
#include "hamok/tests/sim/grid.hpp"
#include "hamok/tests/sim/old_acknowledgements.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <variant>
#include <vector>

namespace hamok::sim {

class world;

class network {
public:
  explicit network(world& all);

  void send(std::size_t from, std::size_t to, const raft::message& message);

  /// Carries something of the shell's (a forwarded proposal) over the same paths. False: it is
  /// lost.
  bool carry(std::size_t from, std::size_t to, std::function<void()> arrive);

  [[nodiscard]] bool is_open(std::size_t from, std::size_t to) {
    return paths_.at(from, to).blocked == 0;
  }

  /// A delay as any message has it.
  [[nodiscard]] duration delay();

  /// Stops everything from `from` to `to` until `unblock` was called as often.
  void block(std::size_t from, std::size_t to);
  void unblock(std::size_t from, std::size_t to);
  void unblock_all();

  /// Old messages to `to` come once more, now that its role or term is another.
  void repeat_old(std::size_t to);

  /// And acknowledgements that are untrue by now, when `to` leads again.
  void repeat_untrue(std::size_t to) { untrue_.deliver(to); }

  /// From now on nothing goes wrong any more, and nothing is blocked.
  void heal();

  /// The link between the two has changed; each end hears of it as a real link layer would tell it:
  /// at once, late, or not at all.
  void tell_of_link(std::size_t one, std::size_t other, bool up);

private:
  struct path {
    int blocked = 0;
    std::uint64_t sent = 0;
    std::uint64_t arrived = 0; ///< the latest sent of what has arrived
  };

  static constexpr auto message_kinds = std::variant_size_v<raft::message_body>;

  struct old_message {
    std::size_t from = 0;
    std::uint64_t number = 0;
    blob bytes;
  };

  void dispatch(std::size_t from, std::size_t to, const blob& bytes, std::uint64_t number);
  void arrive(std::size_t from, std::size_t to, const blob& bytes, std::uint64_t number);
  void repeat_later(std::size_t from, std::size_t to, const raft::message& message,
                    const blob& bytes, std::uint64_t number);
  void disturb(std::size_t from, std::size_t to, const raft::message& message, const blob& bytes);
  void send_malformed(std::size_t from, std::size_t to, const raft::message& message);
  void read_garbage(const blob& bytes);
  void tell_end(std::size_t whom, std::size_t peer, bool up);

  world& all_;
  grid<path> paths_;
  /// Some of what was sent to each, by kind: requests are many more than answers.
  std::vector<std::array<std::vector<old_message>, message_kinds>> old_;
  old_acknowledgements untrue_;
  bool healed_ = false;
};

} // namespace hamok::sim
