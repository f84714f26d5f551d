#pragma once

// From calls about a whole record to the commands of the byte map, and back. `Fields` tells how an
// instance lies in a record: see `record_fields`.

#include "hamok/collections/decoders.hpp"
#include "hamok/collections/map_command_state.hpp"

#include <map>
#include <utility>
#include <vector>

namespace hamok::detail {

template <class Fields>
struct instance_commands {
  using instance_type = typename Fields::instance_type;

  static caf::expected<blob> set(const instance_type& value) {
    return with_all(Fields::encode(value), map_command::set_all);
  }
  static caf::expected<blob> insert(const instance_type& value) {
    return with_all(Fields::encode(value), map_command::insert_all);
  }
  /// Compares all fields of `old`, and writes those of `value` that differ from it.
  static caf::expected<blob> update_if(const instance_type& value, const instance_type& old) {
    auto entries = Fields::encode(value);
    if (!entries)
      return std::move(entries.error());
    auto before = Fields::encode(old);
    if (!before)
      return std::move(before.error());
    auto expected = Fields::expect(*before);
    if (!expected)
      return std::move(expected.error());
    const auto known = by_key(*before);
    std::erase_if(*entries, [&](const key_value& entry) {
      const auto found = known.find(entry.key);
      return found != known.end() && found->second == entry.value;
    });
    return map_command::update_all_if(*entries, *expected);
  }

private:
  static std::map<blob, blob> by_key(const std::vector<key_value>& entries) {
    std::map<blob, blob> result;
    for (const auto& entry : entries)
      result.emplace(entry.key, entry.value);
    return result;
  }
};

/// Those fields of an instance that are in an answer.
template <class Way, class Fields>
struct part_decoder : Way {
  using value_type = typename Fields::part_type;
  static bool decode(const blob& answer, value_type& out) {
    std::vector<key_value> entries;
    if (!map_answer::decode(answer, entries))
      return false;
    auto part = Fields::decode_part(std::move(entries));
    if (part)
      out = std::move(*part);
    return static_cast<bool>(part);
  }
};

/// A whole instance.
template <class Way, class Fields>
struct instance_decoder : Way {
  using value_type = typename Fields::instance_type;
  static bool decode(const blob& answer, value_type& out) {
    std::vector<key_value> entries;
    if (!map_answer::decode(answer, entries))
      return false;
    auto instance = Fields::decode(std::move(entries));
    if (instance)
      out = std::move(*instance);
    return static_cast<bool>(instance);
  }
};

} // namespace hamok::detail
