// Hostile bytes: the network's and the disk's until checked (architecture, rule 6).

#include "hamok/raft/codec.hpp"
#include "hamok/tests/catch.hpp"
#include "hamok/tests/unit/raft/allocations.hpp"
#include "hamok/tests/unit/raft/random_messages.hpp"

#include <limits>

using namespace hamok::raft;
using namespace hamok::raft::test;
using hamok::blob;

namespace {

/// Decodes `data`, and fails when that takes more memory than bytes of this number could justify.
std::optional<message> decode_bounded(const blob& data) {
  const auto before = allocated_bytes();
  auto result = decode_message(data);
  const auto cost = allocated_bytes() - before;
  if (cost > 4096 + 64 * data.size())
    FAIL(data.size() << " bytes took " << cost << " bytes of memory");
  return result;
}

std::vector<std::byte> copy_of(const blob& data) {
  return {data.bytes().begin(), data.bytes().end()};
}

/// An append request that says it has `count` entries, and has `present`.
blob with_entry_count(std::uint64_t count, std::size_t present) {
  const auto frame = to_blob(message{0, append_request{1, 0, 0, 0, 1, {}}});
  // Without entries, the count is the last byte.
  REQUIRE(frame.bytes().back() == std::byte{0});
  auto bytes = copy_of(frame);
  bytes.pop_back();
  writer out{bytes};
  out.varint(count);
  for (std::size_t i = 0; i < present; ++i)
    encode(entry{1, entry_kind::command, duration{0}, blob::from_string("x")}, out);
  return blob::from_vector(std::move(bytes));
}

const std::uint64_t absurd[] = {3,
                                1000,
                                1u << 20,
                                std::numeric_limits<std::uint32_t>::max(),
                                std::numeric_limits<std::uint64_t>::max() / 64,
                                std::numeric_limits<std::uint64_t>::max() / 8 + 1,
                                std::numeric_limits<std::uint64_t>::max() - 1,
                                std::numeric_limits<std::uint64_t>::max()};

} // namespace

TEST_CASE("no beginning of a valid message is a message") {
  message_generator generator{11};
  for (unsigned kind = 0; kind < message_generator::kinds; ++kind)
    for (int time = 0; time < 40; ++time) {
      const auto data = to_blob(generator.any_message(kind));
      for (std::size_t size = 0; size < data.size(); ++size)
        if (decode_bounded(data.slice(0, size)))
          FAIL("kind " << kind << ": " << size << " bytes of " << data.size() << " were accepted");
    }
  SUCCEED();
}

TEST_CASE("a message with something behind it is not a message") {
  message_generator generator{12};
  for (unsigned kind = 0; kind < message_generator::kinds; ++kind)
    for (int time = 0; time < 40; ++time) {
      auto bytes = copy_of(to_blob(generator.any_message(kind)));
      bytes.push_back(static_cast<std::byte>(generator.below(256)));
      CHECK_FALSE(decode_bounded(blob::from_vector(bytes)));
    }
}

TEST_CASE("mutated messages neither crash nor cost much, and what is accepted is well-formed") {
  message_generator generator{13};
  int accepted = 0;
  for (int time = 0; time < 20000; ++time) {
    auto bytes = copy_of(
        to_blob(generator.any_message(static_cast<unsigned>(time) % message_generator::kinds)));
    const auto mutations = 1 + generator.below(4);
    for (std::uint64_t i = 0; i < mutations; ++i) {
      const auto position = static_cast<std::ptrdiff_t>(generator.below(bytes.size()));
      switch (generator.below(4)) {
      case 0:
        bytes[static_cast<std::size_t>(position)] = static_cast<std::byte>(generator.below(256));
        break;
      case 1:
        bytes[static_cast<std::size_t>(position)] = std::byte{0xFF};
        break;
      case 2:
        bytes.insert(bytes.begin() + position, static_cast<std::byte>(generator.below(256)));
        break;
      default:
        if (bytes.size() > 1)
          bytes.erase(bytes.begin() + position);
      }
    }
    if (const auto decoded = decode_bounded(blob::from_vector(std::move(bytes)))) {
      ++accepted;
      // Whatever was let in has a form that all members agree on.
      REQUIRE(decode_message(to_blob(*decoded)) == decoded);
      REQUIRE_FALSE(to_string(*decoded).empty());
    }
  }
  CHECK(accepted > 0);
}

TEST_CASE("random bytes neither crash nor cost much") {
  message_generator generator{14};
  for (int time = 0; time < 20000; ++time)
    static_cast<void>(decode_bounded(generator.bytes(200)));
  CHECK_FALSE(decode_message(blob{}));
}

TEST_CASE("an absurd count of entries is refused before anything is allocated for it") {
  CHECK(decode_bounded(with_entry_count(2, 2)));
  CHECK_FALSE(decode_bounded(with_entry_count(1, 2)));
  for (const auto count : absurd) {
    INFO(count << " entries");
    CHECK_FALSE(decode_bounded(with_entry_count(count, 0)));
    CHECK_FALSE(decode_bounded(with_entry_count(count, 2)));
  }
}

TEST_CASE("an absurd length of bytes is refused before anything is allocated for it") {
  for (const auto length : absurd) {
    std::vector<std::byte> bytes;
    writer out{bytes};
    out.varint(length);
    const auto data = blob::from_vector(bytes);
    const auto before = allocated_bytes();
    reader as_bytes{data};
    CHECK(as_bytes.bytes().empty());
    CHECK_FALSE(as_bytes.ok());
    reader as_text{data};
    CHECK(as_text.text().empty());
    CHECK_FALSE(as_text.ok());
    CHECK(allocated_bytes() - before < 4096);
  }
}

TEST_CASE("absurd counts of members are refused before anything is allocated for them") {
  for (const auto count : absurd)
    for (int position = 0; position < 3; ++position) {
      std::vector<std::byte> bytes;
      writer out{bytes};
      for (int i = 0; i < position; ++i)
        out.varint(0);
      out.varint(count);
      const auto data = blob::from_vector(bytes);
      const auto before = allocated_bytes();
      reader in{data};
      static_cast<void>(decode_configuration(in));
      CHECK_FALSE(in.done());
      CHECK(allocated_bytes() - before < 4096);
    }
}

TEST_CASE("unknown kinds of messages and of entries are refused") {
  message_generator generator{15};
  for (int time = 0; time < 200; ++time) {
    const auto ent = generator.any_entry();
    std::vector<std::byte> bytes;
    writer out{bytes};
    encode(ent, out);
    const auto kind = static_cast<std::byte>(ent.kind);
    for (auto& value : bytes) {
      if (value != kind)
        continue;
      // Wherever the kind is: as 0xFF, the entry is refused or it is not this one.
      const auto kept = std::exchange(value, std::byte{0xFF});
      reader in{blob::from_vector(bytes)};
      const auto decoded = decode_entry(in);
      if (in.done())
        CHECK(decoded.kind <= entry_kind::configuration);
      value = kept;
    }
  }
}

TEST_CASE("hostile entries, members and hard states are refused without a crash") {
  message_generator generator{16};
  for (int time = 0; time < 20000; ++time) {
    const auto data = generator.bytes(100);
    const auto before = allocated_bytes();
    reader entry_in{data};
    static_cast<void>(decode_entry(entry_in));
    reader member_in{data};
    static_cast<void>(decode_member(member_in));
    reader members_in{data};
    static_cast<void>(decode_configuration(members_in));
    reader hard_in{data};
    static_cast<void>(decode_hard_state(hard_in));
    if (allocated_bytes() - before > 16384 + 64 * data.size())
      FAIL("too much memory for " << data.size() << " bytes");
  }
  SUCCEED();
}
