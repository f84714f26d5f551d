#include "hamok/io/memory_storage.hpp"
#include "hamok/tests/catch.hpp"

using namespace hamok;

namespace {

raft::entry entry_of(raft::term_t term, std::string_view text) {
  return {term, raft::entry_kind::command, raft::duration{0}, blob::from_string(text)};
}

raft::persist_request append(raft::index_t first, std::vector<raft::entry> entries) {
  raft::persist_request result;
  result.first_index = first;
  result.entries = std::move(entries);
  return result;
}

raft::write_status write(memory_storage& storage, const raft::persist_request& request) {
  return storage.write(request, [](std::uint64_t, bool) { FAIL("nothing is ever pending"); });
}

} // namespace

TEST_CASE("memory storage gives back what was written, as after a restart of the role") {
  memory_storage storage;
  CHECK(storage.load().entries.empty());
  auto request = append(1, {entry_of(1, "a"), entry_of(1, "b")});
  request.state = raft::hard_state{3, raft::member_id{"x", {1, 2}}};
  CHECK(write(storage, request) == raft::write_status::durable);
  const auto state = storage.load();
  CHECK(state.hard == *request.state);
  CHECK(state.entries == request.entries);
}

TEST_CASE("memory storage truncates before it appends") {
  memory_storage storage;
  REQUIRE(write(storage, append(1, {entry_of(1, "a"), entry_of(1, "b"), entry_of(1, "c")}))
          == raft::write_status::durable);
  auto request = append(2, {entry_of(2, "B")});
  request.truncate_from = 2;
  CHECK(write(storage, request) == raft::write_status::durable);
  const auto entries = storage.load().entries;
  REQUIRE(entries.size() == 2);
  CHECK(entries[0].data.text() == "a");
  CHECK(entries[1].data.text() == "B");
}

TEST_CASE("memory storage refuses a hole and changes nothing") {
  memory_storage storage;
  REQUIRE(write(storage, append(1, {entry_of(1, "a")})) == raft::write_status::durable);
  auto hole = append(3, {entry_of(1, "c")});
  hole.state = raft::hard_state{9, std::nullopt};
  CHECK(write(storage, hole) == raft::write_status::failed);
  CHECK(write(storage, append(1, {entry_of(2, "A")})) == raft::write_status::failed);
  CHECK(storage.load().entries.size() == 1);
  CHECK(storage.load().hard.term == 0);
}

TEST_CASE("memory storage keeps identity and base") {
  memory_storage storage;
  const raft::identity identity{{"a", {1, 2}}, {3, 4}, {{"a", {1, 2}}, {"b", {5, 6}}}};
  CHECK(storage.save_identity(identity));
  CHECK(storage.load_identity() == identity);
  raft::snapshot_meta base;
  base.members.voters = identity.founders;
  CHECK(storage.save_base(base));
  REQUIRE(write(storage, append(1, {entry_of(1, "a")})) == raft::write_status::durable);
  CHECK(storage.load().base == base);
  base.index = 10;
  CHECK(!storage.save_base(base));
}

TEST_CASE("memory storage never truncates behind its base") {
  memory_storage storage;
  raft::snapshot_meta base;
  base.index = 5;
  base.term = 2;
  REQUIRE(storage.save_base(base));
  REQUIRE(write(storage, append(6, {entry_of(2, "f")})) == raft::write_status::durable);
  auto request = append(5, {entry_of(3, "e")});
  request.truncate_from = 5;
  CHECK(write(storage, request) == raft::write_status::failed);
  CHECK(storage.load().entries.size() == 1);
}
