#include "hamok/actors/plugin.hpp"

#include <caf/config_option_adder.hpp>
#include <caf/config_option_set.hpp>
#include <caf/init_global_meta_objects.hpp>
#include <caf/io/middleman.hpp>
#include <caf/settings.hpp>

#include <algorithm>
#include <mutex>
#include <type_traits>
#include <utility>

namespace hamok {

namespace {

/// What an option of type `T` takes.
template <class T>
const char* accepted() {
  if constexpr (std::is_same_v<T, bool>)
    return "true or false";
  else if constexpr (std::is_integral_v<T>)
    return "a whole number that is not negative";
  else if constexpr (std::is_same_v<T, caf::timespan>)
    return "a duration such as 500ms";
  else if constexpr (std::is_same_v<T, std::string>)
    return "a text";
  else
    return R"(a list such as ["a@10.0.0.1:7000", "b@10.0.0.2:7000"])";
}

/// Takes options out of CAF's settings.
class option_reader {
public:
  option_reader(const caf::settings& all, node_config& out) : all_(all), out_(out) {}

  template <class T>
  void take(const char* name, T& value) {
    const auto* given = caf::get_if(&all_, std::string{"hamok."} + name);
    if (!given)
      return;
    if (auto found = caf::get_as<T>(*given))
      value = std::move(*found);
    else
      out_.unreadable.push_back(
          {name, "it does not take '" + to_string(*given) + "'; give " + accepted<T>()});
  }

  template <class T>
  void choose(const char* name, T& value, std::initializer_list<std::pair<const char*, T>> names) {
    std::string text;
    take(name, text);
    if (text.empty())
      return;
    std::string accepted;
    for (const auto& [known, meaning] : names) {
      if (text == known) {
        value = meaning;
        return;
      }
      accepted += accepted.empty() ? known : std::string{", "} + known;
    }
    out_.unreadable.push_back({name, "'" + text + "' is not known; give one of " + accepted});
  }

  void take_members(const char* name) {
    std::vector<std::string> texts;
    take(name, texts);
    for (const auto& text : texts) {
      if (auto member = parse_initial_member(text))
        out_.initial_members.push_back(std::move(*member));
      else
        out_.unreadable.push_back({name, "'" + text + "' is no member; give id@host:port"});
    }
  }

private:
  const caf::settings& all_;
  node_config& out_;
};

void add_to(caf::config_option_set& options) {
  using strings = std::vector<std::string>;
  caf::config_option_adder{options, "hamok"}
      .add<std::string>("peer-id", "unique name of this member (default: a random UUID)")
      .add<std::string>("cluster", "name of the cluster (default: hamok)")
      .add<caf::timespan>("election-timeout", "longest time for one candidacy (default: 3s)")
      .add<caf::timespan>("follower-max-idle", "silence before an election (default: 500ms)")
      .add<caf::timespan>("heartbeat", "interval of the leader's heartbeats (default: 150ms)")
      .add<bool>("only-follower", "never campaign")
      .add<std::string>("listen", "host:port to listen on (default: own initial member)")
      .add<std::string>("advertise", "host:port to tell the others (default: what is bound)")
      .add<strings>("initial-members", "all founders as id@host:port, this one included")
      .add<std::uint32_t>("bootstrap-expect", "found with so many nodes that find each other")
      .add<strings>("seeds", "endpoints of members, of which one has to live")
      .add<bool>("allow-insecure", "allow to listen outside of loopback without protection")
      .add<std::string>("link", "broker, basp, local or custom (default: broker)")
      .add<std::string>("placement", "automatic, scheduler or multiplexer (default: automatic)")
      .add<caf::timespan>("request-timeout", "deadline of operations (default: 5s)")
      .add<std::string>("app-data", "JSON object that is told to the other members")
      .add<std::size_t>("max-message-entries", "entries in one message (default: 8192)")
      .add<std::size_t>("max-message-bytes", "bytes in one message (default: 1 MiB)")
      .add<std::size_t>("max-inflight-messages", "messages on the way to one follower")
      .add<std::size_t>("max-inflight-bytes", "bytes on the way to one follower")
      .add<std::size_t>("max-uncommitted-bytes", "bytes in the log that are not committed")
      .add<caf::timespan>("log-entries-expiration-time",
                          "age of entries in the log (default: 5min)")
      .add<std::size_t>("log-max-entries", "entries in the log (default: 1000000)")
      .add<std::size_t>("log-max-bytes", "bytes in the log (default: 64 MiB)")
      .add<std::size_t>("max-subscriber-events", "events that wait for a slow subscriber")
      .add<std::uint64_t>("check-divergence-every",
                          "entries between two checks that members hold the same (default: none)");
}

/// Finds what CAF passes over without a word: keys that are no option, and values of another type,
/// which it takes for not given once the options were added to it.
class key_checker {
public:
  explicit key_checker(node_config& out) : out_(out) { add_to(options_); }

  void check(const caf::settings& all) {
    const auto* ours = caf::get_if<caf::settings>(&all, "hamok");
    if (!ours)
      return;
    for (const auto& [key, value] : *ours) {
      const auto* option = options_.qualified_name_lookup("hamok", key);
      auto copy = value;
      if (!option)
        complain(key, "there is no such option");
      else if (option->sync(copy))
        complain(key, "it does not take '" + to_string(value) + "'; give " + accepted_by(*option));
    }
  }

  /// The file that CAF has read; it was opened before, so nothing is said if that fails now.
  void check_file(const caf::settings& all) {
    for (const auto* name : {"config-file", "global.config-file"})
      if (const auto* path = caf::get_if<std::string>(&all, name))
        if (const auto file = caf::actor_system_config::parse_config_file(path->c_str()))
          return check(*file);
  }

private:
  static std::string accepted_by(const caf::config_option& option) {
    const auto type = option.type_name();
    const std::string name{type.begin(), type.end()};
    if (name.find("bool") != std::string::npos)
      return accepted<bool>();
    if (name.find("timespan") != std::string::npos)
      return accepted<caf::timespan>();
    if (name.find("int") != std::string::npos)
      return accepted<std::size_t>();
    return name.find("list") != std::string::npos ? accepted<std::vector<std::string>>()
                                                  : accepted<std::string>();
  }

  void complain(const std::string& key, std::string text) {
    const auto known = std::any_of(out_.unreadable.begin(), out_.unreadable.end(),
                                   [&key](const auto& one) { return one.option == key; });
    if (!known)
      out_.unreadable.push_back({key, std::move(text)});
  }

  caf::config_option_set options_;
  node_config& out_;
};

} // namespace

void init() {
  static std::once_flag once;
  std::call_once(once, [] {
    caf::init_global_meta_objects<caf::id_block::hamok>();
    caf::io::middleman::init_global_meta_objects();
    caf::core::init_global_meta_objects();
  });
}

void add_options(caf::actor_system_config& cfg) {
  add_to(cfg.custom_options());
}

node_config read_config(const caf::actor_system_config& cfg) {
  node_config result;
  option_reader in{caf::content(cfg), result};
  in.take("peer-id", result.peer_id);
  in.take("cluster", result.cluster);
  in.take("election-timeout", result.election_timeout);
  in.take("follower-max-idle", result.follower_max_idle);
  in.take("heartbeat", result.heartbeat);
  in.take("only-follower", result.only_follower);
  in.take("listen", result.listen);
  in.take("advertise", result.advertise);
  in.take_members("initial-members");
  in.take("bootstrap-expect", result.bootstrap_expect);
  in.take("seeds", result.seeds);
  in.take("allow-insecure", result.allow_insecure);
  in.choose("link", result.link,
            {{"broker", link_kind::broker},
             {"local", link_kind::local},
             {"basp", link_kind::basp},
             {"custom", link_kind::custom}});
  in.choose("placement", result.placement,
            {{"automatic", placement::automatic},
             {"scheduler", placement::scheduler},
             {"multiplexer", placement::multiplexer}});
  in.take("request-timeout", result.request_timeout);
  in.take("app-data", result.app_data);
  in.take("max-message-entries", result.max_message_entries);
  in.take("max-message-bytes", result.max_message_bytes);
  in.take("max-inflight-messages", result.max_inflight_messages);
  in.take("max-inflight-bytes", result.max_inflight_bytes);
  in.take("max-uncommitted-bytes", result.max_uncommitted_bytes);
  in.take("log-entries-expiration-time", result.log_entries_expiration_time);
  in.take("log-max-entries", result.log_max_entries);
  in.take("log-max-bytes", result.log_max_bytes);
  in.take("max-subscriber-events", result.max_subscriber_events);
  in.take("check-divergence-every", result.check_divergence_every);
  key_checker keys{result};
  keys.check(caf::content(cfg));
  keys.check_file(caf::content(cfg));
  return result;
}

caf::expected<std::uint16_t> publish(const node& what, std::uint16_t port, const char* address) {
  if (!what.system().has_middleman())
    return make_error(errc::invalid_config,
                      "publishing needs an actor system with caf::io::middleman");
  return what.system().middleman().publish(what.actor(), port, address, true);
}

caf::expected<node> spawn_node(caf::actor_system& system, node_config config) {
  return spawn_node(system, std::move(config), {});
}

} // namespace hamok
