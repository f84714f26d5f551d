// The typed facade: for threads, for actors, for handles from elsewhere.

#include "hamok/tests/catch.hpp"
#include "hamok/tests/unit/collections/fake_cluster.hpp"

#include <cctype>
#include <future>
#include <thread>

namespace hamok::state_test {

namespace {

using int_map = map<std::string, int>;
using maybe = std::optional<int>;
using int_pairs = int_map::pairs;

bool same_letters(const std::string& lhs, const std::string& rhs) {
  return std::equal(lhs.begin(), lhs.end(), rhs.begin(), rhs.end(), [](char a, char c) {
    return std::tolower(static_cast<unsigned char>(a))
           == std::tolower(static_cast<unsigned char>(c));
  });
}

} // namespace

TEST_CASE("threads have every operation of the map") {
  fake_cluster cluster;
  auto users = cluster.map_of<std::string, int>(0);
  CHECK(users.empty());
  CHECK(*users.set("a", 1).get() == std::nullopt);
  CHECK(*users.set("a", 2).get() == maybe{1});
  CHECK(*users.insert("a", 3).get() == maybe{2});
  CHECK(*users.insert("b", 0).get() == std::nullopt);
  CHECK(*users.set_all({{"a", 4}, {"c", -5}}).get() == int_pairs{{"a", 2}});
  CHECK(*users.insert_all({{"c", 6}, {"d", 7}}).get() == int_pairs{{"c", -5}});
  CHECK(*users.update_if("a", 8, 4).get());
  CHECK_FALSE(*users.update_if("a", 9, 4).get());
  CHECK_FALSE(*users.update_if("x", 9, 0).get());
  CHECK(*users.get("a") == maybe{8});
  CHECK(*users.get("b") == maybe{0});
  CHECK(*users.get("x") == std::nullopt);
  CHECK(users.contains("b"));
  CHECK_FALSE(users.contains("x"));
  CHECK(*users.get_all({"x", "c"}) == int_pairs{{"c", -5}});
  CHECK(*users.keys() == std::vector<std::string>{"a", "b", "c", "d"});
  CHECK(*users.values() == std::vector<int>{8, 0, -5, 7});
  CHECK(users.entries()->size() == 4);
  CHECK(*users.remove("a").get() == maybe{8});
  CHECK(*users.remove("a").get() == std::nullopt);
  CHECK_FALSE(*users.remove_if("b", 1).get());
  CHECK(*users.remove_if("b", 0).get());
  CHECK(*users.erase("c").get());
  CHECK_FALSE(*users.erase("c").get());
  CHECK(*users.set_all({{"e", 1}, {"f", 2}}).get() == int_pairs{});
  CHECK(*users.remove_all({"e", "x"}).get() == int_pairs{{"e", 1}});
  CHECK(*users.erase_all({"x", "f"}).get() == std::vector<std::string>{"f"});
  CHECK(*users.clear().get() == 1);
  CHECK(users.size() == 0);
}

TEST_CASE("iteration is over one moment, whatever is written meanwhile") {
  fake_cluster cluster;
  auto users = cluster.map_of<std::string, int>(0);
  REQUIRE(users.set_all({{"a", 1}, {"b", 2}, {"c", 3}}).get());
  const auto then = users.snapshot();
  int sum = 0;
  for (const auto& [key, value] : then) {
    REQUIRE(users.erase(key).get());
    sum += value;
  }
  CHECK(sum == 6);
  CHECK(then.size() == 3);
  CHECK(users.empty());
  CHECK(users.snapshot().index() > then.index());
  CHECK(map_snapshot<std::string, int>{}.begin() == map_snapshot<std::string, int>{}.end());
}

TEST_CASE("values that cannot be decoded are bad_value, and left out of iteration") {
  fake_cluster cluster;
  auto text = cluster.map_of<std::string, std::string>(0);
  auto numbers = cluster.map_of<std::string, int>(0);
  REQUIRE(
      text.set_all({{"bad", "no number \xff\xff\xff\xff\xff\xff\xff"}, {"good", "\x02"}}).get());
  CHECK(code_of(numbers.get("bad")) == errc::bad_value);
  CHECK(*numbers.get("good") == maybe{1});
  CHECK(code_of(numbers.values()) == errc::bad_value);
  CHECK(code_of(numbers.set("bad", 1).get()) == errc::bad_value); // the previous value is
  int seen = 0;
  REQUIRE(text.set("bad", "no number at all").get());
  for (const auto& entry : numbers.snapshot())
    seen += entry.second;
  CHECK(seen == 1);
}

TEST_CASE("consensus.md, 15: a custom equality decides here, and what is logged is exact") {
  fake_cluster cluster;
  map_options<std::string> options;
  options.equal = same_letters;
  auto names = cluster.map_of<std::string, std::string>(0, options);
  REQUIRE(names.set("a", "Alice").get());
  CHECK_FALSE(*names.update_if("a", "Bob", "carol").get());
  CHECK_FALSE(*names.update_if("x", "Bob", "").get());
  CHECK(*names.update_if("a", "Bob", "ALICE").get());
  CHECK_FALSE(*names.remove_if("a", "alice").get());
  CHECK(*names.remove_if("a", "BOB").get());
  CHECK(names.empty());
  options.equal = [](const std::string&, const std::string&) -> bool {
    throw std::runtime_error{"no"};
  };
  auto broken = cluster.map_of<std::string, std::string>(0, options);
  REQUIRE(broken.set("a", "x").get());
  CHECK(code_of(broken.update_if("a", "y", "x").get()) == errc::bad_value);
  CHECK(cluster.members[0].access.calls->size() == 0);
}

TEST_CASE("consensus.md, 15: a custom equality starts over when another write comes in between") {
  fake_cluster cluster;
  map_options<std::string> options;
  options.equal = [](const std::string& present, const std::string&) {
    return present.size() < 40; // every step finds its condition true, on what it has just read
  };
  auto grow = cluster.map_of<std::string, std::string>(0, options);
  REQUIRE(grow.set("a", "").get());
  std::vector<std::thread> threads;
  std::atomic<int> failed{0};
  for (int i = 0; i < 4; ++i)
    threads.emplace_back([&, i] {
      for (int j = 0; j < 10; ++j) {
        const auto swapped = grow.update_if("a", std::to_string(i * 10 + j), "").get();
        if (!swapped || !*swapped)
          ++failed;
      }
    });
  for (auto& thread : threads)
    thread.join();
  CHECK(failed == 0);
}

TEST_CASE("actors have every operation of the map, answered by then, await and receive") {
  fake_cluster cluster;
  auto users = cluster.map_of<std::string, int>(0);
  // What comes from elsewhere is a handle; nothing local is needed.
  map_handle<std::string, int> handle{users.actor()};
  std::promise<std::vector<std::string>> done;
  auto finished = done.get_future();
  cluster.system().spawn([&](caf::event_based_actor* self) {
    auto log = std::make_shared<std::vector<std::string>>();
    auto failed = [&, log](const caf::error& reason) {
      log->push_back(to_string(reason));
      done.set_value(*log);
    };
    handle.set(self, "a", 1).await([=](maybe old) { log->push_back(old ? "old" : "new"); }, failed);
    handle.set(self, "a", 2)
        .then(
            [=, &done](maybe old) {
              log->push_back(std::to_string(old.value_or(-1)));
              handle.remove_if(self, "a", 2)
                  .then(
                      [=, &done](bool removed) {
                        log->push_back(removed ? "removed" : "kept");
                        done.set_value(*log);
                      },
                      failed);
            },
            failed);
  });
  REQUIRE(finished.wait_for(seconds{20}) == std::future_status::ready);
  CHECK(finished.get() == std::vector<std::string>{"new", "1", "removed"});

  caf::scoped_actor self{cluster.system()};
  errc code = errc::none;
  auto failed = [&](const caf::error& reason) { code = static_cast<errc>(reason.code()); };
  maybe value;
  handle.insert(self, "b", 5).receive([&](maybe) {}, failed);
  handle.get(self, "b").receive([&](maybe found) { value = found; }, failed);
  CHECK(value == maybe{5});
  std::vector<std::string> keys;
  handle.keys(self).receive([&](std::vector<std::string> found) { keys = std::move(found); },
                            failed);
  CHECK(keys == std::vector<std::string>{"b"});
  std::uint64_t size = 0;
  handle.size(self).receive([&](std::uint64_t found) { size = found; }, failed);
  CHECK(size == 1);
  bool flag = false;
  handle.contains(self, "b").receive([&](bool found) { flag = found; }, failed);
  CHECK(flag);
  int_pairs pairs;
  handle.set_all(self, {{"b", 6}, {"c", 7}}).receive([&](int_pairs old) { pairs = old; }, failed);
  CHECK(pairs == int_pairs{{"b", 5}});
  handle.entries(self).receive([&](int_pairs all) { pairs = std::move(all); }, failed);
  CHECK(pairs == int_pairs{{"b", 6}, {"c", 7}});
  handle.erase_all(self, {"b"})
      .receive([&](std::vector<std::string> gone) { keys = gone; }, failed);
  CHECK(keys == std::vector<std::string>{"b"});
  CHECK(code == errc::none);
  map_options<int> options;
  options.equal = [](int present, int expected) { return present % 10 == expected; };
  map_handle<std::string, int> custom{users.actor(), options};
  custom.update_if(self, "c", 8, 7).receive([&](bool swapped) { flag = swapped; }, failed);
  CHECK(flag);
  CHECK(code == errc::none);
}

TEST_CASE("an actor is told when the collection is gone") {
  fake_cluster cluster;
  auto users = cluster.map_of<std::string, int>(0);
  REQUIRE(users.set("a", 1).get());
  caf::anon_send_exit(users.actor(), caf::exit_reason::kill);
  caf::scoped_actor self{cluster.system()};
  errc code = errc::none;
  auto failed = [&](const caf::error& reason) { code = static_cast<errc>(reason.code()); };
  users.set(self, "a", 2, seconds{1}).receive([](maybe) {}, failed);
  CHECK(code == errc::outcome_unknown);
  users.map_handle<std::string, int>::get(self, "a", seconds{1}).receive([](maybe) {}, failed);
  CHECK(code == errc::connection_lost);
  CHECK(*users.get("a") == maybe{1}); // what was published stays readable
}

TEST_CASE("open_map takes whatever opens collections and gives local access") {
  struct opener {
    collection_actor actor;
    local_access here;
    collection_spec seen;
    caf::expected<collection_actor> open_collection(collection_spec spec) {
      seen = std::move(spec);
      return actor;
    }
    const local_access& access() const { return here; }
  };
  fake_cluster cluster;
  opener node{cluster.members[0].actor, cluster.members[0].access, {}};
  auto opened = open_map<std::string, int>(node, "c", {{"a", 1}});
  REQUIRE(opened);
  CHECK(node.seen.kind == "map");
  map_state initial;
  REQUIRE(initial.restore(node.seen.initial));
  CHECK(initial.size() == 1);
  CHECK(opened->set("b", 2).get());
  CHECK(opened->id() == "c");
}

TEST_CASE("a custom equality says no only when this member is up to date") {
  fake_cluster cluster;
  struct replica {
    bool stale = true;
    int executed = 0;
    std::string now;
  };
  auto state = std::make_shared<replica>();
  const auto member = cluster.system().spawn([state] {
    return caf::behavior{
        [state](const read_state&) { return b("\x01" + (state->stale ? "old" : state->now)); },
        [state](const execute&) {
          ++state->executed;
          state->stale = false; // whoever has an answer has applied what was before it
          return map_answer::encode(true);
        },
    };
  });
  map_options<std::string> options;
  options.equal = same_letters;
  const map_handle<std::string, std::string> names{caf::actor_cast<collection_actor>(member),
                                                   options};
  caf::scoped_actor self{cluster.system()};
  auto swapped = [&](const std::string& expected) {
    bool result = false;
    state->stale = true;
    state->executed = 0;
    names.update_if(self, "k", "other", expected)
        .receive([&](bool value) { result = value; },
                 [](const caf::error& reason) { FAIL(to_string(reason)); });
    return result;
  };
  state->now = "new";
  CHECK(swapped("NEW"));
  CHECK(state->executed == 2); // one that changes nothing, and the swap
  CHECK_FALSE(swapped("third"));
  CHECK(state->executed == 1);
  caf::anon_send_exit(member, caf::exit_reason::kill);
}

namespace {

/// Numbers as decimal text.
struct decimal {
  static bool encode(int value, std::vector<std::byte>& out) {
    return codec<std::string>::encode(std::to_string(value), out);
  }
  static bool decode(std::span<const std::byte> bytes, int& out) {
    std::string text;
    codec<std::string>::decode(bytes, text);
    out = std::atoi(text.c_str());
    return true;
  }
};

/// Opens the collection of a fake cluster.
struct opener_of {
  fake_cluster::member& member;
  caf::expected<collection_actor> open_collection(collection_spec spec) {
    seen = std::move(spec);
    return member.actor;
  }
  const local_access& access() const { return member.access; }
  collection_spec seen{};
};

} // namespace

TEST_CASE("open_map takes codecs, for initial entries as well") {
  fake_cluster cluster;
  opener_of node{cluster.members[0]};
  auto opened = open_map<std::string, int, codec<std::string>, decimal>(node, "c", {{"a", 12}});
  REQUIRE(opened);
  CHECK(node.seen.initial == encode_map_content(kv({{"a", "12"}})));
  REQUIRE(opened->set("b", 34).get());
  CHECK(*cluster.map_of(0).get("b") == "34");
}

TEST_CASE("a facade that names no timeout has that of the member") {
  fake_cluster cluster;
  cluster.members[0].access.request_timeout = milliseconds{50};
  opener_of node{cluster.members[0]};
  map_options<int> options;
  options.max_message_bytes = 2048;
  auto opened = open_map<std::string, int>(node, "c", {}, options);
  REQUIRE(opened);
  CHECK(node.seen.limits.max_message_bytes == 2048);
  REQUIRE(opened->await_ready(seconds{20}));
  cluster.tell(leader_notice{std::nullopt, 9});
  const auto start = std::chrono::steady_clock::now();
  CHECK(code_of(opened->set("a", 1).get()) == errc::no_leader);
  CHECK(std::chrono::steady_clock::now() - start < seconds{4});
}

} // namespace hamok::state_test
