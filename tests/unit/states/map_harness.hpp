#pragma once

// Short words for tests of the byte map.

#include "hamok/collections/map_state.hpp"

#include <initializer_list>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace hamok::state_test {

inline blob b(std::string_view text) {
  return blob::from_string(text);
}

inline std::span<const std::byte> v(std::string_view text) {
  return std::as_bytes(std::span{text.data(), text.size()});
}

using text_pairs = std::vector<std::pair<std::string, std::string>>;

inline std::vector<key_value> kv(const text_pairs& pairs) {
  std::vector<key_value> result;
  for (const auto& [key, value] : pairs)
    result.push_back({b(key), b(value)});
  return result;
}

inline std::vector<blob> list(std::initializer_list<std::string_view> items) {
  std::vector<blob> result;
  for (const auto item : items)
    result.push_back(b(item));
  return result;
}

/// A map and the index of its last command.
struct map_fixture {
  map_state map;
  raft::index_t index = 0;
  apply_result last;

  apply_result& apply(const blob& command) {
    last = map.apply({++index, {}, true}, command);
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

  std::optional<std::string> value(const blob& command) {
    const auto result = answer<std::optional<blob>>(command);
    return result ? std::optional{std::string{result->text()}} : std::nullopt;
  }

  text_pairs pairs(const blob& command) { return to_text(answer<std::vector<key_value>>(command)); }

  /// Events of the last command as lines: `kind key old new`.
  std::vector<std::string> events() const {
    static const char* names[] = {"insert", "update", "remove", "clear"};
    std::vector<std::string> result;
    for (const auto& event : last.events) {
      std::string line = names[event.kind];
      for (const auto* part : {&event.key, &event.old_value, &event.new_value})
        line += " " + std::string{part->text()};
      result.push_back(line);
    }
    return result;
  }

  text_pairs content() const {
    std::vector<key_value> result;
    if (!map_answer::decode(*map.query(map_query::entries()), result))
      throw std::logic_error{"entries"};
    return to_text(result);
  }

  static text_pairs to_text(const std::vector<key_value>& items) {
    text_pairs result;
    for (const auto& item : items)
      result.emplace_back(item.key.text(), item.value.text());
    return result;
  }
};

} // namespace hamok::state_test
