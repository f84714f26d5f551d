#include "hamok/redis/redis_storage.hpp"

#include "hamok/actors/interfaces/error.hpp"
#include "hamok/raft/types.hpp"
#include "hamok/redis/redis_connection.hpp"
#include "hamok/redis/redis_scripts.hpp"

#include <charconv>
#include <mutex>
#include <string_view>
#include <utility>

namespace hamok {

namespace {

using redis::reply_ptr;
using redis::word_list;

std::string_view view_of(const blob& bytes) {
  return bytes.text();
}

blob blob_of(const redisReply& reply) {
  return blob::from_string(redis::text_of(reply));
}

caf::error nonsense() {
  return make_error(errc::remote_unavailable, "Redis gives what no script of Hamok gives; does "
                                              "another program use these keys?");
}

remote_outcome unavailable(const caf::error& why) {
  return {remote_status::unavailable, {}, text_of(why)};
}

/// Reads what follows the letter of an outcome.
class touch_reader {
public:
  explicit touch_reader(std::string_view bytes) : left_(bytes) {}

  [[nodiscard]] bool read(std::vector<remote_touch>& out) {
    while (good_ && !left_.empty())
      read_one(out.emplace_back());
    return good_;
  }

private:
  void read_one(remote_touch& out) {
    const auto flags = static_cast<unsigned char>(take(1).front());
    out.changed = (flags & 1U) != 0;
    if ((flags & 2U) != 0)
      out.old = blob::from_string(sized());
    if ((flags & 4U) != 0) {
      const auto text = sized();
      std::from_chars(text.data(), text.data() + text.size(), out.count);
    }
  }

  std::string_view sized() {
    std::size_t size = 0;
    for (const auto byte : take(4))
      size = size << 8U | static_cast<unsigned char>(byte);
    return take(size);
  }

  std::string_view take(std::size_t count) {
    good_ = good_ && count <= left_.size();
    const auto result = left_.substr(0, good_ ? count : 0);
    left_.remove_prefix(result.size());
    return result;
  }

  std::string_view left_;
  bool good_ = true;
};

remote_outcome read_outcome(std::string_view bytes, std::size_t steps) {
  remote_outcome result;
  const auto letter = bytes.empty() ? ' ' : bytes.front();
  if (letter == 'D') {
    result.status = remote_status::done;
    if (!touch_reader{bytes.substr(1)}.read(result.touches) || result.touches.size() != steps)
      result = unavailable(nonsense());
  } else if (letter == 'L') {
    result.status = remote_status::too_large;
  } else if (letter == 'S') {
    result.status = remote_status::superseded;
  } else if (letter == 'T') {
    result.status = remote_status::taken;
  } else {
    result = unavailable(nonsense());
  }
  return result;
}

} // namespace

/// Connections for writes and for reads, so that neither waits for the other.
struct redis_storage::parts {
  explicit parts(const redis_options& options)
      : fence(name_in(options, "fence")),
        entries(name_in(options, "entries")),
        names(name_in(options, "names")),
        outcomes(name_in(options, "outcomes")),
        writer(options),
        reader(options) {}

  /// Braces put all keys into one slot of a Redis cluster.
  static std::string name_in(const redis_options& options, const std::string& what) {
    return "{" + options.prefix + "}:" + what;
  }

  caf::expected<reply_ptr> read(const word_list& command) {
    const std::lock_guard guard{reading};
    return reader.ask(command);
  }

  std::string fence;
  std::string entries;
  std::string names;
  std::string outcomes;
  std::mutex writing;
  redis::connection writer;
  std::mutex reading;
  redis::connection reader;
};

redis_storage::redis_storage(redis_options options) : parts_(std::make_unique<parts>(options)) {}

redis_storage::~redis_storage() = default;

remote_outcome redis_storage::execute(const remote_write& write) {
  const auto owner = raft::to_string(write.owner);
  const auto index = std::to_string(write.index);
  const auto reported = std::to_string(write.reported);
  const auto most = std::to_string(write.max_bytes);
  static constexpr std::string_view verbs = "01234567";
  word_list arguments{owner, index, reported, most};
  for (const auto& step : write.steps) {
    arguments.push_back(verbs.substr(static_cast<std::size_t>(step.verb), 1));
    for (const auto* part : {&step.key, &step.value, &step.expected})
      arguments.push_back(view_of(*part));
  }
  const std::lock_guard guard{parts_->writing};
  const auto reply = parts_->writer.run(
      redis::write_script, {parts_->fence, parts_->entries, parts_->names, parts_->outcomes},
      arguments);
  if (!reply)
    return unavailable(reply.error());
  return read_outcome(redis::text_of(**reply), write.steps.size());
}

caf::expected<std::vector<std::optional<blob>>> redis_storage::get(const std::vector<blob>& keys) {
  std::vector<std::optional<blob>> result;
  if (keys.empty())
    return result;
  word_list command{"HMGET", parts_->entries};
  for (const auto& key : keys)
    command.push_back(view_of(key));
  auto reply = parts_->read(command);
  if (!reply)
    return std::move(reply.error());
  if ((*reply)->type != REDIS_REPLY_ARRAY || (*reply)->elements != keys.size())
    return nonsense();
  for (std::size_t i = 0; i < keys.size(); ++i) {
    const auto& value = *(*reply)->element[i];
    result.push_back(value.type == REDIS_REPLY_STRING ? std::optional{blob_of(value)}
                                                      : std::nullopt);
  }
  return result;
}

caf::expected<std::vector<key_value>> redis_storage::scan(const std::optional<blob>& after,
                                                          std::size_t max_entries) {
  const auto from = after ? "(" + std::string{view_of(*after)} : std::string{"-"};
  const auto count = std::to_string(max_entries);
  const auto bytes = std::to_string(map_limit::page_bytes);
  const std::lock_guard guard{parts_->reading};
  auto reply = parts_->reader.run(redis::scan_script, {parts_->entries, parts_->names},
                                  {from, count, bytes});
  if (!reply)
    return std::move(reply.error());
  if ((*reply)->type != REDIS_REPLY_ARRAY || (*reply)->elements % 2 != 0)
    return nonsense();
  std::vector<key_value> result;
  for (std::size_t i = 0; i < (*reply)->elements; i += 2)
    result.push_back({blob_of(*(*reply)->element[i]), blob_of(*(*reply)->element[i + 1])});
  return result;
}

caf::expected<std::uint64_t> redis_storage::size() {
  auto reply = parts_->read({"HLEN", parts_->entries});
  if (!reply)
    return std::move(reply.error());
  if ((*reply)->type != REDIS_REPLY_INTEGER || (*reply)->integer < 0)
    return nonsense();
  return static_cast<std::uint64_t>((*reply)->integer);
}

} // namespace hamok
