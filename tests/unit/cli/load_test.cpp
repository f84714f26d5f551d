#include "hamok/cli/load_file.hpp"
#include "hamok/tests/catch.hpp"

using namespace hamok::cli;

TEST_CASE("entries are loaded in batches that are bounded in number and in bytes") {
  const std::string large(400'000, 'x');
  const std::vector<std::pair<std::string, std::string>> entries{
      {"a", "1"}, {"b", "2"}, {"c", "3"}, {"d", large}, {"e", large}, {"f", large}, {"g", "7"}};
  CHECK(next_batch(entries, 0, 2).size() == 2);
  CHECK(next_batch(entries, 2, 100).size() == 3); // c, d and e
  CHECK(next_batch(entries, 5, 100).size() == 2);
  CHECK(next_batch(entries, 7, 100).empty());
  const std::vector<std::pair<std::string, std::string>> huge{{"a", std::string(2 << 20, 'x')},
                                                              {"b", "2"}};
  CHECK(next_batch(huge, 0, 100).size() == 1); // it has to go somehow
}
