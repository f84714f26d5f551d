#include "hamok/actors/interfaces/endpoint.hpp"

#include "hamok/actors/interfaces/type_ids.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

namespace hamok {

namespace {

constexpr std::size_t max_host_size = 255;

std::string wrong(std::string_view text, std::string_view why) {
  std::string result{"'"};
  result.append(text.substr(0, max_host_size)).append("' ").append(why);
  result.append("; accepted is host:port, for example node-1:7000, 10.0.0.1:7000 or [::1]:7000");
  return result;
}

bool parse_port(std::string_view text, std::uint16_t& port) {
  const auto* end = text.data() + text.size();
  const auto [rest, code] = std::from_chars(text.data(), end, port);
  return code == std::errc{} && rest == end && !text.empty();
}

bool is_visible(char c) {
  return c > ' ' && c < 0x7F;
}

/// What is wrong, or nothing and the endpoint in `result`.
std::string parse(std::string_view text, endpoint& result) {
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos)
    return wrong(text, "has no port");
  auto host = text.substr(0, colon);
  if (!parse_port(text.substr(colon + 1), result.port))
    return wrong(text, "has a port that is no number from 0 to 65535");
  const bool brackets = host.size() >= 2 && host.front() == '[' && host.back() == ']';
  if (brackets)
    host = host.substr(1, host.size() - 2);
  else if (host.find(':') != std::string_view::npos)
    return wrong(text, "has an IPv6 address without brackets");
  if (host.empty())
    return wrong(text, "has no host");
  if (host.size() > max_host_size)
    return wrong(text, "has a host of more than 255 characters");
  if (!std::all_of(host.begin(), host.end(), is_visible)
      || host.find_first_of("[]@/") != std::string_view::npos)
    return wrong(text, "has characters in it that no host has");
  if (brackets && host.find(':') == std::string_view::npos)
    return wrong(text, "has brackets around something that is no IPv6 address");
  result.host = std::string{host};
  return {};
}

} // namespace

caf::expected<endpoint> parse_endpoint(std::string_view text) {
  endpoint result;
  if (auto problem = parse(text, result); !problem.empty())
    return make_error(errc::invalid_config, problem);
  return result;
}

std::string endpoint_problem(std::string_view text) {
  endpoint ignored;
  return parse(text, ignored);
}

std::string to_string(const endpoint& value) {
  const bool brackets = value.host.find(':') != std::string::npos;
  const auto host = brackets ? "[" + value.host + "]" : value.host;
  return host + ":" + std::to_string(value.port);
}

std::string host_part(const std::string& endpoint) {
  return endpoint.substr(0, endpoint.rfind(':'));
}

} // namespace hamok
