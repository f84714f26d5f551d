// How long a member applies nothing while a snapshot of its collections is cut, written and sent
// (docs/snapshots.md): with a map of a million entries, and sessions that keep results.

#include "hamok/actors/placement.hpp"
#include "hamok/collections/map_command_state.hpp"
#include "hamok/tests/cluster/cluster.hpp"

#include <caf/scoped_actor.hpp>

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <charconv>
#include <iostream>
#include <thread>

namespace hamok::test {

namespace {

using std::chrono::nanoseconds;
using namespace std::chrono_literals;

constexpr std::size_t entries = 1'000'000;
constexpr std::uint64_t sessions = 300;
constexpr std::uint64_t results = 20; ///< that each of them keeps
constexpr std::size_t in_flight = 16;
constexpr nanoseconds longest_pause = 20ms;
constexpr auto patience = 120s; ///< for work that takes as long as the machine needs

std::string key_of(std::size_t i) {
  return "key" + std::to_string(i);
}

std::span<const std::byte> bytes(std::string_view text) {
  return std::as_bytes(std::span{text.data(), text.size()});
}

/// How long the calling thread has had work and no processor: what other programs, and other
/// threads of this one, have taken from it. Linux counts it for each thread.
nanoseconds kept_waiting() {
  struct own_counts {
    const int fd = open("/proc/thread-self/schedstat", O_RDONLY | O_CLOEXEC);
    ~own_counts() { close(fd); }
  };
  static thread_local const own_counts counts;
  std::array<char, 128> text{};
  const auto size = pread(counts.fd, text.data(), text.size(), 0);
  const std::string_view all{text.data(), static_cast<std::size_t>(std::max<ssize_t>(size, 0))};
  const auto second = all.find(' ');
  std::int64_t result = 0;
  if (second != std::string_view::npos)
    std::from_chars(all.data() + second + 1, all.data() + all.size(), result);
  return nanoseconds{result};
}

/// What a pulse has seen so far.
struct pulse_record {
  std::atomic<bool> stopping{false};
  std::atomic<std::int64_t> writes{0};
  std::atomic<std::int64_t> longest{0}; ///< between two writes, without what the thread had to wait
  std::atomic<std::int64_t> longest_by_the_clock{0};
  std::atomic<bool> failed{false};
  std::atomic<bool> ended{false};

  void begin_anew() { writes = longest = longest_by_the_clock = 0; }
};

/// Keeps some writes under way, and looks at the time whenever one has been applied. It runs in the
/// thread that applies them, as the whole way of a write does on a member that leads alone: so the
/// time between two of them, without that in which this thread was kept from working, is how long
/// nothing was applied for reasons of our own: because an actor was busy, or waited for another
/// one.
template <class Base>
class pulse : public Base {
public:
  pulse(caf::actor_config& cfg, collection_actor target, std::shared_ptr<pulse_record> record)
      : Base(cfg),
        target_(std::move(target)),
        record_(std::move(record)) {}

  caf::behavior make_behavior() override {
    for (std::size_t i = 0; i < in_flight; ++i)
      write();
    return {[](caf::tick_atom) {}};
  }

private:
  void write() {
    if (record_->stopping) {
      record_->ended = true;
      this->quit();
      return;
    }
    next_ = (next_ + 7919) % entries;
    const auto key = key_of(next_);
    compat::request(this, target_, patience,
                    execute{map_command::set(bytes(key), bytes("another value")), patience})
        .then(
            [this](const blob&) {
              beat();
              write();
            },
            [this](const caf::error&) {
              record_->failed = true;
              this->quit();
            });
  }

  void beat() {
    const auto now = std::chrono::steady_clock::now();
    const auto waited = kept_waiting();
    if (last_ != std::chrono::steady_clock::time_point{}) {
      const nanoseconds gap = now - last_;
      keep_longest(record_->longest_by_the_clock, gap);
      keep_longest(record_->longest, gap - (waited - waited_));
    }
    last_ = now;
    waited_ = waited;
    ++record_->writes;
  }

  static void keep_longest(std::atomic<std::int64_t>& longest, nanoseconds gap) {
    if (gap.count() > longest)
      longest = gap.count();
  }

  collection_actor target_;
  std::shared_ptr<pulse_record> record_;
  std::size_t next_ = 0;
  std::chrono::steady_clock::time_point last_;
  nanoseconds waited_{0};
};

struct one_worker : caf::actor_system_config {
  one_worker() {
    init();
    load<caf::io::middleman>();
    set("caf.scheduler.max-threads", std::size_t{1});
  }
};

/// A member that leads alone, with all that, and room for newcomers in an actor system of their
/// own, so that they do not work in the threads of the member.
class full_member {
public:
  explicit full_member(placement where) : where_(where), system_(settings_) {
    member_.emplace(start(system_, "a", {}));
    auto content = must(member_->get_or_create_map<std::string, std::string>("content"));
    for (std::size_t i = 0; i < entries;) {
      std::vector<std::pair<std::string, std::string>> some;
      for (; some.size() < 5000 && i < entries; ++i)
        some.emplace_back(key_of(i), "value" + std::to_string(i));
      must(content.set_all(some, patience).get());
    }
    target_ = must(member_->find_collection("content"));
    open_sessions();
  }
  ~full_member() {
    record->stopping = true;
    CHECK(eventually([&] { return record->ended || record->failed; }));
    member_.reset();
  }
  full_member(const full_member&) = delete;
  full_member& operator=(const full_member&) = delete;

  void begin_to_write() {
    if (where_ == placement::multiplexer) {
      caf::actor_config cfg{&system_.middleman().backend()};
      system_.spawn_class<pulse<compat::broker>, caf::hidden>(cfg, target_, record);
    } else {
      system_.spawn<pulse<caf::event_based_actor>, caf::hidden>(target_, record);
    }
  }

  /// Waits for so many writes.
  void go_on(std::int64_t count) {
    const auto enough = record->writes + count;
    CHECK(eventually([&] { return record->writes >= enough || record->failed; }, patience));
    REQUIRE(!record->failed);
  }

  /// A newcomer comes, needs a snapshot, installs it, and goes.
  void bring_up_a_newcomer() {
    REQUIRE(eventually([&] {
      const auto first = member_->compact();
      return first && *first > entries / 5000;
    }));
    one_worker settings;
    caf::actor_system system{settings};
    const auto name = "newcomer" + std::to_string(++newcomers_);
    auto newcomer = start(system, name, {member_->listening()});
    REQUIRE(eventually(
        [&] {
          const auto there = newcomer.find_collection("content");
          const auto all = newcomer.storages();
          return there && all && !all->empty() && all->front().size == entries;
        },
        patience));
    noted = {record->longest, record->longest_by_the_clock};
    // From here on its acknowledgements are needed, and writes wait for those.
    eventually([&] {
      const auto status = newcomer.status();
      return status && status->standing == raft::standing::voter;
    });
    CHECK(member_->remove_remote_peer(name) == caf::error{});
  }

  std::shared_ptr<pulse_record> record = std::make_shared<pulse_record>();
  std::pair<std::int64_t, std::int64_t> noted; ///< the longest, when the newcomer had all

private:
  node start(caf::actor_system& system, const std::string& name, std::vector<std::string> seeds) {
    node_config config;
    config.peer_id = name;
    config.listen = "127.0.0.1:0";
    config.seeds = std::move(seeds);
    config.placement = where_;
    return must(spawn_node(system, std::move(config)));
  }

  void open_sessions() {
    caf::scoped_actor self{system_};
    const auto opened_after = must(member_->storages()).front().applied_index;
    const auto command = map_command::set(bytes("key0"), bytes(std::string(100, 'r')));
    for (std::uint64_t i = 1; i <= sessions; ++i)
      for (std::uint64_t sequence = 1; sequence <= results; ++sequence)
        compat::request(self.ptr(), target_, patience,
                        execute_in_session{{7, i}, sequence, 1, command, patience, opened_after})
            .receive([](const blob&) {}, [](const caf::error& reason) { FAIL(to_string(reason)); });
    REQUIRE(must(member_->storages()).front().sessions >= sessions);
  }

  placement where_;
  one_worker settings_;
  caf::actor_system system_;
  std::optional<node> member_;
  collection_actor target_;
  int newcomers_ = 0;
};

std::string in_ms(std::int64_t time) {
  return std::to_string(time / 1'000'000) + "." + std::to_string(time / 100'000 % 10) + " ms";
}

void show(const char* when, const pulse_record& record,
          std::pair<std::int64_t, std::int64_t> longest) {
  std::cout << "  " << when << ": nothing was applied for " << in_ms(longest.first)
            << " at the most (" << in_ms(longest.second) << " by the clock), in " << record.writes
            << " writes\n";
}

void check_pauses(placement where, const char* text) {
  full_member member{where};
  member.begin_to_write();
  member.go_on(1000);
  std::cout << text << "\n";
  auto& record = *member.record;
  // A disturbance of the machine, which does not come again, is no pause of ours.
  for (int attempt = 0; attempt < 4; ++attempt) {
    record.begin_anew();
    member.go_on(20'000);
    show("without a snapshot", record, {record.longest, record.longest_by_the_clock});
    record.begin_anew();
    member.bring_up_a_newcomer();
    show("with a snapshot", record, member.noted);
    if (member.noted.first < longest_pause.count())
      break;
  }
  CHECK(member.noted.first < longest_pause.count());
}

} // namespace

TEST_CASE("a member with a million entries pauses for at most 20 ms for a newcomer's snapshot") {
  check_pauses(placement::multiplexer, "on the multiplexer");
}

TEST_CASE("on the scheduler, too, a million entries pause for at most 20 ms for a newcomer") {
  check_pauses(placement::scheduler, "on the scheduler");
}

} // namespace hamok::test
