// Reading much of a map at once, from the actor and from the local content.

#include "hamok/tests/catch.hpp"
#include "hamok/tests/unit/collections/fake_cluster.hpp"

#include <algorithm>

namespace hamok::state_test {

TEST_CASE("a question whose answer has no room in a frame is told to be asked in pages") {
  fake_cluster cluster;
  auto map = cluster.map_of(0);
  REQUIRE(map.set("a", std::string(500'000, 'x'), seconds{20}).get());
  REQUIRE(map.set("b", "", seconds{20}).get());
  caf::scoped_actor self{cluster.system()};
  std::string told;
  map.get_all(self, std::vector<std::string>(200, "a"))
      .receive([](const auto&) {},
               [&](const caf::error& reason) {
                 CHECK(reason == errc::too_large);
                 told = text_of(reason);
               });
  CHECK(told.find("in pages by `scan`") != std::string::npos);
  std::size_t found = 0;
  std::optional<std::string> last;
  for (bool more = true; more;)
    map.scan(self, last, 1)
        .receive(
            [&](const std::vector<std::pair<std::string, std::string>>& page) {
              more = !page.empty();
              found += page.size();
              if (more)
                last = page.back().first;
            },
            [&](const caf::error& reason) { FAIL(to_string(reason)); });
  CHECK(found == 2);
}

TEST_CASE("local reads of a whole map are not limited to a frame") {
  fake_cluster cluster;
  auto map = cluster.map_of(0);
  const std::string value(2'000'000, 'x');
  for (char key = 'a'; key < 'a' + 26; ++key)
    REQUIRE(map.set(std::string(1, key), value, seconds{20}).get());
  for (char key = 'A'; key < 'A' + 13; ++key)
    REQUIRE(map.set(std::string(1, key), value, seconds{20}).get());
  const auto entries = map.entries();
  REQUIRE(entries);
  CHECK(entries->size() == 39);
  CHECK(std::is_sorted(entries->begin(), entries->end()));
  REQUIRE(map.keys());
  CHECK(map.keys()->front() == "A");
  REQUIRE(map.values());
  CHECK(map.values()->size() == 39);
}

} // namespace hamok::state_test
