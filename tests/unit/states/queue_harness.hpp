#pragma once

// Short words for tests of the byte queue.

#include "hamok/collections/queue_state.hpp"
#include "hamok/tests/unit/states/map_harness.hpp"

#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

namespace hamok::state_test {

using words = std::vector<std::string>;

inline words to_words(const std::vector<blob>& items) {
  words result;
  for (const auto& item : items)
    result.emplace_back(item.text());
  return result;
}

inline std::vector<blob> to_blobs(const words& items) {
  std::vector<blob> result;
  for (const auto& item : items)
    result.push_back(b(item));
  return result;
}

/// A queue and the index of its last command.
struct queue_fixture {
  queue_state queue;
  raft::index_t index = 0;
  apply_result last;

  apply_result& apply(const blob& command) {
    last = queue.apply({++index, {}, true}, command);
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

  std::uint64_t push(const std::string& item) {
    return answer<std::uint64_t>(queue_command::push(v(item)));
  }
  std::uint64_t push_all(const words& items) {
    return answer<std::uint64_t>(queue_command::push_all(to_blobs(items)));
  }
  std::optional<std::string> pop() {
    const auto result = answer<std::optional<blob>>(queue_command::pop());
    return result ? std::optional{std::string{result->text()}} : std::nullopt;
  }

  /// Events of the last command as lines: `kind old new`.
  words events() const {
    static const char* names[] = {"add", "remove", "empty", "not-empty", "clear"};
    words result;
    for (const auto& event : last.events) {
      std::string line = names[event.kind];
      for (const auto* part : {&event.old_value, &event.new_value})
        line += " " + std::string{part->text()};
      result.push_back(line);
    }
    return result;
  }

  template <class Content>
  static words page_of(const Content& content, std::uint64_t skip, std::uint64_t most) {
    std::vector<blob> items;
    if (!map_answer::decode(*content.query(queue_query::page(skip, most)), items))
      throw std::logic_error{"page"};
    return to_words(items);
  }

  words content() const { return page_of(queue, 0, 1'000'000); }
};

} // namespace hamok::state_test
