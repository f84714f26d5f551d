// The typed facade of a record of a struct: for threads, for actors, with its events.

#include "hamok/collections/json_codec.hpp"
#include "hamok/tests/catch.hpp"
#include "hamok/tests/unit/collections/fake_cluster.hpp"
#include "hamok/tests/unit/collections/record_structs.hpp"

#include <condition_variable>
#include <mutex>
#include <thread>

namespace hamok::state_test {

namespace {

using config = record<settings>;
using maybe = std::optional<int>;
using lines = std::vector<std::string>;

struct record_cluster : fake_cluster {
  record_cluster() : fake_cluster(1, "record") {}

  template <class T = settings, class... Codecs>
  record<T, Codecs...> open(record_options options = {}) {
    return {"c", members[0].actor, members[0].access, std::move(options)};
  }
};

/// What callbacks have said.
class story {
public:
  void add(std::string line) {
    const std::lock_guard guard{mutex_};
    lines_.push_back(std::move(line));
    changed_.notify_all();
  }
  /// Waits for so many lines.
  lines get(std::size_t count) {
    std::unique_lock guard{mutex_};
    changed_.wait_for(guard, seconds{20}, [&] { return lines_.size() >= count; });
    return lines_;
  }

private:
  std::mutex mutex_;
  std::condition_variable changed_;
  lines lines_;
};

} // namespace

TEST_CASE("threads have every operation on the fields of a record") {
  record_cluster cluster;
  auto rec = cluster.open();
  CHECK(rec.id() == "c");
  CHECK(rec.empty());
  CHECK(*rec.get<&settings::port>() == std::nullopt);
  CHECK_FALSE(rec.contains<&settings::port>());
  CHECK(*rec.set<&settings::port>(81).get() == std::nullopt);
  CHECK(*rec.set<&settings::port>(82).get() == maybe{81});
  CHECK(*rec.insert<&settings::port>(83).get() == maybe{82});
  CHECK(*rec.insert<&settings::host>("a").get() == std::nullopt);
  CHECK(*rec.update_if<&settings::port>(84, 82).get());
  CHECK_FALSE(*rec.update_if<&settings::port>(85, 82).get());
  CHECK(*rec.get<&settings::port>() == maybe{84});
  CHECK(rec.contains<&settings::port>());
  CHECK(rec.fields() == lines{"host", "port"});
  CHECK(*rec.erase<&settings::port>().get());
  CHECK_FALSE(*rec.erase<&settings::port>().get());
  CHECK(rec.size() == 1);
  CHECK(*rec.clear().get() == 1);
  CHECK(rec.empty());
}

TEST_CASE("fields of a record of every sort are kept") {
  record_cluster cluster;
  auto rec = cluster.open();
  CHECK(rec.set<&settings::first>({7, "m"}).get());
  CHECK(rec.set<&settings::paint>(color::green).get());
  CHECK(rec.set<&settings::depth>(std::nullopt).get());
  CHECK(rec.set<&settings::names>({"x", ""}).get());
  CHECK(rec.set<&settings::ratio>(1.25).get());
  CHECK(*rec.get<&settings::first>() == std::optional{limits{7, "m"}});
  CHECK(*rec.get<&settings::paint>() == std::optional{color::green});
  const auto depth = *rec.get<&settings::depth>();
  REQUIRE(depth); // it is there, and it is empty
  CHECK_FALSE(*depth);
  const auto all = rec.instance();
  REQUIRE(all);
  CHECK(all->names == lines{"x", ""});
  CHECK(all->ratio == 1.25);
  CHECK_FALSE(all->depth);
  CHECK(all->port == 80); // absent
}

TEST_CASE("falsy values of a record are values, and an absent field has none") {
  record_cluster cluster;
  auto rec = cluster.open();
  CHECK_FALSE(*rec.update_if<&settings::port>(1, 0).get());
  CHECK_FALSE(*rec.update_if<&settings::port>(1, 80).get()); // the default is no value either
  CHECK_FALSE(*rec.update_if<&settings::verbose>(true, false).get());
  CHECK_FALSE(*rec.update_if<&settings::host>("x", "").get());
  CHECK(rec.empty());
  CHECK(*rec.set<&settings::port>(0).get() == std::nullopt);
  CHECK(*rec.set<&settings::verbose>(false).get() == std::nullopt);
  CHECK(*rec.set<&settings::host>("").get() == std::nullopt);
  CHECK(*rec.insert<&settings::port>(5).get() == maybe{0});
  CHECK(*rec.insert<&settings::verbose>(true).get() == std::optional{false});
  CHECK(*rec.insert<&settings::host>("y").get() == std::optional{std::string{}});
  CHECK(*rec.update_if<&settings::port>(0, 0).get());
  CHECK(*rec.get<&settings::port>() == maybe{0});
  CHECK(rec.instance()->host.empty());
}

TEST_CASE("a member that inspect does not name is refused") {
  record_cluster cluster;
  auto rec = cluster.open();
  CHECK(code_of(rec.set<&settings::unnamed>(1).get()) == errc::bad_value);
  CHECK(code_of(rec.insert<&settings::unnamed>(1).get()) == errc::bad_value);
  CHECK(code_of(rec.update_if<&settings::unnamed>(1, 2).get()) == errc::bad_value);
  CHECK(code_of(rec.erase<&settings::unnamed>().get()) == errc::bad_value);
  CHECK(code_of(rec.get<&settings::unnamed>()) == errc::bad_value);
  CHECK_FALSE(rec.contains<&settings::unnamed>());
  CHECK(code_of(rec.on_insert<&settings::unnamed>([](int) {})) == errc::bad_value);
  caf::scoped_actor self{cluster.system()};
  errc code = errc::none;
  rec.set<&settings::unnamed>(self, 1).receive(
      [](maybe) {}, [&](const caf::error& reason) { code = static_cast<errc>(reason.code()); });
  CHECK(code == errc::bad_value);
  CHECK(rec.empty());
}

TEST_CASE("whole instances of a record are set and inserted together") {
  record_cluster cluster;
  auto rec = cluster.open();
  CHECK(rec.set<&settings::port>(1).get());
  const auto existing = rec.insert_instance(falsy()).get();
  REQUIRE(existing);
  CHECK(existing->fields == lines{"port"});
  CHECK(existing->values.port == 1);
  auto expected = falsy();
  expected.port = 1;
  CHECK(*rec.instance() == expected);
  CHECK(rec.insert_instance({}).get()->fields.size() == 8);
  const auto before = rec.set_instance({}).get();
  REQUIRE(before);
  CHECK(before->values == expected);
  CHECK(before->fields.size() == 8);
  CHECK(*rec.instance() == settings{});
  CHECK(*rec.clear().get() == 8);
  CHECK(rec.set_instance({}).get()->empty());
}

TEST_CASE("several fields of a record change or none") {
  story told;
  record_cluster cluster;
  auto rec = cluster.open();
  REQUIRE(rec.set_instance({}).get());
  auto all = rec.on_update([&](const config::change& what) { told.add(what.field); });
  auto now = settings{};
  now.port = 90;
  now.host = "other";
  CHECK(*rec.update_instance_if(now, {}).get());
  CHECK(told.get(2) == lines{"host", "port"}); // what differs, and nothing else
  CHECK(*rec.instance() == now);
  // One field that differs is enough, though it would not be written.
  auto stale = now;
  stale.depth = 4;
  auto wish = stale;
  wish.port = 91;
  CHECK_FALSE(*rec.update_instance_if(wish, stale).get());
  CHECK(*rec.instance() == now);
  // Nothing to write is a question.
  CHECK(*rec.update_instance_if(now, now).get());
  CHECK_FALSE(*rec.update_instance_if({}, {}).get());
  all.cancel();
}

TEST_CASE("an absent field is seen as that of a fresh instance by update_instance_if") {
  record_cluster cluster;
  auto rec = cluster.open();
  auto now = settings{};
  now.port = 0;
  CHECK_FALSE(*rec.update_instance_if(now, falsy()).get());
  CHECK(rec.empty());
  // What instance() has shown can always be changed.
  CHECK(*rec.update_instance_if(now, *rec.instance()).get());
  CHECK(rec.fields() == lines{"port"});
  CHECK_FALSE(*rec.update_instance_if(now, {}).get());
  REQUIRE(rec.erase<&settings::port>().get());
  CHECK(*rec.update_instance_if(now, {}).get());
}

TEST_CASE("reads of a record are of one moment") {
  record_cluster cluster;
  auto rec = cluster.open();
  REQUIRE(rec.set_instance({}).get());
  const auto then = rec.snapshot();
  REQUIRE(rec.set<&settings::port>(1).get());
  REQUIRE(rec.erase<&settings::host>().get());
  CHECK(*then.get<&settings::port>() == maybe{80});
  CHECK(then.contains<&settings::host>());
  CHECK(*then.instance() == settings{});
  CHECK(then.size() == 8);
  CHECK(rec.snapshot().index() > then.index());
  CHECK(config::snapshot_type{}.empty());
}

TEST_CASE("fields that cannot be decoded are bad_value, and those of others are left alone") {
  record_cluster cluster;
  auto rec = cluster.open();
  auto raw = cluster.map_of(0);
  REQUIRE(raw.set("stranger", "x").get());
  REQUIRE(rec.set<&settings::port>(1).get());
  CHECK(rec.instance()->port == 1);
  CHECK(rec.fields() == lines{"port", "stranger"});
  REQUIRE(raw.set("port", "no number \xff\xff\xff\xff\xff\xff").get());
  CHECK(code_of(rec.get<&settings::port>()) == errc::bad_value);
  CHECK(code_of(rec.instance()) == errc::bad_value);
  CHECK(code_of(rec.set<&settings::port>(2).get()) == errc::bad_value); // the previous value is
  CHECK(rec.instance()->port == 2);
}

TEST_CASE("records with codecs of their own write what these write") {
  record_cluster cluster;
  auto text = cluster.open<settings, every_field<json_codec>>();
  auto raw = cluster.map_of(0);
  REQUIRE(text.set<&settings::first>({1, "m"}).get());
  CHECK(*raw.get("limits") == R"({"most":1,"unit":"m"})");
  CHECK(*text.update_if<&settings::first>({2, "m"}, {1, "m"}).get());
  CHECK(*text.get<&settings::first>() == std::optional{limits{2, "m"}});
  auto mixed = cluster.open<settings, field_codec<&settings::host, json_codec<std::string>>>();
  REQUIRE(mixed.set<&settings::host>("x").get());
  CHECK(*raw.get("host") == "\"x\"");
  CHECK(*mixed.get<&settings::host>() == std::optional<std::string>{"x"});
}

TEST_CASE("a record tells what happens to its fields") {
  story any;
  story port;
  record_cluster cluster;
  auto rec = cluster.open();
  std::vector<collection_subscription> all{
      rec.on_insert([&](const config::change& what) { any.add("insert " + what.field); }),
      rec.on_update([&](const config::change& what) {
        const auto old = what.old_value<&settings::port>();
        any.add("update " + what.field + (old && *old ? " " + std::to_string(**old) : ""));
      }),
      rec.on_remove([&](const config::change& what) {
        const auto now = what.new_value<&settings::port>();
        any.add("remove " + what.field + (now && *now ? " now " + std::to_string(**now) : ""));
      }),
      rec.on_clear([&] { any.add("clear"); }),
      *rec.on_insert<&settings::port>([&](int now) { port.add("insert " + std::to_string(now)); }),
      *rec.on_update<&settings::port>([&](int old, int now) {
        port.add("update " + std::to_string(old) + " " + std::to_string(now));
      }),
      *rec.on_remove<&settings::port>([&](int old) { port.add("remove " + std::to_string(old)); })};
  // Each callback is an actor of its own, so what they tell is awaited one by one.
  REQUIRE(rec.set<&settings::host>("x").get());
  any.get(1);
  REQUIRE(rec.set<&settings::port>(1).get());
  any.get(2);
  port.get(1);
  REQUIRE(rec.set<&settings::port>(0).get());
  any.get(3);
  port.get(2);
  REQUIRE(rec.erase<&settings::port>().get());
  REQUIRE(port.get(3) == lines{"insert 1", "update 1 0", "remove 0"});
  any.get(4);
  REQUIRE(rec.erase<&settings::host>().get());
  any.get(5);
  REQUIRE(rec.clear().get());
  CHECK(any.get(6)
        == lines{"insert host", "insert port", "update port 1", "remove port", "remove host",
                 "clear"});
  for (auto& one : all)
    one.cancel();
}

TEST_CASE("a record tells that it is closed") {
  story told;
  record_cluster cluster;
  auto rec = cluster.open();
  REQUIRE(rec.await_ready());
  CHECK_FALSE(rec.closed());
  auto closed = rec.on_close([&] { told.add("close"); });
  REQUIRE(rec.set<&settings::port>(1).get()); // behind the subscription
  rec.close();
  CHECK(told.get(1) == lines{"close"});
  CHECK(rec.closed());
  CHECK(code_of(rec.set<&settings::port>(2).get()) == errc::closed);
  closed.cancel();
}

TEST_CASE("actors have every operation of a record") {
  record_cluster cluster;
  const record_handle<settings> handle{cluster.members[0].actor};
  caf::scoped_actor self{cluster.system()};
  const auto failed = [](const caf::error& reason) { FAIL(to_string(reason)); };
  maybe found;
  bool flag = false;
  handle.set<&settings::port>(self, 1).receive([&](maybe old) { found = old; }, failed);
  CHECK(found == std::nullopt);
  handle.insert<&settings::port>(self, 2).receive([&](maybe old) { found = old; }, failed);
  CHECK(found == maybe{1});
  handle.update_if<&settings::port>(self, 3, 1).receive([&](bool done) { flag = done; }, failed);
  CHECK(flag);
  handle.get<&settings::port>(self).receive([&](maybe value) { found = value; }, failed);
  CHECK(found == maybe{3});
  handle.contains<&settings::host>(self).receive([&](bool has) { flag = has; }, failed);
  CHECK_FALSE(flag);
  record_part<settings> part;
  handle.insert_instance(self, {}).receive(
      [&](record_part<settings> existing) { part = std::move(existing); }, failed);
  CHECK(part.fields == lines{"port"});
  settings whole;
  handle.instance(self).receive([&](settings all) { whole = std::move(all); }, failed);
  CHECK(whole.port == 3);
  handle.update_instance_if(self, {}, whole).receive([&](bool done) { flag = done; }, failed);
  CHECK(flag);
  handle.set_instance(self, falsy())
      .receive([&](record_part<settings> old) { part = std::move(old); }, failed);
  CHECK(part.values == settings{});
  lines names;
  handle.fields(self).receive([&](lines all) { names = std::move(all); }, failed);
  CHECK(names.size() == 8);
  handle.erase<&settings::port>(self).receive([&](bool done) { flag = done; }, failed);
  CHECK(flag);
  std::uint64_t count = 0;
  handle.size(self).receive([&](std::uint64_t all) { count = all; }, failed);
  CHECK(count == 7);
  handle.clear(self).receive([&](std::uint64_t all) { count = all; }, failed);
  CHECK(count == 7);
}

TEST_CASE("open_record takes initial fields and limits") {
  struct opener {
    fake_cluster::member& member;
    collection_spec seen{};
    caf::expected<collection_actor> open_collection(collection_spec spec) {
      seen = std::move(spec);
      return member.actor;
    }
    const local_access& access() const { return member.access; }
  };
  record_cluster cluster;
  opener node{cluster.members[0]};
  record_options options;
  options.max_message_bytes = 2048;
  auto opened = open_record<settings>(node, "c", falsy(), options);
  REQUIRE(opened);
  CHECK(node.seen.kind == "record");
  CHECK(node.seen.name == "c");
  CHECK(node.seen.limits.max_message_bytes == 2048);
  map_state initial;
  REQUIRE(initial.restore(node.seen.initial));
  CHECK(initial.size() == 8);
  REQUIRE(open_record<settings>(node, "c"));
  CHECK(node.seen.initial.empty());
}

TEST_CASE("of all who change several fields at once, one comes first") {
  record_cluster cluster;
  auto rec = cluster.open();
  std::vector<std::thread> threads;
  std::atomic<int> failed{0};
  for (int i = 0; i < 4; ++i)
    threads.emplace_back([&] {
      for (int done = 0; done < 10;) {
        const auto old = rec.instance();
        auto now = *old;
        ++now.port;
        now.host = std::to_string(now.port);
        const auto changed = rec.update_instance_if(now, *old).get();
        if (!changed)
          ++failed;
        done += !changed || *changed ? 1 : 0;
      }
    });
  for (auto& thread : threads)
    thread.join();
  CHECK(failed == 0);
  CHECK(rec.instance()->port == 120);
  CHECK(rec.instance()->host == "120");
}

} // namespace hamok::state_test
