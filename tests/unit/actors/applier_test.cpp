// The applier: creations and batches.

#include "hamok/tests/unit/actors/applier_fixture.hpp"

#include <algorithm>

namespace hamok::test {

TEST_CASE("the applier makes collections and groups a batch for each of them") {
  applier_fixture fix;
  fix.commit(1, {noop(), create("x", "map"), create("y", "map"), operation(2), operation(3),
                 operation(2), operation(99)});
  CHECK(fix.wait_for("x/1", {"made", "created 2", "apply 4 6"}));
  CHECK(fix.wait_for("y/2", {"made", "created 3", "apply 5"}));
  CHECK(eventually([&] { return fix.applied.size() > 0 && fix.applied.get().back() == 7; }));
}

TEST_CASE("entries without a collection advance the index at once") {
  applier_fixture fix;
  fix.commit(1, {noop()});
  CHECK(eventually([&] { return fix.applied.get() == std::vector<raft::index_t>{1}; }));
}

TEST_CASE("nothing is reported as applied before every collection has confirmed") {
  applier_fixture fix;
  fix.answering = false;
  fix.commit(1, {create("x", "map"), operation(1)});
  fix.commit(3, {noop()});
  CHECK(fix.wait_for("x/1", {"made", "created 1", "apply 2"}));
  CHECK(fix.applied.size() == 0);
  compat::anon_send(fix.applier, collection_applied{1, 2});
  CHECK(eventually([&] { return fix.applied.get() == std::vector<raft::index_t>{3}; }));
}

TEST_CASE("consensus.md, 8: the first creation of an id stands, and a later one changes nothing") {
  applier_fixture fix;
  fix.commit(1, {create("x", "map"), create("x", "map"), create("x", "queue"), operation(1)});
  CHECK(fix.wait_for("x/1", {"made", "created 1", "apply 4"}));
}

TEST_CASE("a collection that was opened here is attached to its creation in the log") {
  applier_fixture fix;
  REQUIRE(fix.open({"x", "map", {}, {}}));
  fix.commit(1, {create("x", "map"), operation(1)});
  CHECK(fix.wait_for("x/1", {"opened", "created 1", "apply 2"}));
  REQUIRE(fix.open({"x", "map", {}, {}})); // once more
  CHECK(fix.wait_for("x/1", {"opened", "created 1", "apply 2", "created 1"}));
}

TEST_CASE("a collection is told when it is opened once more, created or not") {
  applier_fixture fix;
  REQUIRE(fix.open({"x", "map", {}, {}}));
  REQUIRE(fix.open({"x", "map", {}, {}}));
  CHECK(fix.wait_for("x/1", {"opened", "created 0"}));
  fix.commit(1, {create("x", "map")});
  CHECK(fix.wait_for("x/1", {"opened", "created 0", "created 1"}));
  REQUIRE(fix.open({"x", "map", {}, {}}));
  CHECK(fix.wait_for("x/1", {"opened", "created 0", "created 1", "created 1"}));
}

TEST_CASE("a collection that was opened here under another kind is refused and replaced") {
  applier_fixture fix;
  REQUIRE(fix.open({"x", "queue", {}, {}}));
  fix.commit(1, {create("x", "map"), operation(1)});
  CHECK(fix.wait_for("x/1", {"opened", "created 1 kind_mismatch"}));
  CHECK(fix.wait_for("x/2", {"made", "created 1", "apply 2"}));
  const auto refused = fix.open({"x", "queue", {}, {}});
  REQUIRE(!refused);
  CHECK(refused.error() == errc::kind_mismatch);
}

TEST_CASE("entries that come again are not applied again") {
  applier_fixture fix;
  const std::vector<raft::entry> log{create("x", "map"), operation(1), operation(1)};
  fix.commit(1, log);
  CHECK(fix.wait_for("x/1", {"made", "created 1", "apply 2 3"}));
  auto longer = log;
  longer.push_back(operation(1));
  fix.commit(1, longer); // after the role actor has died
  CHECK(fix.wait_for("x/1", {"made", "created 1", "apply 2 3", "apply 4"}));
  CHECK(eventually([&] { return fix.applied.size() > 0 && fix.applied.get().back() == 4; }));
}

TEST_CASE("a collection of an unknown kind is an error and holds nothing up") {
  applier_fixture fix;
  fix.commit(1, {create("x", "unknown"), operation(1), noop()});
  CHECK(eventually([&] { return fix.errors.size() == 1; }));
  CHECK(fix.errors.get()[0].code == errc::unknown_kind);
  CHECK(eventually([&] { return fix.applied.get() == std::vector<raft::index_t>{3}; }));
  CHECK(!fix.open({"y", "unknown", {}, {}}));
}

TEST_CASE("leader notices go to all collections, refusals to their proposer") {
  applier_fixture fix;
  REQUIRE(fix.open({"x", "map", {}, {}}));
  REQUIRE(fix.open({"y", "map", {}, {}}));
  compat::anon_send(fix.applier, leader_notice{raft::member_id{"a", {1, 1}}, 1});
  compat::anon_send(fix.applier, proposal_refused{{}, 2, 77, errc::overloaded});
  CHECK(fix.wait_for("x/1", {"opened", "leader a"}));
  CHECK(fix.wait_for("y/2", {"opened", "leader a", "refused 77"}));
  REQUIRE(fix.open({"z", "map", {}, {}})); // learns of the leader when it is made
  CHECK(fix.wait_for("z/3", {"opened", "leader a"}));
}

TEST_CASE("a collection that dies is reported and holds nothing up") {
  applier_fixture fix;
  fix.answering = false;
  fix.commit(1, {create("x", "map"), operation(1)});
  CHECK(fix.wait_for("x/1", {"made", "created 1", "apply 2"}));
  caf::anon_send_exit(fix.made.get()[0], caf::exit_reason::kill);
  CHECK(eventually([&] { return fix.errors.size() == 1; }));
  CHECK(eventually([&] { return fix.applied.get() == std::vector<raft::index_t>{2}; }));
}

TEST_CASE("the node knows which collections have died, until the log has brought them back") {
  applier_fixture fix;
  const std::vector<raft::entry> log{create("x", "map"), create("y", "map"), operation(1)};
  const auto last_lost = [&] { return fix.lost.size() > 0 ? fix.lost.get().back() : 99; };
  fix.commit(1, log);
  REQUIRE(fix.wait_for("y/2", {"made", "created 2"}));
  CHECK(eventually([&] { return last_lost() == 0; }));
  caf::anon_send_exit(fix.made.get()[0], caf::exit_reason::kill);
  CHECK(eventually([&] { return last_lost() == 1; })); // although nothing is being applied
  caf::anon_send_exit(fix.made.get()[1], caf::exit_reason::kill);
  CHECK(eventually([&] { return last_lost() == 2; }));
  fix.commit(4, {noop(), create("z", "unknown")}); // which no log will ever bring back
  REQUIRE(eventually([&] { return fix.applied.get().back() == 5; }));
  CHECK(last_lost() == 2);
  fix.commit(1, log);
  CHECK(eventually([&] { return last_lost() == 0; }));
}

TEST_CASE("statuses are gathered within a bound") {
  applier_fixture fix;
  REQUIRE(fix.open({"x", "map", {}, {}}));
  REQUIRE(fix.open({"y", "map", {}, {}}));
  caf::scoped_actor self{fix.system};
  std::size_t count = 0;
  compat::request(self.ptr(), fix.applier, std::chrono::seconds{10}, get_status_v)
      .receive([&](const std::vector<collection_status>& all) { count = all.size(); },
               [](const caf::error& reason) { FAIL(to_string(reason)); });
  CHECK(count == 2);
}

TEST_CASE("a name keeps its number although its actor has died") {
  applier_fixture fix;
  fix.commit(1, {create("x", "map"), operation(1)});
  REQUIRE(fix.wait_for("x/1", {"made", "created 1", "apply 2"}));
  caf::anon_send_exit(fix.made.get()[0], caf::exit_reason::kill);
  REQUIRE(eventually([&] { return fix.errors.size() == 1; }));
  const auto opened = fix.open({"x", "map", {}, {}});
  REQUIRE(!opened);
  CHECK(opened.error() == errc::stopped);
  CHECK(to_string(opened.error()).find("has died") != std::string::npos);
  fix.commit(3, {create("x", "map"), operation(3)}); // means nothing to the other members either
  CHECK(eventually([&] { return fix.applied.get().back() == 4; }));
  CHECK(fix.made.size() == 1);
  // After a restart the log comes again from the start, and the state with it.
  fix.commit(1, {create("x", "map"), operation(1), create("x", "map"), operation(3)});
  CHECK(fix.wait_for("x/2", {"made", "created 1", "apply 2"}));
  CHECK(fix.open({"x", "map", {}, {}}));
}

TEST_CASE("the first creation of an id stands, even if it could not be made here") {
  applier_fixture fix;
  fix.commit(1, {create("x", "unknown")});
  REQUIRE(eventually([&] { return fix.errors.size() == 1; }));
  const auto opened = fix.open({"x", "map", {}, {}});
  REQUIRE(!opened);
  CHECK(opened.error() == errc::kind_mismatch);
  fix.commit(2, {create("x", "map"), operation(2)});
  CHECK(eventually([&] { return fix.applied.get().back() == 3; }));
  CHECK(fix.made.size() == 0);
}

TEST_CASE("a collection that no entry of the log can hold is refused at once") {
  applier_fixture fix;
  auto code = [&](collection_spec spec) {
    const auto opened = fix.open(std::move(spec));
    return opened ? errc::none : static_cast<errc>(opened.error().code());
  };
  CHECK(code({"", "map", {}, {}}) == errc::invalid_config);
  CHECK(code({std::string(1025, 'x'), "map", {}, {}}) == errc::too_large);
  CHECK(code({"x", std::string(1025, 'x'), {}, {}}) == errc::too_large);
  const auto large = blob::from_string(std::string(max_create_size, 'x'));
  CHECK(code({"x", "map", {}, large}) == errc::too_large);
  CHECK(fix.made.size() == 0);
  CHECK(code({std::string(1024, 'x'), "map", {}, large.slice(0, max_create_size - 2000)})
        == errc::none);
}

TEST_CASE("who opens a collection may give it limits of its own") {
  applier_fixture fix;
  REQUIRE(fix.open({"x", "map", {}, {}, {}, {std::chrono::seconds{1}, 10, 2048}}));
  CHECK(fix.batch_bytes.get() == std::vector<std::size_t>{2048});
  fix.commit(1, {create("x", "map")});
  REQUIRE(fix.open({"x", "map", {}, {}, {}, {{}, 0, 4096}}));
  CHECK(eventually([&] { return fix.limits.get() == std::vector<std::uint64_t>{0, 4096}; }));
  const collection_options usual;
  const auto changed = usual.with({caf::infinite, 10, 1});
  CHECK(changed.request_timeout == std::chrono::hours{24});
  CHECK(changed.max_message_entries == 10);
  CHECK(changed.max_message_bytes == 1024);
  CHECK(usual.with({}).max_message_bytes == usual.max_message_bytes);
}

TEST_CASE("what members say to each other's collections goes to those that talk") {
  applier_fixture fix;
  const raft::member_id bob{"bob", {1, 2}};
  fix.commit(1, {create("x", "emitter"), create("y", "map")});
  REQUIRE(fix.wait_for("x/1", {"made", "created 1"}));
  REQUIRE(fix.wait_for("y/2", {"made", "created 2"}));
  compat::anon_send(fix.applier, direct_message{1, 5, 7, {}}, bob);
  compat::anon_send(fix.applier, direct_reply{1, 8, errc::none}, bob);
  compat::anon_send(fix.applier, direct_reply{2, 8, errc::none}, bob);
  compat::anon_send(fix.applier, peers_notice{bob, {bob}, {bob}});
  CHECK(
      fix.wait_for("x/1", {"made", "created 1", "message 7 of bob", "answer 8 of bob", "peers 1"}));
  CHECK(fix.told("y/2").get().size() == 2);
  REQUIRE(fix.open({"z", "emitter", {}, {}})); // and who comes later
  CHECK(fix.wait_for("z/3", {"opened", "peers 1"}));
}

TEST_CASE("a message to a collection that is not there is answered at once") {
  applier_fixture fix;
  const raft::member_id bob{"bob", {1, 2}};
  fix.commit(1, {create("y", "map")});
  compat::anon_send(fix.applier, direct_message{1, 5, 7, {}}, bob);
  compat::anon_send(fix.applier, direct_message{9, 5, 8, {}}, bob);
  CHECK(eventually([&] {
    const auto heard = fix.heard.get();
    return std::ranges::count(heard, "answer to bob: 7 unknown_collection") == 1
           && std::ranges::count(heard, "answer to bob: 8 unknown_collection") == 1;
  }));
}

} // namespace hamok::test
