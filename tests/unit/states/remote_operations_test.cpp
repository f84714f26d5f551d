// What the log says of a remote map: operations wait in the order of the log, one member at a time
// executes, and each has one end.

#include "hamok/tests/catch.hpp"
#include "hamok/tests/unit/states/remote_harness.hpp"

namespace hamok::state_test {

namespace {

using indices = std::vector<raft::index_t>;

remote_result done(raft::index_t index) {
  return {index, remote_status::done, encode(std::vector<remote_touch>{{true, {}, 0}})};
}

blob set(std::string_view key, std::string_view value) {
  return map_command::set(v(key), v(value));
}

indices waiting(remote_fixture& fix) {
  indices result;
  for (const auto& task : fix.view()->tasks(1000, 1'000'000))
    result.push_back(task.index);
  return result;
}

} // namespace

TEST_CASE("remote map operations wait in the order of the log, under their index") {
  remote_fixture fix;
  CHECK(fix.enqueue(set("a", "1")) == 1);
  CHECK(fix.enqueue(set("b", "2")) == 2);
  fix.claim();
  CHECK(fix.enqueue(map_command::clear()) == 4);
  CHECK(waiting(fix) == indices{1, 2, 4});
  CHECK(fix.summary() == remote_summary{one_owner, 3, 0, 3});
  CHECK(fix.remote.size() == 3);
  CHECK(fix.view()->waits(2));
  CHECK_FALSE(fix.view()->waits(3));
  CHECK(fix.view()->tasks(2, 1000).size() == 2);
  CHECK(fix.view()->tasks(9, 1).size() == 1); // the first, whatever its size
}

TEST_CASE("remote map reports end what waits in front, each once and in order") {
  remote_fixture fix;
  for (const auto* key : {"a", "b", "c"})
    fix.enqueue(set(key, "1"));
  fix.claim();
  CHECK(fix.report({done(1), done(2)}));
  CHECK(fix.ended() == indices{1, 2});
  CHECK(fix.summary() == remote_summary{one_owner, 4, 2, 1});
  CHECK(fix.report({done(1), done(2)})); // the answer to the first was lost
  CHECK(fix.ended().empty());
  CHECK(fix.report({done(2), done(3)}));
  CHECK(fix.ended() == indices{3});
  CHECK(fix.report({done(9)}));
  CHECK(waiting(fix).empty());
  CHECK(fix.view()->result(2) == done(2));
  CHECK_FALSE(fix.view()->result(4).has_value());
}

TEST_CASE("remote map reports out of the order of the log end nothing") {
  remote_fixture fix;
  fix.enqueue(set("a", "1"));
  fix.enqueue(set("b", "1"));
  fix.claim();
  CHECK(fix.report({done(2), done(1)}));
  CHECK(fix.ended().empty());
  CHECK(waiting(fix) == indices{1, 2});
}

TEST_CASE("remote map reports count from the last claim alone") {
  remote_fixture fix;
  CHECK_FALSE(fix.report({}));
  const auto at = fix.enqueue(set("a", "1"));
  fix.claim();
  const auto old = fix.executor;
  fix.claim();
  CHECK(fix.executor == old + 1);
  CHECK_FALSE(fix.flag(remote_command::report(old, {done(at)})));
  CHECK(waiting(fix) == indices{at});
  CHECK(fix.report({done(at)}));
  CHECK(waiting(fix).empty());
}

TEST_CASE("remote map operations can end without having been done") {
  remote_fixture fix;
  for (const auto status :
       {remote_status::too_large, remote_status::superseded, remote_status::taken}) {
    const auto at = fix.enqueue(set("a", "1"));
    fix.claim();
    CHECK(fix.report({{at, status, b("whatever")}}));
    CHECK(fix.ended() == indices{at});
    CHECK(fix.events().empty());
    CHECK(fix.view()->result(at) == remote_result{at, status, {}});
  }
  // A storage that says what makes no sense has not said how it was.
  for (const auto& bytes : {b("nonsense"), encode(std::vector<remote_touch>{}), b("")}) {
    const auto at = fix.enqueue(set("a", "1"));
    fix.claim();
    CHECK(fix.report({{at, remote_status::done, bytes}}));
    CHECK(fix.view()->result(at) == remote_result{at, remote_status::superseded, {}});
  }
}

TEST_CASE("remote map without watchers makes no events, and is the same") {
  remote_fixture watched;
  remote_fixture plain;
  watched.enqueue(set("a", "1"));
  watched.claim();
  watched.report(watched.execute(1));
  CHECK(watched.last.events.size() == 2);
  plain.enqueue(set("a", "1"));
  plain.claim();
  plain.apply(remote_command::report(plain.executor, plain.execute(1)), false);
  CHECK(plain.last.events.empty());
  CHECK(plain.remote.digest() == watched.remote.digest());
  CHECK(plain.remote.snapshot() == watched.remote.snapshot());
}

TEST_CASE(
    "remote map with no_events tells nobody but who waits, and does not ask what was erased") {
  remote_fixture fix;
  bool flag = false;
  fix.run(set("a", "1"), false);
  CHECK(fix.events().empty());
  CHECK(fix.ended() == indices{1});
  remote_plan plan;
  REQUIRE(read_operation(map_command::erase(v("a")), false, plan) == command_status::ok);
  CHECK(plan.steps.at(0).verb == remote_verb::erase);
  REQUIRE(map_answer::decode(fix.run(map_command::erase(v("a")), false), flag));
  CHECK(flag);
  CHECK(fix.events().empty());
  std::vector<blob> keys;
  fix.run(set("b", "1"), false);
  REQUIRE(map_answer::decode(fix.run(map_command::erase_all(list({"a", "b"})), false), keys));
  CHECK(keys == list({"b"}));
}

TEST_CASE("remote map content of another owner is dropped when its own comes") {
  remote_fixture fix;
  fix.run(set("a", "1"));
  fix.enqueue(set("b", "1"));
  const auto at = fix.number(remote_command::enqueue(another_owner, true, set("c", "1")));
  CHECK(fix.summary() == remote_summary{another_owner, 0, 0, 1});
  CHECK(waiting(fix) == indices{at});
  CHECK_FALSE(fix.view()->result(1).has_value());
  CHECK_FALSE(fix.report({done(at)})); // the executor was another one's, too
  fix.claim();                         // and a claim says the same
  CHECK(fix.summary() == remote_summary{one_owner, fix.executor, 0, 0});
}

TEST_CASE("remote map refuses what it does not understand, and changes nothing") {
  remote_fixture fix;
  fix.enqueue(set("a", "1"));
  const auto before = fix.remote.snapshot();
  const auto enqueue = [](const blob& operation) {
    return remote_command::enqueue(one_owner, true, operation);
  };
  const auto update_all = map_command::update_all_if({}, {});
  for (const auto& bytes :
       {b(""), b("\x01"), b("\x02"), b("\x03"), b("\x04"), b("\xff"), enqueue(b("")),
        enqueue(b("\x01")), enqueue(b("\x01\x09k")), enqueue(b("\x02\x01")), enqueue(update_all),
        enqueue(remote_operation::read(map_query::size())), enqueue(b("\x80x"))}) {
    CHECK(fix.apply(bytes).status == command_status::bad_command);
    CHECK(fix.last.result.empty());
  }
  const auto large = std::string(remote_limit::operation_bytes, 'x');
  CHECK(fix.apply(enqueue(set("k", large))).status == command_status::too_large);
  const std::vector<blob> keys(remote_limit::steps + 1);
  CHECK(fix.apply(enqueue(map_command::erase_all(keys))).status == command_status::too_large);
  CHECK(fix.remote.snapshot() == before);
  for (const auto& bytes : {b(""), b("\x01x"), b("\x40x"), b("\x41"), b("\x42x"), b("\x43")})
    CHECK(fix.remote.query(bytes).status() == command_status::bad_command);
}

TEST_CASE("remote map takes no more than it has room for") {
  remote_fixture fix;
  const auto large = std::string(remote_limit::operation_bytes - 64, 'x');
  for (std::size_t bytes = 0; bytes + large.size() + 64 <= remote_limit::waiting_bytes;
       bytes += large.size() + 3)
    REQUIRE(fix.enqueue(set("k", large)) != 0);
  CHECK(fix.enqueue(set("k", large)) == 0);
  CHECK(fix.remote.size() == 4);
}

TEST_CASE("remote map answers questions about the execution") {
  remote_fixture fix;
  fix.run(set("a", "1"));
  fix.enqueue(set("b", "1"));
  remote_summary summary;
  REQUIRE(decode(*fix.remote.query(remote_query::summary()), summary));
  CHECK(summary == remote_summary{one_owner, fix.executor, 1, 1});
  remote_result result;
  REQUIRE(decode(*fix.remote.query(remote_query::result(1)), result));
  CHECK(result.status == remote_status::done);
  CHECK(*fix.remote.query(remote_query::result(4)) == blob{});
  CHECK(*fix.remote.query(remote_query::digest()) == to_blob(fix.remote.digest()));
}

TEST_CASE("remote map keeps the last results, and no more") {
  remote_fixture fix;
  for (std::size_t i = 0; i < remote_limit::results + 10; ++i)
    fix.run(set("k", std::to_string(i)));
  CHECK_FALSE(fix.view()->result(1).has_value());
  CHECK(fix.view()->result(fix.summary().reported).has_value());
  const auto large = std::string(remote_limit::result_bytes, 'x');
  fix.run(set("k", large));
  fix.run(set("k", "small")); // its answer is large
  const auto last = fix.summary().reported;
  CHECK(fix.view()->result(last).has_value());
  CHECK_FALSE(fix.view()->result(last - 2).has_value());
  remote_map_state copy;
  REQUIRE(copy.restore(fix.remote.snapshot()));
  CHECK(copy.digest() == fix.remote.digest());
}

TEST_CASE("remote map jobs and reports survive their bytes") {
  const remote_job job{one_owner, 7, {{8, true, set("a", "1")}, {9, false, b("")}}};
  remote_job read;
  REQUIRE(decode(encode(job), read));
  CHECK(read.owner == job.owner);
  CHECK(read.reported == job.reported);
  CHECK(read.tasks == job.tasks);
  const remote_report report{"why", {done(1), {2, remote_status::taken, {}}}};
  remote_report heard;
  REQUIRE(decode(encode(report), heard));
  CHECK(heard.problem == "why");
  CHECK(heard.results == report.results);
  CHECK_FALSE(decode(b("\x01x\x01"), heard));
  const std::vector<remote_touch> touches{
      {true, b(""), 0}, {false, std::nullopt, 0}, {true, {}, 7}};
  std::vector<remote_touch> again;
  REQUIRE(decode(encode(touches), again));
  CHECK(again == touches);
  CHECK_FALSE(decode(b("\x01\x09"), again));
}

} // namespace hamok::state_test
