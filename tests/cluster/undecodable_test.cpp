// Values that a member cannot decode: an `error` event there, and never a divergence.

#include "hamok/collections/json_record.hpp"
#include "hamok/tests/cluster/cluster.hpp"

#include <atomic>

namespace hamok::test {

namespace {

/// No number of any kind, and no JSON.
const std::string no_number(100, 'x');

struct numbers {
  int count = 0;
};

template <class Inspector>
bool inspect(Inspector& f, numbers& x) {
  return f.object(x).fields(f.field("count", x.count));
}

struct texts {
  std::string count;
};

template <class Inspector>
bool inspect(Inspector& f, texts& x) {
  return f.object(x).fields(f.field("count", x.count));
}

/// One event of two types.
template <class T>
struct told {
  static constexpr const char* event_name = "told";
  T value{};
};

template <class Inspector, class T>
bool inspect(Inspector& f, told<T>& x) {
  return f.object(x).fields(f.field("value", x.value));
}

/// Three members; "a" writes text, "b" takes everything for numbers.
class mixed_cluster : public cluster {
public:
  mixed_cluster() : cluster(transport::local, 3) {
    start_all();
    REQUIRE(!agreed_leader().empty());
  }

  /// The member has said that it cannot decode this of the collection.
  [[nodiscard]] bool complains(const std::string& member, const std::string& collection,
                               const std::string& what) {
    return log(member).wait_for("error code=bad_value text=\"'" + collection + "' (" + collection
                                + "): " + what + " cannot be decoded");
  }

  /// All members hold the same, and those that decode have nothing to complain of.
  void check_the_others(const std::string& collection) {
    CHECK(converge(collection));
    for (const auto* name : {"a", "c"})
      for (const auto& line : log(name).lines())
        CHECK_FALSE(line.starts_with("error"));
  }
};

template <class T>
errc code_of(const caf::expected<T>& value) {
  return value ? errc::none : static_cast<errc>(value.error().code());
}

} // namespace

TEST_CASE("a value of a map that a member cannot decode is an error there, and no divergence") {
  mixed_cluster all;
  auto words = must(all.at("a").create_map<std::string, std::string>("map"));
  auto numbers_of_b = must(all.at("b").create_map<std::string, int>("map"));
  must(numbers_of_b.await_ready(deadline));
  std::atomic<int> called{0};
  auto mine = numbers_of_b.on_insert([&called](const std::string&, int) { ++called; });
  must(numbers_of_b.set("good", 1, deadline).get()); // the callback is there by now, or never
  REQUIRE(eventually([&] { return called == 1; }));
  must(words.set("bad", no_number, deadline).get());
  CHECK(all.complains("b", "map", "an event"));
  REQUIRE(eventually([&] { return numbers_of_b.contains("bad"); }));
  CHECK(code_of(numbers_of_b.get("bad")) == errc::bad_value);
  CHECK(all.complains("b", "map", "the value of a key"));
  int seen = 0;
  for (const auto& [key, value] : numbers_of_b.snapshot())
    seen += value;
  CHECK(seen == 1);
  CHECK(all.complains("b", "map", "an entry"));
  CHECK(code_of(numbers_of_b.set("bad", 2, deadline).get()) == errc::bad_value);
  CHECK(all.complains("b", "map", "an answer"));
  CHECK(must(numbers_of_b.get("bad")) == 2); // which it was set to all the same
  CHECK(called == 1);
  mine.cancel();
  all.check_the_others("map");
}

TEST_CASE("a field of a record that a member cannot decode is an error there, and no divergence") {
  mixed_cluster all;
  auto words = must(all.at("a").create_record<texts>("record"));
  auto numbers_of_b = must(all.at("b").create_record<numbers>("record"));
  must(numbers_of_b.await_ready(deadline));
  std::atomic<int> called{0};
  auto mine = must(numbers_of_b.on_insert<&numbers::count>([&called](int) { ++called; }));
  must(numbers_of_b.set<&numbers::count>(1, deadline).get());
  REQUIRE(eventually([&] { return called == 1; }));
  must(numbers_of_b.erase<&numbers::count>(deadline).get());
  must(words.set<&texts::count>(no_number, deadline).get());
  CHECK(all.complains("b", "record", "a field"));
  REQUIRE(eventually([&] { return numbers_of_b.contains<&numbers::count>(); }));
  CHECK(code_of(numbers_of_b.get<&numbers::count>()) == errc::bad_value);
  CHECK(code_of(numbers_of_b.instance()) == errc::bad_value);
  auto json = must(all.at("b").create_record<nlohmann::json>("record"));
  CHECK(code_of(json.get("count")) == errc::bad_value);
  CHECK(code_of(numbers_of_b.set<&numbers::count>(2, deadline).get()) == errc::bad_value);
  CHECK(all.complains("b", "record", "an answer"));
  CHECK(must(numbers_of_b.get<&numbers::count>()) == 2);
  CHECK(called == 1);
  mine.cancel();
  all.check_the_others("record");
}

TEST_CASE("an item of a queue that a member cannot decode is an error there, and no divergence") {
  mixed_cluster all;
  auto words = must(all.at("a").create_queue<std::string>("queue"));
  auto numbers_of_b = must(all.at("b").create_queue<int>("queue"));
  must(numbers_of_b.await_ready(deadline));
  std::atomic<int> called{0};
  auto mine = numbers_of_b.on_add([&called](int) { ++called; });
  must(numbers_of_b.push(1).get());
  REQUIRE(eventually([&] { return called == 1; }));
  CHECK(must(numbers_of_b.pop(deadline).get()) == 1);
  must(words.push(no_number, no_number).get());
  CHECK(all.complains("b", "queue", "an event"));
  REQUIRE(eventually([&] { return numbers_of_b.size() == 2; }));
  CHECK(code_of(numbers_of_b.peek()) == errc::bad_value);
  CHECK(all.complains("b", "queue", "an item"));
  CHECK(numbers_of_b.begin() == numbers_of_b.end());
  CHECK(code_of(numbers_of_b.pop(deadline).get()) == errc::bad_value);
  CHECK(all.complains("b", "queue", "an answer"));
  CHECK(must(words.pop(deadline).get()) == no_number); // the other one is gone
  CHECK(must(words.pop(deadline).get()) == std::nullopt);
  CHECK(called == 1);
  mine.cancel();
  all.check_the_others("queue");
}

TEST_CASE("an event that a member cannot decode is an error there, and others have handled it") {
  mixed_cluster all;
  auto words = must(all.at("a").create_emitter<told<std::string>>("emitter"));
  auto words_of_c = must(all.at("c").create_emitter<told<std::string>>("emitter"));
  auto numbers_of_b = must(all.at("b").create_emitter<told<int>>("emitter"));
  std::atomic<int> called{0};
  const auto text = [&called](const told<std::string>&) { ++called; };
  const auto number = [&called](const told<int>&) { called += 100; };
  must(words_of_c.subscribe<told<std::string>>(text, {}, deadline));
  must(numbers_of_b.subscribe<told<int>>(number, {}, deadline));
  REQUIRE(eventually([&] { return must(words.subscriptions<told<std::string>>()).size() == 2; }));
  const auto result = must(words.publish(told<std::string>{no_number}, deadline).get());
  CHECK(result.handled == std::vector<std::string>{"c"});
  REQUIRE(result.failed.size() == 1);
  CHECK(result.failed.front() == std::pair<std::string, errc>{"b", errc::not_handled});
  CHECK(called == 1);
  CHECK(all.complains("b", "emitter", "an event 'told'"));
  all.check_the_others("emitter");
}

TEST_CASE("what a member cannot decode again and again is told now and then") {
  mixed_cluster all;
  must(must(all.at("a").create_map<std::string, std::string>("map")).set("bad", no_number).get());
  auto numbers_of_b = must(all.at("b").create_map<std::string, int>("map"));
  REQUIRE(eventually([&] { return numbers_of_b.contains("bad"); }));
  const auto start = std::chrono::steady_clock::now();
  for (int i = 0; i < 1000; ++i)
    CHECK(code_of(numbers_of_b.get("bad")) == errc::bad_value);
  CHECK(all.complains("b", "map", "the value of a key"));
  must(numbers_of_b.set("good", 1, deadline).get()); // behind all of that
  const auto seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start);
  std::size_t told_times = 0;
  for (const auto& line : all.log("b").lines())
    told_times += line.starts_with("error") ? 1 : 0;
  CHECK(static_cast<double>(told_times) <= 1 + seconds.count());
}

} // namespace hamok::test
