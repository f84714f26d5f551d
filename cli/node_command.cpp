// `hamok node`: runs a member until it is told to end.

#include "hamok/actors/plugin.hpp"
#include "hamok/cli/command.hpp"
#include "hamok/cli/event_printer.hpp"
#include "hamok/cli/json_output.hpp"
#include "hamok/cli/redis_map.hpp"
#include "hamok/io/log.hpp"

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/config_option.hpp>
#include <caf/config_option_set.hpp>
#include <caf/config_value.hpp>
#include <caf/io/middleman.hpp>

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <csignal>
#include <iomanip>
#include <iostream>
#include <sstream>
#include <string>
#include <vector>

namespace hamok::cli {

namespace {

constexpr const char* log_levels = "trace, debug, info, warning, error or off (default: warning)";
constexpr const char* printed_events =
    "EMITTER/EVENT: listen to this event and print what is heard";
constexpr const char* opened_maps =
    "NAME@ADDRESS of each: open this remote map, whose entries are in the Redis there";

/// The options of CAF, of the library and of this command.
class program_config : public caf::actor_system_config {
public:
  program_config() {
    load<caf::io::middleman>();
    // Idle workers wait instead of looking for work: on few cores they would keep the multiplexer
    // from it. Whoever wants it otherwise says --caf.scheduler.policy=stealing.
    set("caf.scheduler.policy", "sharing");
    add_options(*this);
    opt_group{custom_options_, "global"}
        .add(json, "json", "say in JSON that the member is up")
        .add(log_level, "log-level", log_levels)
        .add(print_event, "print-event", printed_events)
        .add(remote_maps, "remote-maps", opened_maps);
  }

  bool json = false;
  std::string log_level = "warning";
  std::string print_event;
  std::vector<std::string> remote_maps;
};

/// CAF 1.x has made a function of what was a member.
template <class Config>
bool help_was_printed(const Config& config) {
  if constexpr (requires { config.helptext_printed(); })
    return config.helptext_printed();
  else
    return config.cli_helptext_printed;
}

/// CAF's string views are its own in some versions.
template <class View>
std::string text(const View& view) {
  return {view.begin(), view.end()};
}

/// As it stands behind `--`.
std::string name_of(const caf::config_option& option) {
  const auto category = text(option.category());
  return category == "global" ? text(option.long_name())
                              : category + "." + text(option.long_name());
}

bool is_flag(const caf::config_option& option) {
  return text(option.type_name()).starts_with("bool");
}

bool is_of(const caf::config_option& option, const char* type) {
  return text(option.type_name()).find(type) != std::string::npos;
}

/// What stands behind the name of the option in the help.
std::string value_of(const caf::config_option& option) {
  if (is_flag(option))
    return "";
  return is_of(option, "timespan") ? "=DURATION"
         : is_of(option, "list")   ? "=LIST"
         : is_of(option, "int")    ? "=NUMBER"
                                   : "=TEXT";
}

std::string accepted_by(const caf::config_option& option) {
  if (is_of(option, "timespan"))
    return "a duration such as 500ms";
  if (is_flag(option))
    return "true or false";
  if (is_of(option, "list"))
    return R"(a list such as '["a@10.0.0.1:7000", "b@10.0.0.2:7000"]')";
  if (is_of(option, "uint"))
    return "a whole number that is not negative";
  return is_of(option, "string") ? "a text" : "a value of type " + text(option.type_name());
}

/// What CAF has against the configuration file, in words.
std::string file_problem(const caf::error& failed, const program_config& config) {
  const auto* path = caf::get_if<std::string>(&content(config), "config-file");
  const auto file = "the configuration file '" + (path ? *path : "caf-application.conf") + "'";
  if (failed == caf::sec::cannot_open_file)
    return file + " cannot be opened";
  if (failed.category() != caf::type_id_v<caf::pec>)
    return to_string(failed);
  const auto what =
      "cannot be understood (" + to_string(static_cast<caf::pec>(failed.code())) + ")";
  const auto& at = failed.context();
  if (at.size() < 2 || !at.match_element<int32_t>(0) || !at.match_element<int32_t>(1))
    return file + " " + what;
  return file + " " + what + " at line " + std::to_string(at.get_as<int32_t>(0)) + ", column "
         + std::to_string(at.get_as<int32_t>(1));
}

/// Which option of the command line is wrong, and what it takes; empty: none of them.
std::string objection_to(program_config& config, int argc, char** argv) {
  for (int i = 1; i < argc; ++i) {
    const std::string word{argv[i]};
    if (!word.starts_with("--") || word == "--")
      continue;
    const auto equals = word.find('=');
    const auto name = word.substr(2, equals == std::string::npos ? equals : equals - 2);
    const auto& all = config.custom_options();
    const auto option =
        std::find_if(all.begin(), all.end(), [&](const auto& one) { return name_of(one) == name; });
    if (option == all.end())
      return "there is no option --" + name;
    if (equals == std::string::npos && is_flag(*option))
      continue;
    if (equals == std::string::npos && ++i == argc)
      return "--" + name + " needs a value: " + accepted_by(*option);
    const std::string given{equals == std::string::npos ? argv[i] : word.substr(equals + 1)};
    caf::config_value value{given};
    if (option->sync(value))
      return "--" + name + " does not take '" + given + "'; give " + accepted_by(*option);
  }
  return {};
}

int wrong_usage(const std::string& why) {
  std::cerr << "hamok node: " << why << "\n(hamok node --help says more)\n";
  return exit_usage;
}

/// SIGTERM and SIGINT, blocked from now on in this thread and all that it starts.
sigset_t block_signals() {
  sigset_t ends;
  sigemptyset(&ends);
  sigaddset(&ends, SIGTERM);
  sigaddset(&ends, SIGINT);
  pthread_sigmask(SIG_BLOCK, &ends, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
  return ends;
}

void log_to_stderr(const std::string& level) {
  auto logger = spdlog::stderr_logger_mt("hamok");
  logger->set_level(spdlog::level::from_str(level));
  logger->flush_on(spdlog::level::info);
  set_logger(std::move(logger));
}

void say_up(const node& member, bool json) {
  const auto listening = member.listening();
  if (json)
    std::cout << line({{"peer_id", member.local_peer_id()},
                       {"endpoint", listening},
                       {"cluster", member.config().cluster},
                       {"pid", getpid()}});
  else
    std::cout << "member " << member.local_peer_id() << " of cluster '" << member.config().cluster
              << "' is up" << (listening.empty() ? "" : " at " + listening) << '\n';
  std::cout.flush();
}

/// Runs the member until a signal comes.
int run(program_config& config, node_config member_config, sigset_t ends) {
  caf::actor_system system{config};
  auto member = spawn_node(system, std::move(member_config));
  if (!member) {
    std::cerr << "hamok node: " << text_of(member.error()) << '\n';
    return member.error() == errc::invalid_config ? exit_usage : exit_failed;
  }
  say_up(*member, config.json);
  for (const auto& words : config.remote_maps)
    if (const auto failed = open_redis_map(*member, redis_map::parse(words))) {
      std::cerr << "hamok node: --remote-maps: '" << words << "': " << text_of(failed) << '\n';
      return exit_failed;
    }
  if (!config.print_event.empty())
    if (const auto failed =
            print_events(*member, printed_event::parse(config.print_event), config.json)) {
      std::cerr << "hamok node: --print-event: " << text_of(failed) << '\n';
      return exit_failed;
    }
  int number = 0;
  sigwait(&ends, &number);
  // Whoever does not want to wait for the orderly end sends a second one.
  pthread_sigmask(SIG_UNBLOCK, &ends, nullptr);
  if (auto failed = member->stop(); failed && failed != errc::stopped)
    std::cerr << "hamok node: stopping: " << text_of(failed) << '\n';
  return exit_ok;
}

} // namespace

std::string node_help() {
  std::ostringstream out;
  out << R"(hamok node [--config-file=FILE] [--hamok.OPTION=VALUE ...]

  Runs a member until SIGTERM or SIGINT. Options are CAF's: on the command line, or in a file such as

    hamok {
      peer-id = "a"
      initial-members = ["a@10.0.0.1:7000", "b@10.0.0.2:7000", "c@10.0.0.3:7000"]
    }

  Without initial members it is a cluster of its own. To join a cluster it is enough to know one
  member: --hamok.seeds='["10.0.0.1:7000"]'. To found one with nodes that find each other, each gets
  --hamok.bootstrap-expect=3 and one seed at least that leads to the others.

)";
  const auto show = [&out](const std::string& option, const std::string& description) {
    out << "  " << std::left << std::setw(40) << option << ' ' << description << '\n';
  };
  caf::actor_system_config config;
  add_options(config);
  for (const auto& option : config.custom_options())
    if (text(option.category()) == "hamok")
      show("--" + name_of(option) + value_of(option), text(option.description()));
  show("--json", "say in JSON that the member is up");
  show("--log-level=TEXT", log_levels);
  show("--print-event=TEXT", printed_events);
  show("--remote-maps=LIST", opened_maps);
  show("--config-file=FILE", "read options from this file");
  show("--long-help", "these options and those of CAF");
  return out.str();
}

int node_command(int argc, char** argv) {
  for (int i = 2; i < argc; ++i)
    if (const std::string word{argv[i]}; word == "--help" || word == "-h") {
      std::cout << node_help();
      return exit_ok;
    }
  const auto ends = block_signals();
  program_config config;
  if (auto failed = config.parse(argc - 1, argv + 1)) {
    const auto objection = objection_to(config, argc - 1, argv + 1);
    return wrong_usage(objection.empty() ? file_problem(failed, config) : objection);
  }
  if (help_was_printed(config))
    return exit_ok;
  if (config.c_args_remainder().first > 1)
    return wrong_usage(std::string{"it takes no '"} + config.c_args_remainder().second[1] + "'");
  const auto level = spdlog::level::from_str(config.log_level);
  if (level == spdlog::level::off && config.log_level != "off")
    return wrong_usage("--log-level does not take '" + config.log_level + "'");
  if (!config.print_event.empty() && printed_event::parse(config.print_event).event.empty())
    return wrong_usage("--print-event does not take '" + config.print_event
                       + "'; give EMITTER/EVENT");
  if (!config.remote_maps.empty() && !has_redis())
    return wrong_usage("--remote-maps needs a program that was built with hiredis");
  for (const auto& words : config.remote_maps)
    if (redis_map::parse(words).name.empty())
      return wrong_usage("--remote-maps does not take '" + words
                         + "'; give NAME@ADDRESS of each, such as 'users@127.0.0.1:6379'");
  auto member_config = read_config(config);
  if (const auto problems = member_config.validate(); !problems.empty())
    return wrong_usage("the configuration is not valid:\n" + to_string(problems));
  log_to_stderr(config.log_level);
  return run(config, std::move(member_config), ends);
}

} // namespace hamok::cli
