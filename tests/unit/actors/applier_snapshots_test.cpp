// The applier: cuts of all collections at one index, and installs.

#include "hamok/collections/state_bytes_state.hpp"
#include "hamok/tests/unit/actors/applier_fixture.hpp"
#include "hamok/tests/unit/states/session_harness.hpp"

namespace hamok::test {

namespace {

raft::snapshot_meta meta_at(raft::index_t index) {
  raft::snapshot_meta meta;
  meta.index = index;
  meta.term = 2;
  meta.members.voters = {{"a", {1, 1}}};
  return meta;
}

/// A collection of a snapshot, with so many entries.
collection_cut part(std::uint64_t number, const std::string& name, int entries,
                    const std::string& kind = "map") {
  session_state state{std::make_unique<map_state>()};
  raft::index_t index = number;
  state.apply({++index, {}, false},
              encode(open_envelope{number, {1, 2}, std::chrono::seconds{60}, 0}));
  for (int i = 0; i < entries; ++i) {
    auto operation = state_test::op(2, 1 + static_cast<std::uint64_t>(i),
                                    state_test::set("k" + std::to_string(i), "v"));
    operation.collection = number;
    state.apply({++index, {}, false}, encode(operation));
  }
  REQUIRE(state.machine().size() == static_cast<std::uint64_t>(entries));
  return {{number, name, kind, {}, {5, number}}, state.cut()};
}

install_snapshot snapshot_of(raft::index_t index, std::vector<collection_cut> parts) {
  chunk_sink sink{100};
  write_snapshot(meta_at(index), std::move(parts), sink);
  install_snapshot result;
  result.meta = meta_at(index);
  result.checksum = sink.checksum();
  result.chunks = sink.take();
  return result;
}

template <class T>
void tell(applier_fixture& fix, T what) {
  compat::anon_send(fix.applier, std::move(what));
}

bool has(const std::vector<std::string>& lines, const std::string& wanted) {
  return std::find(lines.begin(), lines.end(), wanted) != lines.end();
}

bool hears(applier_fixture& fix, const std::string& wanted) {
  return eventually([&] { return has(fix.heard.get(), wanted); });
}

/// The next outcome of a cut.
snapshot_taken outcome(applier_fixture& fix, std::size_t which = 0) {
  REQUIRE(eventually([&] { return fix.taken.size() > which; }));
  return fix.taken.get()[which];
}

} // namespace

TEST_CASE("consensus.md, 11: a cut is one message behind the batch that ends at its index") {
  applier_fixture fix;
  fix.commit(1, {create("x", "map"), create("y", "map"), operation(1)});
  tell(fix, cut_request{meta_at(3)});
  fix.commit(4, {operation(1), operation(2)});
  CHECK(fix.wait_for("x/1", {"made", "created 1", "apply 3", "take", "apply 4"}));
  CHECK(fix.wait_for("y/2", {"made", "created 2", "take", "apply 5"}));
  const auto made = outcome(fix);
  REQUIRE(made.ok);
  CHECK(made.index == 3);
  snapshot_content content;
  chunk_source source{made.chunks};
  CHECK(source.remaining() == made.size);
  REQUIRE(read_snapshot(
              source, [](const std::string&) { return std::make_unique<map_state>(); }, content)
              .empty());
  CHECK(content.meta == meta_at(3));
  REQUIRE(content.collections.size() == 2);
  CHECK(content.collections[0].label.name == "x");
  CHECK(content.collections[1].label.number == 2);
  CHECK(eventually([&] { return fix.access.states->size() == 0; }));
}

TEST_CASE("a member without collections makes a snapshot as well") {
  applier_fixture fix;
  fix.commit(1, {noop()});
  tell(fix, cut_request{meta_at(1)});
  CHECK(outcome(fix).ok);
}

TEST_CASE("a cut at another index than that of the collections is refused") {
  applier_fixture fix;
  fix.commit(1, {create("x", "map"), operation(1)});
  tell(fix, cut_request{meta_at(1)}); // of a role that gives the log anew
  tell(fix, cut_request{meta_at(3)});
  CHECK_FALSE(outcome(fix, 0).ok);
  CHECK_FALSE(outcome(fix, 1).ok);
  CHECK(fix.wait_for("x/1", {"made", "created 1", "apply 2"}));
  CHECK(fix.errors.size() == 0);
}

TEST_CASE("a snapshot without a collection that is missing here is not made, and that is told") {
  applier_fixture fix;
  fix.commit(1, {create("x", "map"), create("y", "unknown")});
  REQUIRE(eventually([&] { return fix.errors.size() == 1; }));
  for (std::size_t i = 0; i < 3; ++i) {
    tell(fix, cut_request{meta_at(2)});
    CHECK_FALSE(outcome(fix, i).ok);
  }
  REQUIRE(eventually([&] { return fix.errors.size() == 2; }));
  CHECK(fix.errors.get()[1].code == errc::snapshot_failed);
  CHECK(fix.wait_for("x/1", {"made", "created 1"}));
}

TEST_CASE("a collection that does not take its part fails the cut in time, and leaves nothing") {
  applier_fixture fix{std::chrono::milliseconds{30}};
  fix.answering = false;
  fix.commit(1, {create("x", "map"), create("y", "map")});
  tell(fix, cut_request{meta_at(2)});
  CHECK(fix.wait_for("x/1", {"made", "created 1", "take"}));
  CHECK_FALSE(outcome(fix).ok);
  // A part that comes after all is thrown away.
  session_state state{std::make_unique<map_state>()};
  tell(fix, part_taken{1, 1, fix.access.states->put(state.cut())});
  CHECK(eventually([&] { return fix.access.states->size() == 0; }));
  fix.answering = true;
  tell(fix, cut_request{meta_at(2)});
  CHECK(outcome(fix, 1).ok);
}

TEST_CASE("a collection that dies before it has taken its part fails the cut") {
  applier_fixture fix;
  fix.answering = false;
  fix.commit(1, {create("x", "map")});
  tell(fix, cut_request{meta_at(1)});
  REQUIRE(fix.wait_for("x/1", {"made", "created 1", "take"}));
  caf::anon_send_exit(fix.made.get()[0], caf::exit_reason::kill);
  CHECK_FALSE(outcome(fix).ok);
}

TEST_CASE("of two requests for a cut, the later one is answered") {
  applier_fixture fix;
  fix.answering = false;
  fix.commit(1, {create("x", "map")});
  tell(fix, cut_request{meta_at(1)});
  REQUIRE(fix.wait_for("x/1", {"made", "created 1", "take"}));
  fix.answering = true;
  tell(fix, cut_request{meta_at(1)}); // of the next role
  CHECK(outcome(fix).ok);
  CHECK(fix.taken.size() == 1);
}

TEST_CASE("an install replaces what is there, makes what is not, and is told in order") {
  applier_fixture fix;
  REQUIRE(fix.open({"y", "map", {}, {}})); // not in the log here yet
  REQUIRE(fix.open({"w", "queue", {}, {}}));
  fix.commit(1, {create("x", "map"), operation(1)});
  REQUIRE(fix.wait_for("x/3", {"made", "created 1", "apply 2"}));
  tell(fix, snapshot_of(50, {part(1, "x", 5), part(7, "y", 3), part(9, "z", 2), part(11, "w", 1)}));
  CHECK(hears(fix, "applied 50"));
  CHECK(fix.wait_for("x/3", {"made", "created 1", "apply 2", "install 50 of 5"}));
  CHECK(fix.wait_for("y/1", {"opened", "install 50 of 3", "created 7"}));
  CHECK(fix.wait_for("z/4", {"made", "install 50 of 2", "created 9"}));
  CHECK(fix.wait_for("w/2", {"opened", "created 11 kind_mismatch"}));
  CHECK(fix.wait_for("w/5", {"made", "install 50 of 1", "created 11"}));
  auto heard = fix.heard.get();
  std::erase(heard, "applied 2");
  CHECK(heard == std::vector<std::string>{"resync x", "resync y", "installed 50", "applied 50"});
  CHECK(eventually([&] { return fix.access.states->size() == 0; }));
  // What is in the snapshot is not applied again; what comes behind it is.
  fix.commit(40, {create("x", "map"), operation(7)});
  fix.commit(50, {operation(9), operation(7)});
  CHECK(fix.wait_for("y/1", {"opened", "install 50 of 3", "created 7", "apply 51"}));
  CHECK(fix.wait_for("z/4", {"made", "install 50 of 2", "created 9"}));
  // And a cut of it is what was installed.
  tell(fix, cut_request{meta_at(51)});
  const auto again = outcome(fix);
  REQUIRE(again.ok);
}

TEST_CASE("an install is done when all collections go on from it, and not before") {
  applier_fixture fix;
  fix.commit(1, {create("x", "map")});
  fix.answering = false;
  tell(fix, snapshot_of(50, {part(1, "x", 5), part(9, "z", 2)}));
  REQUIRE(fix.wait_for("x/1", {"made", "created 1", "install 50 of 5"}));
  REQUIRE(fix.wait_for("z/2", {"made", "install 50 of 2", "created 9"}));
  tell(fix, collection_applied{1, 50});
  CHECK(fix.heard.get() == std::vector<std::string>{"applied 1"});
  tell(fix, collection_applied{9, 50});
  CHECK(hears(fix, "installed 50"));
}

TEST_CASE("a snapshot with bad content changes nothing, and the place is told") {
  applier_fixture fix;
  fix.commit(1, {create("x", "map")});
  auto wrong_sum = snapshot_of(50, {part(1, "x", 5)});
  ++wrong_sum.checksum;
  tell(fix, wrong_sum);
  CHECK(hears(fix, "installed 50: its checksum is wrong"));
  auto wrong_head = snapshot_of(50, {part(1, "x", 5)});
  wrong_head.meta.term = 3;
  tell(fix, wrong_head);
  CHECK(hears(fix, "installed 50: its head is that of another snapshot"));
  tell(fix, snapshot_of(50, {part(1, "x", 5), part(3, "z", 5, "unknown")}));
  CHECK(hears(fix, "installed 50: collection 2 of 2, 'z': its kind 'unknown' is not known here"));
  CHECK(fix.wait_for("x/1", {"made", "created 1"}));
  CHECK(fix.made.size() == 1);
  REQUIRE(eventually([&] { return fix.errors.size() == 3; }));
  CHECK(fix.errors.get()[2].code == errc::snapshot_failed);
  CHECK(fix.access.states->size() == 0);
  fix.commit(2, {operation(1)});
  CHECK(fix.wait_for("x/1", {"made", "created 1", "apply 2"}));
}

TEST_CASE("a snapshot of what the collections have already is installed without a word to them") {
  applier_fixture fix;
  fix.commit(1, {create("x", "map"), operation(1), operation(1)});
  tell(fix, snapshot_of(2, {part(1, "x", 0)}));
  CHECK(hears(fix, "installed 2"));
  CHECK(fix.wait_for("x/1", {"made", "created 1", "apply 2 3"}));
  CHECK(fix.heard.get().back() == "applied 3");
}

TEST_CASE("an install brings back a collection whose actor has died") {
  applier_fixture fix;
  fix.commit(1, {create("x", "map"), create("y", "map"), operation(1)});
  REQUIRE(fix.wait_for("x/1", {"made", "created 1", "apply 3"}));
  caf::anon_send_exit(fix.made.get()[0], caf::exit_reason::kill);
  REQUIRE(eventually([&] { return fix.errors.size() == 1; }));
  CHECK_FALSE(fix.open({"x", "map", {}, {}}));
  tell(fix, snapshot_of(20, {part(1, "x", 4), part(2, "y", 1)}));
  CHECK(hears(fix, "installed 20"));
  CHECK(fix.wait_for("x/3", {"made", "install 20 of 4", "created 1"}));
  CHECK(fix.open({"x", "map", {}, {}}));
  tell(fix, cut_request{meta_at(20)});
  CHECK(outcome(fix).ok);
}

TEST_CASE("a snapshot that is older than the collections brings back only what is missing") {
  applier_fixture fix;
  fix.commit(1, {create("x", "map"), create("y", "map"), noop(), operation(1), create("z", "map")});
  REQUIRE(fix.wait_for("x/1", {"made", "created 1", "apply 4"}));
  REQUIRE(fix.wait_for("z/3", {"made", "created 5"}));
  caf::anon_send_exit(fix.made.get()[0], caf::exit_reason::kill);
  REQUIRE(eventually([&] { return fix.errors.size() == 1; }));
  tell(fix, snapshot_of(3, {part(1, "x", 0), part(2, "y", 0)}));
  CHECK(hears(fix, "installed 3"));
  CHECK(fix.wait_for("x/4", {"made", "install 3 of 0", "created 1"}));
  fix.commit(4, {operation(1), create("z", "map"), operation(5)}); // as the core goes on
  CHECK(fix.wait_for("x/4", {"made", "install 3 of 0", "created 1", "apply 4"}));
  CHECK(fix.wait_for("y/2", {"made", "created 2"}));
  CHECK(fix.wait_for("z/3", {"made", "created 5", "apply 6"}));
}

TEST_CASE("a collection that dies while it is to go on from a snapshot holds nothing up") {
  applier_fixture fix;
  fix.commit(1, {create("x", "map")});
  REQUIRE(fix.wait_for("x/1", {"made", "created 1"}));
  fix.answering = false;
  tell(fix, snapshot_of(50, {part(1, "x", 5)}));
  REQUIRE(fix.wait_for("x/1", {"made", "created 1", "install 50 of 5"}));
  caf::anon_send_exit(fix.made.get()[0], caf::exit_reason::kill);
  CHECK(hears(fix, "installed 50"));
  CHECK(eventually([&] { return fix.access.states->size() == 0; }));
}

TEST_CASE("a collection that a snapshot does not have, or has as another one, is no more") {
  applier_fixture fix;
  fix.commit(1, {create("x", "map"), create("y", "map"), create("z", "map")});
  REQUIRE(fix.wait_for("z/3", {"made", "created 3"}));
  tell(fix, snapshot_of(50, {part(1, "x", 5), part(4, "y", 2)}));
  CHECK(hears(fix, "installed 50"));
  CHECK(fix.wait_for("y/4", {"made", "install 50 of 2", "created 4"}));
  caf::scoped_actor self{fix.system};
  for (const std::size_t gone : {1, 2}) {
    const auto one = fix.made.get()[gone];
    self->wait_for(one);
  }
  const auto opened = fix.open({"z", "map", {}, {}});
  REQUIRE(opened);
  CHECK(fix.wait_for("z/5", {"opened"}));
  CHECK(fix.errors.size() == 0);
}

TEST_CASE("of two snapshots at a time, the later one is what there is in the end") {
  applier_fixture fix;
  fix.commit(1, {create("x", "map")});
  const auto one = snapshot_of(50'000, {part(1, "x", 20'000)});
  const auto two = snapshot_of(60'000, {part(1, "x", 3)});
  tell(fix, one);
  tell(fix, two);
  CHECK(hears(fix, "installed 60000"));
  CHECK(eventually([&] { return fix.access.states->size() == 0; }));
  CHECK(fix.told("x/1").get().back() == "install 60000 of 3");
  // The first one was given up, or it was done before the second one came.
  const auto heard = fix.heard.get();
  const auto first = std::find(heard.begin(), heard.end(), "installed 50000");
  CHECK((first == heard.end() || has({first, heard.end()}, "installed 60000")));
}

} // namespace hamok::test
