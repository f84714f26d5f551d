#include "hamok/raft/messages.hpp"

#include <string>

namespace hamok::raft {

namespace {

/// Builds `name key=value ...`.
class line {
public:
  explicit line(const char* name) : text_(name) {}

  line& add(const char* key, std::uint64_t value) {
    text_ += ' ';
    text_ += key;
    text_ += '=';
    text_ += std::to_string(value);
    return *this;
  }

  line& flag(const char* key, bool value) {
    if (value) {
      text_ += ' ';
      text_ += key;
    }
    return *this;
  }

  [[nodiscard]] std::string take() { return std::move(text_); }

private:
  std::string text_;
};

std::string describe(const vote_request& msg) {
  return line{msg.pre_vote ? "pre_vote_request" : "vote_request"}
      .add("term", msg.term)
      .add("last_index", msg.last_log_index)
      .add("last_term", msg.last_log_term)
      .flag("transfer", msg.transfer)
      .take();
}

std::string describe(const vote_response& msg) {
  return line{msg.pre_vote ? "pre_vote_response" : "vote_response"}
      .add("term", msg.term)
      .add("for", msg.request_term)
      .flag(msg.granted ? "granted" : "refused", true)
      .take();
}

std::string describe(const append_request& msg) {
  auto result = line{"append_request"}
                    .add("term", msg.term)
                    .add("prev_index", msg.prev_log_index)
                    .add("prev_term", msg.prev_log_term)
                    .add("commit", msg.leader_commit)
                    .add("round", msg.round)
                    .take();
  result += " entries=[";
  for (const auto& item : msg.entries) {
    if (result.back() != '[')
      result += ' ';
    result += std::to_string(item.term);
    if (item.kind == entry_kind::noop)
      result += ":noop";
    else if (item.kind == entry_kind::configuration)
      result += ":configuration";
  }
  return result + ']';
}

std::string describe(const append_response& msg) {
  line result{"append_response"};
  result.add("term", msg.term).add("round", msg.round).flag("passive", msg.passive);
  if (msg.success)
    return result.flag("success", true).add("match", msg.match_index).take();
  return result.flag("refused", true)
      .add("rejected", msg.rejected_index)
      .add("conflict_term", msg.conflict_term)
      .add("conflict_index", msg.conflict_index)
      .flag("wants_snapshot", msg.wants_snapshot)
      .take();
}

std::string describe(const timeout_now& msg) {
  return line{"timeout_now"}.add("term", msg.term).take();
}

std::string describe(const install_request& msg) {
  return line{"install_request"}
      .add("term", msg.term)
      .add("round", msg.round)
      .add("index", msg.snapshot.index)
      .add("index_term", msg.snapshot.term)
      .add("size", msg.snapshot.size)
      .add("offset", msg.offset)
      .add("data", msg.data.size())
      .flag("meta", msg.meta.has_value())
      .take();
}

std::string describe(const install_response& msg) {
  return line{"install_response"}
      .add("term", msg.term)
      .add("round", msg.round)
      .add("index", msg.snapshot.index)
      .add("received", msg.received)
      .flag("gap", msg.gap)
      .take();
}

} // namespace

term_t sender_term(const message& msg) noexcept {
  if (const auto* request = std::get_if<vote_request>(&msg.body))
    return request->pre_vote ? 0 : request->term;
  return std::visit([](const auto& body) { return body.term; }, msg.body);
}

std::string to_string(const message& msg) {
  return std::visit([](const auto& body) { return describe(body); }, msg.body);
}

} // namespace hamok::raft
