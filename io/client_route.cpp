// Which member a client talks to.

#include "hamok/io/client.hpp"

#include <algorithm>
#include <utility>

namespace hamok {

namespace {

using std::chrono::steady_clock;

/// For so long a member that has failed is not taken for the leader that others still believe it
/// is.
constexpr auto suspicion = std::chrono::seconds{1};

} // namespace

std::string client::connected_to() const {
  return connection_.is_open() ? connection_.welcome().peer_id : std::string{};
}

caf::error client::ensure_connected(time_point deadline) {
  connection_.close_if_hung_up();
  if (connection_.is_open())
    return {};
  bool refused_by_all = true;
  auto failed = connect_round(deadline, refused_by_all);
  if (!failed)
    return {};
  // A refusal by name does not go away by asking again; anything else may.
  if (refused_by_all || failed == errc::invalid_config)
    return failed;
  if (failed == errc::connection_lost)
    return failed;
  return caf::error{errc::connection_lost, caf::make_message(text_of(failed))};
}

/// Tries each endpoint once.
caf::error client::connect_round(time_point deadline, bool& refused_by_all) {
  if (endpoints_.empty())
    return make_error(errc::invalid_config, "no endpoints to connect to");
  caf::error last;
  std::string all;
  const auto count = endpoints_.size();
  for (std::size_t i = 0; i < count; ++i) {
    const auto position = (next_endpoint_ + i) % count;
    last = try_endpoint(endpoints_[position], deadline);
    if (!last) {
      next_endpoint_ = position;
      if (options_.follow_leader)
        hop_to_leader(deadline);
      return {};
    }
    if (last == errc::connection_lost)
      refused_by_all = false;
    if (last == errc::invalid_config)
      return last;
    all += (i == 0 ? "" : "; ") + text_of(last);
  }
  welcome_limit_ = std::min(2 * welcome_limit_, options_.timeout);
  return caf::error{static_cast<errc>(last.code()), caf::make_message(std::move(all))};
}

caf::error client::try_endpoint(const std::string& endpoint, time_point deadline) {
  const auto limit = options_.keep_trying ? welcome_limit_ : options_.timeout;
  const auto end = std::min(deadline, steady_clock::now() + limit);
  const client_hello hello{.cluster = options_.cluster, .name = options_.name};
  auto failed = connection_.open(endpoint, hello, end);
  if (failed) {
    suspected_until_[endpoint] = steady_clock::now() + suspicion;
    return failed;
  }
  welcome_limit_ = first_welcome_limit();
  learn(connection_.welcome());
  return {};
}

/// Goes on to the leader that the present member names. The present connection stays when that
/// fails.
void client::hop_to_leader(time_point deadline) {
  const auto& welcome = connection_.welcome();
  if (welcome.leader.empty() || welcome.leader == welcome.peer_id)
    return;
  const auto endpoint = endpoint_of(welcome.leader);
  if (endpoint.empty() || suspected(endpoint))
    return;
  auto stay = std::move(connection_);
  connection_ = client_connection{};
  if (try_endpoint(endpoint, deadline))
    connection_ = std::move(stay);
}

void client::learn(const client_welcome& welcome) {
  members_ = welcome.members;
  for (const auto& member : members_)
    if (!member.endpoint.empty()
        && std::find(endpoints_.begin(), endpoints_.end(), member.endpoint) == endpoints_.end())
      endpoints_.push_back(member.endpoint);
}

void client::suspect_member() {
  suspected_until_[connection_.endpoint()] = steady_clock::now() + suspicion;
}

/// Leaves the present member and begins with the next one.
void client::abandon_member() {
  connection_.close();
  next_endpoint_ = (next_endpoint_ + 1) % std::max<std::size_t>(endpoints_.size(), 1);
}

std::string client::endpoint_of(const std::string& peer) const {
  for (const auto& member : members_)
    if (member.peer == peer)
      return member.endpoint;
  return {};
}

bool client::suspected(const std::string& endpoint) const {
  const auto found = suspected_until_.find(endpoint);
  return found != suspected_until_.end() && steady_clock::now() < found->second;
}

} // namespace hamok
