// hamok::client against members that are made up: what it sends, where it goes, what it says.

#include "hamok/actors/plugin.hpp"
#include "hamok/io/client.hpp"
#include "hamok/io/wire.hpp"
#include "hamok/tests/catch.hpp"
#include "hamok/tests/rounds.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include <atomic>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>

using namespace hamok;
using namespace std::chrono_literals;

namespace {

const bool initialized = (hamok::init(), true);

/// What a made-up member does with a request.
struct reaction {
  std::optional<client_response> response; ///< none: stays silent
  bool hang_up = false;
  std::vector<client_event> events;    ///< behind the response
  std::optional<refusal> refused = {}; ///< instead of a response
};

reaction answer(const client_response_body& body) {
  return {.response = client_response{.body = body}};
}

reaction refuse(errc code) {
  return {.response = client_response{.code = code, .text = explain(code)}};
}

/// Listens on loopback and speaks the member's side, in a thread of its own.
class made_up_member {
public:
  using handler = std::function<reaction(const client_request&)>;

  explicit made_up_member(std::string peer_id, handler react)
      : react_(std::move(react)),
        listener_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    welcome.peer_id = std::move(peer_id);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    REQUIRE(bind(listener_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address))
            == 0);
    socklen_t size = sizeof(address);
    getsockname(listener_.get(), reinterpret_cast<sockaddr*>(&address), &size);
    REQUIRE(listen(listener_.get(), 16) == 0);
    endpoint = "127.0.0.1:" + std::to_string(ntohs(address.sin_port));
  }

  ~made_up_member() {
    stopping_ = true;
    if (thread_.joinable())
      thread_.join();
  }

  void start() {
    thread_ = std::thread{[this] { run(); }};
  }

  [[nodiscard]] std::vector<client_request> seen() const {
    const std::lock_guard guard{mutex_};
    return seen_;
  }

  std::string endpoint;
  client_welcome welcome;
  std::optional<refusal> refuses;
  std::atomic<int> hung_up{0}; ///< closed connections

private:
  struct guest {
    explicit guest(int accepted) : fd(accepted) {}

    unique_fd fd;
    frame_parser parser;
  };

  static bool ready(int fd) {
    pollfd entry{fd, POLLIN, 0};
    return poll(&entry, 1, 2) > 0;
  }

  void run() {
    while (!stopping_) {
      if (ready(listener_.get()))
        guests_.emplace_back(accept(listener_.get(), nullptr, nullptr));
      hung_up += static_cast<int>(std::erase_if(
          guests_, [this](guest& each) { return ready(each.fd.get()) && !serve(each); }));
    }
  }

  bool serve(guest& who) {
    std::byte buffer[4096];
    const auto count = recv(who.fd.get(), buffer, sizeof(buffer), 0);
    if (count <= 0 || !who.parser.feed(std::span{buffer}.first(static_cast<std::size_t>(count))))
      return false;
    while (auto got = who.parser.next())
      if (!take(who, *got))
        return false;
    return true;
  }

  bool take(const guest& who, const frame& got) {
    std::vector<std::byte> out;
    auto stay = true;
    if (got.type == frame_type::client_hello) {
      if (refuses) {
        std::vector<std::byte> payload;
        raft::writer writer{payload};
        encode(*refuses, writer);
        append_frame(out, frame_type::refused, 0, payload);
      } else {
        append_frame(out, welcome);
      }
    } else if (got.type == frame_type::ping) {
      append_frame(out, frame_type::pong, 0, {});
    } else if (auto request = decode_client_request(got.payload)) {
      if (std::holds_alternative<collection_status_request>(request->body)) {
        // Asked before a session is chosen; no test is about it.
        collection_status status;
        status.applied_index = 77;
        append_frame(out, client_response{.id = request->id, .body = status});
        return send_bytes(who, out);
      }
      {
        const std::lock_guard guard{mutex_};
        seen_.push_back(*request);
      }
      auto reacts = react_(*request);
      stay = !reacts.hang_up;
      if (reacts.refused) {
        std::vector<std::byte> payload;
        raft::writer writer{payload};
        encode(*reacts.refused, writer);
        append_frame(out, frame_type::refused, 0, payload);
      }
      if (reacts.response) {
        reacts.response->id = request->id;
        append_frame(out, *reacts.response);
      }
      for (auto& event : reacts.events) {
        event.id = request->id;
        append_frame(out, event);
      }
    }
    return send_bytes(who, out) && stay;
  }

  static bool send_bytes(const guest& who, const std::vector<std::byte>& bytes) {
    return bytes.empty() || send(who.fd.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL) > 0;
  }

  handler react_;
  unique_fd listener_;
  std::vector<guest> guests_;
  mutable std::mutex mutex_;
  std::vector<client_request> seen_;
  std::atomic<bool> stopping_{false};
  std::thread thread_;
};

client_options options_for(std::initializer_list<const made_up_member*> members) {
  client_options result;
  for (const auto* member : members)
    result.endpoints.push_back(member->endpoint);
  result.timeout = 2s;
  result.attempt_timeout = 100ms;
  return result;
}

execute_request execute_of(const client_request& request) {
  return std::get<execute_request>(request.body);
}

blob bytes(const char* text) {
  return blob::from_string(text);
}

} // namespace

TEST_CASE("a client learns the members from the welcome") {
  made_up_member a{"a", [](const auto&) { return answer(std::monostate{}); }};
  a.welcome.members = {{"a", a.endpoint}, {"b", "127.0.0.1:1"}};
  a.start();
  client talks{options_for({&a})};
  REQUIRE_FALSE(talks.connect());
  CHECK(talks.connected_to() == "a");
  CHECK(talks.members() == a.welcome.members);
}

TEST_CASE("a client that is refused by name says so at once") {
  made_up_member a{"a", [](const auto&) { return answer(std::monostate{}); }};
  a.refuses = refusal{errc::refused_cluster, "this is 'prod'"};
  a.start();
  client talks{options_for({&a})};
  const auto start = std::chrono::steady_clock::now();
  const auto status = talks.status();
  REQUIRE_FALSE(status);
  CHECK(status.error() == errc::refused_cluster);
  CHECK(text_of(status.error()).find("this is 'prod'") != std::string::npos);
  CHECK(std::chrono::steady_clock::now() - start < 1s);
}

TEST_CASE("a client goes on to the leader that a member names") {
  made_up_member leader{"b", [](const auto&) { return answer(bytes("done")); }};
  made_up_member follower{"a", [](const auto&) { return answer(bytes("forwarded")); }};
  follower.welcome.leader = leader.welcome.leader = "b";
  follower.welcome.members =
      leader.welcome.members = {{"a", follower.endpoint}, {"b", leader.endpoint}};
  leader.start();
  follower.start();
  // A leader that does not answer soon is taken for one that cannot be reached, so on a busy
  // machine it may take more than one attempt.
  bool goes_on = false;
  for (int attempt = 0; attempt < 10 && !goes_on; ++attempt) {
    client talks{options_for({&follower})};
    const auto result = talks.execute("users", bytes("x"));
    REQUIRE(result);
    goes_on = result->text() == "done" && talks.connected_to() == "b";
  }
  CHECK(goes_on);

  auto staying_options = options_for({&follower});
  staying_options.follow_leader = false;
  client stays{staying_options};
  CHECK(stays.execute("users", bytes("x"))->text() == "forwarded");
}

TEST_CASE("a leader that cannot be reached does not keep a client from the member that answers") {
  made_up_member follower{"a", [](const auto&) { return answer(bytes("forwarded")); }};
  follower.welcome.leader = "b";
  follower.welcome.members = {{"a", follower.endpoint}, {"b", "127.0.0.1:1"}};
  follower.start();
  client talks{options_for({&follower})};
  CHECK(talks.execute("users", bytes("x"))->text() == "forwarded");
}

TEST_CASE("an operation is retried through another member under the same session and sequence") {
  made_up_member a{"a", [](const auto&) { return reaction{.hang_up = true}; }};
  made_up_member b{"b", [](const auto&) { return answer(bytes("done")); }};
  a.start();
  b.start();
  client talks{options_for({&a, &b})};
  REQUIRE(talks.execute("users", bytes("x")));
  REQUIRE(talks.execute("users", bytes("y")));
  REQUIRE(a.seen().size() == 1);
  REQUIRE(b.seen().size() == 2);
  const auto first = execute_of(a.seen()[0]);
  const auto again = execute_of(b.seen()[0]);
  const auto next = execute_of(b.seen()[1]);
  CHECK_FALSE(first.session.none());
  CHECK(again.session == first.session);
  CHECK(again.sequence == first.sequence);
  CHECK(first.first_outstanding == first.sequence);
  CHECK(next.session == first.session);
  CHECK(next.sequence == first.sequence + 1);
  CHECK(next.first_outstanding == next.sequence);
}

TEST_CASE("a member that stays silent is left for another one") {
  made_up_member frozen{"a", [](const auto&) { return reaction{}; }};
  made_up_member b{"b", [](const auto&) { return answer(bytes("done")); }};
  frozen.start();
  b.start();
  client talks{options_for({&frozen, &b})};
  CHECK(talks.execute("users", bytes("x")));
}

TEST_CASE("a member that refuses is asked again until the deadline") {
  std::atomic<int> asked{0};
  made_up_member a{"a", [&](const auto&) {
                     return ++asked < 5 ? refuse(errc::no_leader) : answer(bytes("done"));
                   }};
  a.start();
  client talks{options_for({&a})};
  CHECK(talks.execute("users", bytes("x")));
  CHECK(asked == 5);
}

TEST_CASE("what was refused everywhere cannot have happened") {
  made_up_member a{"a", [](const auto&) { return refuse(errc::no_leader); }};
  a.start();
  auto options = options_for({&a});
  options.timeout = test_time(200ms);
  client talks{options};
  const auto result = talks.execute("users", bytes("x"));
  REQUIRE_FALSE(result);
  CHECK(result.error() == errc::no_leader);
  CHECK(cannot_have_happened(result.error()));
}

TEST_CASE("what nobody could be told cannot have happened") {
  client talks{{.endpoints = {"127.0.0.1:1"}, .timeout = 100ms}};
  const auto result = talks.execute("users", bytes("x"));
  REQUIRE_FALSE(result);
  CHECK(result.error() == errc::request_timeout);
  CHECK(cannot_have_happened(result.error()));
  CHECK(text_of(result.error()).find("127.0.0.1:1") != std::string::npos);
}

TEST_CASE("a change of the members may take longer than an operation, and is asked for again") {
  std::atomic<int> asked{0};
  made_up_member silent{"a", [&](const auto&) {
                          ++asked;
                          return reaction{};
                        }};
  made_up_member b{"b", [](const auto&) { return answer(std::monostate{}); }};
  silent.start();
  b.start();
  client talks{options_for({&silent, &b})};
  const auto start = std::chrono::steady_clock::now();
  CHECK_FALSE(talks.add_member("d", "127.0.0.1:4"));
  CHECK(std::chrono::steady_clock::now() - start >= 900ms); // half of the timeout, not 100 ms
  CHECK(asked == 1);
  REQUIRE(b.seen().size() == 1);
  const auto change = std::get<member_change_request>(b.seen()[0].body);
  CHECK(!change.remove);
  CHECK(change.peer == "d");
  CHECK(change.endpoint == "127.0.0.1:4");
}

TEST_CASE("a change of the members that is refused is not asked for again") {
  made_up_member a{"a", [](const auto&) { return refuse(errc::membership_refused); }};
  a.start();
  client talks{options_for({&a})};
  CHECK(talks.remove_member("d") == errc::membership_refused);
  REQUIRE(a.seen().size() == 1);
  CHECK(std::get<member_change_request>(a.seen()[0].body).remove);
}

TEST_CASE("what was sent and never answered may have happened") {
  std::atomic<int> asked{0};
  made_up_member a{"a", [&](const auto&) {
                     return ++asked == 1 ? reaction{.hang_up = true} : refuse(errc::no_leader);
                   }};
  a.start();
  auto options = options_for({&a});
  options.timeout = 300ms;
  client talks{options};
  const auto result = talks.execute("users", bytes("x"));
  REQUIRE_FALSE(result);
  CHECK(result.error() == errc::outcome_unknown);
  CHECK_FALSE(cannot_have_happened(result.error()));
}

TEST_CASE("a client without patience fails as soon as nobody can be reached") {
  client talks{{.endpoints = {"127.0.0.1:1"}, .timeout = 1min, .keep_trying = false}};
  const auto start = std::chrono::steady_clock::now();
  CHECK_FALSE(talks.status());
  CHECK(talks.status().error() == errc::connection_lost);
  CHECK(talks.connect() == errc::connection_lost);
  CHECK(std::chrono::steady_clock::now() - start < 10s);
}

TEST_CASE("a session that has expired is replaced, and the operation is done under the new one") {
  session_id expired;
  made_up_member a{"a", [&](const client_request& request) {
                     const auto session = execute_of(request).session;
                     if (expired.none())
                       expired = session;
                     return session == expired ? refuse(errc::session_expired)
                                               : answer(bytes("done"));
                   }};
  a.start();
  client talks{options_for({&a})};
  CHECK(talks.execute("users", bytes("x")));
  CHECK(execute_of(a.seen().back()).sequence == 1);
}

TEST_CASE("a session that has expired after a lost answer leaves the outcome unknown") {
  std::atomic<int> asked{0};
  made_up_member a{"a", [&](const auto&) {
                     return ++asked == 1 ? reaction{.hang_up = true}
                                         : refuse(errc::session_expired);
                   }};
  a.start();
  client talks{options_for({&a})};
  const auto result = talks.execute("users", bytes("x"));
  REQUIRE_FALSE(result);
  CHECK(result.error() == errc::outcome_unknown);
  CHECK(asked == 2);
}

TEST_CASE("a session is opened after what was applied when it was chosen") {
  made_up_member a{"a", [](const auto&) { return answer(bytes("done")); }};
  a.start();
  client talks{options_for({&a})};
  REQUIRE(talks.execute("users", bytes("x")));
  CHECK(execute_of(a.seen()[0]).opened_after == 77);
}

TEST_CASE("a request that a member refuses by name is not sent again") {
  made_up_member a{"a", [](const auto&) {
                     return reaction{.hang_up = true,
                                     .refused = refusal{errc::refused_malformed, "what is that?"}};
                   }};
  a.start();
  client talks{options_for({&a})};
  const auto result = talks.execute("users", bytes("x"));
  REQUIRE_FALSE(result);
  CHECK(result.error() == errc::refused_malformed);
  CHECK(cannot_have_happened(result.error()));
  CHECK(text_of(result.error()).find("what is that?") != std::string::npos);
  CHECK(a.seen().size() == 1);
}

TEST_CASE("what no member would take is not sent at all") {
  made_up_member a{"a", [](const auto&) { return answer(bytes("done")); }};
  a.start();
  client talks{options_for({&a})};
  CHECK(talks.execute(std::string(1500, 'n'), bytes("x")).error() == errc::too_large);
  CHECK(talks.open({.name = std::string(1500, 'n'), .kind = "map"}).error() == errc::too_large);
  const auto large =
      talks.execute("users", blob::from_string(std::string(default_max_payload + 1, 'x')));
  CHECK(large.error() == errc::too_large);
  CHECK(cannot_have_happened(large.error()));
  CHECK(a.seen().empty());
  CHECK(talks.execute("users", bytes("x"))); // the connection is as good as before
}

TEST_CASE("an operation whose answer is too large has happened and is not repeated") {
  made_up_member a{"a", [](const auto&) { return refuse(errc::answer_too_large); }};
  a.start();
  client talks{options_for({&a})};
  const auto result = talks.execute("users", bytes("x"));
  CHECK(result.error() == errc::answer_too_large);
  CHECK(a.seen().size() == 1);
}

TEST_CASE("each collection has a session of its own") {
  made_up_member a{"a", [](const auto&) { return answer(bytes("done")); }};
  a.start();
  client talks{options_for({&a})};
  REQUIRE(talks.execute("users", bytes("x")));
  REQUIRE(talks.execute("groups", bytes("x")));
  CHECK(execute_of(a.seen()[0]).session != execute_of(a.seen()[1]).session);
  CHECK(execute_of(a.seen()[1]).sequence == 1);
}

TEST_CASE("an answer of another type is an error, not a value") {
  made_up_member a{"a", [](const auto&) { return answer(std::string{"text"}); }};
  a.start();
  client talks{options_for({&a})};
  CHECK(talks.status().error() == errc::refused_malformed);
}

TEST_CASE("events come to the handler until it has enough") {
  made_up_member a{"a", [](const auto&) {
                     auto result = answer(std::monostate{});
                     for (const auto* text : {"leader a", "commit 1", "commit 2"})
                       result.events.push_back({.body = event_text{text, {}}});
                     return result;
                   }};
  a.start();
  client talks{options_for({&a})};
  std::vector<std::string> seen;
  auto take = [&](const client_event& event) {
    seen.push_back(std::get<event_text>(event.body).name);
    return seen.size() < 2;
  };
  CHECK_FALSE(talks.watch({.node = true, .collections = {}}, take, [] { return true; }));
  CHECK(seen == std::vector<std::string>{"leader a", "commit 1"});
}

TEST_CASE("watching ends when it is told to, and with an error when the member goes") {
  made_up_member a{"a", [](const auto&) { return answer(std::monostate{}); }};
  a.start();
  client talks{options_for({&a})};
  auto ignore = [](const client_event&) { return true; };
  int asked = 0;
  CHECK_FALSE(talks.watch({.node = true, .collections = {}}, ignore, [&] { return ++asked < 3; }));

  made_up_member leaving{
      "b", [](const auto&) { return reaction{.response = client_response{}, .hang_up = true}; }};
  leaving.start();
  client left{options_for({&leaving})};
  CHECK(left.watch({.node = true, .collections = {}}, ignore, [] { return true; })
        == errc::connection_lost);
}

TEST_CASE("no endpoints, and endpoints that are none, are refused at once") {
  CHECK(client{client_options{}}.status().error() == errc::invalid_config);
  CHECK(client{{.endpoints = {"nonsense"}}}.status().error() == errc::invalid_config);
}

TEST_CASE("a client that was let go while it was idle connects again, even for one try only") {
  made_up_member a{"a", [](const client_request&) {
                     auto result = answer(std::string{"leader"});
                     result.hang_up = true; // behind each answer
                     return result;
                   }};
  a.start();
  auto options = options_for({&a});
  options.keep_trying = false;
  client talks{options};
  for (int i = 0; i < 3; ++i) {
    CHECK(talks.await_leader());
    const auto end = std::chrono::steady_clock::now() + 20s;
    while (a.hung_up <= i && std::chrono::steady_clock::now() < end)
      std::this_thread::yield();
  }
  CHECK(a.seen().size() == 3);
}
