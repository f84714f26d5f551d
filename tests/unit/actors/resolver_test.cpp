#include "hamok/actors/plugin.hpp"
#include "hamok/io/listener.hpp"
#include "hamok/io/resolver.hpp"
#include "hamok/io/sockets.hpp"
#include "hamok/tests/catch.hpp"
#include "hamok/tests/unit/io/fake_node.hpp"
#include "hamok/tests/unit/io/raw_socket.hpp"

#include <sys/resource.h>

#include <future>

using namespace hamok;
using namespace hamok::testing;

namespace {

/// The name servers that never answer, until the test ends. Never destroyed: threads that nobody
/// waits for look at it to the very end of the process.
std::promise<void>& silence() {
  static auto& instance = *new std::promise<void>;
  return instance;
}

int never_answers(const char*, const char*, const addrinfo*, addrinfo**) {
  static const auto& end = *new std::shared_future<void>{silence().get_future().share()};
  end.wait();
  return EAI_AGAIN;
}

int unknown(const char*, const char*, const addrinfo*, addrinfo**) {
  return EAI_NONAME;
}

/// The soft limit of descriptors, set back at the end.
class descriptors {
public:
  explicit descriptors(rlim_t count) {
    getrlimit(RLIMIT_NOFILE, &before_);
    auto lower = before_;
    lower.rlim_cur = count;
    setrlimit(RLIMIT_NOFILE, &lower);
  }
  descriptors(const descriptors&) = delete;
  descriptors& operator=(const descriptors&) = delete;
  ~descriptors() { setrlimit(RLIMIT_NOFILE, &before_); }

private:
  rlimit before_{};
};

} // namespace

TEST_CASE("names and addresses are resolved") {
  CHECK(resolve({"127.0.0.1", 7}, 0, 1s).addresses);
  CHECK(resolve({"::1", 7}, 0, 1s, unknown).addresses); // without asking anybody
  CHECK(resolve({"localhost", 7}, 0, 10s).error.empty());
  const auto nobody = resolve({"nobody.invalid", 7}, 0, 1s, unknown);
  CHECK_FALSE(nobody.addresses);
  CHECK(nobody.error.starts_with("cannot resolve 'nobody.invalid': "));
}

TEST_CASE("a name server that is silent is not waited for") {
  for (int i = 0; i < 100; ++i) {
    const auto start = std::chrono::steady_clock::now();
    const auto result = resolve({"slow.invalid", 7}, 0, 1ms, never_answers);
    CHECK_FALSE(result.addresses);
    CHECK_FALSE(result.error.empty());
    CHECK(std::chrono::steady_clock::now() - start < 5s);
  }
  silence().set_value();
}

TEST_CASE("a listener leaves half of the descriptors to the application") {
  io_system io;
  fake_member alpha{io.system, "alpha"};
  listener_config config;
  config.at = {"127.0.0.1", 0};
  config.link = alpha.config();
  const auto port = [&] {
    const descriptors few{40};
    CHECK(descriptor_limit() == 40);
    return spawn_listener(io.system, std::move(config));
  }();
  REQUIRE(port);
  const auto is_welcome = [](raw_socket& socket, std::chrono::milliseconds limit) {
    std::vector<std::byte> bytes;
    append_frame(bytes, client_hello{1, 1, "test", "a test"});
    socket.write(bytes);
    return socket.read_frame(limit).has_value();
  };
  std::vector<raw_socket> clients;
  for (int i = 0; i < 20; ++i)
    CHECK(is_welcome(clients.emplace_back(port->at), patience));
  CHECK_FALSE(is_welcome(clients.emplace_back(port->at), 300ms)); // it has to wait
  caf::anon_send_exit(port->actor, caf::exit_reason::user_shutdown);
}
