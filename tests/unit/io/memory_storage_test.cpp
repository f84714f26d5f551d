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

namespace {

raft::persist_request rebase(raft::index_t index, bool replaces) {
  raft::persist_request result;
  result.base = raft::snapshot_meta{index, 1, raft::duration{5}, {}};
  result.replaces = replaces;
  return result;
}

} // namespace

TEST_CASE("memory storage drops what lies before a new base") {
  memory_storage storage;
  REQUIRE(write(storage, append(1, {entry_of(1, "a"), entry_of(1, "b"), entry_of(1, "c")}))
          == raft::write_status::durable);
  CHECK(write(storage, rebase(2, false)) == raft::write_status::durable);
  const auto state = storage.load();
  CHECK(state.base == *rebase(2, false).base);
  REQUIRE(state.entries.size() == 1);
  CHECK(state.entries[0].data.text() == "c");
  CHECK(write(storage, append(4, {entry_of(1, "d")})) == raft::write_status::durable);
  CHECK(write(storage, append(4, {entry_of(1, "e")})) == raft::write_status::failed);
}

TEST_CASE("memory storage takes entries and a base among them in one write") {
  memory_storage storage;
  auto request = rebase(2, false);
  request.first_index = 1;
  request.entries = {entry_of(1, "a"), entry_of(1, "b"), entry_of(1, "c")};
  CHECK(write(storage, request) == raft::write_status::durable);
  CHECK(storage.load().entries.size() == 1);
}

TEST_CASE("memory storage replaces the log by a snapshot that lies behind its end") {
  memory_storage storage;
  REQUIRE(write(storage, append(1, {entry_of(1, "a"), entry_of(1, "b")}))
          == raft::write_status::durable);
  CHECK(write(storage, rebase(9, false)) == raft::write_status::failed);
  CHECK(storage.load().entries.size() == 2);
  CHECK(write(storage, rebase(9, true)) == raft::write_status::durable);
  CHECK(storage.load().entries.empty());
  CHECK(write(storage, append(10, {entry_of(2, "j")})) == raft::write_status::durable);
}

TEST_CASE("memory storage drops the log behind a base that replaces it, too") {
  memory_storage storage;
  REQUIRE(write(storage, append(1, {entry_of(1, "a"), entry_of(1, "b"), entry_of(1, "c")}))
          == raft::write_status::durable);
  CHECK(write(storage, rebase(2, true)) == raft::write_status::durable);
  CHECK(storage.load().entries.empty());
}

TEST_CASE("memory storage refuses a base that goes back, and a replacement with entries") {
  memory_storage storage;
  REQUIRE(write(storage, rebase(5, true)) == raft::write_status::durable);
  CHECK(write(storage, rebase(4, true)) == raft::write_status::failed);
  auto both = rebase(7, true);
  both.first_index = 8;
  both.entries = {entry_of(1, "h")};
  CHECK(write(storage, both) == raft::write_status::failed);
  raft::persist_request nothing;
  nothing.replaces = true;
  CHECK(write(storage, nothing) == raft::write_status::failed);
  CHECK(storage.load().base.index == 5);
}
