#include "hamok/actors/clock.hpp"
#include "hamok/actors/role_context.hpp"
#include "hamok/io/memory_storage.hpp"
#include "hamok/tests/failing_storage.hpp"
#include "hamok/tests/unit/actors/recorder.hpp"

#include <caf/send.hpp>

namespace hamok::test {

namespace {

const raft::member_id alone{"a", {1, 1}};
const raft::member_id other{"b", {2, 2}};

/// A role actor with stand-ins for the node and the applier around it.
struct role_fixture : system_fixture {
  explicit role_fixture(std::vector<raft::member_id> voters) {
    raft::snapshot_meta base;
    base.members.voters = std::move(voters);
    REQUIRE(storage->save_base(base));
    raft::core_config config;
    config.self = alone;
    config.follower_max_idle = std::chrono::milliseconds{50};
    config.heartbeat = std::chrono::milliseconds{20};
    node = system.spawn([this](caf::event_based_actor* self) { return node_behavior(self); });
    applier = system.spawn([this] {
      return caf::behavior{[this](const committed_batch& batch) { committed.add(batch); },
                           [](const leader_notice&) {}};
    });
    auto context = std::make_unique<role_context>(
        role_context{raft::core{config, storage->load(), boot_time()},
                     placement::scheduler,
                     caf::actor_cast<node_actor>(node),
                     caf::actor_cast<applier_actor>(applier),
                     storage,
                     std::make_shared<durable_relay>(),
                     given,
                     watch,
                     {}});
    first = spawn_role(system, std::move(context));
    compat::anon_send(first, deadline_reached{});
  }

  ~role_fixture() {
    for (const auto& [role, view] : roles.get())
      caf::anon_send_exit(role, caf::exit_reason::kill);
    caf::anon_send_exit(first, caf::exit_reason::kill);
    kill(node);
    kill(applier);
    first = nullptr;
    node = nullptr;
    applier = nullptr;
  }

  caf::behavior node_behavior(caf::event_based_actor*) {
    return {
        [this](role_changed, const role_actor& successor, const role_view& view) {
          roles.add({successor, view});
        },
        [this](const role_view& view) { views.add(view); },
        [this](const proposal_refused& refused) { refusals.add(refused); },
        [](event::heartbeat) {},
        [this](const event::error& what) { errors.add(what); },
        [](const event::message&) {},
    };
  }

  [[nodiscard]] std::vector<std::string> committed_commands() const {
    std::vector<std::string> result;
    for (const auto& batch : committed.get())
      for (const auto& entry : batch.entries)
        if (entry.kind == raft::entry_kind::command)
          result.emplace_back(entry.data.text());
    return result;
  }

  std::shared_ptr<failing_storage> storage = std::make_shared<failing_storage>();
  std::shared_ptr<std::atomic<bool>> watch = std::make_shared<std::atomic<bool>>(false);
  std::shared_ptr<std::atomic<raft::index_t>> given =
      std::make_shared<std::atomic<raft::index_t>>(0);
  record<std::pair<role_actor, role_view>> roles;
  record<role_view> views;
  record<proposal_refused> refusals;
  record<event::error> errors;
  record<committed_batch> committed;
  caf::actor node;
  caf::actor applier;
  role_actor first;
};

proposal_batch batch_of(std::uint64_t token, std::vector<std::string> commands) {
  proposal_batch result;
  result.token = token;
  for (const auto& command : commands)
    result.commands.push_back(blob::from_string(command));
  return result;
}

} // namespace

TEST_CASE("a role hands its core to a successor of each role on the way to leadership") {
  role_fixture fix{{alone}};
  REQUIRE(eventually([&] { return fix.roles.size() == 2; }));
  const auto roles = fix.roles.get();
  CHECK(roles[0].second.role == raft::role::candidate);
  CHECK(roles[1].second.role == raft::role::leader);
  CHECK(roles[0].first != roles[1].first);
  CHECK(eventually([&] { return fix.committed.size() > 0; }));
}

TEST_CASE("what comes to a role that has handed over goes on to its successor, in order") {
  role_fixture fix{{alone}};
  REQUIRE(eventually([&] { return fix.roles.size() == 2; }));
  std::vector<std::string> expected;
  for (int i = 0; i < 100; ++i) {
    expected.push_back(std::to_string(i));
    // by way of both predecessors
    compat::anon_send(fix.first, batch_of(static_cast<std::uint64_t>(i), {expected.back()}));
  }
  REQUIRE(eventually([&] { return fix.committed_commands().size() >= expected.size(); }));
  CHECK(fix.committed_commands() == expected);
  CHECK(fix.refusals.size() == 0);
}

TEST_CASE("a role that has handed over leaves when it is told to") {
  role_fixture fix{{alone}};
  REQUIRE(eventually([&] { return fix.roles.size() == 2; }));
  std::atomic<bool> gone{false};
  const auto watcher = fix.system.spawn([&](caf::event_based_actor* self) {
    auto watch = std::make_shared<compat::monitors>();
    watch->watch(self, fix.first, [&gone, watch](const caf::error&) { gone = true; });
    return caf::behavior{[](retire) {}};
  });
  compat::anon_send(fix.first, batch_of(1, {"x"}));
  compat::anon_send(fix.first, retire_v);
  CHECK(eventually([&] { return gone.load(); }));
  CHECK(eventually([&] { return fix.committed_commands() == std::vector<std::string>{"x"}; }));
  caf::anon_send_exit(watcher, caf::exit_reason::kill);
}

TEST_CASE("a leader appends a burst of operations as few batches") {
  role_fixture fix{{alone}};
  REQUIRE(eventually([&] { return fix.roles.size() == 2; }));
  const auto leader = fix.roles.get()[1].first;
  const auto before = fix.committed.size();
  constexpr int count = 2000;
  for (int i = 0; i < count; ++i)
    compat::anon_send(leader, batch_of(static_cast<std::uint64_t>(i), {std::to_string(i)}));
  REQUIRE(eventually([&] { return fix.committed_commands().size() == count; }));
  CHECK(fix.committed.size() - before < count);
}

TEST_CASE("what was given out is known beside a role, whatever of it has been applied") {
  role_fixture fix{{alone}};
  REQUIRE(eventually([&] { return fix.roles.size() == 2; }));
  compat::anon_send(fix.first, batch_of(1, {"x", "y"}));
  REQUIRE(eventually([&] { return fix.committed_commands().size() == 2; }));
  const auto last = fix.committed.get().back();
  CHECK(eventually([&] { // it is told behind the batch
    return fix.given->load() == last.first_index + last.entries.size() - 1;
  }));
}

TEST_CASE("followers and candidates refuse operations with what they know") {
  role_fixture fix{{alone, other}};
  compat::anon_send(fix.first, batch_of(7, {"x"}));
  REQUIRE(eventually([&] { return fix.refusals.size() == 1; }));
  CHECK(fix.refusals.get()[0].token == 7);
  CHECK(fix.refusals.get()[0].reason == errc::no_leader);
}

TEST_CASE("a role tells its members only when it is asked") {
  role_fixture fix{{alone}};
  REQUIRE(eventually([&] { return fix.roles.size() == 2; }));
  CHECK(fix.roles.get()[1].second.members.voters.empty());
  caf::scoped_actor self{fix.system};
  role_view view;
  compat::request(self.ptr(), fix.first, std::chrono::seconds{10}, get_view_v)
      .receive([&](role_view& answer) { view = std::move(answer); },
               [](const caf::error& reason) { FAIL(to_string(reason)); });
  CHECK(view.role == raft::role::leader);
  CHECK(view.members.voters == std::vector<raft::member_id>{alone});
}

TEST_CASE("a role whose storage has failed refuses operations") {
  role_fixture fix{{alone}};
  REQUIRE(eventually([&] { return fix.roles.size() == 2 && fix.committed.size() > 0; }));
  fix.storage->failing = true;
  const auto leader = fix.roles.get()[1].first;
  compat::anon_send(leader, batch_of(1, {"x"})); // in doubt: nobody knows what was written
  REQUIRE(eventually([&] { return fix.errors.size() == 1; }));
  compat::anon_send(leader, batch_of(2, {"y"}));
  REQUIRE(eventually([&] { return fix.refusals.size() == 1; }));
  CHECK(fix.refusals.get()[0].token == 2);
  CHECK(fix.refusals.get()[0].reason == errc::storage_failed);
}

} // namespace hamok::test
