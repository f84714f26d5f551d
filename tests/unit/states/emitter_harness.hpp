#pragma once

// Short words for tests of the emitter's state.

#include "hamok/collections/emitter_state.hpp"
#include "hamok/tests/unit/states/map_harness.hpp"

#include <stdexcept>
#include <string>
#include <vector>

namespace hamok::state_test {

/// "a1": the first life of the member "a".
inline raft::member_id life(std::string_view name) {
  return {std::string{name.substr(0, 1)}, {0, static_cast<std::uint64_t>(name[1] - '0')}};
}

inline event_subscriber who(std::string_view name, std::uint64_t number) {
  return {life(name), number};
}

inline std::string to_text(const event_subscriber& x) {
  return x.member.peer + std::to_string(x.member.incarnation.low) + "." + std::to_string(x.number);
}

/// An emitter and the index of its last command.
struct emitter_fixture {
  emitter_state emitter;
  raft::index_t index = 0;
  apply_result last;

  apply_result& apply(const blob& command) {
    last = emitter.apply({++index, {}, true}, command);
    return last;
  }

  template <class T>
  T answer(const blob& command) {
    T result{};
    const auto& applied = apply(command);
    if (applied.status != command_status::ok || !map_answer::decode(applied.result, result))
      throw std::logic_error{"no such answer"};
    return result;
  }

  bool subscribe(std::string_view event, const event_subscriber& x, std::string_view metadata) {
    return answer<bool>(emitter_command::subscribe(event, x, v(metadata)));
  }

  /// The members that an event finds.
  std::string publish(std::string_view event, std::string_view payload) {
    std::vector<raft::member_id> members;
    const auto& applied = apply(emitter_command::publish(event, v(payload), {}));
    if (applied.status != command_status::ok || !emitter_answer::decode(applied.result, members))
      throw std::logic_error{"no such answer"};
    std::string result;
    for (const auto& member : members)
      result += member.peer + std::to_string(member.incarnation.low) + " ";
    return result;
  }

  /// Events of the last command as lines: `kind event subscriber old new`.
  std::vector<std::string> events() const {
    static const char* names[] = {"added", "updated", "removed"};
    std::vector<std::string> result;
    for (const auto& event : last.events) {
      if (static_cast<emitter_event>(event.kind) == emitter_event::published) {
        result.push_back("published " + std::string{event.key.text()} + " "
                         + std::string{event.new_value.text()});
        continue;
      }
      event_subscription which;
      if (!emitter_answer::decode_key(event.key, which))
        throw std::logic_error{"key"};
      result.push_back(std::string{names[event.kind]} + " " + which.event + " "
                       + to_text(which.subscriber) + " " + std::string{event.old_value.text()} + " "
                       + std::string{event.new_value.text()});
    }
    return result;
  }

  static std::vector<std::string> lines(const query_answer& answer) {
    std::vector<event_subscription> items;
    if (!answer || !emitter_answer::decode(*answer, items))
      throw std::logic_error{"subscriptions"};
    std::vector<std::string> result;
    for (const auto& one : items)
      result.push_back(one.event + " " + to_text(one.subscriber) + " "
                       + std::string{one.metadata.text()});
    return result;
  }

  std::vector<std::string> content() const { return lines(emitter.query(emitter_query::all())); }
};

} // namespace hamok::state_test
