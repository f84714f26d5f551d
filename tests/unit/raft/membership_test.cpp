// The configurations of a log (thesis, 4.1), and which of them can be used at all.

#include "hamok/raft/codec.hpp"
#include "hamok/raft/membership.hpp"
#include "hamok/tests/catch.hpp"
#include "hamok/tests/unit/raft/builders.hpp"

#include <optional>
#include <string>
#include <vector>

using namespace hamok;
using namespace hamok::raft;
using namespace hamok::raft::test;

namespace {

configuration voters(unsigned first, unsigned last) {
  return {ids(first, last), {}, {}};
}

/// Another life of member `n`.
member_id life(unsigned n, std::uint64_t number) {
  return {id(n).peer, {number, n}};
}

entry configuration_entry(term_t term, const configuration& members) {
  return {term, entry_kind::configuration, duration{0}, to_blob(members)};
}

} // namespace

TEST_CASE("thesis, 4.1: the latest configuration in the log is in force, at each index its own") {
  membership log{4, voters(1, 3)};
  CHECK(log.latest() == voters(1, 3));
  CHECK(log.latest_index() == 4);
  log.append(7, voters(1, 4));
  log.append(9, voters(2, 4));
  CHECK(log.latest() == voters(2, 4));
  CHECK(log.latest_index() == 9);
  CHECK(log.at(4) == voters(1, 3));
  CHECK(log.at(6) == voters(1, 3));
  CHECK(log.at(7) == voters(1, 4));
  CHECK(log.at(8) == voters(1, 4));
  CHECK(log.at(9) == voters(2, 4));
  CHECK(log.at(100) == voters(2, 4));
  CHECK(log.index_at(8) == 7);
  CHECK(log.names(id(1)));
  CHECK(log.names(id(4)));
  CHECK_FALSE(log.names(id(5)));
  CHECK(log.all() == ids(1, 4));
}

TEST_CASE(
    "thesis, 4.1: a configuration goes with its entry, and the one before is in force again") {
  membership log{0, voters(1, 3)};
  log.append(7, voters(1, 4));
  log.append(9, voters(2, 4));
  CHECK_FALSE(log.truncate_from(10));
  CHECK(log.truncate_from(9));
  CHECK(log.latest() == voters(1, 4));
  CHECK(log.truncate_from(1));
  CHECK(log.latest() == voters(1, 3));
  CHECK_FALSE(log.truncate_from(1));
  CHECK_FALSE(log.names(id(4)));
}

TEST_CASE("a compacted log keeps the configuration that is in force at its base") {
  membership log{0, voters(1, 3)};
  log.append(7, voters(1, 4));
  log.append(9, voters(2, 4));
  log.compact(8);
  CHECK(log.at(8) == voters(1, 4));
  CHECK(log.latest() == voters(2, 4));
  log.compact(9);
  CHECK_FALSE(log.names(id(1)));
  log.compact(20);
  CHECK(log.latest() == voters(2, 4));
}

TEST_CASE("a configuration that no cluster can be run with is not valid") {
  CHECK(valid(voters(1, 1)));
  CHECK(valid({ids(2, 4), ids(1, 3), ids(5, 6)}));
  // The new life of a voter learns beside the old one, until it takes its place.
  CHECK(valid({ids(1, 3), {}, {life(3, 7)}}));
  CHECK(valid({{id(1), life(2, 7)}, ids(1, 2), {}}));

  CHECK_FALSE(valid({}));
  CHECK_FALSE(valid({{}, ids(1, 3), {}}));
  CHECK_FALSE(valid({{id(1), id(1)}, {}, {}}));
  CHECK_FALSE(valid({{id(1), life(1, 7)}, {}, {}}));
  CHECK_FALSE(valid({ids(1, 2), {id(1), life(1, 7)}, {}}));
  CHECK_FALSE(valid({ids(1, 2), {}, {id(4), life(4, 7)}}));
  CHECK_FALSE(valid({ids(1, 2), {}, ids(2, 3)}));
  CHECK_FALSE(valid({ids(1, 2), ids(1, 3), {id(3)}}));
  CHECK_FALSE(valid({{{"", {0, 1}}}, {}, {}}));
  CHECK(valid({{{std::string(255, 'x'), {0, 1}}}, {}, {}}));
  CHECK_FALSE(valid({{{std::string(256, 'x'), {0, 1}}}, {}, {}}));
}

TEST_CASE("a configuration has limits") {
  CHECK(valid({ids(1, 60), {}, ids(61, 64)}));
  CHECK_FALSE(valid({ids(1, 60), {}, ids(61, 65)}));
  CHECK_FALSE(valid({ids(1, 3), ids(1, 65), {}}));
  auto members = voters(1, 3);
  for (unsigned n = 0; n < 1024; ++n)
    members.retired.push_back({life(4, n + 1), n});
  CHECK(valid(members));
  members.retired.push_back({life(4, 2000), 2000});
  CHECK_FALSE(valid(members));
}

TEST_CASE("nobody takes part and is retired") {
  auto members = configuration{ids(1, 3), {}, ids(4, 4)};
  members.retired = {{id(5), 3}, {life(1, 7), 8}};
  CHECK(valid(members));
  CHECK(is_retired(members, id(5)));
  CHECK_FALSE(is_retired(members, id(1)));
  members.retired = {{id(5), 9}, {life(1, 7), 8}};
  CHECK_FALSE(valid(members));
  members.retired = {{id(4), 3}};
  CHECK_FALSE(valid(members));
}

TEST_CASE("the bytes of a configuration are read as a whole or not at all") {
  auto members = configuration{ids(2, 3), ids(1, 3), ids(4, 4)};
  members.retired = {{id(5), 3}};
  members.retired_floor = 2;
  CHECK(read_configuration(to_blob(members)) == members);
  const auto bytes = to_blob(members);
  CHECK_FALSE(read_configuration(bytes.slice(0, bytes.size() - 1)));
  CHECK_FALSE(read_configuration(blob::from_string(std::string{bytes.text()} + "x")));
  CHECK_FALSE(read_configuration(to_blob(configuration{})));
  CHECK_FALSE(read_configuration({}));
}

TEST_CASE(
    "a core starts from a log whose configurations can be read and whose terms are in order") {
  initial_state state;
  CHECK(sound(state));
  state.base.members = voters(1, 3);
  state.hard.term = 4;
  state.entries = entries_of({1, 1, 4});
  state.entries.push_back(configuration_entry(4, voters(1, 4)));
  CHECK(sound(state));
  auto broken = state;
  broken.entries.push_back({4, entry_kind::configuration, duration{0}, blob::from_string("x")});
  CHECK_FALSE(sound(broken));
  broken = state;
  broken.entries.push_back(command(3, "x"));
  CHECK_FALSE(sound(broken));
  broken = state;
  broken.hard.term = 3;
  CHECK_FALSE(sound(broken));
  broken = state;
  broken.base.members.voters.push_back(id(1));
  CHECK_FALSE(sound(broken));
}
