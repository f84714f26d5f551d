// Many collections, and large ones. `hamok_bench --memory` has the numbers.

#include "hamok/tests/cluster/cluster.hpp"

#include <deque>
#include <set>

namespace hamok::test {

namespace {

constexpr std::size_t map_count = 1000;
constexpr std::size_t entry_count = 100'000;
constexpr std::size_t batch_size = 1000;

using text_map = map<std::string, std::string>;

std::string name_of(std::size_t number) {
  return "map-" + std::to_string(number);
}

/// Names of the collections that are created there.
std::set<std::string> created_on(node& member) {
  std::set<std::string> result;
  for (const auto& one : must(member.storages()))
    if (one.number != 0)
      result.insert(one.name);
  return result;
}

} // namespace

TEST_CASE("a thousand maps are on every member, and each of them works") {
  cluster all{transport::local, 3};
  all.start_all();
  REQUIRE(!all.agreed_leader().empty());
  std::set<std::string> names;
  std::vector<text_map> maps;
  for (std::size_t i = 0; i < map_count; ++i) {
    names.insert(name_of(i));
    maps.push_back(must(all.at("a").create_map<std::string, std::string>(name_of(i))));
  }
  for (const auto& name : all.names())
    CHECK(eventually([&] { return created_on(all.at(name)) == names; }));
  std::vector<future<std::optional<std::string>>> writes;
  for (const auto& map : maps)
    writes.push_back(map.set("key", map.id(), deadline));
  for (auto& write : writes)
    CHECK(must(write.get()) == std::nullopt);
  for (const auto* name : {"b", "c"})
    for (std::size_t i = 0; i < map_count; ++i) {
      const auto map = must(all.at(name).create_map<std::string, std::string>(name_of(i)));
      REQUIRE(eventually([&] { return map.size() == 1; }));
      REQUIRE(must(map.get("key")) == name_of(i));
    }
}

TEST_CASE("a map of a hundred thousand entries is the same on every member") {
  cluster all{transport::local, 3,
              [](node_config& config) { config.log_max_bytes = std::size_t{1} << 20; }};
  all.start_all();
  REQUIRE(!all.agreed_leader().empty());
  const auto large = must(all.at("b").create_map<std::string, std::string>("large"));
  std::deque<future<text_map::pairs>> writes;
  const auto finish_one = [&writes] {
    CHECK(must(writes.front().get()).empty());
    writes.pop_front();
  };
  for (std::size_t i = 0; i < entry_count; i += batch_size) {
    text_map::pairs entries;
    for (std::size_t j = i; j < i + batch_size; ++j)
      entries.emplace_back("key-" + std::to_string(j), std::to_string(j));
    writes.push_back(large.set_all(entries, deadline));
    if (writes.size() == 8)
      finish_one();
  }
  while (!writes.empty())
    finish_one();
  REQUIRE(all.converge("large"));
  for (const auto& name : all.names()) {
    const auto map = must(all.at(name).create_map<std::string, std::string>("large"));
    CHECK(map.size() == entry_count);
    CHECK(must(map.get("key-99999")) == "99999");
  }
}

} // namespace hamok::test
