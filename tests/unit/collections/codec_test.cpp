#include "hamok/collections/json_codec.hpp"
#include "hamok/tests/catch.hpp"
#include "hamok/tests/unit/collections/fake_cluster.hpp"

#include <limits>
#include <random>

namespace hamok::state_test {

namespace {

struct person {
  std::string name;
  int age = 0;
  std::vector<std::string> tags;
  std::optional<double> height;

  friend bool operator==(const person&, const person&) = default;
};

template <class Inspector>
bool inspect(Inspector& f, person& x) {
  return f.object(x).fields(f.field("name", x.name), f.field("age", x.age), f.field("tags", x.tags),
                            f.field("height", x.height));
}

struct stubborn {
  int value = 0;
};

template <class Inspector>
bool inspect(Inspector&, stubborn&) {
  throw std::runtime_error{"no"};
}

/// There and back again.
template <class Codec, class T>
T round_trip(const T& value) {
  const auto bytes = encode_value<Codec, T>(value);
  REQUIRE(bytes);
  return decode_value<Codec, T>(*bytes).value();
}

template <class Codec, class T>
std::string text_of(const T& value) {
  const auto bytes = encode_value<Codec, T>(value);
  REQUIRE(bytes);
  return std::string{bytes->text()};
}

template <class T>
void check_integers() {
  for (const T value : {T{0}, T{1}, static_cast<T>(100), std::numeric_limits<T>::max(),
                        std::numeric_limits<T>::min()})
    CHECK(round_trip<codec<T>>(value) == value);
}

const person alice{"Alice", 42, {"a", "b"}, 1.75};

} // namespace

TEST_CASE("text and bytes are themselves") {
  CHECK(text_of<codec<std::string>>(std::string{"alice"}) == "alice");
  CHECK(text_of<codec<blob>>(b("alice")) == "alice");
  CHECK(round_trip<codec<std::string>>(std::string{}) == "");
}

TEST_CASE("integers are short, have one form, and fit or fail") {
  check_integers<std::int8_t>();
  check_integers<std::uint8_t>();
  check_integers<std::int32_t>();
  check_integers<std::int64_t>();
  check_integers<std::uint64_t>();
  check_integers<bool>();
  CHECK(text_of<codec<int>>(-1).size() == 1);
  CHECK(text_of<codec<int>>(63).size() == 1);
  CHECK(text_of<codec<int>>(64).size() == 2);
  CHECK(*decode_value<codec<std::int64_t>, std::int64_t>(*encode_value<codec<int>>(-77)) == -77);
  const auto wide = encode_value<codec<std::int64_t>>(std::int64_t{1} << 40);
  CHECK(code_of(decode_value<codec<int>, int>(*wide)) == errc::bad_value);
  for (const std::string_view bad :
       {"", "\x80", "\x81\x80", "\x80\x01\x01", "\xff\xff\xff\xff\xff\xff\xff\xff\xff\x7f"})
    CHECK(code_of(decode_value<codec<std::uint64_t>, std::uint64_t>(b(bad))) == errc::bad_value);
  CHECK(code_of(decode_value<codec<std::uint64_t>, std::uint64_t>(b(std::string_view{"\x81\0", 2})))
        == errc::bad_value);
  CHECK(code_of(decode_value<codec<bool>, bool>(b("\x02"))) == errc::bad_value);
}

TEST_CASE("a type with an inspect overload needs nothing else") {
  CHECK(round_trip<codec<person>>(alice) == alice);
  CHECK(round_trip<codec<double>>(-0.5) == -0.5);
  CHECK(round_trip<codec<std::vector<person>>>(std::vector<person>{alice, {}}).size() == 2);
}

TEST_CASE("JSON is text that others read, and the same for equal values") {
  CHECK(text_of<json_codec<int>>(-7) == "-7");
  CHECK(text_of<json_codec<bool>>(true) == "true");
  CHECK(text_of<json_codec<std::string>>(std::string{"a\"b"}) == "\"a\\\"b\"");
  CHECK(text_of<json_codec<person>>(alice)
        == R"({"name":"Alice","age":42,"tags":["a","b"],"height":1.75})");
  CHECK(round_trip<json_codec<person>>(alice) == alice);
  person small;
  CHECK(round_trip<json_codec<person>>(small) == small);
  const nlohmann::json tree = {{"b", 1}, {"a", {1, 2, nullptr}}};
  CHECK(text_of<json_codec<nlohmann::json>>(tree) == R"({"a":[1,2,null],"b":1})");
  CHECK(round_trip<json_codec<nlohmann::json>>(tree) == tree);
  CHECK(round_trip<json_codec<std::uint64_t>>(std::numeric_limits<std::uint64_t>::max())
        == std::numeric_limits<std::uint64_t>::max());
}

TEST_CASE("JSON that does not fit is bad_value") {
  CHECK(code_of(decode_value<json_codec<int>, int>(b("1.5"))) == errc::bad_value);
  CHECK(code_of(decode_value<json_codec<int>, int>(b("\"1\""))) == errc::bad_value);
  CHECK(code_of(decode_value<json_codec<int>, int>(b("3000000000"))) == errc::bad_value);
  CHECK(code_of(decode_value<json_codec<unsigned>, unsigned>(b("-1"))) == errc::bad_value);
  CHECK(code_of(decode_value<json_codec<bool>, bool>(b("0"))) == errc::bad_value);
  CHECK(code_of(decode_value<json_codec<person>, person>(b("[1]"))) == errc::bad_value);
  CHECK(code_of(decode_value<json_codec<person>, person>(b("{"))) == errc::bad_value);
  const std::string deep(100'000, '[');
  CHECK(code_of(decode_value<json_codec<nlohmann::json>, nlohmann::json>(b(deep)))
        == errc::bad_value);
  CHECK(code_of(decode_value<json_codec<person>, person>(b(deep))) == errc::bad_value);
  CHECK(code_of(encode_value<json_codec<std::string>>(std::string{"\xff"})) == errc::bad_value);
}

TEST_CASE("hostile bytes of any type are bad_value or a value, never a crash") {
  const auto whole = *encode_value<codec<person>>(alice);
  for (std::size_t size = 0; size < whole.size(); ++size)
    CHECK_FALSE(decode_value<codec<person>, person>(whole.slice(0, size)));
  CHECK_FALSE(decode_value<codec<person>, person>(b(std::string{whole.text()} + "x")));
  std::mt19937_64 dice{5};
  for (int round = 0; round < 2000; ++round) {
    std::vector<std::byte> bytes(dice() % 60);
    for (auto& byte : bytes)
      byte = static_cast<std::byte>(dice());
    static_cast<void>(decode_value<codec<person>, person>(blob{bytes}));
    static_cast<void>(decode_value<json_codec<person>, person>(blob{bytes}));
  }
}

TEST_CASE("a codec that throws is bad_value") {
  CHECK(code_of(encode_value<codec<stubborn>>(stubborn{})) == errc::bad_value);
  CHECK(code_of(decode_value<codec<stubborn>, stubborn>(b("x"))) == errc::bad_value);
}

TEST_CASE("a map takes the codecs that it is given") {
  fake_cluster cluster;
  using json_map = map<std::string, person, json_codec<std::string>, json_codec<person>>;
  json_map people{"c", cluster.members[0].actor, cluster.members[0].access};
  REQUIRE(people.set("alice", alice).get());
  CHECK(**people.get("alice") == alice);
  auto raw = cluster.map_of<std::string, std::string>(0);
  CHECK((*raw.keys())[0] == "\"alice\"");
  map<std::string, stubborn> broken{"c", cluster.members[0].actor, cluster.members[0].access};
  CHECK(code_of(broken.set("a", {}).get()) == errc::bad_value);
}

} // namespace hamok::state_test
