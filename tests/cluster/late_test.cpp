// Collections that a member opens when much has happened to them.

#include "hamok/collections/json_record.hpp"
#include "hamok/tests/cluster/crowd.hpp"
#include "hamok/tests/rounds.hpp"

#include <optional>
#include <string>
#include <vector>

namespace hamok::test {

namespace {

/// The same three collections, as one member sees them.
struct view_of_three {
  map<std::string, int> numbers;
  queue<int> jobs;
  record<nlohmann::json> settings;

  static view_of_three open(node& member) {
    return {must(member.get_or_create_map<std::string, int>("numbers")),
            must(member.get_or_create_queue<int>("jobs")),
            must(member.get_or_create_record<nlohmann::json>("settings"))};
  }
};

/// Writes and removes so often, many at a time.
void write_and_remove(const view_of_three& at, std::uint64_t operations) {
  constexpr std::uint64_t at_once = 1000;
  for (std::uint64_t done = 0; done < operations;) {
    std::vector<future<std::optional<int>>> values;
    std::vector<future<std::uint64_t>> sizes;
    std::vector<future<std::optional<nlohmann::json>>> fields;
    for (; values.size() + sizes.size() + fields.size() < at_once; ++done) {
      const auto number = static_cast<int>(done % 100'000);
      const auto key = std::to_string(number * 7919 % 5000);
      if (done % 16 == 0)
        fields.push_back(at.settings.set("field" + std::to_string(done % 7), number, deadline));
      else if (done % 8 == 1)
        sizes.push_back(at.jobs.push(number));
      else if (done % 8 == 2)
        values.push_back(at.jobs.pop(deadline));
      else if (done % 3 == 0)
        values.push_back(at.numbers.remove(key, deadline));
      else
        values.push_back(at.numbers.set(key, number, deadline));
    }
    for (auto& one : values)
      must(one.get());
    for (auto& one : sizes)
      must(one.get());
    for (auto& one : fields)
      must(one.get());
  }
}

/// When its member says that it is ready, all is there: not sooner or later, now.
template <class Collection>
bool is_same(const Collection& one, const Collection& other) {
  const auto here = must(one.await_ready(deadline));
  const auto there = must(other.status());
  return here.size == there.size && here.content_digest() == there.content_digest();
}

void check_same(const view_of_three& one, const view_of_three& other) {
  CHECK(is_same(one.numbers, other.numbers));
  CHECK(is_same(one.jobs, other.jobs));
  CHECK(is_same(one.settings, other.settings));
}

} // namespace

TEST_CASE(
    "what is opened late, behind a million writes and removals, is as on all when it is ready") {
  const auto operations = test_rounds(1'000'000);
  crowd all;
  auto& first = all.add("a", {});
  const auto writer = view_of_three::open(first);
  write_and_remove(writer, operations);
  const auto seed = first.listening();
  all.add("b", {seed}); // by the log
  const auto by_log = view_of_three::open(all.at("b"));
  check_same(by_log, writer);
  all.add("c", {seed});
  REQUIRE(all.agree({"a", "b", "c"}));
  REQUIRE(all.at("c").stop() == caf::error{}); // is away
  write_and_remove(writer, operations / 10);
  REQUIRE(all.at("c").start() == caf::error{});
  const auto after_all = view_of_three::open(all.at("c"));
  check_same(after_all, writer);
  REQUIRE(all.agree({"a", "b", "c"}));
  check_same(by_log, writer);
  CHECK(writer.numbers.size() > 0);
}

TEST_CASE("without a leader a collection is there, and not ready") {
  crowd all;
  auto& first = all.add("a", {});
  all.add("b", {first.listening()});
  REQUIRE(all.agree({"a", "b"}));
  auto numbers = must(first.get_or_create_map<std::string, int>("numbers"));
  CHECK(numbers.await_ready(deadline));
  REQUIRE(all.at("b").stop() == caf::error{});
  REQUIRE(eventually([&] { return first.leader_id().empty(); }));
  CHECK(numbers.await_created(deadline));
  CHECK(first.get_or_create_map<std::string, int>("numbers"));
  const auto unready = numbers.await_ready(std::chrono::milliseconds{50});
  REQUIRE_FALSE(unready);
  CHECK(unready.error() == errc::no_leader);
  REQUIRE(all.at("b").start() == caf::error{});
  CHECK(numbers.await_ready(deadline));
}

} // namespace hamok::test
