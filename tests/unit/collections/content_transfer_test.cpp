// Exports and imports of one collection.

#include "hamok/collections/content_access.hpp"
#include "hamok/collections/content_transfer.hpp"
#include "hamok/tests/unit/collections/fake_cluster.hpp"

#include <atomic>
#include <thread>

namespace hamok::state_test {

namespace {

/// Imports while this thread goes on.
template <class F>
bool soon(F condition) {
  const auto end = std::chrono::steady_clock::now() + seconds{20};
  while (!condition())
    if (std::chrono::steady_clock::now() > end)
      return false;
    else
      std::this_thread::yield();
  return true;
}

} // namespace

TEST_CASE("the content of a collection goes out, and comes in on all members") {
  fake_cluster cluster{2};
  cluster.lead();
  const auto here = cluster.map_of(0);
  const auto there = cluster.map_of(1);
  REQUIRE(here.set("a", "1").get());
  REQUIRE(here.set("empty", "").get());
  const auto kept = here.export_snapshot();
  REQUIRE(kept);
  CHECK(kept->name == "c");
  CHECK(kept->kind == "map");
  CHECK(kept->content == encode_map_content({{b("a"), b("1")}, {b("empty"), b("")}}));
  REQUIRE(here.clear().get());
  REQUIRE(here.set("b", "2").get());
  CHECK(there.import_snapshot(*kept) == caf::error{});
  CHECK(there.size() == 2); // the member that was asked has it by then
  CHECK(soon([&] { return here.size() == 2; }));
  CHECK(*here.get("empty") == "");
  CHECK(*here.get("b") == std::nullopt);
  REQUIRE(here.set("c", "3").get()); // callers go on
}

TEST_CASE("content that is larger than one message comes in whole, whatever is lost on the way") {
  fake_cluster cluster;
  cluster.lead();
  const auto numbers = cluster.map_of(0);
  std::vector<key_value> entries;
  for (int i = 0; i < 500; ++i)
    entries.push_back({blob::from_string("key" + std::to_string(1000 + i)),
                       blob::from_string(std::string(10'000, static_cast<char>('a' + i % 26)))});
  const collection_snapshot given{"c", "map", {}, encode_map_content(entries)};
  REQUIRE(given.content.size() > 4 * content_piece_size);
  cluster.control->plan({fate::commit, fate::lose, fate::repeat, fate::refuse, fate::commit,
                         fate::repeat, fate::lose});
  CHECK(numbers.import_snapshot(given) == caf::error{});
  CHECK(numbers.size() == 500);
  CHECK(numbers.export_snapshot()->content == given.content);
}

TEST_CASE("an import is told to subscribers as resync") {
  fake_cluster cluster;
  cluster.lead();
  const auto numbers = cluster.map_of(0);
  std::atomic<int> replaced{0};
  const auto subscription = numbers.on_resync([&] { ++replaced; });
  REQUIRE(numbers.set("a", "1").get());
  CHECK(numbers.import_snapshot({"another name", "map", {}, encode_map_content({})})
        == caf::error{});
  CHECK(soon([&] { return replaced == 1; }));
  CHECK(numbers.empty());
}

TEST_CASE("a snapshot that cannot be what its kind writes changes nothing") {
  fake_cluster cluster;
  cluster.lead();
  const auto numbers = cluster.map_of(0);
  REQUIRE(numbers.set("a", "1").get());
  const auto code = [&](const collection_snapshot& given) {
    const auto problem = numbers.import_snapshot(given);
    CHECK((problem == errc::kind_mismatch || cannot_have_happened(problem)
           || problem == errc::snapshot_failed));
    return static_cast<errc>(problem.code());
  };
  CHECK(code({"c", "queue", {}, {}}) == errc::kind_mismatch);
  CHECK(code({"c", "map", {}, b("nonsense")}) == errc::snapshot_failed);
  CHECK(code({"c", "map", {}, {}}) == errc::snapshot_failed);
  auto good = encode_map_content({{b("x"), b("y")}});
  for (std::size_t size = 0; size < good.size(); ++size)
    CHECK(code({"c", "map", {}, good.slice(0, size)}) == errc::snapshot_failed);
  CHECK(*numbers.get("a") == "1");
  CHECK(objection_to(collection_snapshot{"c", "nothing", {}, {}}).starts_with("kind: "));
  CHECK(objection_to(collection_snapshot{"c", "map", {}, b("x")}).starts_with("content: "));
}

TEST_CASE("exports and imports end with a reason when nobody can do them") {
  fake_cluster cluster;
  const auto numbers = cluster.map_of(0);
  cluster.lead();
  REQUIRE(numbers.set("a", "1").get());
  const auto kept = *numbers.export_snapshot();
  cluster.control->plan({}, fate::lose);
  CHECK(numbers.import_snapshot(kept, milliseconds{100}) == errc::outcome_unknown);
  cluster.control->plan({});
  numbers.close();
  CHECK(soon([&] { return numbers.closed(); }));
  CHECK(code_of(numbers.export_snapshot()) == errc::closed);
  CHECK(numbers.import_snapshot(kept) == errc::closed);
  CHECK(export_collection({}).error() == errc::unknown_collection);
  CHECK(import_collection({}, kept) == errc::unknown_collection);
}

} // namespace hamok::state_test
