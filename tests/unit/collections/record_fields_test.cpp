// How structs and JSON objects lie in records.

#include "hamok/collections/json_fields.hpp"
#include "hamok/tests/catch.hpp"
#include "hamok/tests/unit/collections/fake_cluster.hpp"
#include "hamok/tests/unit/collections/record_structs.hpp"

namespace hamok::state_test {

namespace {

using nlohmann::json;
using fields = record_fields<settings>;

std::vector<std::string> names_in(const std::vector<key_value>& entries) {
  std::vector<std::string> result;
  for (const auto& entry : entries)
    result.emplace_back(entry.key.text());
  return result;
}

/// A struct that uses all the words of `inspect`.
struct wordy {
  int kept = 1;
  int checked = 2;
  int missing = 0;
  int hidden = 4;
  std::optional<int> maybe;
  bool loaded = false;
  bool refuse_load = false;
};

template <class Inspector>
bool inspect(Inspector& f, wordy& x) {
  auto get = [&x] { return x.hidden; };
  auto set = [&x](int value) { x.hidden = value; };
  auto is_present = [&x] { return x.maybe.has_value(); };
  auto get_maybe = [&x] { return *x.maybe; };
  auto reset = [&x] { x.maybe.reset(); };
  auto set_maybe = [&x](int value) {
    x.maybe = value;
    return value != 13;
  };
  return f.object(x)
      .pretty_name("wordy")
      .on_load([&x] { return x.loaded = !x.refuse_load; })
      .fields(
          f.field("kept", x.kept),
          f.field("checked", x.checked).invariant([](int value) { return value >= 0; }),
          f.field("missing", x.missing).fallback(42), f.field("hidden", get, set),
          f.field("maybe", is_present, get_maybe, reset, set_maybe),
          f.field("refuse", x.refuse_load).fallback(false).invariant([](bool) { return true; }));
}

using wordy_fields = record_fields<wordy>;

key_value entry_of(const std::string& field, int value) {
  return {b(field), *encode_value<codec<int>, int>(value)};
}

/// No object, so it has no fields.
struct no_object {
  int value = 0;
};

template <class Inspector>
bool inspect(Inspector& f, no_object& x) {
  return f.apply(x.value);
}

} // namespace

TEST_CASE("a field of a record is called what inspect calls the member") {
  CHECK(*fields::name_of<&settings::first>() == "limits");
  CHECK(*fields::name_of<&settings::host>() == "host");
  CHECK(*fields::name_of<&settings::paint>() == "paint");
  CHECK(code_of(fields::name_of<&settings::unnamed>()) == errc::bad_value);
  CHECK(code_of(record_fields<no_object>::name_of<&no_object::value>()) == errc::bad_value);
  CHECK(code_of(record_fields<no_object>::encode({})) == errc::bad_value);
}

TEST_CASE("a struct comes back from its fields, falsy ones included") {
  for (const auto& value : {settings{}, falsy()}) {
    const auto entries = fields::encode(value);
    REQUIRE(entries);
    CHECK(names_in(*entries)
          == std::vector<std::string>{"limits", "host", "port", "verbose", "ratio", "paint",
                                      "depth", "names"});
    const auto part = fields::decode_part(*entries);
    REQUIRE(part);
    CHECK(part->values == value);
    CHECK(part->fields == names_in(*entries));
  }
}

TEST_CASE("absent fields have the values of a fresh struct, strange ones are left alone") {
  const auto all = *fields::encode(falsy());
  const auto part = fields::decode_part({{b("stranger"), b("x")}, all[2], all[1]});
  REQUIRE(part);
  settings expected;
  expected.port = 0;
  expected.host = "";
  CHECK(part->values == expected);
  CHECK(part->fields == std::vector<std::string>{"host", "port"});
  CHECK(part->contains("host"));
  CHECK_FALSE(part->contains("paint"));
  CHECK(fields::decode({})->port == 80);
  CHECK(fields::decode_part({})->empty());
  CHECK(code_of(fields::decode({{b("port"), b("no number \xff\xff\xff\xff\xff\xff")}}))
        == errc::bad_value);
  CHECK(code_of(fields::decode({{b("paint"), b("\x07")}})) == errc::bad_value);
}

TEST_CASE("records understand every word of inspect") {
  wordy value;
  value.maybe = 5;
  const auto entries = wordy_fields::encode(value);
  REQUIRE(entries);
  CHECK(names_in(*entries)
        == std::vector<std::string>{"kept", "checked", "missing", "hidden", "maybe", "refuse"});
  const auto back = wordy_fields::decode(*entries);
  REQUIRE(back);
  CHECK(back->missing == 0); // it is there
  CHECK(back->maybe == 5);
  CHECK(back->loaded);
  CHECK(wordy_fields::decode({})->missing == 42);
  CHECK(wordy_fields::decode({entry_of("hidden", 9)})->hidden == 9);
  CHECK(code_of(wordy_fields::decode({entry_of("checked", -1)})) == errc::bad_value);
  value.maybe = 13;
  CHECK(code_of(wordy_fields::decode(*wordy_fields::encode(value))) == errc::bad_value);
  value.maybe.reset();
  value.refuse_load = true;
  CHECK(code_of(wordy_fields::decode(*wordy_fields::encode(value))) == errc::bad_value);
}

TEST_CASE("what is as in a fresh struct may be absent, everything else may not") {
  using kind = expected_entry::kind;
  settings old;
  old.port = 81;
  const auto expected = fields::expect(*fields::encode(old));
  REQUIRE(expected);
  CHECK(expected->size() == 8);
  for (const auto& one : *expected)
    CHECK(one.what == (one.key.text() == "port" ? kind::value : kind::value_or_absent));
}

TEST_CASE("each field of a record has the codec that is chosen for it") {
  using mixed =
      record_fields<settings, field_codec<&settings::names, json_codec<std::vector<std::string>>>,
                    field_codec<&settings::host, json_codec<std::string>>>;
  const auto some = mixed::encode({});
  REQUIRE(some);
  CHECK((*some)[1].value.text() == "\"localhost\"");
  CHECK((*some)[7].value.text() == R"(["a"])");
  CHECK((*some)[2].value.text() == "\xA0\x01");
  CHECK(*mixed::decode(*some) == settings{});
  using text =
      record_fields<settings, field_codec<&settings::port, codec<int>>, every_field<json_codec>>;
  const auto all = text::encode(falsy());
  REQUIRE(all);
  CHECK((*all)[0].value.text() == R"({"most":0,"unit":""})");
  CHECK((*all)[2].value == *encode_value<codec<int>, int>(0));
  CHECK((*all)[3].value.text() == "false");
  CHECK(*text::decode(*all) == falsy());
}

TEST_CASE("a JSON object comes back from its fields, falsy ones included") {
  using any = record_fields<json>;
  const json object{{"zero", 0},       {"empty", ""},    {"no", false},
                    {"null", nullptr}, {"list", {1, 2}}, {"deep", {{"x", {{"y", 1}}}}},
                    {"", "no name"}};
  const auto entries = any::encode(object);
  REQUIRE(entries);
  CHECK(entries->size() == object.size());
  CHECK(*any::decode(*entries) == object);
  CHECK(*any::decode({}) == json::object());
  for (const auto& wrong : {json(1), json(nullptr), json("x"), json::array({1})})
    CHECK(code_of(any::encode(wrong)) == errc::bad_value);
  CHECK(code_of(any::encode({{"bad \xff name", 1}})) == errc::bad_value);
  CHECK(code_of(any::encode({{"text", "bad \xff text"}})) == errc::bad_value);
  CHECK(code_of(any::decode({{b("bad \xff name"), b("1")}})) == errc::bad_value);
  CHECK(code_of(any::decode({{b("a"), b("{")}})) == errc::bad_value);
  CHECK(code_of(any::decode({{b("a"), b(std::string(100'000, '['))}})) == errc::bad_value);
}

TEST_CASE("a field of a JSON record can be that of a struct") {
  using small = json_field_as<std::int8_t>;
  std::vector<std::byte> bytes;
  CHECK(small::encode(-3, bytes));
  CHECK(bytes == std::vector{std::byte{5}});
  json back;
  CHECK(small::decode(bytes, back));
  CHECK(back == -3);
  for (const auto& wrong : {json(300), json("3"), json(1.5), json(nullptr)})
    CHECK_FALSE(small::encode(wrong, bytes));
  using nested = json_field_as<limits>;
  bytes.clear();
  CHECK(nested::encode({{"most", 1}, {"unit", "m"}}, bytes));
  CHECK(blob{bytes} == *encode_value<codec<limits>, limits>({1, "m"}));
  CHECK(nested::decode(bytes, back));
  CHECK(back == json{{"most", 1}, {"unit", "m"}});
}

} // namespace hamok::state_test
