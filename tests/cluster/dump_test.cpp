// The whole content of a map, as a program outside of the cluster reads it.

#include "hamok/cli/map_client.hpp"
#include "hamok/tests/cluster/cluster.hpp"
#include "hamok/tests/rounds.hpp"

#include <algorithm>

namespace hamok::test {

namespace {

using entries = std::vector<cli::map_client::entry>;

/// Writes the entries and checks that they come back sorted, all of them.
void check_dump(const entries& content, std::size_t batch) {
  cluster all{transport::broker, 1};
  all.start_all();
  REQUIRE(!all.agreed_leader().empty());
  client via{
      {.endpoints = {all.at("a").listening()}, .timeout = test_time(std::chrono::seconds{20})}};
  cli::map_client map{via, "users"};
  must(map.open());
  for (std::size_t i = 0; i < content.size(); i += batch) {
    const auto first = content.begin() + static_cast<std::ptrdiff_t>(i);
    const auto count = std::min(batch, content.size() - i);
    must(map.set_all({first, first + static_cast<std::ptrdiff_t>(count)}));
  }
  auto expected = content;
  std::sort(expected.begin(), expected.end());
  const auto start = std::chrono::steady_clock::now();
  CHECK((must(map.entries()) == expected)); // not for Catch to print
  CHECK(std::chrono::steady_clock::now() - start < test_time(std::chrono::seconds{5}));
}

} // namespace

TEST_CASE("a map that is larger than a frame is dumped whole") {
  entries content;
  for (int i = 0; i < 700; ++i)
    content.emplace_back("k" + std::to_string(i), std::string(100'000, 'x'));
  check_dump(content, 10);
}

TEST_CASE("a map of many small entries is dumped in linear time") {
  entries content;
  for (std::uint64_t i = 0; i < test_rounds(300'000); ++i)
    content.emplace_back("k" + std::to_string(i), "x");
  check_dump(content, 10'000);
}

} // namespace hamok::test
