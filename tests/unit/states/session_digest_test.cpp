// The digest of sessions: equal for equal states, however they came about, and cheap.

#include "hamok/tests/catch.hpp"
#include "hamok/tests/unit/states/session_harness.hpp"

#include <chrono>

namespace hamok::state_test {

namespace {

/// The digest after these entries, and after a restore.
digest128 digest_after(const std::vector<blob>& entries) {
  session_fixture log;
  log.open(1);
  for (const auto& entry : entries)
    log.apply(entry);
  session_fixture restored;
  REQUIRE(restored.state.restore(log.state.snapshot()));
  REQUIRE(restored.state.session_digest() == log.state.session_digest());
  return log.state.session_digest();
}

operation_envelope part(const std::string& command, std::size_t offset, std::size_t count) {
  auto result = op(1, 1, b(command.substr(offset, count)));
  result.offset = offset;
  result.more = true;
  return result;
}

} // namespace

TEST_CASE("sessions that differ in what they keep have another digest") {
  const auto first = set("a", "1");
  const std::vector<std::vector<blob>> states{
      {encode(op(1, 1, first)), encode(op(1, 2, set("a", "2")))},         // keeps "none" and "1"
      {encode(op(1, 1, set("a", "x"))), encode(op(1, 2, set("a", "2")))}, // another result
      {encode(op(1, 1, first)), encode(op(1, 2, set("a", "2"), 2))},      // the first is given up
      {encode(op(1, 1, first)), encode(op(1, 2, b("nonsense")))},         // another status
      {encode(op(1, 1, first)), encode(close_envelope{number, sid(1)})},
      {encode(op(1, 1, first)), encode(close_envelope{number, sid(2)})},
      {encode(part("abcd", 0, 3)), b("no entry")},
  };
  for (std::size_t i = 0; i < states.size(); ++i)
    for (std::size_t j = 0; j < i; ++j) {
      CAPTURE(i, j);
      CHECK_FALSE(digest_after(states[i]) == digest_after(states[j]));
    }
}

TEST_CASE("the digest of a command in parts does not depend on where it was cut") {
  std::string command;
  for (int i = 0; i < 20'000; ++i)
    command += static_cast<char>('a' + i % 26);
  const auto size = command.size();
  const auto once = digest_after({encode(part(command, 0, size)), b("no entry")});
  for (const std::size_t cut : {std::size_t{1}, std::size_t{4095}, std::size_t{4096}, size - 1}) {
    CAPTURE(cut);
    CHECK(digest_after({encode(part(command, 0, cut)), encode(part(command, cut, size - cut))})
          == once);
  }
  for (const auto at : {std::size_t{0}, std::size_t{5000}, size - 1}) {
    auto other = command;
    other[at] = '!';
    CHECK_FALSE(digest_after({encode(part(other, 0, size)), b("no entry")}) == once);
  }
  CHECK_FALSE(digest_after({encode(part(command, 0, size - 1)), b("no entry")}) == once);
}

TEST_CASE("a digest costs nothing for the results that sessions keep") {
  using clock = std::chrono::steady_clock;
  session_fixture log;
  log.open(1);
  const std::string value(1 << 20, 'x');
  for (std::uint64_t i = 1; i <= 32; ++i)
    REQUIRE(log.apply(op(1, i, set("a", value))).what == verdict::applied);
  auto start = clock::now();
  const auto snapshot = log.state.snapshot(); // all of them, once
  const auto once = clock::now() - start;
  REQUIRE(snapshot.size() > 31 * value.size());
  start = clock::now();
  auto sum = log.state.session_digest();
  for (int i = 0; i < 100; ++i)
    sum += log.state.session_digest();
  const auto often = clock::now() - start;
  CHECK_FALSE(sum == digest128{});
  CHECK(often < once);
}

} // namespace hamok::state_test
