#include "hamok/cli/demo_collections.hpp"

#include "hamok/cli/child_process.hpp"
#include "hamok/cli/command.hpp"
#include "hamok/cli/demo_steps.hpp"
#include "hamok/cli/map_client.hpp"
#include "hamok/cli/queue_client.hpp"
#include "hamok/collections/emitter.hpp"
#include "hamok/collections/restore_state.hpp"

#include <algorithm>
#include <functional>
#include <future>
#include <iomanip>
#include <iostream>
#include <set>
#include <sstream>
#include <thread>
#include <utility>

namespace hamok::cli {

namespace {

using std::chrono::steady_clock;

constexpr auto patience = std::chrono::seconds{20};

constexpr const char* race_map = "race";
constexpr const char* config_record = "config";
constexpr const char* jobs_queue = "jobs";
constexpr const char* news_emitter = "news";
constexpr const char* hello_event = "hello";
constexpr const char* accounts_map = "accounts"; // the remote one

constexpr std::size_t job_count = 300;

/// Asks until it holds; false: it does not in time.
bool eventually(const std::function<bool()>& condition) {
  const auto deadline = steady_clock::now() + patience;
  while (!condition()) {
    if (steady_clock::now() >= deadline)
      return false;
    std::this_thread::sleep_for(std::chrono::milliseconds{1});
  }
  return true;
}

/// What a row has shown.
struct outcome {
  std::string seen;
  std::string mismatch; ///< empty: all is as it has to be
};

class demo_table {
public:
  demo_table(const demo_cluster& cluster, std::size_t through, std::filesystem::path folder,
             const demo_redis& storage)
      : cluster_(cluster),
        storage_(storage),
        first_(through),
        second_((through + 1) % cluster.size()),
        third_((through + 2) % cluster.size()),
        folder_(std::move(folder)) {}

  bool show() {
    std::cout << "5. Every kind of collection, on the same three processes\n"
              << "  collection  what was done" << std::setw(60) << "ms"
              << "  what was seen\n";
    row("map", "one key inserted through all three at once", &demo_table::race_for_a_key);
    row("record", "one field changed by update_if through two at once",
        &demo_table::race_for_a_field);
    row("queue",
        std::to_string(job_count) + " items pushed through " + name(first_) + ", popped "
            + "through the others",
        &demo_table::share_jobs);
    row("emitter", "an event published through " + name(first_), &demo_table::publish_news);
    row("remote map", "entries set through each, executed by the leader",
        &demo_table::keep_outside);
    row("snapshot", "exported, all changed, imported through " + name(second_),
        &demo_table::bring_back);
    std::cout << '\n';
    return fine_;
  }

private:
  void row(const char* collection, const std::string& what, outcome (demo_table::*run)()) {
    const auto start = steady_clock::now();
    const auto result = (this->*run)();
    std::cout << "  " << std::left << std::setw(12) << collection << std::setw(64) << what
              << std::right << std::setw(9) << milliseconds_since(start) << "  " << result.seen
              << '\n';
    if (!result.mismatch.empty()) {
      std::cout << "              MISMATCH: " << result.mismatch << '\n';
      fine_ = false;
    }
    std::cout.flush();
  }

  // -- one function for each row ------------------------------------------------------------------

  outcome race_for_a_key() {
    open(race_map, "map");
    const auto insert = [this](std::size_t member) {
      auto via = cluster_.client_of(member);
      return !must(map_client{via, race_map}.insert("winner", name(member)), "cannot insert");
    };
    const auto winners = at_once(insert, {0, 1, 2});
    return judge(race_map, "winner", winners,
                 winners.empty() ? std::string{} : name(winners.front()));
  }

  outcome race_for_a_field() {
    open(config_record, "record");
    auto via = cluster_.client_of(first_);
    must(map_client{via, config_record, "record"}.set("port", "8080"), "cannot set a field");
    const auto update = [this](std::size_t member) {
      auto own = cluster_.client_of(member);
      map_client record{own, config_record, "record"};
      return must(record.update_if("port", port_of(member), "8080"), "cannot update a field");
    };
    const auto winners = at_once(update, {second_, third_});
    return judge(config_record, "port", winners,
                 winners.empty() ? std::string{} : port_of(winners.front()));
  }

  outcome share_jobs() {
    open(jobs_queue, "queue");
    auto via = cluster_.client_of(first_);
    std::vector<std::string> items;
    for (std::size_t i = 0; i < job_count; ++i)
      items.push_back("job-" + std::to_string(i));
    const auto begin = items.begin();
    constexpr auto half = static_cast<std::ptrdiff_t>(job_count / 2);
    must(queue_client{via, jobs_queue}.push({begin, begin + half}), "cannot push");
    must(queue_client{via, jobs_queue}.push({begin + half, items.end()}), "cannot push");
    auto second = std::async(std::launch::async, [this] { return pop_all(second_); });
    const auto third = pop_all(third_);
    auto popped = second.get();
    const auto seen = std::to_string(popped.size()) + " through " + name(second_) + ", "
                      + std::to_string(third.size()) + " through " + name(third_);
    popped.insert(popped.end(), third.begin(), third.end());
    std::sort(popped.begin(), popped.end());
    std::sort(items.begin(), items.end());
    if (popped != items)
      return {seen, "not every item came exactly once"};
    if (!all_equal(cluster_.digests(jobs_queue)))
      return {seen, "the members do not hold the same queue"};
    return {seen + ", each item once", {}};
  }

  outcome publish_news() {
    if (!eventually([this] { return subscribers() == cluster_.size(); }))
      return {{}, "not all members are subscribed after 20 s"};
    auto via = cluster_.client_of(first_);
    const auto text = blob::from_string("good news");
    const auto start = steady_clock::now();
    const auto answer =
        must(via.execute(news_emitter, emitter_command::publish(hello_event, text.bytes(), {})),
             "cannot publish");
    std::vector<raft::member_id> told;
    if (!emitter_answer::decode(answer, told) || told.size() != cluster_.size())
      return {{}, "the answer does not name all subscribers"};
    const auto line = std::string{news_emitter} + "/" + hello_event + ": good news\n";
    std::string seen = "heard by the subscribers of";
    for (std::size_t i = 0; i < cluster_.size(); ++i) {
      if (!eventually([&] { return cluster_.log(i).find(line) != std::string::npos; }))
        return {seen, name(i) + " has not heard it in 20 s"};
      seen += (i > 0 ? ", " : " ") + name(i);
    }
    std::ostringstream after;
    after << std::fixed << std::setprecision(1) << milliseconds_since(start);
    return {seen + " within " + after.str() + " ms", {}};
  }

  outcome keep_outside() {
    if (storage_.address().empty())
      return {"skipped: " + storage_.problem(), {}};
    open(accounts_map, "remote_map");
    const auto set = [this](std::size_t member) {
      auto via = cluster_.client_of(member);
      return !must(map_client{via, accounts_map}.set(name(member), "mine"), "cannot set");
    };
    const auto added = at_once(set, {0, 1, 2});
    const auto stored =
        must(entries_in_redis({accounts_map, storage_.address()}), "cannot ask the Redis");
    const auto seen = std::to_string(stored) + " entries in a Redis outside, seen through all";
    if (added.size() != cluster_.size() || stored != cluster_.size())
      return {seen, "it has to be one of each member"};
    for (std::size_t i = 0; i < cluster_.size(); ++i) {
      auto via = cluster_.client_of(i);
      if (must(map_client{via, accounts_map}.entries(), "cannot read").size() != stored)
        return {seen, name(i) + " sees something else"};
    }
    return {seen, {}};
  }

  outcome bring_back() {
    const auto file = (folder_ / "demo.cbor").string();
    auto via = cluster_.client_of(second_);
    must(queue_client{via, jobs_queue}.push({"the last one"}), "cannot push");
    const auto before = contents();
    if (const auto failed = run_snapshot("export", file, first_); !failed.empty())
      return {{}, failed};
    must(map_client{via, race_map}.clear(), "cannot clear");
    must(map_client{via, config_record, "record"}.set("port", "0"), "cannot set a field");
    must(queue_client{via, jobs_queue}.pop(), "cannot pop");
    if (contents() == before)
      return {{}, "what was changed is not seen"};
    if (const auto failed = run_snapshot("import", file, second_); !failed.empty())
      return {{}, failed};
    const auto size = std::filesystem::file_size(file);
    const auto seen = std::to_string(before.size()) + " collections in " + std::to_string(size)
                      + " bytes, " + "as before on all members";
    if (contents() != before)
      return {seen, "the members do not hold what was exported"};
    return {seen, {}};
  }

  // -- what they need -----------------------------------------------------------------------------

  [[nodiscard]] const std::string& name(std::size_t member) const { return cluster_.name(member); }

  [[nodiscard]] static std::string port_of(std::size_t member) {
    return std::to_string(9001 + member);
  }

  /// Through each member: then each knows it, and need not be told by the leader first.
  void open(const char* collection, const char* kind) const {
    for (std::size_t i = 0; i < cluster_.size(); ++i)
      must(cluster_.client_of(i).open(
               {.name = collection, .kind = kind, .options = {}, .initial = {}}),
           std::string{"cannot create a "} + kind);
  }

  /// Those of the members through whom `run` was true, all at once.
  template <class F>
  static std::vector<std::size_t> at_once(F run, const std::vector<std::size_t>& members) {
    std::vector<std::future<bool>> runs;
    for (const auto member : members)
      runs.push_back(std::async(std::launch::async, run, member));
    std::vector<std::size_t> result;
    for (std::size_t i = 0; i < members.size(); ++i)
      if (runs[i].get())
        result.push_back(members[i]);
    return result;
  }

  /// Exactly one has won, and all members hold its value.
  [[nodiscard]] outcome judge(const char* collection, const char* key,
                              const std::vector<std::size_t>& winners,
                              const std::string& expected) const {
    if (winners.size() != 1)
      return {std::to_string(winners.size()) + " have won", "it has to be one"};
    auto seen = name(winners.front()) + " has won, and all hold '" + expected + "'";
    if (!all_equal(cluster_.digests(collection)))
      return {std::move(seen), "the members' digests differ"};
    for (std::size_t i = 0; i < cluster_.size(); ++i) {
      auto via = cluster_.client_of(i);
      if (must(map_client{via, collection}.get(key), "cannot read") != expected)
        return {std::move(seen), name(i) + " holds something else"};
    }
    return {std::move(seen), {}};
  }

  /// What there is for this member, until there is nothing.
  [[nodiscard]] std::vector<std::string> pop_all(std::size_t member) const {
    auto via = cluster_.client_of(member);
    queue_client jobs{via, jobs_queue};
    std::vector<std::string> result;
    while (auto item = must(jobs.pop(), "cannot pop"))
      result.push_back(std::move(*item));
    return result;
  }

  /// How many members listen, as the member knows through which is published.
  [[nodiscard]] std::size_t subscribers() const {
    auto via = cluster_.client_of(first_);
    const auto answer = via.read(news_emitter, emitter_query::subscriptions(hello_event));
    std::vector<event_subscription> found;
    if (!answer || !emitter_answer::decode(*answer, found))
      return 0; // it is not created yet
    std::set<std::string> members;
    for (const auto& one : found)
      members.insert(one.subscriber.member.peer);
    return members.size();
  }

  /// Digest of the content of each collection, once all members agree on it. Empty: they do not.
  [[nodiscard]] std::vector<std::pair<std::string, std::string>> contents() const {
    std::vector<std::pair<std::string, std::string>> result;
    auto via = cluster_.client_of(first_);
    for (const auto& collection : must(via.list(), "cannot list the collections")) {
      // An import leaves one behind, and what is outside is in no snapshot.
      if (collection.kind == restore_kind || collection.kind == "remote_map")
        continue;
      const auto statuses = cluster_.digests(collection.name);
      if (!all_equal(statuses))
        return {};
      result.emplace_back(collection.name, std::string{statuses.front().content_digest().text()});
    }
    return result;
  }

  /// The program itself, as a user runs it; what was wrong, if anything.
  [[nodiscard]] std::string run_snapshot(const char* what, const std::string& file,
                                         std::size_t member) const {
    child_process program{{.arguments = {own_program(), "snapshot", what, file,
                                         "--connect=" + cluster_.endpoint(member)},
                           .log = (folder_ / "snapshot.log").string()}};
    const auto code = program.wait(patience);
    if (code == exit_ok)
      return {};
    return std::string{"hamok snapshot "} + what + " has ended with "
           + (code ? std::to_string(*code) : "nothing in 20 s");
  }

  const demo_cluster& cluster_;
  const demo_redis& storage_;
  std::size_t first_;
  std::size_t second_;
  std::size_t third_;
  std::filesystem::path folder_;
  bool fine_ = true;
};

} // namespace

std::vector<std::string> collection_arguments(const demo_redis& storage) {
  std::vector<std::string> result{std::string{"--print-event="} + news_emitter + "/" + hello_event};
  if (!storage.address().empty())
    result.push_back(std::string{"--remote-maps=[\""} + accounts_map + "@" + storage.address()
                     + "\"]");
  return result;
}

bool show_collections(const demo_cluster& cluster, std::size_t through,
                      const std::filesystem::path& folder, const demo_redis& storage) {
  return demo_table{cluster, through, folder, storage}.show();
}

} // namespace hamok::cli
