#include "hamok/redis/redis_connection.hpp"

#include "hamok/actors/interfaces/endpoint.hpp"
#include "hamok/actors/interfaces/error.hpp"
#include "hamok/actors/interfaces/timeout.hpp"
#include "hamok/io/sockets.hpp"

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <system_error>
#include <utility>

namespace hamok::redis {

namespace {

constexpr std::string_view no_script = "NOSCRIPT";

std::string error_text(int code) {
  return std::generic_category().message(code);
}

/// Waits until the socket is ready for `what`. Empty, or what went wrong.
std::string wait_for(int fd, short what, std::chrono::steady_clock::time_point deadline) {
  for (;;) {
    const auto left =
        std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now())
            .count();
    if (left <= 0)
      return "no answer within the time limit";
    pollfd entry{fd, what, 0};
    const auto count = ::poll(&entry, 1, static_cast<int>(std::min<std::int64_t>(left, 60'000)));
    if (count > 0)
      return {};
    if (count < 0 && errno != EINTR)
      return error_text(errno);
  }
}

/// Whether it is an error that begins like this.
bool is_error(const redisReply& reply, std::string_view prefix) {
  return reply.type == REDIS_REPLY_ERROR && text_of(reply).starts_with(prefix);
}

/// The command as Redis wants it.
std::string encode(const word_list& command) {
  std::string result = "*" + std::to_string(command.size()) + "\r\n";
  for (const auto word : command) {
    result += "$" + std::to_string(word.size()) + "\r\n";
    result += word;
    result += "\r\n";
  }
  return result;
}

} // namespace

std::string_view text_of(const redisReply& reply) noexcept {
  if (reply.str == nullptr)
    return {};
  return {reply.str, static_cast<std::size_t>(reply.len)};
}

caf::expected<reply_ptr> connection::ask(const word_list& command) {
  reply_ptr reply;
  auto problem = try_ask(command, reply);
  return checked(std::move(problem), std::move(reply));
}

caf::expected<reply_ptr> connection::run(const std::string& script, const word_list& keys,
                                         const word_list& arguments) {
  const auto count = std::to_string(keys.size());
  word_list rest{count};
  rest.insert(rest.end(), keys.begin(), keys.end());
  rest.insert(rest.end(), arguments.begin(), arguments.end());
  reply_ptr reply;
  auto problem = try_run(script, rest, reply);
  if (problem.empty() && is_error(*reply, no_script)) { // another Redis, or it has forgotten all
    names_.erase(script);
    problem = try_run(script, rest, reply);
  }
  return checked(std::move(problem), std::move(reply));
}

/// A reply of Redis, be it an error, or why there is none.
std::string connection::try_ask(const word_list& command, reply_ptr& out) {
  const auto fresh = !socket_;
  auto problem = fresh ? connect() : std::string{};
  if (problem.empty())
    problem = exchange(command, out);
  if (problem.empty())
    return {};
  close();
  return fresh ? problem : try_ask(command, out);
}

std::string connection::try_run(const std::string& script, const word_list& rest, reply_ptr& out) {
  auto& name = names_[script];
  if (name.empty()) {
    auto problem = try_ask({"SCRIPT", "LOAD", script}, out);
    if (!problem.empty() || out->type == REDIS_REPLY_ERROR)
      return problem;
    name = text_of(*out);
  }
  word_list command{"EVALSHA", name};
  command.insert(command.end(), rest.begin(), rest.end());
  return try_ask(command, out);
}

caf::expected<reply_ptr> connection::checked(std::string problem, reply_ptr reply) const {
  if (problem.empty() && is_error(*reply, {}))
    problem = text_of(*reply);
  if (problem.empty())
    return reply;
  return make_error(errc::remote_unavailable, "Redis at '" + options_.address + "': " + problem);
}

std::string connection::connect() {
  reader_.reset(redisReaderCreate());
  auto problem = std::string{};
  if (options_.address.starts_with('/')) {
    problem = connect_to_path();
  } else if (const auto at = parse_endpoint(options_.address); !at) {
    problem = hamok::text_of(at.error());
  } else {
    const auto limit = bounded(options_.time_limit);
    auto connected = connect_to(*at, limit, clock::now() + limit);
    problem = connected.error;
    socket_ = std::move(connected.socket);
  }
  return problem.empty() ? introduce() : problem;
}

std::string connection::connect_to_path() {
  sockaddr_un where{};
  where.sun_family = AF_UNIX;
  if (options_.address.size() >= sizeof(where.sun_path))
    return "the path is too long";
  std::memcpy(where.sun_path, options_.address.data(), options_.address.size());
  unique_fd fd{::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)};
  if (!fd || ::connect(fd.get(), reinterpret_cast<const sockaddr*>(&where), sizeof(where)) != 0)
    return "cannot connect: " + error_text(errno);
  socket_ = std::move(fd);
  return {};
}

/// Says who is there, and which database is meant.
std::string connection::introduce() {
  const auto database = std::to_string(options_.database);
  std::vector<word_list> commands;
  if (!options_.password.empty())
    commands.push_back(options_.user.empty() ? word_list{"AUTH", options_.password}
                                             : word_list{"AUTH", options_.user, options_.password});
  if (options_.database != 0)
    commands.push_back({"SELECT", database});
  for (const auto& command : commands) {
    reply_ptr reply;
    auto problem = exchange(command, reply);
    if (problem.empty() && reply->type == REDIS_REPLY_ERROR)
      problem = text_of(*reply);
    if (!problem.empty())
      return problem;
  }
  return {};
}

/// One command and its reply. Empty, or what is wrong with the connection.
std::string connection::exchange(const word_list& command, reply_ptr& out) {
  const auto deadline = clock::now() + bounded(options_.time_limit);
  auto problem = send(encode(command), deadline);
  return problem.empty() ? receive(deadline, out) : problem;
}

std::string connection::send(std::string_view bytes, clock::time_point deadline) const {
  while (!bytes.empty()) {
    const auto count = ::send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (count >= 0) {
      bytes.remove_prefix(static_cast<std::size_t>(count));
      continue;
    }
    if (errno == EINTR)
      continue;
    if (errno != EAGAIN && errno != EWOULDBLOCK)
      return "cannot send: " + error_text(errno);
    if (auto problem = wait_for(socket_.get(), POLLOUT, deadline); !problem.empty())
      return problem;
  }
  return {};
}

std::string connection::receive(clock::time_point deadline, reply_ptr& out) {
  std::array<char, 16 * 1024> buffer{};
  for (;;) {
    void* reply = nullptr;
    if (redisReaderGetReply(reader_.get(), &reply) != REDIS_OK)
      return "it does not speak the protocol of Redis";
    if (reply != nullptr) {
      out.reset(static_cast<redisReply*>(reply));
      return {};
    }
    if (auto problem = wait_for(socket_.get(), POLLIN, deadline); !problem.empty())
      return problem;
    const auto count = ::recv(socket_.get(), buffer.data(), buffer.size(), 0);
    if (count == 0)
      return "the connection was closed";
    if (count < 0 && errno != EINTR && errno != EAGAIN && errno != EWOULDBLOCK)
      return "cannot receive: " + error_text(errno);
    if (count > 0
        && redisReaderFeed(reader_.get(), buffer.data(), static_cast<std::size_t>(count))
               != REDIS_OK)
      return "it does not speak the protocol of Redis";
  }
}

void connection::close() noexcept {
  socket_.reset();
  reader_.reset();
}

} // namespace hamok::redis
