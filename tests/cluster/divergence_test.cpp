// Whether members hold the same is checked while they run.

#include "hamok/collections/json_record.hpp"
#include "hamok/collections/replicated.hpp"
#include "hamok/tests/cluster/cluster.hpp"

#include <atomic>

namespace hamok::test {

namespace {

constexpr std::uint64_t check_every = 16;

/// What no state may be: it has a number of its own on each member.
struct drifting_state {
  using command = int;
  using result = int;
  static inline std::atomic<int> instances{0};
  int number = ++instances;
  int total = 0;
  result apply(const command& step) { return total += step == 0 ? number : step; }
};

template <class Inspector>
bool inspect(Inspector& f, drifting_state& x) {
  return f.object(x).fields(f.field("total", x.total));
}

[[maybe_unused]] const bool drifting_is_known = register_state<drifting_state>("drifting");

void check_often(node_config& config) {
  config.check_divergence_every = check_every;
}

/// Complaints of this member that a collection differs.
std::vector<std::string> complaints(cluster& all, const std::string& name) {
  auto lines = all.log(name).lines();
  std::erase_if(lines,
                [](const std::string& line) { return !line.starts_with("error code=diverged"); });
  return lines;
}

void execute(const replicated<drifting_state>& state, int step, std::uint64_t count) {
  for (std::uint64_t i = 0; i < count; ++i)
    must(state.execute(step, deadline).get());
}

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

} // namespace

TEST_CASE("members whose state is not the leader's say so, with collection, index and digests") {
  cluster all{transport::local, 3, check_often};
  all.may_diverge = true;
  all.start_all();
  const auto leader = all.agreed_leader();
  REQUIRE(!leader.empty());
  auto state = must(open_replicated<drifting_state>(all.at("a"), "total", "drifting"));
  execute(state, 1, 3 * check_every);
  for (const auto& name : all.names())
    CHECK(complaints(all, name).empty()); // nothing has differed so far
  execute(state, 0, 1);
  execute(state, 1, 3 * check_every);
  for (const auto& name : all.names()) {
    INFO(name);
    if (name == leader)
      continue;
    REQUIRE(all.log(name).wait_for("error code=diverged"));
    const auto line = complaints(all, name).front();
    INFO(line);
    CHECK(has(line, "the collection 'total' (drifting) differs at index "));
    CHECK(has(line, "its content has the digest "));
    CHECK(has(line, " on '" + leader + "'"));
    CHECK(complaints(all, name).size() == 1); // not again and again
  }
  CHECK(complaints(all, leader).empty());
}

TEST_CASE("every kind of collection passes the checks, on members that come back as well") {
  cluster all{transport::local, 3, check_often};
  all.start_all();
  REQUIRE(!all.agreed_leader().empty());
  const auto work = [&all](const std::string& name) {
    auto& member = all.at(name);
    auto map = must(member.create_map<std::string, int>("map"));
    auto record = must(member.create_record<nlohmann::json>("record"));
    auto queue = must(member.create_queue<int>("queue"));
    auto emitter = must(member.create_emitter<std::string>("emitter"));
    auto mine = must(emitter.subscribe<std::string>([](const std::string&) {}, {}, deadline));
    for (int i = 0; i < 50; ++i) {
      must(map.set(std::to_string(i % 7), i, deadline).get());
      must(record.set("f" + std::to_string(i % 3), i, deadline).get());
      must(queue.push(i).get());
      if (i % 3 == 0)
        must(queue.pop(deadline).get());
    }
    must(emitter.unsubscribe(mine, deadline).get());
  };
  for (const auto& name : all.names())
    work(name);
  const auto victim = all.agreed_leader();
  all.remove(victim);
  work(all.names().front());
  all.spawn(victim);
  work(victim);
  for (const auto* collection : {"map", "record", "queue", "emitter"})
    CHECK(all.converge(collection));
  for (const auto& name : all.names())
    CHECK(complaints(all, name).empty());
}

} // namespace hamok::test
