// Batches and pipelining (thesis, 10.2): how much goes to a follower at a time.

#include "hamok/tests/catch.hpp"
#include "hamok/tests/unit/raft/harness.hpp"

using namespace hamok::raft;
using namespace hamok::raft::test;

namespace {

/// n1 leads term 2 of three with the log 1, 2, which all have; nothing is on the way.
subject leader_in_step(core_config config) {
  subject result{{.log = {1}, .term = 1, .config = std::move(config)}};
  result.elect();
  result.acknowledge_all(3);
  result.acknowledge_all(3);
  return result;
}

propose commands(std::size_t count, std::size_t bytes) {
  propose result;
  for (std::size_t i = 0; i < count; ++i)
    result.proposals.push_back(
        {entry_kind::command, hamok::blob::from_string(std::string(bytes, 'x'))});
  return result;
}

std::vector<std::size_t> batch_sizes(const std::vector<append_request>& requests) {
  std::vector<std::size_t> result;
  for (const auto& request : requests)
    result.push_back(request.entries.size());
  return result;
}

using sizes = std::vector<std::size_t>;

} // namespace

TEST_CASE("a batch has a limit of entries, and the next one follows at once (thesis, 10.2)") {
  core_config config;
  config.max_batch_entries = 4;
  auto leader = leader_in_step(config);
  const auto requests = sent_to<append_request>(2, leader.give(commands(10, 1)));
  CHECK(batch_sizes(requests) == sizes{4, 4, 2});
  index_t prev = 2;
  for (const auto& request : requests) {
    CHECK(request.prev_log_index == prev);
    prev += request.entries.size();
  }
}

TEST_CASE("a batch has a limit of bytes, which only a single entry may exceed (thesis, 10.2)") {
  core_config config;
  config.max_batch_bytes = 1000;
  auto leader = leader_in_step(config);
  for (const auto& request : sent_to<append_request>(2, leader.give(commands(10, 300)))) {
    CHECK(request.entries.size() <= 3);
    CHECK(request.entries.size() >= 1);
  }
  const auto large = sent_to<append_request>(3, leader.give(commands(2, 5000)));
  CHECK(batch_sizes(large) == sizes{1, 1});
}

TEST_CASE("no more messages than the window has room for are on the way (thesis, 10.2.1)") {
  core_config config;
  config.max_batch_entries = 1;
  config.max_inflight_messages = 3;
  auto leader = leader_in_step(config);
  CHECK(sent_to<append_request>(2, leader.give(commands(5, 1))).size() == 3);
  CHECK(sent_to<append_request>(2, leader.give(commands(5, 1))).empty());
  CHECK(leader.progress_of(2).inflight_messages == 3);
  const auto out = leader.acknowledge(2, 4);
  CHECK(batch_sizes(sent_to<append_request>(2, out)) == sizes{1, 1});
}

TEST_CASE("no more bytes than the window has room for are on the way (thesis, 10.2.1)") {
  core_config config;
  config.max_batch_bytes = 1000;
  config.max_inflight_bytes = 3000;
  auto leader = leader_in_step(config);
  leader.give(commands(100, 400));
  // The last one that fits in may go beyond it, by one batch at most.
  CHECK(leader.progress_of(2).inflight_bytes >= 3000);
  CHECK(leader.progress_of(2).inflight_bytes <= 4000);
  CHECK(leader.progress_of(2).next_index < leader->log().last_index());
}

TEST_CASE("a slow follower does not keep the others from committing (thesis, 10.2.1)") {
  core_config config;
  config.max_batch_entries = 1;
  config.max_inflight_messages = 2;
  auto leader = leader_in_step(config);
  for (int time = 0; time < 20; ++time) {
    leader.give(commands(1, 1));
    leader.acknowledge(3, leader->log().last_index());
    CHECK(leader->commit_index() == leader->log().last_index());
  }
  CHECK(leader.progress_of(2).inflight_messages == 2);
}

TEST_CASE("a heartbeat is sent when the window is full, and carries no entries (5.2)") {
  core_config config;
  config.max_inflight_messages = 1;
  auto leader = leader_in_step(config);
  leader.give(commands(1, 1));
  leader.give(commands(1, 1));
  const auto beat = the_sent<append_request>(2, leader.pass_to_deadline());
  CHECK(beat.entries.empty());
  CHECK(beat.prev_log_index == 3);
}

TEST_CASE("heartbeats carry no entries while the leader probes (6.2 of the thesis)") {
  subject leader{{.log = {1}, .term = 1}};
  leader.elect();
  for (int beat = 0; beat < 3; ++beat) {
    leader.give(commands(1, 100));
    const auto out = leader.pass_to_deadline();
    for (unsigned n = 2; n <= 3; ++n)
      CHECK(the_sent<append_request>(n, out).entries.empty());
  }
}

TEST_CASE("a probe that was lost is made good by the next heartbeat's answer (5.3)") {
  subject leader{{.log = {1}, .term = 1}};
  leader.elect();
  const auto beat = the_sent<append_request>(2, leader.pass_to_deadline());
  const auto out =
      leader.give(2, append_response{2, beat.round, true, beat.prev_log_index, 0, 0, 0});
  CHECK(the_sent<append_request>(2, out).entries.size() == 1);
}

TEST_CASE("what was on the way over a link that fell is sent again over the next (5.3)") {
  auto leader = leader_in_step({});
  leader.give(commands(3, 1));
  leader.give(link_down{id(2)});
  CHECK(leader.progress_of(2).mode == progress_mode::probe);
  CHECK(leader.progress_of(2).inflight_messages == 0);
  CHECK(leader.progress_of(2).next_index == 3);
  const auto request = the_sent<append_request>(2, leader.give(link_up{id(2)}));
  CHECK(request.prev_log_index == 2);
  CHECK(request.entries.size() == 3);
}

TEST_CASE("rounds are counted, and an answer proves contact since its round (thesis, 6.4)") {
  auto leader = leader_in_step({});
  const auto first = the_sent<append_request>(2, leader.pass_to_deadline());
  const auto second = the_sent<append_request>(2, leader.pass_to_deadline());
  CHECK(second.round == first.round + 1);
  leader.give(2, append_response{2, first.round, true, 2, 0, 0, 0});
  CHECK(leader.progress_of(2).acked_round == first.round);
  leader.give(2, append_response{2, second.round, true, 2, 0, 0, 0});
  leader.give(2, append_response{2, first.round, true, 2, 0, 0, 0});
  CHECK(leader.progress_of(2).acked_round == second.round);
  CHECK(leader.progress_of(2).last_contact == leader.now());
}

TEST_CASE("an answer to a round that was never sent proves nothing (thesis, 6.4)") {
  auto leader = leader_in_step({});
  const auto beat = the_sent<append_request>(2, leader.pass_to_deadline());
  leader.give(2, append_response{2, beat.round + 1000, true, 2, 0, 0, 0});
  CHECK(leader.progress_of(2).acked_round <= beat.round);
}
