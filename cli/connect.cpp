#include "hamok/cli/connect.hpp"

#include <chrono>
#include <cstdlib>

namespace hamok::cli {

known_options with_client_options(known_options own) {
  own.with_value.insert({"connect", "cluster", "timeout"});
  own.flags.insert("json");
  return own;
}

const char* client_options_help() {
  return R"(
  --connect=HOST:PORT[,HOST:PORT...]   members to ask (or the environment's HAMOK_CONNECT)
  --cluster=NAME                       the cluster's name (default: hamok)
  --timeout=MILLISECONDS               how long to try (default: 5000)
  --json                               output, and errors, for machines
)";
}

client make_client(const arguments& given, bool named_member) {
  client_options options;
  auto where = given.all("connect");
  if (const auto* fallback = std::getenv("HAMOK_CONNECT"); where.empty() && fallback)
    where.emplace_back(fallback);
  for (const auto& list : where)
    for (auto& endpoint : split_list(list))
      options.endpoints.push_back(std::move(endpoint));
  if (options.endpoints.empty())
    throw usage_error("which member? Give --connect=HOST:PORT or set HAMOK_CONNECT");
  for (const auto& endpoint : options.endpoints)
    if (!parse_endpoint(endpoint))
      throw usage_error(endpoint_problem(endpoint));
  options.cluster = given.last("cluster").value_or(options.cluster);
  options.name = "hamok program";
  options.timeout = std::chrono::milliseconds{given.number("timeout", 5000, 1, 3'600'000)};
  options.follow_leader = !named_member;
  options.keep_trying = !named_member;
  return client{std::move(options)};
}

} // namespace hamok::cli
