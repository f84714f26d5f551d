// Maps and records: a record is a map with names of fields for its keys.

#include "hamok/collections/map_state.hpp"
#include "hamok/collections/map_view_state.hpp"
#include "hamok/tests/sim/language.hpp"
#include "hamok/tests/sim/violation.hpp"

#include <algorithm>
#include <charconv>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hamok::sim {

namespace {

constexpr std::string_view field_prefix = "field-";

/// Map or record?
bool has_fields(const operation& op) {
  return op.collection == collection_kind::record;
}

blob key_of(const operation& op, std::uint64_t key) {
  return has_fields(op) ? blob::from_string(std::string{field_prefix} + std::to_string(key))
                        : bytes_of(key);
}

std::uint64_t key_in(const blob& bytes, bool fields) {
  if (!fields)
    return number_in(bytes);
  auto text = bytes.text();
  std::uint64_t key = 0;
  if (text.starts_with(field_prefix)) {
    text.remove_prefix(field_prefix.size());
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), key);
    if (error == std::errc{} && end == text.data() + text.size())
      return key;
  }
  throw violation{"collections are as modelled", "there is a field that nobody has set"};
}

std::vector<key_value> entries_of(const operation& op) {
  std::vector<key_value> result;
  for (const auto& [key, value] : pairs_of(op))
    result.push_back({key_of(op, key), bytes_of(value)});
  return result;
}

std::vector<blob> keys_of(const operation& op) {
  std::vector<blob> result;
  for (const auto& pair : pairs_of(op))
    result.push_back(key_of(op, pair.name));
  return result;
}

std::vector<expected_entry> expected_of(const operation& op) {
  using kind = expected_entry::kind;
  std::vector<expected_entry> result;
  for (const auto& wanted : expectations_of(op)) {
    const auto what = wanted.what == expectation::absent  ? kind::absent
                      : wanted.what == expectation::value ? kind::value
                                                          : kind::value_or_absent;
    result.push_back(
        {key_of(op, wanted.key), what == kind::absent ? blob{} : bytes_of(op.expected), what});
  }
  return result;
}

blob command_for_many(const operation& op) {
  switch (op.kind) {
  case operation_kind::set_all:
    return map_command::set_all(entries_of(op));
  case operation_kind::insert_all:
    return map_command::insert_all(entries_of(op));
  case operation_kind::update_all_if:
    return map_command::update_all_if(entries_of(op), expected_of(op));
  case operation_kind::remove_all:
    return map_command::remove_all(keys_of(op));
  case operation_kind::erase_all:
    return map_command::erase_all(keys_of(op));
  default:
    return map_command::clear();
  }
}

blob command_of(const operation& op) {
  const auto key = key_of(op, op.key);
  const auto value = bytes_of(op.value);
  const auto expected = bytes_of(op.expected);
  switch (op.kind) {
  case operation_kind::set:
    return map_command::set(key.bytes(), value.bytes());
  case operation_kind::insert:
    return map_command::insert(key.bytes(), value.bytes());
  case operation_kind::update_if:
    return map_command::update_if(key.bytes(), value.bytes(), expected.bytes());
  case operation_kind::remove:
    return map_command::remove(key.bytes());
  case operation_kind::remove_if:
    return map_command::remove_if(key.bytes(), expected.bytes());
  case operation_kind::erase:
    return map_command::erase(key.bytes());
  default:
    return command_for_many(op);
  }
}

std::uint64_t yes_or_no(const operation& op, const blob& answer) {
  bool done = false;
  if (!map_answer::decode(answer, done))
    cannot_read(op);
  return done ? 1 : 0;
}

std::uint64_t value_before(const operation& op, const blob& answer) {
  std::optional<blob> before;
  if (!map_answer::decode(answer, before))
    cannot_read(op);
  return before ? number_in(*before) : 0;
}

std::uint64_t pairs_before(const operation& op, const blob& answer) {
  std::vector<key_value> pairs;
  if (!map_answer::decode(answer, pairs))
    cannot_read(op);
  content there;
  for (const auto& [key, value] : pairs)
    there.push_back({key_in(key, has_fields(op)), number_in(value)});
  return hash_of(there);
}

std::uint64_t keys_before(const operation& op, const blob& answer) {
  std::vector<blob> keys;
  if (!map_answer::decode(answer, keys))
    cannot_read(op);
  content there;
  for (const auto& key : keys)
    there.push_back({key_in(key, has_fields(op)), 0});
  return hash_of(there);
}

std::uint64_t result_of(const operation& op, const blob& answer) {
  std::uint64_t count = 0;
  switch (op.kind) {
  case operation_kind::update_if:
  case operation_kind::remove_if:
  case operation_kind::update_all_if:
  case operation_kind::erase:
    return yes_or_no(op, answer);
  case operation_kind::set_all:
  case operation_kind::insert_all:
  case operation_kind::remove_all:
    return pairs_before(op, answer);
  case operation_kind::erase_all:
    return keys_before(op, answer);
  case operation_kind::clear:
    if (!map_answer::decode(answer, count))
      cannot_read(op);
    return count;
  default:
    return value_before(op, answer);
  }
}

template <bool Fields>
content read_content(const hamok::state_view& view) {
  content result;
  const auto entries = dynamic_cast<const map_view&>(view).entries();
  while (const auto each = entries->next())
    result.push_back({key_in(each->key, Fields), number_in(each->value)});
  if (result.size() != view.size())
    throw violation{"collections are as modelled", "a map has another size than entries"};
  std::ranges::sort(result);
  return result;
}

std::unique_ptr<hamok::state_machine> make_map() {
  return std::make_unique<map_state>();
}

blob import_of(const operation& op) {
  return encode_map_content(entries_of(op));
}

} // namespace

const language& map_language() noexcept {
  static constexpr language map{"map",     make_map,  command_of,
                                import_of, result_of, read_content<false>};
  return map;
}

const language& record_language() noexcept {
  static constexpr language record{"record",  make_map,  command_of,
                                   import_of, result_of, read_content<true>};
  return record;
}

} // namespace hamok::sim
