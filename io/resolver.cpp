#include "hamok/io/resolver.hpp"

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <system_error>
#include <thread>
#include <utility>

namespace hamok {

namespace {

constexpr int max_threads = 32;

std::atomic<int> running_threads{0};

/// What a thread has been asked; shared with whoever may have stopped waiting for the answer.
struct question {
  std::string host;
  std::string port;
  addrinfo hints{};
  lookup_function look_up;

  std::mutex mutex;
  std::condition_variable answered;
  bool done = false;
  int code = 0;
  address_list found{nullptr, &::freeaddrinfo};
};

void answer(question& asked) {
  addrinfo* list = nullptr;
  const auto code = asked.look_up(asked.host.c_str(), asked.port.c_str(), &asked.hints, &list);
  const std::lock_guard guard{asked.mutex};
  asked.code = code;
  asked.found.reset(code == 0 ? list : nullptr);
  asked.done = true;
  asked.answered.notify_all();
}

/// False: there is no room for one more thread.
bool answer_in_thread(const std::shared_ptr<question>& asked) {
  if (running_threads.fetch_add(1) >= max_threads) {
    --running_threads;
    return false;
  }
  try {
    std::thread{[asked] {
      answer(*asked);
      --running_threads;
    }}.detach();
    return true;
  } catch (const std::system_error&) {
    --running_threads;
    return false;
  }
}

/// The addresses if `target` is numeric, else none.
address_list numeric(const endpoint& target, const std::string& port, addrinfo hints) {
  hints.ai_flags |= AI_NUMERICHOST;
  addrinfo* found = nullptr;
  if (::getaddrinfo(target.host.c_str(), port.c_str(), &hints, &found) != 0)
    found = nullptr;
  return {found, &::freeaddrinfo};
}

} // namespace

resolved resolve(const endpoint& target, int flags, std::chrono::nanoseconds limit,
                 lookup_function look_up) {
  const auto failed = [&target](const std::string& why) {
    resolved result;
    result.error = "cannot resolve '" + target.host + "': " + why;
    return result;
  };
  auto asked = std::make_shared<question>();
  asked->host = target.host;
  asked->port = std::to_string(target.port);
  asked->hints.ai_family = AF_UNSPEC;
  asked->hints.ai_socktype = SOCK_STREAM;
  asked->hints.ai_flags = flags | AI_NUMERICSERV;
  asked->look_up = look_up;
  if (auto found = numeric(target, asked->port, asked->hints))
    return {std::move(found), {}};
  if (!answer_in_thread(asked))
    return failed("too many names are being looked up already");
  std::unique_lock guard{asked->mutex};
  if (!asked->answered.wait_for(guard, limit, [&asked] { return asked->done; }))
    return failed("the system gives no answer in time");
  if (asked->code != 0)
    return failed(::gai_strerror(asked->code));
  return {std::move(asked->found), {}};
}

} // namespace hamok
