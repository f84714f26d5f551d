// The log of one member, from its snapshot on.

#include "hamok/raft/log.hpp"
#include "hamok/tests/catch.hpp"
#include "hamok/tests/unit/raft/harness.hpp"

using hamok::raft::snapshot_meta;
using hamok::raft::term_t;
using namespace hamok::raft::test;
using raft_log = hamok::raft::log;

namespace {

using terms = std::vector<term_t>;

raft_log plain(const terms& values) {
  return {snapshot_meta{}, entries_of(values)};
}

/// A log that starts behind a snapshot up to index 10 of term 3.
raft_log behind_snapshot(const terms& values) {
  return {snapshot_meta{10, 3, 7s, {}}, entries_of(values)};
}

} // namespace

TEST_CASE("an empty log ends at index 0 in term 0") {
  const raft_log log;
  CHECK(log.first_index() == 1);
  CHECK(log.last_index() == 0);
  CHECK(log.last_term() == 0);
  CHECK(log.last_cluster_time() == 0s);
  CHECK(log.term_at(0) == term_t{0});
  CHECK_FALSE(log.term_at(1));
}

TEST_CASE("a log tells the term of each entry it holds, and of none behind its end") {
  const auto log = plain({1, 1, 4});
  CHECK(log.last_index() == 3);
  CHECK(log.last_term() == 4);
  CHECK(log.term_at(0) == term_t{0});
  CHECK(log.term_at(1) == term_t{1});
  CHECK(log.term_at(3) == term_t{4});
  CHECK_FALSE(log.term_at(4));
  CHECK_FALSE(log.term_at(~std::uint64_t{0}));
}

TEST_CASE("a log behind a snapshot knows the snapshot's term and nothing before it") {
  const auto log = behind_snapshot({3, 5});
  CHECK(log.first_index() == 11);
  CHECK(log.last_index() == 12);
  CHECK(log.term_at(10) == term_t{3});
  CHECK(log.term_at(12) == term_t{5});
  CHECK_FALSE(log.term_at(9));
  CHECK_FALSE(log.term_at(13));
  const auto empty = behind_snapshot({});
  CHECK(empty.last_index() == 10);
  CHECK(empty.last_term() == 3);
  CHECK(empty.last_cluster_time() == 7s);
}

TEST_CASE("an appended entry is the last one") {
  auto log = behind_snapshot({});
  log.append({4, hamok::raft::entry_kind::noop, 9s, {}});
  CHECK(log.last_index() == 11);
  CHECK(log.last_term() == 4);
  CHECK(log.last_cluster_time() == 9s);
  CHECK(log.at(11).cluster_time == 9s);
}

TEST_CASE("a truncated log ends before the index that was dropped") {
  auto log = plain({1, 2, 3, 4});
  log.truncate_from(3);
  CHECK(terms_of(log) == terms{1, 2});
  log.append(command(7, "x"));
  CHECK(terms_of(log) == terms{1, 2, 7});
  log.truncate_from(1);
  CHECK(log.last_index() == 0);
  CHECK(log.last_term() == 0);
}

TEST_CASE("copies are bounded by the count and by the end of the log") {
  const auto log = behind_snapshot({3, 4, 5});
  CHECK(terms_of(log.copy(11, 2)) == terms{3, 4});
  CHECK(terms_of(log.copy(12, 99)) == terms{4, 5});
  CHECK(terms_of(log.copy(11, static_cast<std::size_t>(-1))) == terms{3, 4, 5});
  CHECK(log.copy(14, 5).empty());
  CHECK(log.copy(13, 0).empty());
}

TEST_CASE("copies share the bytes of the log's entries") {
  auto log = plain({});
  log.append(command(1, "a payload that is not copied"));
  CHECK(log.copy(1, 1).front().data.data() == log.at(1).data.data());
}

TEST_CASE("first_of_term and last_of_term agree with a search that is deliberately dumb") {
  const terms logs[] = {
      {1}, {1, 1, 1}, {1, 2, 3}, {1, 1, 4, 4, 4, 6}, {2, 2, 5, 5, 9}, {3, 3, 3, 8, 8}};
  for (const auto& values : logs)
    for (const bool compacted : {false, true}) {
      if (compacted && values.front() < 3)
        continue;
      const auto log = compacted ? behind_snapshot(values) : plain(values);
      for (auto index = log.first_index(); index <= log.last_index(); ++index) {
        auto first = index;
        while (first > log.first_index() && log.at(first - 1).term == log.at(index).term)
          --first;
        CHECK(log.first_of_term(index) == first);
        for (term_t term = 0; term <= 10; ++term) {
          auto last = index;
          while (last > log.base().index && log.at(last).term > term)
            --last;
          INFO("index " << index << ", term " << term);
          CHECK(log.last_of_term(term, index) == last);
        }
      }
    }
}

TEST_CASE("a compacted log goes on where it was, behind its new base") {
  auto log = plain({1, 1, 4, 5});
  log.compact_to({3, 4, 9s, {}});
  CHECK(log.base().index == 3);
  CHECK(log.base().cluster_time == 9s);
  CHECK(log.first_index() == 4);
  CHECK(log.last_index() == 4);
  CHECK(log.term_at(3) == term_t{4});
  CHECK_FALSE(log.term_at(2));
  CHECK(log.at(4).term == 5);
  log.append(command(6, "x"));
  CHECK(terms_of(log) == terms{5, 6});
}

TEST_CASE("a log can be compacted to its very end") {
  auto log = plain({1, 1, 4});
  log.compact_to({3, 4, 9s, {}});
  CHECK(log.last_index() == 3);
  CHECK(log.last_term() == 4);
  CHECK(log.last_cluster_time() == 9s);
  CHECK(log.bytes() == 0);
}

TEST_CASE("a log that is reset holds nothing and goes on behind its base") {
  auto log = plain({1, 1, 4});
  log.reset({10, 3, 7s, {}});
  CHECK(log.last_index() == 10);
  CHECK(log.last_term() == 3);
  CHECK(log.bytes() == 0);
  CHECK_FALSE(log.term_at(3));
  log.append(command(6, "x"));
  CHECK(log.last_index() == 11);
}

TEST_CASE("a log counts the bytes of what it holds, and of nothing else") {
  raft_log log{snapshot_meta{}, {command(1, "abc"), command(1, "")}};
  const auto two = 3 + 2 * hamok::raft::entry_overhead;
  CHECK(log.bytes() == two);
  log.append(command(2, "defgh"));
  CHECK(log.bytes() == two + 5 + hamok::raft::entry_overhead);
  log.truncate_from(3);
  CHECK(log.bytes() == two);
  log.truncate_from(7);
  CHECK(log.bytes() == two);
  log.compact_to({1, 1, 0s, {}});
  CHECK(log.bytes() == hamok::raft::entry_overhead);
  log.truncate_from(2);
  CHECK(log.bytes() == 0);
  CHECK(log.last_index() == 1);
}
