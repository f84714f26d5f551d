#include "hamok/actors/event_hub.hpp"
#include "hamok/tests/unit/actors/recorder.hpp"

#include <caf/send.hpp>

#include <atomic>
#include <memory>
#include <numeric>

namespace hamok::test {

namespace {

any_event commit_at(raft::index_t index) {
  return event::commit{index};
}

std::vector<std::string> texts(const std::vector<any_event>& events) {
  std::vector<std::string> result;
  for (const auto& value : events)
    result.push_back(to_string(value));
  return result;
}

} // namespace

TEST_CASE("an event queue wakes its reader once and gives events in order") {
  event_queue queue{10};
  CHECK(queue.push(commit_at(1)));
  CHECK(!queue.push(commit_at(2)));
  CHECK(texts(queue.take(5)) == std::vector<std::string>{"commit index=1", "commit index=2"});
  CHECK(!queue.push(commit_at(3))); // the reader has not seen an empty queue yet
  CHECK(queue.take(5).size() == 1);
  CHECK(queue.take(5).empty());
  CHECK(queue.push(commit_at(4)));
}

TEST_CASE("an event queue counts what does not fit where it is missing") {
  event_queue queue{2};
  for (raft::index_t i = 1; i <= 5; ++i)
    queue.push(commit_at(i));
  CHECK(texts(queue.take(1)) == std::vector<std::string>{"commit index=1"});
  queue.push(commit_at(6));
  CHECK(texts(queue.take(9))
        == std::vector<std::string>{"commit index=2", "lagged count=3", "commit index=6"});
  for (raft::index_t i = 1; i <= 3; ++i)
    queue.push(commit_at(i));
  queue.close(true);
  CHECK(texts(queue.take(9))
        == std::vector<std::string>{"commit index=1", "commit index=2", "lagged count=1"});
  CHECK(queue.finished());
}

TEST_CASE("a queue that is closed without its rest gives nothing more") {
  event_queue queue{2};
  queue.push(commit_at(1));
  CHECK(!queue.close(false));
  CHECK(queue.take(9).empty());
  CHECK(!queue.push(commit_at(2)));
}

TEST_CASE("subscribers get all events in order, messages only when they ask") {
  system_fixture fix;
  auto plain = std::make_shared<record<std::string>>();
  auto full = std::make_shared<record<std::string>>();
  auto listener = [&](std::shared_ptr<record<std::string>> to) {
    return fix.system.spawn<caf::hidden>([to] {
      return event_listener([to](const any_event& value) { to->add(to_string(value)); });
    });
  };
  event_hub hub{fix.system, 1000};
  const auto first = listener(plain);
  const auto second = listener(full);
  CHECK(!hub.wants_messages());
  hub.add(first, false);
  hub.add(second, true);
  CHECK(hub.wants_messages());
  for (raft::index_t i = 0; i < 200; ++i)
    hub.publish(commit_at(i));
  hub.publish(event::message{event::direction::in, "b", {0, raft::timeout_now{3}}});
  hub.publish(event::stopped{});
  REQUIRE(eventually([&] { return plain->size() == 201 && full->size() == 202; }));
  CHECK(plain->get()[199] == "commit index=199");
  CHECK(plain->get()[200] == "stopped");
  CHECK(full->get()[200].starts_with("message from=\"b\""));
  hub.remove(caf::actor_cast<caf::actor_addr>(second));
  CHECK(!hub.wants_messages());
  for (const auto& one : {first, second})
    caf::anon_send_exit(one, caf::exit_reason::user_shutdown);
}

TEST_CASE("a subscriber may understand some events only") {
  system_fixture fix;
  auto seen = std::make_shared<record<raft::index_t>>();
  const auto picky = fix.system.spawn<caf::hidden>([seen] {
    return caf::behavior{[seen](const event::commit& value) { seen->add(value.index); }};
  });
  event_hub hub{fix.system, 1000};
  hub.add(picky, false);
  for (raft::index_t i = 0; i < 200; ++i) {
    hub.publish(event::follower{});
    hub.publish(commit_at(i));
    hub.publish(event::leader{});
  }
  CHECK(eventually([&] { return seen->size() == 200; }));
  CHECK(hub.size() == 1);
  caf::anon_send_exit(picky, caf::exit_reason::user_shutdown);
}

TEST_CASE("subscribers that have ended are forgotten, with what they wanted") {
  system_fixture fix;
  event_hub hub{fix.system, 100};
  const auto listener = [&] {
    return fix.system.spawn<caf::hidden>([] { return event_listener([](const any_event&) {}); });
  };
  const auto ends = listener();
  const auto stays = listener();
  for (int i = 0; i < 3; ++i) {
    hub.add(ends, true);
    hub.add(stays, false);
  }
  CHECK(hub.size() == 2);
  CHECK(hub.wants_messages());
  caf::anon_send_exit(ends, caf::exit_reason::user_shutdown);
  CHECK(eventually([&] { return hub.size() == 1; }));
  CHECK(!hub.wants_messages());
  caf::anon_send_exit(stays, caf::exit_reason::user_shutdown);
}

TEST_CASE("a slow subscriber has a bounded number of events and learns what it missed") {
  system_fixture fix;
  struct counts {
    std::atomic<std::uint64_t> heard{0};
    std::atomic<std::uint64_t> missed{0};
    std::atomic<bool> blocked{true};
  };
  const auto seen = std::make_shared<counts>();
  const auto slow = fix.system.spawn<caf::detached + caf::hidden>([seen] {
    return event_listener([seen](const any_event& value) {
      while (seen->blocked)
        std::this_thread::sleep_for(std::chrono::milliseconds{1});
      if (const auto* lagged = std::get_if<event::lagged>(&value))
        seen->missed += lagged->count;
      else
        ++seen->heard;
    });
  });
  event_hub hub{fix.system, 100};
  hub.add(slow, false);
  constexpr std::uint64_t total = 10000;
  for (raft::index_t i = 0; i < total; ++i)
    hub.publish(commit_at(i)); // never waits
  seen->blocked = false;
  CHECK(eventually([&] { return seen->heard + seen->missed == total; }));
  CHECK(seen->heard < 300); // the queue, and the window in the mailbox
  caf::anon_send_exit(slow, caf::exit_reason::user_shutdown);
}

} // namespace hamok::test
