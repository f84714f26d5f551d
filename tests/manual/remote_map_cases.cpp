// The manual's remote map, on a cluster of three: the operations of a map, over one storage
// outside.

#include "hamok/collections/memory_remote_storage.hpp"
#include "hamok/tests/manual/manual.hpp"

#include <algorithm>
#include <atomic>
#include <mutex>

namespace hamok::test {

namespace {

using remote_texts = remote_map<std::string, std::string>;
using text_pairs = remote_texts::pairs;

const covers remote_operations{"remote_map map operations", "method create_remote_map",
                               "method get_or_create_remote_map"};
const covers remote_execution{"remote_map executed by the leader once"};
const covers remote_options{"remote_map no_events"};
const covers remote_barrier{"remote_map sync"};

/// Counts what goes through one member, and fails for a while if it is told to.
class counted_storage final : public remote_storage {
public:
  explicit counted_storage(remote_storage_ptr storage) : storage_(std::move(storage)) {}

  remote_outcome execute(const remote_write& write) override {
    if (away)
      return {};
    ++writes;
    return storage_->execute(write);
  }
  [[nodiscard]] std::size_t kept_outcomes() const override { return storage_->kept_outcomes(); }
  caf::expected<std::vector<std::optional<blob>>> get(const std::vector<blob>& keys) override {
    return storage_->get(keys);
  }
  caf::expected<std::vector<key_value>> scan(const std::optional<blob>& after,
                                             std::size_t max_entries) override {
    return storage_->scan(after, max_entries);
  }
  caf::expected<std::uint64_t> size() override { return storage_->size(); }

  std::atomic<int> writes{0};
  std::atomic<bool> away{false};

private:
  remote_storage_ptr storage_;
};

/// The remote map of three members, each with a way of its own to the storage.
struct shared_texts {
  explicit shared_texts(three_members& all, const std::string& id = "texts",
                        remote_map_options<std::string> options = {}) {
    for (const auto& name : all.names()) {
      paths[name] = std::make_shared<counted_storage>(storage);
      at[name] = must(all.at(name).get_or_create_remote_map<std::string, std::string>(
          id, paths[name], nullptr, options));
    }
  }

  std::shared_ptr<memory_remote_storage> storage = std::make_shared<memory_remote_storage>();
  std::map<std::string, std::shared_ptr<counted_storage>> paths;
  std::map<std::string, remote_texts> at;
};

/// Every write and what it answers; leaves nothing behind.
void write_all(const remote_texts& texts) {
  CHECK(must(texts.set("a", "1", deadline).get()) == std::nullopt);
  CHECK(must(texts.set("a", "2", deadline).get()) == "1");
  CHECK(must(texts.set_all({{"a", "3"}, {"b", "1"}}, deadline).get()) == text_pairs{{"a", "2"}});
  CHECK(must(texts.insert("c", "1", deadline).get()) == std::nullopt);
  CHECK(must(texts.insert("c", "2", deadline).get()) == "1");
  CHECK(must(texts.insert_all({{"c", "3"}, {"d", "1"}}, deadline).get()) == text_pairs{{"c", "1"}});
  CHECK(must(texts.update_if("a", "4", "3", deadline).get()));
  CHECK(!must(texts.update_if("a", "5", "3", deadline).get()));
  CHECK(!must(texts.update_if("nobody", "1", "", deadline).get()));
  CHECK(must(texts.remove("a", deadline).get()) == "4");
  CHECK(must(texts.remove("a", deadline).get()) == std::nullopt);
  CHECK(must(texts.remove_if("b", "1", deadline).get()));
  CHECK(!must(texts.remove_if("b", "1", deadline).get()));
  CHECK(must(texts.remove_all({"c", "nobody"}, deadline).get()) == text_pairs{{"c", "1"}});
  CHECK(must(texts.erase("d", deadline).get()));
  CHECK(!must(texts.erase("d", deadline).get()));
  must(texts.set_all({{"x", ""}, {"", "2"}}, deadline).get());
  CHECK(must(texts.get("x", deadline).get()) == "");
  CHECK(must(texts.erase_all({"x", "nobody"}, deadline).get()) == std::vector<std::string>{"x"});
  CHECK(must(texts.clear(deadline).get()) == 1);
}

void read_all(const remote_texts& writer, const remote_texts& reader) {
  CHECK(must(reader.empty(deadline).get()));
  must(writer.set_all({{"b", "2"}, {"a", "1"}, {"c", "3"}}, deadline).get());
  CHECK(must(reader.get("a", deadline).get()) == "1");
  CHECK(must(reader.get("nobody", deadline).get()) == std::nullopt);
  CHECK(must(reader.get_all({"a", "nobody"}, deadline).get()) == text_pairs{{"a", "1"}});
  CHECK(must(reader.contains("b", deadline).get()));
  CHECK(!must(reader.contains("nobody", deadline).get()));
  CHECK(must(reader.keys(deadline).get()) == std::vector<std::string>{"a", "b", "c"});
  CHECK(must(reader.values(deadline).get()) == std::vector<std::string>{"1", "2", "3"});
  CHECK(must(reader.entries(deadline).get()).size() == 3);
  CHECK(must(reader.size(deadline).get()) == 3);
  std::string walked;
  for (const auto& [key, value] : reader.walk(2))
    walked += key + value;
  CHECK(walked == "a1b2c3");
  must(writer.clear(deadline).get());
}

int writes_of(shared_texts& texts) {
  int result = 0;
  for (const auto& [name, path] : texts.paths)
    result += path->writes;
  return result;
}

} // namespace

TEST_CASE("manual: the operations of a map, from the leader and a follower, over a remote map") {
  three_members all;
  shared_texts texts{all};
  for (const auto& from : {all.leader, all.followers[0]}) {
    std::vector<std::shared_ptr<std::atomic<int>>> told; // callbacks may come late
    std::vector<collection_subscription> subscriptions;
    for (auto& [name, here] : texts.at) {
      told.push_back(std::make_shared<std::atomic<int>>(0));
      subscriptions.push_back(here.on_clear([count = told.back()] { ++*count; }));
    }
    write_all(texts.at[from]);
    for (const auto& count : told)
      CHECK(eventually([&] { return *count == 1; }));
    read_all(texts.at[from], texts.at[all.followers[1]]);
    for (auto& one : subscriptions)
      one.cancel();
    CHECK(all.converge("texts"));
  }
  bool existed = false;
  must(all.at("a").get_or_create_remote_map<std::string, std::string>("texts", nullptr, &existed));
  CHECK(existed);
  const auto other = all.at("a").create_remote_map<std::string, int>("numbers", texts.storage);
  CHECK(must(must(other).await_ready(deadline)).kind == "remote_map");
}

TEST_CASE("manual: the leader executes what a remote map is asked for, each once") {
  three_members all;
  shared_texts texts{all};
  for (const auto& name : all.names())
    must(texts.at[name].set("by " + name, "1", deadline).get());
  CHECK(texts.paths[all.leader]->writes == 3);
  CHECK(writes_of(texts) == 3);
  REQUIRE(all.at(all.leader).stop() == caf::error{}); // another one leads
  CHECK(must(texts.at[all.followers[0]].set("shared", "1", deadline).get()) == std::nullopt);
  CHECK(texts.paths[all.leader]->writes == 3);
  CHECK(writes_of(texts) == 4);
}

TEST_CASE("manual: a remote map with no_events tells nobody what changes") {
  three_members all;
  remote_map_options<std::string> options;
  options.no_events = true;
  shared_texts quiet{all, "quiet", options};
  shared_texts loud{all, "loud"};
  std::atomic<int> told{0};
  std::atomic<int> heard{0};
  auto on_quiet = quiet.at["a"].on_insert([&](const auto&, const auto&) { ++told; });
  auto on_loud = loud.at["a"].on_insert([&](const auto&, const auto&) { ++heard; });
  must(quiet.at["a"].set("x", "1", deadline).get());
  must(loud.at["a"].set("x", "1", deadline).get());
  CHECK(eventually([&] { return heard == 1; }));
  CHECK(told == 0);
  on_quiet.cancel();
  on_loud.cancel();
}

TEST_CASE("manual: sync of a remote map waits until all before it is executed") {
  three_members all;
  shared_texts texts{all};
  must(texts.at["a"].set("x", "0", deadline).get());
  texts.paths[all.leader]->away = true;
  auto written = texts.at["a"].set("x", "1", deadline);
  auto synced = texts.at["a"].sync(deadline);
  CHECK(!synced.wait_for(std::chrono::milliseconds{200}));
  const auto key = blob::from_string("x");
  CHECK(texts.storage->get({key})->front() == blob::from_string("0"));
  texts.paths[all.leader]->away = false;
  CHECK(must(synced.get()));
  CHECK(texts.storage->get({key})->front() == blob::from_string("1"));
  CHECK(must(written.get()) == "0");
}

} // namespace hamok::test
