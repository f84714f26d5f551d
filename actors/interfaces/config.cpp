#include "hamok/actors/interfaces/config.hpp"

#include "hamok/actors/interfaces/endpoint.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <cstdio>
#include <random>
#include <set>

namespace hamok {

namespace {

bool is_loopback(std::string_view host) {
  return host == "localhost" || host == "::1" || host.starts_with("127.");
}

/// nlohmann's parser keeps its own stack, so that no nesting is too deep for it.
bool is_json_object(const std::string& text) {
  const auto first = text.find_first_not_of(" \t\r\n");
  return first != std::string::npos && text[first] == '{' && nlohmann::json::accept(text);
}

/// Collects what is wrong.
class validator {
public:
  explicit validator(const node_config& config) : config_(config), problems_(config.unreadable) {}

  std::vector<config_problem> run() {
    names();
    timeouts();
    addresses();
    members();
    ways_in();
    limits();
    app_data();
    return std::move(problems_);
  }

private:
  void problem(std::string option, std::string text) {
    problems_.push_back({std::move(option), std::move(text)});
  }

  /// What a member says of itself has to fit into its hello, or nobody would let it in.
  void app_data() {
    const auto size = config_.app_data.size();
    if (!is_json_object(config_.app_data))
      problem("app-data", R"(it is not a JSON object; give one, such as {"zone": "a"})");
    else if (size > max_app_data_size)
      problem("app-data", "it has " + std::to_string(size) + " bytes; give at most "
                              + std::to_string(max_app_data_size));
    auto members = std::size_t{0};
    for (const auto& member : config_.initial_members)
      members += member.peer.size() + member.endpoint.size() + 2 * sizeof(std::uint16_t);
    if (members > max_members_size)
      problem("initial-members", "their names and endpoints have " + std::to_string(members)
                                     + " bytes in all; give at most "
                                     + std::to_string(max_members_size));
  }

  void name(const char* option, const std::string& value) {
    if (value.empty() || value.size() > 255)
      problem(option, "it has " + std::to_string(value.size()) + " bytes; give 1 to 255");
    else if (value.find('@') != std::string::npos)
      problem(option, "it holds an '@'; that separates id and endpoint, so choose another name");
  }

  void names() {
    name("peer-id", config_.peer_id);
    name("cluster", config_.cluster);
  }

  void positive(const char* option, caf::timespan value) {
    if (value <= caf::timespan::zero())
      problem(option, "it is not positive; give a duration such as 500ms");
    else if (value > std::chrono::hours{24})
      problem(option, "it is longer than a day; give a duration such as 500ms");
  }

  static bool usable(caf::timespan value) {
    return value > caf::timespan::zero() && value <= std::chrono::hours{24};
  }

  void timeouts() {
    positive("election-timeout", config_.election_timeout);
    positive("follower-max-idle", config_.follower_max_idle);
    positive("heartbeat", config_.heartbeat);
    positive("log-entries-expiration-time", config_.log_entries_expiration_time);
    positive("request-timeout", config_.request_timeout);
    if (config_.follower_max_idle > caf::timespan::zero()
        && config_.heartbeat > config_.follower_max_idle / 2)
      problem("heartbeat", "it has to be well below `follower-max-idle`: at most half of it");
    if (usable(config_.election_timeout) && usable(config_.follower_max_idle)
        && config_.election_timeout < config_.follower_max_idle)
      problem("election-timeout", "it has to be at least `follower-max-idle`");
  }

  void endpoint(const char* option, const std::string& value, bool any_port,
                const std::string& whose = {}) {
    const auto parsed = parse_endpoint(value);
    if (!parsed)
      problem(option, whose + endpoint_problem(value));
    else if (parsed->port == 0 && !any_port)
      problem(option,
              whose + "'" + value + "' has port 0; give the port that others can connect to");
  }

  void addresses() {
    const auto listen = config_.effective_listen();
    if (!config_.listen.empty())
      endpoint("listen", config_.listen, true);
    if (!config_.advertise.empty())
      endpoint("advertise", config_.advertise, false);
    const auto parsed = parse_endpoint(listen);
    if (!is_by_name(config_.link) && parsed && !is_loopback(parsed->host)
        && !config_.allow_insecure)
      problem("listen", "'" + listen
                            + "' is not a loopback address and links are not protected; listen on "
                              "127.0.0.1, or set `allow-insecure` in a network that you trust");
  }

  void members() {
    const auto& all = config_.initial_members;
    if (all.empty())
      return;
    std::set<std::string> seen;
    for (const auto& member : all) {
      if (!seen.insert(member.peer).second)
        problem("initial-members", "'" + member.peer + "' is named twice; name each founder once");
      name("initial-members", member.peer);
      if (all.size() > 1 && !is_by_name(config_.link))
        endpoint("initial-members", member.endpoint, false, "of '" + member.peer + "': ");
    }
    if (seen.count(config_.peer_id) == 0)
      problem("initial-members", "it lacks this member; name all founders, '" + config_.peer_id
                                     + "' (`peer-id`) included, as id@host:port");
  }

  void ways_in() {
    if (config_.bootstrap_expect < 1 || config_.bootstrap_expect >= raft::max_members)
      problem("bootstrap-expect", "it is " + std::to_string(config_.bootstrap_expect)
                                      + "; give 1 to " + std::to_string(raft::max_members - 1));
    else if (config_.bootstrap_expect > 1 && !config_.initial_members.empty())
      problem("bootstrap-expect", "founders are named already; give `initial-members` or a number");
    for (const auto& seed : config_.seeds)
      if (is_by_name(config_.link))
        name("seeds", seed);
      else
        endpoint("seeds", seed, false);
    const auto finds_others = !config_.seeds.empty() || config_.bootstrap_expect > 1;
    if (!finds_others || !config_.effective_listen().empty())
      return;
    if (config_.link == link_kind::broker)
      problem("listen", "it is empty; others have to connect to this member, so give host:port");
    else if (config_.link == link_kind::basp && config_.advertise.empty())
      problem("listen", "it is empty; others have to get at this node, so give host:port, or say "
                        "in `advertise` where the application publishes it");
  }

  void at_least(const char* option, std::size_t value, std::size_t low, std::size_t high) {
    if (value < low || value > high)
      problem(option, "it is " + std::to_string(value) + "; give " + std::to_string(low) + " to "
                          + std::to_string(high));
  }

  void limits() {
    constexpr auto mebibyte = std::size_t{1} << 20;
    at_least("max-message-entries", config_.max_message_entries, 1, std::size_t{1} << 20);
    at_least("max-message-bytes", config_.max_message_bytes, 1024, 32 * mebibyte);
    at_least("max-inflight-messages", config_.max_inflight_messages, 1, 65536);
    at_least("max-inflight-bytes", config_.max_inflight_bytes, 1024, 1024 * mebibyte);
    at_least("max-uncommitted-bytes", config_.max_uncommitted_bytes, 1024, 65536 * mebibyte);
    at_least("log-max-entries", config_.log_max_entries, 1000, std::size_t{1} << 40);
    at_least("log-max-bytes", config_.log_max_bytes, mebibyte, std::size_t{1} << 44);
    at_least("max-subscriber-events", config_.max_subscriber_events, 16, std::size_t{1} << 24);
  }

  const node_config& config_;
  std::vector<config_problem> problems_;
};

} // namespace

std::string generate_peer_id() {
  std::random_device device;
  std::array<unsigned, 4> words{};
  for (auto& word : words)
    word = device();
  words[1] = (words[1] & 0xFFFF0FFFu) | 0x00004000u; // version 4
  words[2] = (words[2] & 0x3FFFFFFFu) | 0x80000000u; // the variant of RFC 4122
  std::array<char, 40> text{};
  const auto size = std::snprintf(text.data(), text.size(), "%08x-%04x-%04x-%04x-%04x%08x",
                                  words[0], words[1] >> 16, words[1] & 0xFFFFu, words[2] >> 16,
                                  words[2] & 0xFFFFu, words[3]);
  return {text.data(), static_cast<std::size_t>(size)};
}

std::vector<config_problem> node_config::validate() const {
  return validator{*this}.run();
}

std::string node_config::effective_listen() const {
  if (!listen.empty())
    return listen;
  if (link == link_kind::basp && !advertise.empty())
    return {};
  for (const auto& member : initial_members)
    if (member.peer == peer_id)
      return member.endpoint;
  return {};
}

std::string to_string(const std::vector<config_problem>& problems) {
  std::string result;
  for (const auto& problem : problems) {
    if (!result.empty())
      result += '\n';
    result += problem.option + ": " + problem.text;
  }
  return result;
}

std::optional<peer_endpoint> parse_initial_member(std::string_view text) {
  const auto at = text.find('@');
  if (at == std::string_view::npos && !text.empty())
    return peer_endpoint{std::string{text}, {}};
  if (at == std::string_view::npos || at == 0)
    return {};
  if (!parse_endpoint(text.substr(at + 1)))
    return {};
  return peer_endpoint{std::string{text.substr(0, at)}, std::string{text.substr(at + 1)}};
}

} // namespace hamok
