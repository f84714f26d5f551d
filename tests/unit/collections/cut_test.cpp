// A collection in snapshots: its part in a cut, and going on from one.

#include "hamok/collections/map.hpp"
#include "hamok/collections/map_state.hpp"
#include "hamok/collections/state_bytes_state.hpp"
#include "hamok/tests/catch.hpp"
#include "hamok/tests/rounds.hpp"
#include "hamok/tests/unit/collections/fake_cluster.hpp"

#include <caf/typed_event_based_actor.hpp>

#include <time.h>

#include <atomic>
#include <thread>

namespace hamok::state_test {

namespace {

constexpr std::uint64_t collection_number = 1;
constexpr raft::index_t first_index = 10;

/// What the threads of CAF have worked, by one of them.
using clock_actor = caf::typed_actor<caf::result<std::int64_t>(get_status)>;

clock_actor::behavior_type thread_clock() {
  return {[](get_status) {
    timespec used{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used);
    return static_cast<std::int64_t>(used.tv_sec) * 1'000'000'000 + used.tv_nsec;
  }};
}

struct one_thread : test_config {
  one_thread() { set("caf.scheduler.max-threads", std::size_t{1}); }
};

/// One collection; the test itself is its applier and its node.
class lone_collection {
public:
  lone_collection()
      : system_((test_config::init(), config_)),
        self_(system_),
        clock_(system_.spawn<caf::hidden>(thread_clock)) {
    collection_context context;
    context.node = caf::actor_cast<node_actor>(caf::actor_cast<caf::actor>(self_));
    context.applier = caf::actor_cast<applier_actor>(caf::actor_cast<caf::actor>(self_));
    context.calls = access.calls;
    context.content = access.content->open("c");
    context.states = access.states;
    context.origin = 1;
    context.options = fake_cluster::options();
    context.options.resend_after = seconds{20};
    context.options.max_message_bytes = std::size_t{1} << 20;
    actor = *spawn_collection(system_, placement::scheduler, std::move(context), spec());
  }
  ~lone_collection() {
    caf::anon_send_exit(actor, caf::exit_reason::kill);
    caf::anon_send_exit(clock_, caf::exit_reason::kill);
  }
  lone_collection(const lone_collection&) = delete;
  lone_collection& operator=(const lone_collection&) = delete;

  static collection_spec spec() { return {"c", "map", {}, {}, {3, 4}}; }

  lone_collection& created() {
    tell(collection_created{collection_number, spec(), errc::none});
    tell(leader_notice{the_leader, 1});
    return *this;
  }

  /// Sends it in the applier's name, and returns when it has been done.
  template <class T>
  void tell(T what) {
    compat::request(self_.ptr(), actor, seconds{60}, std::move(what))
        .receive([] {}, [](const caf::error& reason) { FAIL(to_string(reason)); });
  }

  /// The next message of this type that the collection has for its node or its applier.
  template <class T>
  T next() {
    T result;
    bool came = false;
    for (int i = 0; i < 1000 && !came; ++i)
      self_->receive(
          [&](const T& msg) {
            result = msg;
            came = true;
          },
          caf::after(seconds{60}) >> [] { FAIL("nothing comes"); });
    return result;
  }

  std::shared_ptr<const session_cut> cut() {
    tell(take_part{++cuts_});
    const auto part = next<part_taken>();
    CHECK(part.collection == collection_number);
    CHECK(part.cut == cuts_);
    return access.states->take<const session_cut>(part.slot);
  }

  /// Lets it go on from `state`; gives the state that it had.
  std::shared_ptr<session_state> install(std::shared_ptr<session_state> state,
                                         raft::index_t index) {
    const auto slot = access.states->put(std::move(state));
    tell(install_part{collection_number, index, slot});
    return access.states->take<session_state>(slot);
  }

  /// What the thread of the actors has worked, in nanoseconds.
  std::int64_t worked() {
    std::int64_t result = 0;
    compat::request(self_.ptr(), clock_, seconds{60}, get_status_v)
        .receive([&](std::int64_t used) { result = used; },
                 [](const caf::error& reason) { FAIL(to_string(reason)); });
    return result;
  }

  map<std::string, std::string> facade() { return {"c", actor, access, {}}; }
  caf::actor_system& system() { return system_; }

  local_access access;
  collection_actor actor;

private:
  one_thread config_;
  caf::actor_system system_;
  caf::scoped_actor self_;
  clock_actor clock_;
  std::uint64_t cuts_ = 0;
};

/// A state with so many entries, and a session in which they were written.
std::shared_ptr<session_state> filled(std::size_t entries) {
  auto state = std::make_shared<session_state>(std::make_unique<map_state>());
  raft::index_t index = first_index;
  state->apply({index++, {}, false},
               encode(open_envelope{collection_number, sid(1), seconds{60}, 0}));
  std::uint64_t sequence = 1;
  for (std::size_t i = 0; i < entries;) {
    std::vector<key_value> pairs;
    for (; pairs.size() < 1000 && i < entries; ++i)
      pairs.push_back({b("key" + std::to_string(i)), b("value" + std::to_string(i))});
    auto operation = op(1, sequence, map_command::set_all(pairs), sequence);
    operation.collection = collection_number;
    state->apply({index++, {}, false}, encode(operation));
    ++sequence;
  }
  REQUIRE(state->machine().size() == entries);
  return state;
}

/// A hundred writes to keys that are there, from `index` on.
apply_batch hundred_writes(raft::index_t index, std::uint64_t& sequence) {
  apply_batch result;
  for (int i = 0; i < 100; ++i) {
    const auto key = "key" + std::to_string(index * 7919 % 1'000'000);
    auto operation = op(1, sequence, set(key, "new"), sequence);
    operation.collection = collection_number;
    result.items.push_back({index++, {}, encode(operation)});
    ++sequence;
  }
  return result;
}

constexpr std::int64_t longest_pause = 20'000'000; // nanoseconds

} // namespace

namespace {

/// What happened while a cut was taken and written.
struct measured_cut {
  std::int64_t longest = 0; ///< that the actor's thread has worked on one message, in nanoseconds
  int batches = 0;          ///< applied while the cut was written
  digest128 digest;
  std::vector<blob> chunks;
};

/// Takes a cut, and writes it out while the collection applies a batch after the other. What is
/// measured is work of the actor's thread, which other programs on the machine do not lengthen.
measured_cut measure(lone_collection& it, raft::index_t& index, std::uint64_t& sequence) {
  measured_cut result;
  auto started = it.worked();
  const auto cut = it.cut();
  result.longest = it.worked() - started;
  result.digest = cut->digest();
  std::atomic<bool> written{false};
  chunk_sink sink{snapshot_chunk_size};
  std::thread writer{[&] {
    cut->write(sink);
    written = true;
  }};
  while (!written) {
    auto batch = hundred_writes(index + 1, sequence);
    index = batch.items.back().index;
    started = it.worked();
    it.tell(std::move(batch));
    result.longest = std::max(result.longest, it.worked() - started);
    ++result.batches;
  }
  writer.join();
  result.chunks = sink.take();
  return result;
}

} // namespace

TEST_CASE(
    "consensus.md, 11: a collection of a million entries pauses for at most 20 ms while a cut "
    "is taken and written") {
  lone_collection it;
  it.created();
  const auto entries = hamok::test_rounds(1'000'000);
  const auto state = filled(entries);
  raft::index_t index = state->applied_index();
  std::uint64_t sequence = index - first_index + 1;
  const auto started = it.worked();
  it.install(state, index);
  CHECK(it.worked() - started < longest_pause);

  auto best = measure(it, index, sequence);
  for (int again = 0; again < 3 && best.longest >= longest_pause; ++again)
    best = measure(it, index, sequence);
  INFO("longest pause: " << best.longest / 1000 << " us, batches meanwhile: " << best.batches);
  CHECK(best.longest < longest_pause);
  CHECK(best.batches > 2);

  CHECK(it.facade().status()->applied_index == index);
  CHECK_FALSE(it.cut()->digest() == best.digest);

  // What was written is what there was.
  session_state copy{std::make_unique<map_state>()};
  chunk_source source{std::move(best.chunks)};
  REQUIRE(copy.load(source));
  CHECK(copy.digest() == best.digest);
  CHECK(copy.machine().size() == entries);
}

TEST_CASE("a part in a cut is what the collection has applied, and stays so") {
  lone_collection it;
  it.created();
  auto map = it.facade();
  auto first = map.set("a", "1");
  auto proposed = it.next<proposal_batch>();
  apply_batch batch;
  for (raft::index_t i = 0; i < proposed.commands.size(); ++i)
    batch.items.push_back({2 + i, {}, proposed.commands[i]});
  it.tell(batch);
  REQUIRE(first.get());
  const auto cut = it.cut();
  REQUIRE(cut);
  CHECK(cut->applied_index() == 3);
  byte_sink sink;
  cut->write(sink);
  session_state copy{std::make_unique<map_state>()};
  REQUIRE(copy.restore(sink.take()));
  CHECK(copy.machine().digest() == hash_pair(v("a"), v("1")));
  CHECK(it.access.states->size() == 0);
}

TEST_CASE("consensus.md, 14: an install is told to subscribers as resync, in order") {
  lone_collection it;
  it.created();
  caf::scoped_actor subscriber{it.system()};
  auto map = it.facade();
  map.subscribe(caf::actor_cast<caf::actor>(subscriber));
  std::atomic<int> resyncs{0};
  auto callback = map.on_resync([&] { ++resyncs; });
  REQUIRE(map.status()); // both have subscribed
  auto write = [&](raft::index_t index, std::uint64_t sequence, std::string_view value) {
    apply_batch batch;
    auto operation = op(1, sequence, set("key1", value), sequence);
    operation.collection = collection_number;
    if (sequence == 1)
      batch.items.push_back(
          {index++, {}, encode(open_envelope{collection_number, sid(1), seconds{60}, 0})});
    batch.items.push_back({index, {}, encode(operation)});
    it.tell(batch);
  };
  write(2, 1, "one");
  const auto before = it.install(filled(3), 100);
  REQUIRE(before);
  CHECK(before->applied_index() == 3);
  CHECK(**map.get("key1") == "value1"); // without waiting for anything
  CHECK(map.size() == 3);
  write(101, 2, "two");
  std::vector<std::string> heard;
  while (heard.size() < 3)
    subscriber->receive(
        [&](const collection_event& event) {
          heard.push_back(std::to_string(event.kind) + " " + std::to_string(event.index) + " "
                          + std::string{event.new_value.text()});
        },
        caf::after(seconds{60}) >> [] { FAIL("an event is missing"); });
  CHECK(heard == std::vector<std::string>{"0 3 one", "254 100 ", "1 101 two"});
  for (int i = 0; i < 10'000 && resyncs == 0; ++i)
    REQUIRE(map.status());
  CHECK(resyncs == 1);
}

TEST_CASE(
    "what waited when a snapshot was installed is proposed again and answered as a duplicate") {
  lone_collection it;
  it.created();
  auto map = it.facade();
  auto waiting = map.set("key1", "mine", seconds{60});
  const auto proposed = it.next<proposal_batch>();
  auto elsewhere = filled(3); // what the other members have by now
  raft::index_t index = elsewhere->applied_index();
  for (const auto& entry : proposed.commands)
    elsewhere->apply({++index, {}, false}, entry);
  it.install(elsewhere, index);
  const auto again = it.next<proposal_batch>();
  CHECK(again.token != proposed.token);
  apply_batch batch;
  for (const auto& entry : again.commands)
    batch.items.push_back({++index, {}, entry});
  it.tell(batch);
  const auto answer = waiting.get();
  REQUIRE(answer);
  CHECK(*answer == std::optional<std::string>{"value1"}); // what it has replaced, once
  CHECK(**map.get("key1") == "mine");
}

TEST_CASE("a collection that is not created yet is, with its content, by an install") {
  lone_collection it;
  it.install(filled(5), 100);
  it.tell(collection_created{collection_number, lone_collection::spec(), errc::none});
  auto map = it.facade();
  const auto ready = map.await_created();
  REQUIRE(ready);
  CHECK(ready->number == collection_number);
  CHECK(ready->size == 5);
}

TEST_CASE("only the applier may take the state, or replace it") {
  lone_collection it;
  it.created();
  compat::anon_send(it.actor, take_part{7});
  const auto slot = it.access.states->put(filled(5));
  compat::anon_send(it.actor, install_part{collection_number, 100, slot});
  const auto status = it.facade().status();
  REQUIRE(status);
  CHECK(status->size == 0);
  CHECK(it.access.states->size() == 1);
}

TEST_CASE("a slot gives what was put into it, once, and nothing else") {
  hand_over states;
  const auto one = states.put(std::make_shared<int>(1));
  const auto two = states.put(std::make_shared<const std::string>("two"));
  CHECK(one != two);
  CHECK(states.size() == 2);
  CHECK_FALSE(states.get<std::string>(one));
  CHECK(*states.get<int>(one) == 1);
  CHECK(*states.take<int>(one) == 1);
  CHECK_FALSE(states.get<int>(one));
  CHECK(*states.take<const std::string>(two) == "two");
  states.drop(one);
  CHECK(states.size() == 0);
}

} // namespace hamok::state_test
