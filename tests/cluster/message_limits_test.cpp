// The limits on messages and times, as they show on a cluster.

#include "hamok/collections/map_command_state.hpp"
#include "hamok/tests/cluster/cluster.hpp"

#include <algorithm>
#include <atomic>

namespace hamok::test {

namespace {

using text_map = map<std::string, std::string>;

constexpr std::size_t byte_limit = 1024;

/// A value with which the command to set "k" has exactly so many bytes.
std::string value_for(std::size_t bytes) {
  const auto key = blob::from_string("k");
  const auto empty =
      map_command::set(key.bytes(), blob::from_string(std::string(200, 'x')).bytes());
  return std::string(bytes - (empty.size() - 200), 'x');
}

/// How many entries of the log one such command takes.
raft::index_t entries_for(cluster& all, const text_map& users, std::size_t bytes) {
  auto& leader = all.at(all.agreed_leader());
  const auto before = must(leader.wait_until_commit_head(deadline));
  must(users.set("k", value_for(bytes), deadline).get());
  return must(leader.wait_until_commit_head(deadline)) - before;
}

/// Checks that commands are whole up to the limit, and in parts above it.
void check_parts(cluster& all, const text_map& users) {
  must(users.set("k", "opens the session", deadline).get());
  CHECK(entries_for(all, users, byte_limit - 1) == 1);
  CHECK(entries_for(all, users, byte_limit) == 1);
  CHECK(entries_for(all, users, byte_limit + 1) == 2);
  CHECK(entries_for(all, users, 3 * byte_limit) == 3);
  CHECK(entries_for(all, users, 3 * byte_limit + 1) == 4);
  CHECK(must(users.get("k"))->size() == value_for(3 * byte_limit + 1).size());
  CHECK(all.converge("users"));
}

/// The largest number of entries that a member has sent in one message.
class largest_message {
public:
  explicit largest_message(node& of)
      : subscription_(of.on<event::message>([seen = seen_](const event::message& what) {
          const auto* request = std::get_if<raft::append_request>(&what.content.body);
          if (what.way == event::direction::out && request)
            *seen = std::max(seen->load(), request->entries.size());
        })) {}
  ~largest_message() { subscription_.cancel(); }
  largest_message(const largest_message&) = delete;
  largest_message& operator=(const largest_message&) = delete;

  [[nodiscard]] std::size_t entries() const { return *seen_; }

private:
  std::shared_ptr<std::atomic<std::size_t>> seen_ = std::make_shared<std::atomic<std::size_t>>(0);
  subscription subscription_;
};

} // namespace

TEST_CASE("no message has more entries than the limit of the node") {
  cluster all{transport::local, 3, [](node_config& config) { config.max_message_entries = 4; }};
  all.start_all();
  auto& leader = all.at(all.agreed_leader());
  const auto users = must(leader.get_or_create_map<std::string, std::string>("users"));
  const largest_message seen{leader};
  must(users.set("below", "", deadline).get());
  CHECK(eventually([&] { return seen.entries() >= 1; }));
  CHECK(seen.entries() < 4);
  CHECK(eventually([&] { // more than fit, until some have met in one message
    std::vector<future<std::optional<std::string>>> answers;
    for (int i = 0; i < 100; ++i)
      answers.push_back(users.set("k" + std::to_string(i), "", deadline));
    for (auto& one : answers)
      must(one.get());
    return seen.entries() >= 4;
  }));
  CHECK(seen.entries() == 4);
  CHECK(users.size() == 101);
}

TEST_CASE("a command has as many parts as the limit of the node on bytes makes of it") {
  cluster all{transport::local, 3,
              [](node_config& config) { config.max_message_bytes = byte_limit; }};
  all.start_all();
  check_parts(
      all, must(all.at(all.agreed_leader()).get_or_create_map<std::string, std::string>("users")));
}

TEST_CASE("a command has as many parts as the limit of its collection on bytes makes of it") {
  cluster all{transport::local, 3};
  all.start_all();
  map_options<std::string> options;
  options.max_message_bytes = byte_limit;
  check_parts(
      all, must(all.at(all.agreed_leader())
                    .get_or_create_map<std::string, std::string>("users", nullptr, {}, options)));
}

TEST_CASE("an operation ends by the timeout of its node, its collection or its own") {
  using std::chrono::hours;
  using std::chrono::milliseconds;
  for (const auto of_node : {true, false}) {
    cluster all{transport::local, 3, [&](node_config& config) {
                  config.request_timeout = of_node ? caf::timespan{milliseconds{200}} : hours{1};
                }};
    all.start_all();
    REQUIRE(!all.agreed_leader().empty());
    const auto open = [&](caf::timespan of_collection) {
      map_options<std::string> options;
      options.request_timeout = of_collection;
      return must(all.at("a").create_map<std::string, std::string>("users", {}, options));
    };
    must(open({}).set("k", "below", deadline).get());
    must(open(deadline).set("k", "below").get());
    all.remove("b");
    all.remove("c"); // nobody is left who could commit
    if (of_node) {
      CHECK(!open({}).set("k", "v").get());
      CHECK(!open(hours{1}).set("k", "v").wait_for(milliseconds{500}));
      CHECK(!open({}).set("k", "v", hours{1}).wait_for(milliseconds{500}));
    } else {
      CHECK(!open({}).set("k", "v").wait_for(milliseconds{500}));
      CHECK(!open(milliseconds{200}).set("k", "v").get());
      CHECK(!open({}).set("k", "v", milliseconds{200}).get());
    }
  }
}

} // namespace hamok::test
