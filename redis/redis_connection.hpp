#pragma once

// One connection to a Redis. Replies are read by hiredis; the socket is ours, because a peer that
// is gone must raise no signal, and nothing may take longer than its time limit.

#include "hamok/io/unique_fd.hpp"
#include "hamok/redis/redis_storage.hpp"

#include <caf/expected.hpp>

#include <hiredis/hiredis.h>

#include <chrono>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace hamok::redis {

struct reply_deleter {
  void operator()(redisReply* reply) const noexcept { freeReplyObject(reply); }
};
using reply_ptr = std::unique_ptr<redisReply, reply_deleter>;

struct reader_deleter {
  void operator()(redisReader* reader) const noexcept { redisReaderFree(reader); }
};

using word_list = std::vector<std::string_view>;

/// The bytes of a reply that is a string or a status.
[[nodiscard]] std::string_view text_of(const redisReply& reply) noexcept;

/// Used by one thread at a time.
class connection {
public:
  explicit connection(redis_options options) : options_(std::move(options)) {}

  /// The reply to a command, which is no error; or `remote_unavailable`. Connects where that is
  /// necessary. A connection that turns out to be dead is tried once more, anew: so a command may
  /// be done twice.
  [[nodiscard]] caf::expected<reply_ptr> ask(const word_list& command);

  /// The same for a script, which Redis learns by itself.
  [[nodiscard]] caf::expected<reply_ptr> run(const std::string& script, const word_list& keys,
                                             const word_list& arguments);

private:
  using clock = std::chrono::steady_clock;

  [[nodiscard]] std::string try_ask(const word_list& command, reply_ptr& out);
  [[nodiscard]] std::string try_run(const std::string& script, const word_list& rest,
                                    reply_ptr& out);
  [[nodiscard]] caf::expected<reply_ptr> checked(std::string problem, reply_ptr reply) const;
  [[nodiscard]] std::string connect();
  [[nodiscard]] std::string connect_to_path();
  [[nodiscard]] std::string introduce();
  [[nodiscard]] std::string exchange(const word_list& command, reply_ptr& out);
  [[nodiscard]] std::string send(std::string_view bytes, clock::time_point deadline) const;
  [[nodiscard]] std::string receive(clock::time_point deadline, reply_ptr& out);
  void close() noexcept;

  redis_options options_;
  unique_fd socket_;
  std::unique_ptr<redisReader, reader_deleter> reader_;
  std::map<std::string, std::string> names_; ///< of the scripts that Redis has learned
};

} // namespace hamok::redis
