// Reading a map page by page: each entry once, whatever happens meanwhile, and in linear time.

#include "hamok/collections/map_walk_state.hpp"
#include "hamok/tests/catch.hpp"
#include "hamok/tests/unit/states/map_harness.hpp"

#include <algorithm>
#include <chrono>
#include <map>
#include <random>
#include <set>

namespace hamok::state_test {

namespace {

std::vector<key_value> page_of(const map_state& map, const std::optional<blob>& after,
                               std::uint64_t count) {
  std::vector<key_value> result;
  if (!map_answer::decode(*map.query(map_query::scan(after, count)), result))
    throw std::logic_error{"no page"};
  return result;
}

/// All pages; `between` is called behind each of them.
template <class F>
std::vector<key_value> read_all(const map_state& map, std::uint64_t count, F between) {
  std::vector<key_value> result;
  std::optional<blob> last;
  for (;;) {
    const auto page = page_of(map, last, count);
    REQUIRE(page.size() <= count);
    if (page.empty())
      return result;
    last = page.back().key;
    result.insert(result.end(), page.begin(), page.end());
    between();
  }
}

void fill(map_fixture& map, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i)
    map.apply(map_command::set(v("k" + std::to_string(i)), v("x")));
}

/// Hashes that are equal, or differ where they matter least.
struct poor_hash {
  std::size_t operator()(const blob& key) const noexcept {
    const auto hash = key_hash{}(key);
    return (hash % 3) << 60U | (hash / 3 % 2) << 7U;
  }
};

} // namespace

TEST_CASE("the pages of a map are its entries, in the same order on all members") {
  map_fixture one;
  map_fixture other;
  for (int i = 0; i < 1000; ++i) {
    one.apply(map_command::set(v(std::to_string(i)), v("x")));
    other.apply(map_command::set(v(std::to_string(999 - i)), v("x")));
    other.apply(map_command::set(v("other " + std::to_string(i)), v("x")));
  }
  for (int i = 0; i < 1000; ++i)
    other.apply(map_command::erase(v("other " + std::to_string(i))));
  const auto whole = page_of(one.map, std::nullopt, 5000);
  CHECK(whole.size() == 1000);
  for (const std::uint64_t count : {1, 7, 1000}) {
    CHECK((read_all(one.map, count, [] {}) == whole));
    CHECK((read_all(other.map, count, [] {}) == whole));
  }
  auto sorted = map_fixture::to_text(whole);
  std::sort(sorted.begin(), sorted.end());
  CHECK((sorted == one.content()));
  CHECK(page_of(one.map, std::nullopt, 0).empty());
  std::vector<key_value> viewed;
  REQUIRE(map_answer::decode(*one.map.view()->query(map_query::scan(std::nullopt, 5000)), viewed));
  CHECK((viewed == whole));
}

TEST_CASE("a scan gives what stays exactly once, and nothing twice, while the map changes") {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    CAPTURE(seed);
    std::mt19937_64 dice{seed};
    map_fixture map;
    std::set<std::string> stays;
    const auto key = [&dice] { return "k" + std::to_string(dice() % 400); };
    for (int i = 0; i < 200; ++i)
      map.apply(map_command::set(v(key()), v("x")));
    for (const auto& [name, value] : map.content())
      stays.insert(name);
    const auto found = read_all(map.map, 1 + seed % 7, [&] {
      for (int i = 0; i < 5; ++i) {
        const auto name = key();
        if (dice() % 2 == 0) {
          map.apply(map_command::set(v(name), v("y")));
        } else {
          map.apply(map_command::erase(v(name)));
          stays.erase(name);
        }
      }
    });
    std::set<std::string> seen;
    for (const auto& entry : found)
      CHECK(seen.insert(std::string{entry.key.text()}).second);
    CHECK(std::includes(seen.begin(), seen.end(), stays.begin(), stays.end()));
  }
}

TEMPLATE_TEST_CASE("a walk goes on behind any key, there or not, however keys hash", "", key_hash,
                   poor_hash) {
  immer::map<blob, stored_value, TestType, std::equal_to<>> content;
  for (int i = 0; i < 200; ++i)
    content = std::move(content).set(b(std::to_string(i)), stored_value{b("\x01x")});
  const auto behind = [](const auto& where, const blob* key) {
    std::vector<blob> result;
    walk_map<TestType>(where, key, [&result](const map_entry& entry) {
      result.push_back(entry.first);
      return true;
    });
    return result;
  };
  const auto whole = behind(content, nullptr);
  REQUIRE(std::set<blob>(whole.begin(), whole.end()).size() == 200);
  for (std::size_t i = 0; i < whole.size(); ++i) {
    const auto next = whole.begin() + static_cast<std::ptrdiff_t>(i) + 1;
    const std::vector<blob> rest(next, whole.end());
    REQUIRE((behind(content, &whole[i]) == rest));
    REQUIRE((behind(content.erase(whole[i]), &whole[i]) == rest));
  }
}

TEST_CASE("a page ends before it gets too large, and has one entry at least") {
  map_fixture map;
  const std::string value(100'000, 'x');
  for (int i = 0; i < 200; ++i)
    map.apply(map_command::set(v(std::to_string(i)), v(value)));
  map.apply(map_command::set(v("large"), v(std::string(map_limit::page_bytes + 1, 'x'))));
  std::size_t entries = 0;
  std::size_t pages = 0;
  std::optional<blob> last;
  for (;; ++pages) {
    const auto answer = map.map.query(map_query::scan(last, 1000));
    std::vector<key_value> page;
    REQUIRE(answer);
    REQUIRE(map_answer::decode(*answer, page));
    if (page.empty())
      break;
    CHECK(((*answer).size() <= map_limit::page_bytes || page.size() == 1));
    last = page.back().key;
    entries += page.size();
  }
  CHECK(entries == 201);
  CHECK(pages >= 6);
  CHECK(pages <= 10);
}

TEST_CASE("all pages of a map together cost about as much as one large one") {
  using clock = std::chrono::steady_clock;
  map_fixture map;
  fill(map, 100'000);
  auto start = clock::now();
  CHECK(page_of(map.map, std::nullopt, 100'000).size() == 100'000);
  const auto whole = clock::now() - start;
  start = clock::now();
  std::size_t entries = 0;
  std::optional<blob> last;
  for (int pages = 0; pages < 10'000; ++pages) {
    const auto page = page_of(map.map, last, 10);
    REQUIRE_FALSE(page.empty());
    last = page.back().key;
    entries += page.size();
    if (clock::now() - start > 50 * whole + std::chrono::seconds{1})
      break;
  }
  CHECK(entries == 100'000);
}

} // namespace hamok::state_test
