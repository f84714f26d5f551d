// New content for a collection as a whole, through the log.

#include "hamok/collections/restore_state.hpp"
#include "hamok/collections/state_bytes_state.hpp"
#include "hamok/tests/catch.hpp"
#include "hamok/tests/unit/states/session_harness.hpp"

namespace hamok::state_test {

namespace {

blob content_of(const std::vector<key_value>& entries) {
  return encode_map_content(entries);
}

operation_envelope piece(std::uint64_t session, std::uint64_t sequence, content_piece what) {
  auto result = op(session, sequence, encode(what));
  result.content = true;
  return result;
}

content_outcome outcome_of(const applied_entry& entry) {
  const auto result = decode_content_outcome(entry.result);
  REQUIRE(result);
  return *result;
}

const auto some = content_of({{b("x"), b("1")}, {b("y"), b("")}});
const raft::incarnation_id one{1, 1};
const raft::incarnation_id other{2, 2};

} // namespace

TEST_CASE("content in one piece replaces what there was, and is told by one event") {
  session_fixture log;
  log.open(1);
  log.apply(op(1, 1, set("a", "1")));
  const auto entry = log.apply(piece(1, 2, {one, 0, true, some}));
  CHECK(entry.what == verdict::applied);
  CHECK(outcome_of(entry) == content_outcome::done);
  REQUIRE(entry.events.size() == 1);
  CHECK(entry.events[0].kind == replaced_event_kind);
  CHECK(log.value("a") == "-");
  CHECK(log.value("x") == "1");
  CHECK(log.value("y").empty());
}

TEST_CASE("content in pieces is there with the last of them and not before") {
  session_fixture log;
  log.open(1);
  log.apply(op(1, 1, set("a", "1")));
  for (std::size_t i = 0; i < some.size(); ++i) {
    CHECK(log.value("a") == "1");
    const auto last = i + 1 == some.size();
    CHECK(outcome_of(log.apply(piece(1, 2 + i, {one, i, last, some.slice(i, 1)})))
          == content_outcome::done);
  }
  CHECK(log.value("a") == "-");
  CHECK(log.value("x") == "1");
}

TEST_CASE("content that comes twice is brought in once") {
  session_fixture log;
  log.open(1);
  log.apply(piece(1, 1, {one, 0, true, some}));
  log.apply(op(1, 2, set("x", "2")));
  CHECK(log.apply(piece(1, 1, {one, 0, true, some})).what == verdict::duplicate);
  CHECK(log.value("x") == "2");
}

TEST_CASE("a piece that does not fit behind the others replaces nothing") {
  session_fixture log;
  log.open(1);
  log.apply(op(1, 1, set("a", "1")));
  CHECK(outcome_of(log.apply(piece(1, 2, {one, 5, true, some}))) == content_outcome::out_of_order);
  log.apply(piece(1, 3, {one, 0, false, some.slice(0, 2)}));
  log.apply(piece(1, 4, {other, 0, false, some.slice(0, 2)})); // another import begins
  CHECK(outcome_of(log.apply(piece(1, 5, {one, 2, true, some.slice(2, some.size() - 2)})))
        == content_outcome::out_of_order);
  CHECK(log.value("a") == "1");
  CHECK(outcome_of(log.apply(piece(1, 6, {other, 2, true, some.slice(2, some.size() - 2)})))
        == content_outcome::done);
  CHECK(log.value("x") == "1");
}

TEST_CASE("content that makes no sense replaces nothing") {
  session_fixture log;
  log.open(1);
  log.apply(op(1, 1, set("a", "1")));
  const auto before = log.state.machine().digest();
  CHECK(outcome_of(log.apply(piece(1, 2, {one, 0, true, b("nonsense")})))
        == content_outcome::unusable);
  auto no_piece = op(1, 3, b("nonsense"));
  no_piece.content = true;
  CHECK(log.apply(no_piece).status == command_status::bad_command);
  CHECK(log.state.machine().digest() == before);
}

TEST_CASE("content is bounded, and lost with its session") {
  session_limits limits;
  limits.max_content_bytes = 10;
  session_fixture log{limits};
  log.open(1);
  CHECK(log.apply(piece(1, 1, {one, 0, false, b("12345678")})).status == command_status::ok);
  CHECK(log.apply(piece(1, 2, {one, 8, false, b("123")})).status == command_status::too_large);
  CHECK(outcome_of(log.apply(piece(1, 3, {one, 8, false, b("1")})))
        == content_outcome::out_of_order);
  log.close(1);
  log.open(2, log.index);
  CHECK(outcome_of(log.apply(piece(2, 1, {one, 8, false, b("1")})))
        == content_outcome::out_of_order);
}

TEST_CASE("what is gathered of new content is in snapshots and in the digest") {
  session_fixture log;
  log.open(1);
  const auto half = some.size() / 2;
  const auto before = log.state.session_digest();
  log.apply(piece(1, 1, {one, 0, false, some.slice(0, half)}));
  CHECK(log.state.session_digest() != before);
  session_fixture copy;
  REQUIRE(copy.state.restore(log.state.snapshot()));
  copy.index = log.index;
  CHECK(copy.state.session_digest() == log.state.session_digest());
  CHECK(copy.state.snapshot() == log.state.snapshot());
  const auto rest = piece(1, 2, {one, half, true, some.slice(half, some.size() - half)});
  CHECK(outcome_of(copy.apply(rest)) == content_outcome::done);
  CHECK(outcome_of(log.apply(rest)) == content_outcome::done);
  CHECK(copy.value("x") == "1");
  CHECK(copy.state.digest() == log.state.digest());
}

TEST_CASE("new content without a session is for the applier, who has it from one entry") {
  session_fixture log;
  log.open(1);
  log.apply(op(1, 1, set("a", "1")));
  const auto entry = log.apply(encode(replace_envelope{number, some}));
  CHECK(entry.what == verdict::replaced);
  CHECK(entry.events.size() == 1);
  CHECK(log.value("x") == "1");
  CHECK(log.apply(encode(replace_envelope{number, b("nonsense")})).what == verdict::malformed);
  CHECK(log.value("x") == "1");
  CHECK(log.apply(op(1, 2, set("z", "3"))).what == verdict::applied); // sessions go on
  CHECK(!envelope_target(encode(replace_envelope{number, some})));    // never out of the log
}

TEST_CASE("a list of new contents reads back, and hostile bytes are none") {
  const auto bytes = encode(restore_list{17, {{3, b("x")}, {300, {}}}});
  const auto read = decode_restore_list(bytes);
  REQUIRE(read);
  CHECK(read->as_of == 17);
  REQUIRE(read->items.size() == 2);
  CHECK(read->items[1].collection == 300);
  CHECK(read->items[0].content == b("x"));
  for (std::size_t size = 0; size < bytes.size(); ++size)
    CHECK(!decode_restore_list(bytes.slice(0, size)));
  CHECK(!decode_restore_list(b("12345678\xFF\xFF\xFF\xFF\x0F")));
  restore_state note;
  CHECK(note.apply({}, b("x")).status == command_status::bad_command);
  CHECK(note.size() == 0);
  chunk_source nothing{blob{}};
  CHECK(note.load(nothing));
  chunk_source something{b("x")};
  CHECK(!note.load(something));
}

} // namespace hamok::state_test
