#pragma once

// Messages with random contents of every kind.

#include "hamok/raft/messages.hpp"
#include "hamok/raft/random.hpp"

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace hamok::raft::test {

class message_generator {
public:
  static constexpr unsigned kinds = 7;

  explicit message_generator(std::uint64_t seed) : random_(seed) {}

  /// A number below `bound`.
  std::uint64_t below(std::uint64_t bound) { return random_.next() % bound; }

  /// A number of any size: small ones, huge ones and the limits are all likely.
  std::uint64_t number() {
    switch (below(4)) {
    case 0:
      return below(4);
    case 1:
      return below(1000);
    case 2:
      return random_.next();
    default:
      return ~std::uint64_t{0} - below(2);
    }
  }

  bool coin() { return below(2) == 0; }

  blob bytes(std::size_t max_size) {
    std::vector<std::byte> result(static_cast<std::size_t>(below(max_size + 1)));
    for (auto& value : result)
      value = static_cast<std::byte>(below(256));
    return blob::from_vector(std::move(result));
  }

  member_id member() {
    return {"peer-" + std::to_string(below(1000)), {random_.next(), random_.next()}};
  }

  std::vector<member_id> members(std::uint64_t max_count) {
    std::vector<member_id> result(static_cast<std::size_t>(below(max_count + 1)));
    for (auto& value : result)
      value = member();
    return result;
  }

  configuration any_configuration() {
    configuration result{members(5), members(3), members(2)};
    result.retired.resize(static_cast<std::size_t>(below(4)));
    for (auto& life : result.retired)
      life = {member(), number()};
    result.retired_floor = number();
    return result;
  }

  entry any_entry() {
    return {number(), static_cast<entry_kind>(below(3)),
            duration{static_cast<std::int64_t>(number() >> 1)}, bytes(300)};
  }

  snapshot_id any_snapshot() {
    return {number(), number(), number(), static_cast<std::uint32_t>(number())};
  }

  install_request any_install() {
    install_request result{
        number(), number(),  any_snapshot(), number(), static_cast<std::uint32_t>(number()),
        {},       bytes(300)};
    if (coin())
      result.meta =
          snapshot_meta{number(), number(), duration{static_cast<std::int64_t>(number() >> 1)},
                        any_configuration()};
    return result;
  }

  message_body body(unsigned kind) {
    switch (kind) {
    case 0:
      return vote_request{number(), number(), number(), coin(), coin()};
    case 1:
      return vote_response{number(), number(), coin(), coin()};
    case 2: {
      append_request result{number(), number(), number(), number(), number(), {}};
      result.entries.resize(static_cast<std::size_t>(below(6)));
      for (auto& value : result.entries)
        value = any_entry();
      return result;
    }
    case 3:
      return append_response{number(), number(), coin(), number(), number(),
                             number(), number(), coin(), coin()};
    case 4:
      return timeout_now{number()};
    case 5:
      return any_install();
    default:
      return install_response{number(), number(), any_snapshot(), number(), coin()};
    }
  }

  message any_message(unsigned kind) { return {static_cast<group_id>(number()), body(kind)}; }

private:
  random_source random_;
};

} // namespace hamok::raft::test
