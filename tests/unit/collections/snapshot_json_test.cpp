// Snapshots as JSON and CBOR: what was written reads back, and what is wrong is told with its
// place.

#include "hamok/collections/base64.hpp"
#include "hamok/collections/map_command_state.hpp"
#include "hamok/collections/snapshot_json.hpp"
#include "hamok/tests/catch.hpp"
#include "hamok/tests/unit/collections/fake_cluster.hpp"

#include <nlohmann/json.hpp>

#include <string>
#include <utility>
#include <vector>

namespace hamok::state_test {

namespace {

using json = nlohmann::json;

const std::string binary{"\x00\xFF\xC3\x28\x7F", 5};

collection_snapshot map_with(std::string name, const std::vector<key_value>& entries) {
  return {std::move(name), "map", {}, encode_map_content(entries)};
}

node_snapshot everything() {
  node_snapshot result;
  result.cluster = "hamok";
  result.cluster_id = {0x0123456789ABCDEFu, 42};
  result.index = 17;
  result.term = 3;
  result.members = {{"a", true}, {binary, false}};
  result.collections = {
      map_with("empty", {}),
      map_with("one", {{b("key"), b("value")}}),
      map_with("falsy", {{b(""), b("")}, {b("0"), b("0")}, {b("false"), b("null")}}),
      map_with(binary, {{b(binary), b(binary)}, {b("umlaut \xC3\xA4"), b("\n\"\\")}}),
      {"hits", "counter", b("options"), b(binary)},
      {"text", "counter", {}, b("readable")},
      {"of another version", "map", {}, b("\x09nonsense")},
  };
  return result;
}

/// The text of the failure.
template <class T>
std::string problem_of(const caf::expected<T>& result) {
  REQUIRE(!result);
  CHECK(result.error() == errc::snapshot_failed);
  return text_of(result.error());
}

/// A change to a snapshot that is all right, and the place that has to be named.
struct hostile {
  const char* change; ///< a JSON patch
  std::string place;
};

const std::vector<hostile>& hostile_changes() {
  static const std::vector<hostile> all{
      {R"([{"op":"remove","path":"/format"}])", "format: it is not 'hamok-snapshot'"},
      {R"([{"op":"replace","path":"/format","value":"tar"}])", "format: "},
      {R"([{"op":"remove","path":"/version"}])", "version: it is missing"},
      {R"([{"op":"replace","path":"/version","value":2}])", "version: it is 2, and only 1"},
      {R"([{"op":"replace","path":"/version","value":-1}])", "version: it is not a whole number"},
      {R"([{"op":"replace","path":"/version","value":1.5}])", "version: it is not a whole number"},
      {R"([{"op":"add","path":"/colour","value":1}])", "colour: there is no such field"},
      {R"([{"op":"remove","path":"/cluster"}])", "cluster: it is missing"},
      {R"([{"op":"replace","path":"/cluster","value":""}])", "cluster: it has 0 bytes"},
      {R"([{"op":"replace","path":"/cluster_id","value":"xyz"}])", "cluster_id: "},
      {R"([{"op":"replace","path":"/cluster_id","value":7}])", "cluster_id: "},
      {R"([{"op":"replace","path":"/index","value":"17"}])", "index: "},
      {R"([{"op":"replace","path":"/term","value":null}])", "term: "},
      {R"([{"op":"replace","path":"/members","value":{}}])", "members: it is not a list"},
      {R"([{"op":"replace","path":"/members/0","value":1}])", "members[0]: it is not an object"},
      {R"([{"op":"remove","path":"/members/1/id"}])", "members[1].id: it is missing"},
      {R"([{"op":"replace","path":"/members/0/voter","value":1}])", "members[0].voter: "},
      {R"([{"op":"remove","path":"/collections"}])", "collections: it is missing"},
      {R"([{"op":"replace","path":"/collections","value":3}])", "collections: it is not a list"},
      {R"([{"op":"replace","path":"/collections/2","value":[]}])", "collections[2]: "},
      {R"([{"op":"remove","path":"/collections/1/name"}])", "collections[1].name: it is missing"},
      {R"([{"op":"replace","path":"/collections/1/name","value":"empty"}])",
       "collections[1].name: collections[0] has it too"},
      {R"([{"op":"remove","path":"/collections/4/kind"}])", "collections[4].kind: it is missing"},
      {R"([{"op":"replace","path":"/collections/4/kind","value":[1]}])", "collections[4].kind: "},
      {R"([{"op":"add","path":"/collections/4/colour","value":1}])",
       "collections[4].colour: there is no such field"},
      {R"([{"op":"remove","path":"/collections/4/content"}])",
       "collections[4].content: it is missing"},
      {R"([{"op":"replace","path":"/collections/4/content","value":{"base64":"AA"}}])",
       "collections[4].content: it is not base64"},
      {R"([{"op":"replace","path":"/collections/4/options","value":true}])",
       "collections[4].options: "},
      {R"([{"op":"remove","path":"/collections/1/entries"}])",
       "collections[1].entries: it is missing"},
      {R"([{"op":"replace","path":"/collections/1/entries","value":"x"}])",
       "collections[1].entries: it is not a list"},
      {R"([{"op":"replace","path":"/collections/2/entries/1","value":null}])",
       "collections[2].entries[1]: it is not an object"},
      {R"([{"op":"replace","path":"/collections/2/entries/1/key","value":{"base64":"=AAA"}}])",
       "collections[2].entries[1].key: it is not base64"},
      {R"([{"op":"replace","path":"/collections/2/entries/1/key","value":{"base64":7}}])",
       "collections[2].entries[1].key: it is not base64"},
      {R"([{"op":"replace","path":"/collections/2/entries/1/key","value":{"base32":"AA=="}}])",
       "collections[2].entries[1].key: it is neither"},
      {R"([{"op":"replace","path":"/collections/2/entries/1/key","value":false}])",
       "collections[2].entries[1].key: it is neither"},
      {R"([{"op":"replace","path":"/collections/2/entries/1/key","value":"false"}])",
       "entries[2].key: an entry before it has it too"},
      {R"([{"op":"remove","path":"/collections/2/entries/0/value"}])",
       "collections[2].entries[0].value: it is missing"},
      {R"([{"op":"add","path":"/collections/2/entries/0/ttl","value":1}])",
       "collections[2].entries[0].ttl: there is no such field"},
  };
  return all;
}

} // namespace

TEST_CASE("snapshots read back from JSON and CBOR as they were") {
  const auto all = everything();
  for (const auto indent : {-1, 0, 2}) {
    const auto read = node_snapshot_from_json(to_json_text(all, indent));
    REQUIRE(read);
    CHECK(*read == all);
  }
  const auto binary_form = node_snapshot_from_cbor(to_cbor(all));
  REQUIRE(binary_form);
  CHECK(*binary_form == all);
  const json tree = all;
  CHECK(node_snapshot_from(tree) == all);
  // A tree is a tree, whichever way it is written.
  CHECK(node_snapshot_from_cbor(json::to_cbor(tree)) == all);
}

TEST_CASE("a snapshot of one collection reads back as well") {
  for (const auto& one : everything().collections) {
    CHECK(collection_snapshot_from_json(to_json_text(one)) == one);
    CHECK(collection_snapshot_from_cbor(to_cbor(one)) == one);
    CHECK(collection_snapshot_from(json(one)) == one);
  }
  CHECK(problem_of(collection_snapshot_from_json(R"({"name":"x","kind":"map","entries":[{}]})"))
            .find("entries[0].key: it is missing")
        != std::string::npos);
}

TEST_CASE("text in a snapshot is readable, and other bytes are base64") {
  const json tree = everything();
  CHECK(tree["collections"][1]["entries"][0] == json({{"key", "key"}, {"value", "value"}}));
  CHECK(tree["collections"][3]["name"] == json({{"base64", "AP/DKH8="}}));
  CHECK(tree["collections"][3]["entries"][1]["key"] == "umlaut \xC3\xA4");
  CHECK(tree["collections"][5]["content"] == "readable");
  CHECK(tree["cluster_id"] == "0123456789abcdef000000000000002a");
}

TEST_CASE("what is wrong in a snapshot is told with its place, in JSON and in CBOR") {
  const json good = everything();
  for (const auto& [change, place] : hostile_changes()) {
    INFO(change);
    const auto bad = good.patch(json::parse(change));
    CHECK(problem_of(node_snapshot_from(bad)).find(place) != std::string::npos);
    CHECK(problem_of(node_snapshot_from_json(bad.dump())).find(place) != std::string::npos);
    CHECK(problem_of(node_snapshot_from_cbor(json::to_cbor(bad))).find(place) != std::string::npos);
  }
}

TEST_CASE("bytes that are no JSON and no CBOR are refused whole") {
  const auto text = to_json_text(everything());
  for (std::size_t size = 0; size < text.size(); size += 7)
    CHECK(!node_snapshot_from_json(std::string_view{text}.substr(0, size)));
  const auto bytes = to_cbor(everything());
  for (std::size_t size = 0; size < bytes.size(); ++size)
    CHECK(!node_snapshot_from_cbor(std::span{bytes}.first(size)));
  auto longer = bytes;
  longer.push_back(0);
  CHECK(!node_snapshot_from_cbor(longer));
  CHECK(!node_snapshot_from_json(text + "x"));
  CHECK(!node_snapshot_from_json("[1]"));
  CHECK(!node_snapshot_from_json("{\"format\": \"\xFF\"}"));
}

TEST_CASE("values that are deep inside of each other end no process") {
  const std::string brackets(1'000'000, '[');
  CHECK(problem_of(node_snapshot_from_json(brackets)).find("too deep") != std::string::npos);
  const std::vector<std::uint8_t> arrays(1'000'000, 0x81);
  CHECK(problem_of(node_snapshot_from_cbor(arrays)).find("too deep") != std::string::npos);
  const std::vector<std::uint8_t> long_array{0x9B, 0x7F, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF};
  CHECK(!node_snapshot_from_cbor(long_array));
  const std::vector<std::uint8_t> long_text{0x7B, 0x7F, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF};
  CHECK(!node_snapshot_from_cbor(long_text));
}

TEST_CASE("base64 has one text for each sequence of bytes") {
  using detail::from_base64;
  using detail::to_base64;
  CHECK(to_base64("") == "");
  CHECK(to_base64("f") == "Zg==");
  CHECK(to_base64("fo") == "Zm8=");
  CHECK(to_base64("foobar") == "Zm9vYmFy");
  std::string all;
  for (int i = 0; i < 256; ++i) {
    CHECK(from_base64(to_base64(all)) == all);
    all += static_cast<char>(i);
  }
  for (const auto* bad : {"Z", "Zg", "Zg=", "Zg===", "Zh==", "Zm9=", "====", "Z===", "Zm8=Zm8=",
                          "Zm 8", "Zm8\n", "Zm_8"})
    CHECK(!from_base64(bad));
}

} // namespace hamok::state_test
