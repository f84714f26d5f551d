// A user's own deterministic state behind the same machinery.

#include "hamok/collections/replicated.hpp"
#include "hamok/tests/catch.hpp"
#include "hamok/tests/unit/collections/fake_cluster.hpp"

namespace hamok::state_test {

namespace {

struct tally {
  using command = int;
  using result = int;
  using question = std::string;
  using answer = std::string;

  int total = 0;
  std::uint64_t last_index = 0;

  int apply(const command_context& context, int step) {
    if (step == 13)
      throw std::runtime_error{"bad luck"};
    last_index = context.index;
    return total += step;
  }
  std::string query(const std::string& greeting) const { return greeting + std::to_string(total); }
};

template <class Inspector>
bool inspect(Inspector& f, tally& x) {
  return f.object(x).fields(f.field("total", x.total), f.field("last-index", x.last_index));
}

/// Without a context, without questions, with snapshots of its own.
struct last_word {
  using command = std::string;
  using result = std::string;
  std::string word;

  std::string apply(const std::string& next) { return std::exchange(word, next); }
  blob snapshot() const { return b(word); }
  bool restore(const blob& bytes) {
    word = std::string{bytes.text()};
    return word != "refused";
  }
};

const bool registered =
    register_state<tally>("test-tally") && register_state<last_word>("test-word");

} // namespace

TEST_CASE("a state of the user's own is replicated with its results and questions") {
  REQUIRE(registered);
  fake_cluster cluster{2, "test-tally"};
  replicated<tally> one{"c", cluster.members[0].actor, cluster.members[0].access};
  replicated<tally> two{"c", cluster.members[1].actor, cluster.members[1].access};
  cluster.control->plan({fate::lose, fate::refuse}, fate::repeat);
  CHECK(*one.execute(1).get() == 1);
  CHECK(*two.execute(10).get() == 11);
  caf::scoped_actor self{cluster.system()};
  std::string answer;
  auto failed = [&](const caf::error& reason) { answer = to_string(reason); };
  one.execute(self, 100).receive([&](int total) { answer = std::to_string(total); }, failed);
  CHECK(answer == "111");
  one.query(self, "total ").receive([&](const std::string& text) { answer = text; }, failed);
  CHECK(answer == "total 111");
  CHECK(*two.query("from a thread: ") == "from a thread: 111");
  CHECK(two.await_ready()->kind == "test-tally");
}

TEST_CASE("a state that throws refuses the command and goes on") {
  fake_cluster cluster{1, "test-tally"};
  replicated<tally> state{"c", cluster.members[0].actor, cluster.members[0].access};
  CHECK(code_of(state.execute(13).get()) == errc::bad_command);
  CHECK(*state.execute(1).get() == 1);
}

TEST_CASE("a replicated state has snapshots by inspect or of its own") {
  replicated_machine<tally> one;
  one.apply({7, {}, true}, *encode_value<codec<int>>(5));
  replicated_machine<tally> other;
  REQUIRE(other.restore(one.snapshot()));
  CHECK(other.digest() == one.digest());
  CHECK_FALSE(other.restore(b("nonsense")));
  CHECK(other.digest() == one.digest());
  CHECK(one.apply({8, {}, true}, b("")).status == command_status::bad_command);
  CHECK_FALSE(one.query(b("x")) == std::nullopt);
  replicated_machine<last_word> word;
  word.apply({1, {}, true}, b("hello"));
  CHECK(word.snapshot() == b("hello"));
  CHECK_FALSE(word.restore(b("refused")));
  CHECK(word.snapshot() == b("hello"));
  CHECK_FALSE(word.query(b("x")));
}

TEST_CASE("kinds of state are registered once, by name") {
  auto& registry = state_registry::instance();
  CHECK(registry.contains("map"));
  CHECK_FALSE(registry.add("map", [] { return std::make_unique<map_state>(); }));
  CHECK(registry.make("no such kind") == nullptr);
  const auto kinds = registry.kinds();
  CHECK(std::is_sorted(kinds.begin(), kinds.end()));
  CHECK(std::count(kinds.begin(), kinds.end(), "test-tally") == 1);
  fake_cluster cluster;
  CHECK(code_of(spawn_collection(cluster.system(), placement::scheduler, {},
                                 {"x", "no such kind", {}, {}, {}}))
        == errc::unknown_kind);
}

} // namespace hamok::state_test
