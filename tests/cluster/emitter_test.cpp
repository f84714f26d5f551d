#include "hamok/tests/cluster/cluster.hpp"

#include <caf/event_based_actor.hpp>
#include <caf/send.hpp>
#include <caf/typed_response_promise.hpp>

#include <algorithm>
#include <atomic>
#include <stdexcept>
#include <thread>

namespace hamok::test {

namespace {

struct said {
  std::string text;
};

template <class Inspector>
bool inspect(Inspector& f, said& x) {
  return f.object(x).fields(f.field("text", x.text));
}

struct parted {
  static constexpr std::string_view event_name = "parted";
  int number = 0;
};

template <class Inspector>
bool inspect(Inspector& f, parted& x) {
  return f.object(x).fields(f.field("number", x.number));
}

using chat = emitter<said, parted>;
using texts = std::vector<std::string>;

/// What a callback has heard.
class inbox {
public:
  void add(std::string text) {
    const std::lock_guard guard{mutex_};
    heard_.push_back(std::move(text));
  }
  [[nodiscard]] texts get() const {
    const std::lock_guard guard{mutex_};
    return heard_;
  }
  [[nodiscard]] auto listener() {
    return [this](const said& what) { add(what.text); };
  }

private:
  mutable std::mutex mutex_;
  texts heard_;
};

/// Members with an emitter each, and whoever listens there.
struct chat_cluster {
  explicit chat_cluster(transport kind = transport::local, emitter_options options = {})
      : members(kind, 3) {
    members.start_all();
    REQUIRE(!members.agreed_leader().empty());
    for (const auto& name : members.names())
      at[name] =
          must(members.at(name).get_or_create_emitter<said, parted>("chat", nullptr, options));
  }
  ~chat_cluster() { at.clear(); }

  /// All members listen to `said`, and all know that.
  void listen_everywhere() {
    for (auto& [name, here] : at)
      own[name] = must(here.template subscribe<said>(heard[name].listener(), "of " + name));
    REQUIRE(all_know(at.size()));
  }
  /// All members that are there know of as many subscriptions to `said`.
  bool all_know(std::size_t count) {
    return eventually([&] {
      for (const auto& name : members.names())
        if (members.has(name) && must(at[name].subscriptions<said>()).size() != count)
          return false;
      return true;
    });
  }
  bool hears(const std::string& name, const texts& expected) {
    return eventually([&] { return heard[name].get() == expected; });
  }
  std::string some_follower() {
    const auto leader = members.agreed_leader();
    return leader == "c" ? "b" : "c";
  }

  std::map<std::string, inbox> heard; // outlives who calls back
  cluster members;
  std::map<std::string, chat> at;
  std::map<std::string, emitter_subscription> own;
};

void publish_from_each(transport kind) {
  chat_cluster all{kind};
  CHECK(must(all.at["a"].publish(said{"nobody"}).get()) == publish_result{});
  CHECK_FALSE(all.at["a"].has_subscribers<said>());
  all.listen_everywhere();
  texts expected;
  for (auto& [name, here] : all.at) {
    expected.push_back("from " + name);
    const auto result = must(here.publish(said{"from " + name}).get());
    CHECK(result.handled == texts{"a", "b", "c"});
    CHECK(result.failed.empty());
    CHECK(here.has_subscribers<said>());
    CHECK_FALSE(here.has_subscribers<parted>());
  }
  for (auto& [name, here] : all.at) // handled means heard; and nothing comes twice
    CHECK(all.heard[name].get() == expected);
  for (auto& [name, here] : all.at) {
    const auto stats = must(here.stats());
    CHECK(stats.published == (name == "a" ? 2 : 1));
    CHECK(stats.delivered == 3);
    CHECK(stats.failed == 0);
    CHECK(stats.received == 3);
  }
  CHECK(all.members.converge("chat"));
}

/// Takes events and never answers.
caf::behavior silent(caf::event_based_actor* self) {
  auto held = std::make_shared<std::vector<caf::typed_response_promise<void>>>();
  return {[self, held](const emitted_event&) {
    auto promise = self->make_response_promise<void>();
    held->push_back(promise);
    return promise;
  }};
}

std::vector<std::pair<std::string, errc>> failures(const publish_result& result) {
  return result.failed;
}

} // namespace

TEST_CASE("an event of any member over local links reaches each subscribed member once") {
  publish_from_each(transport::local);
}

TEST_CASE("an event of any member over broker links reaches each subscribed member once") {
  publish_from_each(transport::broker);
}

TEST_CASE("unsubscribing one event leaves the others") {
  chat_cluster all;
  inbox other;
  auto& here = all.at["b"];
  const auto first = must(here.subscribe<said>(all.heard["b"].listener()));
  const auto second = must(here.subscribe<said>(other.listener()));
  std::atomic<int> parts{0};
  const auto third = must(here.subscribe<parted>([&](const parted& x) { parts += x.number; }));
  CHECK(must(here.unsubscribe(first).get()));
  CHECK_FALSE(must(here.unsubscribe(first).get()));
  REQUIRE(all.all_know(1));
  REQUIRE(eventually([&] { return all.at["a"].has_subscribers<parted>(); }));
  CHECK(must(all.at["a"].publish(said{"x"}).get()).handled == texts{"b"});
  CHECK(must(all.at["a"].publish(parted{7}).get()).handled == texts{"b"});
  CHECK(all.heard["b"].get().empty());
  CHECK(other.get() == texts{"x"});
  CHECK(parts == 7);
  CHECK(third.event() == "parted");
}

TEST_CASE("an actor that listens to two events can leave one of them") {
  chat_cluster all;
  auto& here = all.at["b"];
  auto sum = std::make_shared<std::atomic<int>>(0);
  auto actor = all.members.system().spawn([sum] {
    return caf::behavior{[sum](const emitted_event& event) {
      if (const auto x = chat::decode<parted>(event))
        *sum += x->number;
    }};
  });
  const auto talk = must(here.subscribe<said>(actor));
  must(here.subscribe<parted>(actor));
  CHECK(must(here.unsubscribe(talk).get()));
  CHECK_FALSE(here.has_subscribers<said>());
  CHECK(must(here.publish(said{"x"}).get()).handled.empty());
  CHECK(must(here.publish(parted{5}).get()).handled == texts{"b"});
  CHECK(*sum == 5);
  caf::anon_send_exit(actor, caf::exit_reason::user_shutdown);
}

TEST_CASE("metadata of subscriptions is seen everywhere, and changes only from what is expected") {
  chat_cluster all;
  inbox changes;
  const auto note = [&](const emitter_change& x) {
    static const char* names[] = {"added", "updated", "removed"};
    changes.add(std::string{names[static_cast<int>(x.kind)]} + " " + x.subscriber.member.peer + " "
                + x.old_metadata + ">" + x.subscriber.metadata);
  };
  auto& far = all.at["a"];
  const auto added = far.on_added(note);
  const auto updated = far.on_updated(note);
  const auto removed = far.on_removed(note);
  auto& here = all.at["b"];
  const auto mine = must(here.subscribe<said>(all.heard["b"].listener(), "one"));
  CHECK_FALSE(must(here.update_subscription_metadata(mine, "two", "zero").get()));
  CHECK(must(here.update_subscription_metadata(mine, "two", "one").get()));
  CHECK(must(here.update_subscription_metadata(mine, "three").get()));
  const auto known = must(here.subscriptions<said>());
  REQUIRE(known.size() == 1);
  CHECK(known[0].member.peer == "b");
  CHECK(known[0].metadata == "three");
  CHECK(eventually([&] { return must(far.subscriptions<said>()) == known; }));
  CHECK(must(here.unsubscribe(mine).get()));
  CHECK_FALSE(must(here.update_subscription_metadata(mine, "four").get()));
  const texts expected{"added b >one", "updated b one>two", "updated b two>three",
                       "removed b three>three"};
  CHECK(eventually([&] { // each callback has an order of its own
    auto heard = changes.get();
    std::ranges::sort(heard);
    auto all_of_them = expected;
    std::ranges::sort(all_of_them);
    return heard == all_of_them;
  }));
}

TEST_CASE("a callback that throws has not handled the event, and hears the next") {
  chat_cluster all;
  std::atomic<int> calls{0};
  must(all.at["b"].subscribe<said>([&](const said& what) {
    ++calls;
    if (what.text == "bad")
      throw std::runtime_error{"on purpose"};
  }));
  REQUIRE(all.all_know(1));
  for (const auto* from : {"a", "b"}) {
    const auto bad = must(all.at[from].publish(said{"bad"}).get());
    CHECK(bad.handled.empty());
    CHECK(failures(bad) == std::vector<std::pair<std::string, errc>>{{"b", errc::not_handled}});
    CHECK(must(all.at[from].publish(said{"good"}).get()).handled == texts{"b"});
  }
  CHECK(calls == 4);
}

TEST_CASE("events that nobody waits for come all the same, in order") {
  chat_cluster all;
  all.listen_everywhere();
  texts expected;
  for (int i = 0; i < 200; ++i) {
    expected.push_back(std::to_string(i));
    CHECK(!(i % 2 == 0 ? all.at["a"].notify(said{expected.back()})
                       : all.at["a"].emit(said{expected.back()})));
  }
  for (const auto* name : {"a", "b", "c"})
    CHECK(all.hears(name, expected));
  CHECK(eventually([&] { return must(all.at["a"].stats()).delivered == 600; }));
  CHECK(must(all.at["a"].stats()).published == 200);
}

TEST_CASE("a member that cannot be reached is reported and not waited for") {
  chat_cluster all;
  all.listen_everywhere();
  const auto dead = all.some_follower();
  const std::string from = dead == "b" ? "a" : "b";
  for (const auto& name : all.members.names())
    if (name != dead)
      all.members.network()->cut_both(dead, name);
  const auto started = std::chrono::steady_clock::now();
  publish_result result;
  REQUIRE(eventually([&] {
    result = must(all.at[from].publish(said{"x"}, std::chrono::minutes{2}).get());
    return !result.failed.empty();
  }));
  CHECK(failures(result)
        == std::vector<std::pair<std::string, errc>>{{dead, errc::connection_lost}});
  CHECK(result.handled.size() == 2);
  const auto at_once = std::chrono::steady_clock::now();
  CHECK(must(all.at[from].publish(said{"y"}, std::chrono::minutes{2}).get()).failed.size() == 1);
  CHECK(std::chrono::steady_clock::now() - at_once < std::chrono::seconds{10});
  CHECK(at_once - started < std::chrono::minutes{1});
}

TEST_CASE("a link that goes down answers what was sent over it") {
  chat_cluster all;
  auto slow = all.members.system().spawn(silent);
  const auto dead = all.some_follower();
  const std::string from = dead == "b" ? "a" : "b";
  must(all.at[dead].subscribe<said>(slow));
  REQUIRE(all.all_know(1));
  auto answer = all.at[from].publish(said{"x"}, std::chrono::minutes{2});
  REQUIRE(eventually([&] { return must(all.at[dead].stats()).received == 1; }));
  CHECK_FALSE(answer.wait_for(std::chrono::milliseconds{1}));
  for (const auto& name : all.members.names())
    if (name != dead)
      all.members.network()->cut_both(dead, name);
  REQUIRE(answer.wait_for(deadline));
  CHECK(failures(must(answer.get()))
        == std::vector<std::pair<std::string, errc>>{{dead, errc::connection_lost}});
  caf::anon_send_exit(slow, caf::exit_reason::kill);
}

TEST_CASE("whoever does not answer in time is reported at the deadline") {
  chat_cluster all;
  auto slow = all.members.system().spawn(silent);
  must(all.at["b"].subscribe<said>(slow));
  must(all.at["c"].subscribe<said>(all.heard["c"].listener()));
  REQUIRE(all.all_know(2));
  const auto result = must(all.at["a"].publish(said{"x"}, std::chrono::milliseconds{300}).get());
  CHECK(result.handled == texts{"c"});
  CHECK(failures(result)
        == std::vector<std::pair<std::string, errc>>{{"b", errc::outcome_unknown}});
  caf::anon_send_exit(slow, caf::exit_reason::kill);
}

TEST_CASE("subscriptions of an actor that dies are removed through the log") {
  chat_cluster all;
  all.listen_everywhere();
  auto actor = all.members.system().spawn(silent);
  must(all.at["b"].subscribe<said>(actor));
  must(all.at["b"].subscribe<parted>(actor));
  REQUIRE(all.all_know(4));
  caf::anon_send_exit(actor, caf::exit_reason::kill);
  CHECK(all.all_know(3));
  CHECK(eventually([&] { return !all.at["a"].has_subscribers<parted>(); }));
  CHECK(eventually([&] { // a link may be given up and be there again, where everything is slow
    return must(all.at["a"].publish(said{"x"}).get()).handled == texts{"a", "b", "c"};
  }));
}

TEST_CASE("subscriptions of a member that is removed are removed") {
  chat_cluster all;
  all.listen_everywhere();
  const auto gone = all.some_follower();
  const std::string other = gone == "b" ? "c" : "b";
  REQUIRE(!all.members.at("a").remove_remote_peer(gone));
  all.members.remove(gone);
  CHECK(all.all_know(2));
  CHECK(must(all.at["a"].publish(said{"x"}).get()).handled == texts{"a", other});
}

TEST_CASE("subscriptions of an earlier life of a member are removed, and its new life subscribes") {
  chat_cluster all;
  all.listen_everywhere();
  const auto back = all.some_follower();
  all.members.remove(back);
  all.own.erase(back);
  auto& node = all.members.spawn(back);
  all.at[back] = must(node.get_or_create_emitter<said, parted>("chat"));
  CHECK(all.all_know(2));
  inbox heard;
  must(all.at[back].subscribe<said>(heard.listener()));
  REQUIRE(all.all_know(3));
  CHECK(must(all.at["a"].publish(said{"x"}).get()).handled == texts{"a", "b", "c"});
  CHECK(heard.get() == texts{"x"});
}

TEST_CASE("without auto-clean, subscriptions of the dead stay and are reported") {
  emitter_options options;
  options.auto_clean = false;
  chat_cluster all{transport::local, options};
  auto actor = all.members.system().spawn(silent);
  must(all.at["b"].subscribe<said>(actor));
  caf::anon_send_exit(actor, caf::exit_reason::kill);
  REQUIRE(all.all_know(1));
  REQUIRE(eventually([&] {
    return failures(must(all.at["a"].publish(said{"x"}).get()))
           == std::vector<std::pair<std::string, errc>>{{"b", errc::not_handled}};
  }));
  CHECK(must(all.at["a"].subscriptions<said>()).size() == 1);
}

TEST_CASE("an ordered emitter gives all members the same events in the same order") {
  emitter_options options;
  options.ordered = true;
  chat_cluster all{transport::local, options};
  all.listen_everywhere();
  constexpr int count = 50;
  std::vector<std::thread> publishers;
  std::atomic<int> handled{0};
  for (auto& [name, here] : all.at)
    publishers.emplace_back([&handled, name = name, here = here] {
      std::vector<future<publish_result>> answers;
      for (int i = 0; i < count; ++i)
        answers.push_back(here.publish(said{name + std::to_string(i)}, deadline));
      for (auto& answer : answers)
        if (const auto result = answer.get(); result && result->handled.size() == 3)
          ++handled;
    });
  for (auto& one : publishers)
    one.join();
  CHECK(handled == 3 * count);
  const auto order = all.heard["a"].get();
  CHECK(order.size() == 3 * count);
  for (const auto* name : {"b", "c"})
    CHECK(all.heard[name].get() == order);
  for (const auto* name : {"a", "b", "c"}) { // and of one publisher in its own
    texts own;
    for (const auto& text : order)
      if (text.starts_with(name))
        own.push_back(text);
    for (int i = 0; i < count; ++i)
      CHECK(own.at(static_cast<std::size_t>(i)) == name + std::to_string(i));
  }
}

TEST_CASE("that an emitter is ordered is decided by its first creation") {
  cluster members{transport::local, 3};
  members.start_all();
  emitter_options options;
  options.ordered = true;
  auto first = must(members.at("a").get_or_create_emitter<said>("x", nullptr, options));
  bool existed = false;
  auto second = must(members.at("b").get_or_create_emitter<said>("x", &existed));
  CHECK(existed);
  const auto before = must(second.status()).applied_index;
  must(second.publish(said{"through the log"}).get());
  CHECK(must(second.status()).applied_index > before);
}

TEST_CASE("an emitter that is closed on a member listens there no more") {
  chat_cluster all;
  all.listen_everywhere();
  all.at["b"].close();
  CHECK(eventually([&] { return all.at["b"].closed(); }));
  CHECK(all.all_know(2));
  CHECK(must(all.at["a"].publish(said{"x"}).get()).handled == texts{"a", "c"});
  const auto refused = all.at["b"].publish(said{"y"}).get();
  REQUIRE_FALSE(refused);
  CHECK(refused.error() == errc::closed);
  auto again = must(all.members.at("b").get_or_create_emitter<said, parted>("chat"));
  must(again.subscribe<said>(all.heard["b"].listener()));
  REQUIRE(all.all_know(3));
  CHECK(must(all.at["a"].publish(said{"z"}).get()).handled == texts{"a", "b", "c"});
}

TEST_CASE("whoever comes from a snapshot knows who listens") {
  chat_cluster all;
  all.listen_everywhere();
  const auto late = all.some_follower();
  all.members.remove(late);
  all.own.erase(late);
  for (const auto& name : all.members.names())
    if (all.members.has(name))
      must(all.members.at(name).compact());
  auto& node = all.members.spawn(late);
  all.at[late] = must(node.get_or_create_emitter<said, parted>("chat"));
  REQUIRE(all.all_know(2));
  REQUIRE(
      eventually([&] { return must(all.at[late].publish(said{"x"}).get()).handled.size() == 2; }));
  CHECK(all.members.converge("chat"));
}

TEST_CASE("actors use an emitter as plain threads do") {
  chat_cluster all;
  all.listen_everywhere();
  auto names = std::make_shared<inbox>();
  auto done = std::make_shared<std::atomic<bool>>(false);
  all.members.system().spawn([here = all.at["b"], names, done](caf::event_based_actor* user) {
    const auto failed = [done](const caf::error&) { *done = true; };
    here.subscribe<parted>(user, caf::actor{user}, "me")
        .then(
            [=](bool is_new) {
              names->add(is_new ? "new" : "old");
              here.publish(user, parted{3})
                  .then(
                      [=](const publish_result& result) {
                        for (const auto& name : result.handled)
                          names->add(name);
                        *done = true;
                      },
                      failed);
            },
            failed);
    return caf::behavior{[=](const emitted_event& event) {
      if (const auto x = chat::decode<parted>(event))
        names->add(event.from + " parted " + std::to_string(x->number));
    }};
  });
  CHECK(eventually([&] { return done->load(); }));
  CHECK(names->get() == texts{"new", "b parted 3", "b"});
}

} // namespace hamok::test
