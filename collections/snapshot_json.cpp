#include "hamok/collections/snapshot_json.hpp"

#include "hamok/actors/interfaces/error.hpp"
#include "hamok/collections/operation_state.hpp"
#include "hamok/collections/snapshot_forms.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <charconv>
#include <exception>
#include <map>
#include <utility>

namespace hamok {

namespace {

using detail::bytes_as;
using detail::place_in;
using detail::place_reader;
using nlohmann::json;

constexpr const char* format_name = "hamok-snapshot";

// -- writing --------------------------------------------------------------------------------------

json tree_of(const collection_snapshot& value, bytes_as form) {
  json result = json::object();
  result["name"] = detail::json_of(value.name, form);
  result["kind"] = detail::json_of(value.kind, form);
  if (!value.options.empty())
    result["options"] = detail::json_of(value.options.text(), form);
  json content;
  const auto* own = detail::form_of(value.kind);
  if (own != nullptr && own->write(value.content, form, content))
    result[own->field] = std::move(content);
  else
    result["content"] = detail::json_of(value.content.text(), form);
  return result;
}

json tree_of(const node_snapshot& value, bytes_as form) {
  json result = json::object();
  result["format"] = format_name;
  result["version"] = value.version;
  result["cluster"] = detail::json_of(value.cluster, form);
  result["cluster_id"] = raft::to_string(value.cluster_id);
  result["index"] = value.index;
  result["term"] = value.term;
  auto& members = result["members"] = json::array();
  for (const auto& member : value.members)
    members.push_back({{"id", detail::json_of(member.id, form)}, {"voter", member.voter}});
  auto& collections = result["collections"] = json::array();
  for (const auto& one : value.collections)
    collections.push_back(tree_of(one, form));
  return result;
}

// -- reading --------------------------------------------------------------------------------------

std::string name_at(const json& value, const std::string& place, place_reader& in) {
  auto result = in.bytes(value, place);
  if (in.ok() && (result.empty() || result.size() > max_name_size))
    in.fail(place, "it has " + std::to_string(result.size()) + " bytes; 1 to "
                       + std::to_string(max_name_size) + " are allowed");
  return result;
}

/// 32 hexadecimal digits.
raft::incarnation_id id_at(const json& value, const std::string& place, place_reader& in) {
  raft::incarnation_id result;
  const auto text = value.is_string() ? value.get<std::string>() : std::string{};
  const auto half = [&](std::size_t offset, std::uint64_t& out) {
    const auto* begin = text.data() + offset;
    const auto [end, code] = std::from_chars(begin, begin + 16, out, 16);
    return code == std::errc{} && end == begin + 16;
  };
  if (text.size() != 32 || !half(0, result.high) || !half(16, result.low))
    in.fail(place, "it is not 32 hexadecimal digits");
  return result;
}

collection_snapshot collection_at(const json& value, const std::string& place, place_reader& in) {
  collection_snapshot result;
  if (!value.is_object()) {
    in.fail(place, "it is not an object");
    return result;
  }
  if (const auto* kind = in.field(value, place, "kind"))
    result.kind = name_at(*kind, place_in(place, "kind"), in);
  const auto* own = detail::form_of(result.kind);
  const auto in_own_form = own != nullptr && !value.contains("content");
  const auto content = std::string{in_own_form ? own->field : "content"};
  in.object(value, place, {"name", "kind", "options", content});
  if (const auto* name = in.field(value, place, "name"))
    result.name = name_at(*name, place_in(place, "name"), in);
  if (const auto options = value.find("options"); options != value.end())
    result.options = blob::from_string(in.bytes(*options, place_in(place, "options")));
  const auto* given = in.field(value, place, content);
  const auto at = place_in(place, content);
  if (given != nullptr)
    result.content =
        in_own_form ? own->read(*given, at, in) : blob::from_string(in.bytes(*given, at));
  return result;
}

void read_members(const json& list, node_snapshot& out, place_reader& in) {
  in.array(list, "members");
  if (in.ok() && list.size() > raft::max_members)
    in.fail("members", "there are more than " + std::to_string(raft::max_members));
  for (std::size_t i = 0; i < list.size() && in.ok(); ++i) {
    const auto place = place_in("members", i);
    if (!in.object(list[i], place, {"id", "voter"}))
      return;
    auto& member = out.members.emplace_back();
    if (const auto* id = in.field(list[i], place, "id"))
      member.id = name_at(*id, place_in(place, "id"), in);
    if (const auto* voter = in.field(list[i], place, "voter"))
      member.voter = in.flag(*voter, place_in(place, "voter"));
  }
}

void read_collections(const json& list, node_snapshot& out, place_reader& in) {
  in.array(list, "collections");
  std::map<std::string, std::size_t> names;
  for (std::size_t i = 0; i < list.size() && in.ok(); ++i) {
    const auto place = place_in("collections", i);
    out.collections.push_back(collection_at(list[i], place, in));
    const auto [known, fresh] = names.emplace(out.collections.back().name, i);
    if (!fresh)
      in.fail(place_in(place, "name"), place_in("collections", known->second) + " has it too");
  }
}

node_snapshot node_at(const json& tree, place_reader& in) {
  node_snapshot result;
  if (!tree.is_object() || tree.value("format", json{}) != format_name) {
    in.fail("format", std::string{"it is not '"} + format_name + "', so this is no snapshot");
    return result;
  }
  // First of all: another version may have other fields.
  if (const auto* version = in.field(tree, "", "version")) {
    const auto number = in.number(*version, "version");
    if (in.ok() && number != node_snapshot::latest_version)
      in.fail("version", "it is " + std::to_string(number) + ", and only "
                             + std::to_string(node_snapshot::latest_version) + " is known");
  }
  in.object(
      tree, "",
      {"format", "version", "cluster", "cluster_id", "index", "term", "members", "collections"});
  if (const auto* cluster = in.field(tree, "", "cluster"))
    result.cluster = name_at(*cluster, "cluster", in);
  if (const auto* id = in.field(tree, "", "cluster_id"))
    result.cluster_id = id_at(*id, "cluster_id", in);
  if (const auto* index = in.field(tree, "", "index"))
    result.index = in.number(*index, "index");
  if (const auto* term = in.field(tree, "", "term"))
    result.term = in.number(*term, "term");
  if (const auto* members = in.field(tree, "", "members"))
    read_members(*members, result, in);
  if (const auto* collections = in.field(tree, "", "collections"))
    read_collections(*collections, result, in);
  return result;
}

/// Sees how deep values are inside of each other, and keeps nothing: the parser of CBOR calls
/// itself for each level.
class depth_guard : public nlohmann::json_sax<json> {
public:
  bool null() override { return true; }
  bool boolean(bool) override { return true; }
  bool number_integer(number_integer_t) override { return true; }
  bool number_unsigned(number_unsigned_t) override { return true; }
  bool number_float(number_float_t, const string_t&) override { return true; }
  bool string(string_t&) override { return true; }
  bool binary(binary_t&) override { return true; }
  bool key(string_t&) override { return true; }
  bool start_object(std::size_t) override { return enter(); }
  bool start_array(std::size_t) override { return enter(); }
  bool end_object() override { return leave(); }
  bool end_array() override { return leave(); }
  bool parse_error(std::size_t position, const std::string&,
                   const nlohmann::detail::exception&) override {
    broken_at = position;
    return false;
  }

  bool too_deep = false;
  std::size_t broken_at = 0;

private:
  static constexpr int max_depth = 16;

  bool enter() {
    too_deep = ++depth_ > max_depth;
    return !too_deep;
  }
  bool leave() {
    --depth_;
    return true;
  }

  int depth_ = 0;
};

/// The tree, or a discarded one with a problem in `in`.
json parse(std::string_view bytes, json::input_format_t format, place_reader& in) {
  try {
    depth_guard guard;
    if (json::sax_parse(bytes.begin(), bytes.end(), &guard, format))
      return format == json::input_format_t::json
                 ? json::parse(bytes.begin(), bytes.end(), nullptr, false)
                 : json::from_cbor(bytes.begin(), bytes.end(), true, false);
    in.fail("", guard.too_deep ? "values are too deep inside of each other"
                               : std::string{"it is no "}
                                     + (format == json::input_format_t::json ? "JSON" : "CBOR")
                                     + " from byte " + std::to_string(guard.broken_at) + " on");
  } catch (const std::exception& thrown) {
    in.fail("", thrown.what());
  }
  return json(json::value_t::discarded);
}

template <class T>
caf::expected<T> finished(T value, const place_reader& in) {
  if (!in.ok())
    return make_error(errc::snapshot_failed, in.problem());
  return value;
}

caf::expected<node_snapshot> read_node(std::string_view bytes, json::input_format_t format) {
  place_reader in;
  const auto tree = parse(bytes, format, in);
  return finished(in.ok() ? node_at(tree, in) : node_snapshot{}, in);
}

caf::expected<collection_snapshot> read_collection(std::string_view bytes,
                                                   json::input_format_t format) {
  place_reader in;
  const auto tree = parse(bytes, format, in);
  return finished(in.ok() ? collection_at(tree, "", in) : collection_snapshot{}, in);
}

std::string_view as_text(std::span<const std::uint8_t> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

} // namespace

std::string to_json_text(const node_snapshot& value, int indent) {
  return tree_of(value, bytes_as::text_or_base64).dump(indent);
}

std::string to_json_text(const collection_snapshot& value, int indent) {
  return tree_of(value, bytes_as::text_or_base64).dump(indent);
}

std::vector<std::uint8_t> to_cbor(const node_snapshot& value) {
  return json::to_cbor(tree_of(value, bytes_as::binary));
}

std::vector<std::uint8_t> to_cbor(const collection_snapshot& value) {
  return json::to_cbor(tree_of(value, bytes_as::binary));
}

void to_json(nlohmann::json& out, const node_snapshot& value) {
  out = tree_of(value, bytes_as::text_or_base64);
}

void to_json(nlohmann::json& out, const collection_snapshot& value) {
  out = tree_of(value, bytes_as::text_or_base64);
}

caf::expected<node_snapshot> node_snapshot_from(const nlohmann::json& tree) {
  place_reader in;
  auto result = node_at(tree, in);
  return finished(std::move(result), in);
}

caf::expected<node_snapshot> node_snapshot_from_json(std::string_view text) {
  return read_node(text, json::input_format_t::json);
}

caf::expected<node_snapshot> node_snapshot_from_cbor(std::span<const std::uint8_t> bytes) {
  return read_node(as_text(bytes), json::input_format_t::cbor);
}

caf::expected<collection_snapshot> collection_snapshot_from(const nlohmann::json& tree) {
  place_reader in;
  auto result = collection_at(tree, "", in);
  return finished(std::move(result), in);
}

caf::expected<collection_snapshot> collection_snapshot_from_json(std::string_view text) {
  return read_collection(text, json::input_format_t::json);
}

caf::expected<collection_snapshot>
collection_snapshot_from_cbor(std::span<const std::uint8_t> bytes) {
  return read_collection(as_text(bytes), json::input_format_t::cbor);
}

} // namespace hamok
