// The limits on one message of operations: below, at and above them, for the operations of a member
// and for those of remote clients, and wherever they are given.

#include "hamok/actors/interfaces/config.hpp"
#include "hamok/collections/registry.hpp"
#include "hamok/tests/catch.hpp"
#include "hamok/tests/unit/collections/proposer_harness.hpp"

#include <numeric>

namespace hamok::state_test {

namespace {

using shapes = std::vector<std::string>;
using sizes = std::vector<std::size_t>;

constexpr std::size_t mebibyte = std::size_t{1} << 20;

proposer_config with_limits(std::size_t entries, std::size_t bytes = mebibyte) {
  proposer_config result;
  result.max_batch_entries = entries;
  result.max_batch_bytes = bytes;
  return result;
}

/// What becomes of so many small operations, of which the first opens the session.
shapes fresh_batches(std::size_t limit, int operations) {
  proposer_fixture p{with_limits(limit)};
  p.ready();
  for (int i = 0; i < operations; ++i)
    p.submit(set("k", "v"));
  p.flush();
  shapes result;
  for (const auto& batch : p.wire)
    result.push_back(shape(batch));
  p.commit_all();
  CHECK(p.answers.size() == static_cast<std::size_t>(operations));
  return result;
}

/// Bytes of the commands in each batch of a proposer whose session is open.
sizes batches_of(std::size_t limit, const std::vector<blob>& commands) {
  proposer_fixture p{with_limits(100, limit)};
  p.ready();
  p.submit(set("first", "1"));
  p.flush();
  p.commit_all();
  for (const auto& command : commands)
    p.submit(command);
  p.flush();
  sizes result;
  for (const auto& batch : p.wire)
    result.push_back(std::accumulate(batch.commands.begin(), batch.commands.end(), std::size_t{0},
                                     [](std::size_t sum, const blob& one) {
                                       return sum + decode_operation(one)->command.size();
                                     }));
  p.commit_all();
  for (const auto& [ticket, failure] : p.answers)
    CHECK(failure == errc::none);
  return result;
}

/// A command of exactly so many bytes.
blob command_of(std::size_t bytes) {
  const auto overhead = set("k", std::string(100, 'x')).size() - 100;
  auto result = set("k", std::string(bytes - overhead, 'x'));
  REQUIRE(result.size() == bytes);
  return result;
}

/// The limits that a collection has which asks for these.
collection_options asking_for(std::uint64_t entries, std::uint64_t bytes) {
  collection_options of_the_member;
  of_the_member.max_message_entries = 50;
  of_the_member.max_message_bytes = 5000;
  return of_the_member.with({{}, entries, bytes});
}

bool accepts(const std::function<void(node_config&)>& adjust) {
  node_config config;
  adjust(config);
  return config.validate().empty();
}

} // namespace

TEST_CASE("a message has as many entries as its limit says, the open of a session included") {
  CHECK(fresh_batches(3, 1) == shapes{"(o"});
  CHECK(fresh_batches(3, 2) == shapes{"(oo"});
  CHECK(fresh_batches(3, 3) == shapes{"(oo", "o"});
  CHECK(fresh_batches(3, 5) == shapes{"(oo", "ooo"});
  CHECK(fresh_batches(3, 6) == shapes{"(oo", "ooo", "o"});
  CHECK(fresh_batches(2, 2) == shapes{"(o", "o"});
  CHECK(fresh_batches(1, 2) == shapes{"(", "o", "o"});
}

TEST_CASE("a message has as many bytes of commands as its limit says") {
  CHECK(batches_of(200, {command_of(100), command_of(99)}) == sizes{199});
  CHECK(batches_of(200, {command_of(100), command_of(100)}) == sizes{200});
  CHECK(batches_of(200, {command_of(100), command_of(101)}) == sizes{100, 101});
}

TEST_CASE("a command is whole up to the limit, and in parts above it") {
  CHECK(batches_of(200, {command_of(199)}) == sizes{199});
  CHECK(batches_of(200, {command_of(200)}) == sizes{200});
  CHECK(batches_of(200, {command_of(201)}) == sizes{200, 1});
  CHECK(batches_of(200, {command_of(400)}) == sizes{200, 200});
  CHECK(batches_of(200, {command_of(401)}) == sizes{200, 200, 1});
}

TEST_CASE("the member's limits on a message are refused outside of their bounds") {
  CHECK(!accepts([](node_config& x) { x.max_message_entries = 0; }));
  CHECK(accepts([](node_config& x) { x.max_message_entries = 1; }));
  CHECK(accepts([](node_config& x) { x.max_message_entries = mebibyte; }));
  CHECK(!accepts([](node_config& x) { x.max_message_entries = mebibyte + 1; }));
  CHECK(!accepts([](node_config& x) { x.max_message_bytes = 1023; }));
  CHECK(accepts([](node_config& x) { x.max_message_bytes = 1024; }));
  CHECK(accepts([](node_config& x) { x.max_message_bytes = 32 * mebibyte; }));
  CHECK(!accepts([](node_config& x) { x.max_message_bytes = 32 * mebibyte + 1; }));
}

TEST_CASE("a collection has limits of its own on a message, within the same bounds") {
  CHECK(asking_for(0, 0).max_message_entries == 50); // the member's
  CHECK(asking_for(0, 0).max_message_bytes == 5000);
  CHECK(asking_for(1, 1024).max_message_entries == 1);
  CHECK(asking_for(1, 1024).max_message_bytes == 1024);
  CHECK(asking_for(mebibyte, 32 * mebibyte).max_message_entries == mebibyte);
  CHECK(asking_for(mebibyte, 32 * mebibyte).max_message_bytes == 32 * mebibyte);
  CHECK(asking_for(mebibyte + 1, 32 * mebibyte + 1).max_message_entries == mebibyte);
  CHECK(asking_for(mebibyte + 1, 32 * mebibyte + 1).max_message_bytes == 32 * mebibyte);
  CHECK(asking_for(1, 1023).max_message_bytes == 1024);
}

} // namespace hamok::state_test
