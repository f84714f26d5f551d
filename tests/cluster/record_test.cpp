#include "hamok/collections/json_record.hpp"
#include "hamok/tests/cluster/cluster.hpp"

#include <atomic>
#include <thread>

namespace hamok::test {

namespace {

struct lamp {
  std::string color = "white";
  int level = 0;
  std::optional<std::string> owner;

  friend bool operator==(const lamp&, const lamp&) = default;
};

template <class Inspector>
bool inspect(Inspector& f, lamp& x) {
  return f.object(x).fields(f.field("color", x.color), f.field("level", x.level),
                            f.field("owner", x.owner));
}

using lamp_record = record<lamp>;

lamp_record open_on(cluster& all, const std::string& name) {
  return must(all.at(name).create_record<lamp>("lamp"));
}

/// A cluster of three, and which of them leads and which does not.
struct lamps {
  explicit lamps(transport kind) : all(kind, 3) {
    all.start_all();
    leader = all.agreed_leader();
    REQUIRE(!leader.empty());
    for (const auto& name : all.names())
      if (name != leader)
        follower = name;
  }

  cluster all;
  std::string leader;
  std::string follower;
};

/// Every operation, asked on one member, and what it has done on all of them.
void walk_through(cluster& all, const std::string& from) {
  const auto rec = open_on(all, from);
  const auto everywhere = [&](const lamp& expected, std::size_t fields) {
    CHECK(must(rec.instance()) == expected); // at once where it was acknowledged
    for (const auto& name : all.names()) {
      const auto there = open_on(all, name);
      CHECK(
          eventually([&] { return there.size() == fields && must(there.instance()) == expected; }));
    }
  };
  CHECK(must(rec.set<&lamp::level>(0).get()) == std::nullopt);
  everywhere({"white", 0, {}}, 1);
  CHECK(must(rec.set<&lamp::level>(2).get()) == 0);
  CHECK(must(rec.insert<&lamp::level>(3).get()) == 2);
  CHECK(must(rec.insert<&lamp::color>("").get()) == std::nullopt);
  everywhere({"", 2, {}}, 2);
  CHECK(!must(rec.update_if<&lamp::level>(3, 0).get()));
  CHECK(must(rec.update_if<&lamp::level>(3, 2).get()));
  everywhere({"", 3, {}}, 2);
  CHECK(must(rec.insert_instance({"red", 9, "me"}).get()).fields
        == std::vector<std::string>{"color", "level"});
  everywhere({"", 3, "me"}, 3);
  CHECK(!must(rec.update_instance_if({"blue", 4, {}}, {"", 3, {}}).get()));
  CHECK(must(rec.update_instance_if({"blue", 3, {}}, {"", 3, "me"}).get()));
  everywhere({"blue", 3, {}}, 3);
  CHECK(must(rec.set_instance({"red", 0, "you"}).get()).values == lamp{"blue", 3, {}});
  everywhere({"red", 0, "you"}, 3);
  CHECK(must(rec.erase<&lamp::owner>().get()));
  CHECK(!must(rec.erase<&lamp::owner>().get()));
  everywhere({"red", 0, {}}, 2);
  CHECK(must(rec.clear().get()) == 2);
  everywhere({}, 0);
  CHECK(all.converge("lamp"));
}

/// Tells what a member's record has told.
class listener {
public:
  explicit listener(const lamp_record& rec) : lines_(std::make_shared<event_lines>()) {
    const auto lines = lines_;
    // One actor for all kinds, so that their order is kept.
    subscription_ = listen(rec.actor(), {[lines](const collection_event& event) {
                                           if (const auto what = lamp_record::decode(event))
                                             lines->add(*what);
                                         },
                                         {}});
    must(rec.status()); // by now it has subscribed
  }
  ~listener() { subscription_.cancel(); }
  listener(const listener&) = delete;
  listener& operator=(const listener&) = delete;

  [[nodiscard]] std::vector<std::string> lines() const { return lines_->all(); }

private:
  class event_lines {
  public:
    void add(const lamp_record::change& what) {
      static const char* const names[] = {"insert ", "update ", "remove ", "clear"};
      auto line = names[static_cast<std::size_t>(what.kind)] + what.field;
      if (what.is<&lamp::level>()) {
        if (const auto old = must(what.old_value<&lamp::level>()))
          line += " " + std::to_string(*old);
        if (const auto now = must(what.new_value<&lamp::level>()))
          line += " " + std::to_string(*now);
      }
      const std::lock_guard guard{mutex_};
      lines_.push_back(std::move(line));
    }
    [[nodiscard]] std::vector<std::string> all() const {
      const std::lock_guard guard{mutex_};
      return lines_;
    }

  private:
    mutable std::mutex mutex_;
    std::vector<std::string> lines_;
  };

  std::shared_ptr<event_lines> lines_;
  collection_subscription subscription_;
};

} // namespace

TEST_CASE("every operation of a record, asked on the leader, is seen on all members") {
  lamps three{transport::local};
  walk_through(three.all, three.leader);
}

TEST_CASE("every operation of a record, asked on a follower, is seen on all members") {
  lamps three{transport::broker};
  walk_through(three.all, three.follower);
}

TEST_CASE("all members tell the events of a record in the same order") {
  lamps three{transport::local};
  std::vector<std::unique_ptr<listener>> listeners;
  for (const auto& name : three.all.names()) {
    const auto rec = open_on(three.all, name);
    must(rec.await_ready());
    listeners.push_back(std::make_unique<listener>(rec));
  }
  const auto leading = open_on(three.all, three.leader);
  const auto following = open_on(three.all, three.follower);
  must(leading.set<&lamp::level>(1).get());
  must(following.set<&lamp::level>(0).get());
  must(leading.insert_instance({"red", 5, {}}).get());
  CHECK(must(following.update_instance_if({"blue", 7, {}}, {"red", 0, {}}).get()));
  CHECK(!must(leading.update_instance_if({"green", 8, {}}, {"red", 0, {}}).get()));
  must(leading.erase<&lamp::level>().get());
  must(following.clear().get());
  const std::vector<std::string> expected{
      "insert level 1", "update level 1 0", "insert color",   "insert owner",
      "update color",   "update level 0 7", "remove level 7", "clear"};
  for (const auto& one : listeners) {
    CHECK(eventually([&] { return one->lines().size() >= expected.size(); }));
    CHECK(one->lines() == expected);
  }
}

TEST_CASE("of three members that change a record at once, exactly one comes first each round") {
  lamps three{transport::broker};
  std::vector<lamp_record> records;
  for (const auto& name : three.all.names())
    records.push_back(open_on(three.all, name));
  must(records[0].set_instance({}).get());
  constexpr int rounds = 30;
  for (int round = 0; round < rounds; ++round) {
    const auto old = must(records[0].instance());
    for (const auto& rec : records)
      REQUIRE(eventually([&] { return must(rec.instance()) == old; }));
    std::atomic<int> first{0};
    std::vector<std::thread> threads;
    for (std::size_t i = 0; i < records.size(); ++i)
      threads.emplace_back([&, i] {
        auto now = old;
        now.level = old.level + 1;
        now.owner = three.all.names()[i];
        now.color = *now.owner + std::to_string(now.level);
        const auto done = records[i].update_instance_if(now, old).get();
        if (done && *done)
          ++first;
      });
    for (auto& thread : threads)
      thread.join();
    REQUIRE(first == 1);
    // Of that one is all of it.
    const auto now = must(records[0].instance());
    REQUIRE(now.level == round + 1);
    REQUIRE(now.color == *now.owner + std::to_string(now.level));
  }
  CHECK(three.all.converge("lamp"));
}

TEST_CASE("a record begins with its initial fields, of the creation that came first") {
  cluster all{transport::local, 3};
  all.start_all();
  bool existed = true;
  const auto first =
      must(all.at("a").get_or_create_record<lamp>("lamp", &existed, lamp{"red", 4, "a"}));
  CHECK(!existed);
  CHECK(must(first.instance()) == lamp{"red", 4, "a"});
  REQUIRE(eventually([&] { return static_cast<bool>(all.at("b").find_collection("lamp")); }));
  const auto second =
      must(all.at("b").get_or_create_record<lamp>("lamp", &existed, lamp{"blue", 5, "b"}));
  CHECK(existed);
  CHECK(must(second.instance()) == lamp{"red", 4, "a"});
}

TEST_CASE("the id of a record cannot be that of a map") {
  cluster all{transport::local, 3};
  all.start_all();
  must(all.at("a").get_or_create_record<lamp>("lamp"));
  must(all.at("a").get_or_create_map<std::string, int>("numbers"));
  for (const auto& name : all.names()) {
    REQUIRE(eventually([&] {
      return all.at(name).find_collection("lamp") && all.at(name).find_collection("numbers");
    }));
    const auto map = all.at(name).create_map<std::string, int>("lamp");
    REQUIRE(!map);
    CHECK(map.error() == errc::kind_mismatch);
    const auto record = all.at(name).create_record<lamp>("numbers");
    REQUIRE(!record);
    CHECK(record.error() == errc::kind_mismatch);
  }
}

TEST_CASE("a record of JSON is the same on all members") {
  cluster all{transport::local, 3};
  all.start_all();
  using nlohmann::json;
  const auto open = [&](const std::string& name) {
    return must(all.at(name).create_record<json>("anything", json{{"a", 0}}));
  };
  const auto here = open("a");
  const auto there = open("b");
  CHECK(!must(here.set("b", nullptr).get()).has_value());
  CHECK(must(there.update_instance_if({{"a", 1}, {"b", "x"}}, {{"a", 0}, {"b", nullptr}}).get()));
  for (const auto& name : all.names())
    CHECK(eventually([&] { return must(open(name).instance()) == json{{"a", 1}, {"b", "x"}}; }));
  CHECK(all.converge("anything"));
}

} // namespace hamok::test
