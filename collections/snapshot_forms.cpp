#include "hamok/collections/snapshot_forms.hpp"

#include "hamok/collections/map_command_state.hpp"
#include "hamok/collections/state_bytes_state.hpp"

#include <nlohmann/json.hpp>

#include <map>
#include <set>
#include <utility>
#include <vector>

namespace hamok::detail {

namespace {

// -- maps: a list of entries, in the order of the keys
// ----------------------------------------------

/// As `encode_map_content` writes it.
constexpr std::uint8_t map_version = 1;

bool write_map(const blob& content, bytes_as form, nlohmann::json& out) {
  chunk_source source{content};
  state_reader in{source};
  if (in.u8() != map_version)
    return false;
  out = nlohmann::json::array();
  const auto count = in.count(2);
  for (std::size_t i = 0; i < count && in.ok(); ++i) {
    const auto key = in.bytes();
    const auto value = in.bytes();
    out.push_back({{"key", json_of(key.text(), form)}, {"value", json_of(value.text(), form)}});
  }
  return in.done();
}

blob read_map(const nlohmann::json& value, const std::string& place, place_reader& in) {
  if (!in.array(value, place))
    return {};
  std::vector<key_value> entries;
  std::set<blob> keys;
  for (std::size_t i = 0; i < value.size() && in.ok(); ++i) {
    const auto here = place_in(place, i);
    const auto& item = value[i];
    if (!in.object(item, here, {"key", "value"}))
      return {};
    const auto* key = in.field(item, here, "key");
    const auto* what = in.field(item, here, "value");
    if (!in.ok())
      return {};
    entries.push_back({blob::from_string(in.bytes(*key, place_in(here, "key"))),
                       blob::from_string(in.bytes(*what, place_in(here, "value")))});
    if (entries.back().key.size() + entries.back().value.size() > map_limit::pair_bytes)
      in.fail(here, "it is larger than an entry of a map can be");
    else if (!keys.insert(entries.back().key).second)
      in.fail(place_in(here, "key"), "an entry before it has it too");
  }
  return in.ok() ? encode_map_content(entries) : blob{};
}

// -- all kinds that have a form of their own ------------------------------------------------------

const std::map<std::string, content_form>& forms() {
  static const std::map<std::string, content_form> all{
      {"map", {"entries", write_map, read_map}},
  };
  return all;
}

} // namespace

const content_form* form_of(const std::string& kind) {
  const auto found = forms().find(kind);
  return found == forms().end() ? nullptr : &found->second;
}

} // namespace hamok::detail
