#pragma once

// A session state on a log of its own, for tests.

#include "hamok/collections/session_state.hpp"
#include "hamok/tests/unit/states/map_harness.hpp"

#include <memory>
#include <string>

namespace hamok::state_test {

inline constexpr std::uint64_t number = 7;

inline raft::incarnation_id sid(std::uint64_t value) {
  return {1, value};
}

/// An operation to be encoded, with defaults for what a test does not care about.
inline operation_envelope op(std::uint64_t session, std::uint64_t sequence, blob command,
                             std::uint64_t first = 1) {
  operation_envelope result;
  result.collection = number;
  result.session = sid(session);
  result.sequence = sequence;
  result.first_outstanding = first;
  result.attempt = 1;
  result.command = std::move(command);
  return result;
}

inline blob set(std::string_view key, std::string_view value) {
  return map_command::set(v(key), v(value));
}

struct session_fixture {
  session_state state;
  raft::index_t index = 0;
  raft::duration clock{0};
  std::vector<blob> log;

  explicit session_fixture(session_limits limits = {})
      : state(std::make_unique<map_state>(), limits) {}

  applied_entry apply(const blob& data) {
    log.push_back(data);
    return state.apply({++index, clock, true}, data);
  }
  applied_entry apply(const operation_envelope& operation) { return apply(encode(operation)); }

  verdict open(std::uint64_t session, raft::index_t after = 0,
               raft::duration ttl = std::chrono::seconds{60}) {
    return apply(encode(open_envelope{number, sid(session), ttl, after})).what;
  }
  verdict close(std::uint64_t session) {
    return apply(encode(close_envelope{number, sid(session)})).what;
  }
  verdict keep_alive(std::uint64_t session, std::uint64_t first = 1) {
    return apply(encode(keep_alive_envelope{number, sid(session), first})).what;
  }

  std::string value(std::string_view key) {
    std::optional<blob> result;
    if (!map_answer::decode(*state.machine().query(map_query::get(v(key))), result) || !result)
      return "-";
    return std::string{result->text()};
  }
};

} // namespace hamok::state_test
