#pragma once

// The node's side of its peer links: who may come in, which link to a member counts, and the
// dialers and the listener that bring links about.

#include "hamok/actors/caf_compat.hpp"
#include "hamok/actors/interfaces/config.hpp"
#include "hamok/actors/interfaces/interfaces.hpp"
#include "hamok/io/actor_link.hpp"
#include "hamok/io/custom_link.hpp"
#include "hamok/io/dialer.hpp"
#include "hamok/io/hello.hpp"
#include "hamok/io/link_config.hpp"
#include "hamok/io/listener.hpp"

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace hamok {

/// What a node says of itself as it is now; read by links from any thread.
template <class T>
class own_words {
public:
  [[nodiscard]] T get() const {
    const std::lock_guard guard{mutex_};
    return value_;
  }
  void set(T value) {
    const std::lock_guard guard{mutex_};
    value_ = std::move(value);
  }

private:
  mutable std::mutex mutex_;
  T value_;
};

/// All links of one node. Used by the node actor alone.
class member_links {
public:
  /// What the links ask of the node.
  struct callbacks {
    /// There is a link to the member now, and there was none.
    std::function<void(const hello&, const link_actor&)> joined;
    /// Messages to the member go over this link from now on.
    std::function<void(const raft::member_id&, const link_actor&)> moved;
    /// The last link to the member has ended.
    std::function<void(const raft::member_id&, const caf::error&)> left;
    /// The port is free again.
    std::function<void()> unbound;
  };

  member_links(self_ptr self, compat::monitors& monitors, const node_config& config,
               std::shared_ptr<local_network> network, callbacks calls);
  member_links(const member_links&) = delete;
  member_links& operator=(const member_links&) = delete;
  ~member_links();

  /// Listens, or whatever lets others find this node over links of its kind. `policy` and `said`
  /// hold until they are replaced. Fails with `invalid_config` when the others could not read
  /// `said`, or with what listening fails with.
  [[nodiscard]] caf::error start(hello_policy policy, hello said);
  /// Says goodbye on every link, and neither listens nor dials any more.
  void stop();

  /// What others are judged by, and told, from now on.
  void update(hello_policy policy, hello said);
  /// These are dialed from now on, and nobody else. An endpoint that is none is told as an event.
  void dial(const std::vector<peer_endpoint>& wanted);
  /// Whoever is at these endpoints is dialed, as long as that is `wanted`.
  void seek(const std::vector<std::string>& seeds, bool wanted);
  /// Closes the link with this life, if there is one.
  void close(const raft::member_id& member, errc reason);
  /// Closes all links: this node is somebody else now.
  void part() { close(book_.all(), errc::closed); }

  /// What clients are told from now on when they come.
  void welcome_clients_with(client_welcome value) { welcome_->set(std::move(value)); }

  /// May this peer come in? The reason when not. A guest that has the name of a member goes when
  /// the member comes.
  [[nodiscard]] caf::error judge(const link_hello& incoming, const link_actor& link);
  void opened(const hello& remote, const link_actor& link);

  /// Another node has dialed this one, for a link between actors.
  void open(const link_hello& said, const link_actor& from);
  /// The application has carried this here from `peer`, for a custom link.
  void accept(const std::string& peer, const blob& bytes);

  [[nodiscard]] std::optional<link_actor> link_to(const std::string& peer) const;
  /// All members with a link.
  [[nodiscard]] const std::map<std::string, raft::member_id>& linked() const { return linked_; }
  /// No member is linked and no port is bound, so that another start finds everything free.
  [[nodiscard]] bool quiet() const { return linked_.empty() && listeners_ == 0; }
  /// `host:port` that is bound; empty: none.
  [[nodiscard]] const std::string& listening() const noexcept { return listening_; }
  /// What others are told of that; empty: nothing. Where members find each other by name, the name.
  [[nodiscard]] std::string advertised() const;
  /// Where to dial this member.
  [[nodiscard]] const std::string& address_of(const peer_endpoint& member) const;
  /// Others do not find this node by its name any more; the last thing before it ends.
  void lose_name();

private:
  [[nodiscard]] caf::error be_found();
  [[nodiscard]] caf::error listen();
  void seek();
  void end();
  [[nodiscard]] dialer_actor make_dialer(const peer_endpoint& member);
  void hang_up(const dialer_actor& dialer);
  void on_down(const link_actor& link, const caf::error& reason);
  void on_left(const raft::member_id& member, const caf::error& reason);
  void close(const std::vector<link_actor>& links, errc reason);
  [[nodiscard]] link_config make_link_config() const;
  [[nodiscard]] actor_link_options make_actor_options() const;

  self_ptr self_;
  const node_config& config_;
  std::shared_ptr<local_network> network_;
  callbacks calls_;
  compat::monitors& monitors_; // an actor can have one only
  std::shared_ptr<own_words<hello>> said_ = std::make_shared<own_words<hello>>();
  std::shared_ptr<own_words<client_welcome>> welcome_ =
      std::make_shared<own_words<client_welcome>>();
  std::shared_ptr<epoch_table> epochs_ = std::make_shared<epoch_table>();
  hello_policy policy_;
  link_book<link_actor> book_;
  link_door door_;
  custom_door custom_door_;
  custom_link_options custom_;
  std::map<std::string, raft::member_id> linked_;
  std::map<std::string, std::string> endpoints_; ///< as the linked peers have said them
  struct known_dialer {
    std::string endpoint;
    dialer_actor actor;
  };
  std::map<std::string, known_dialer> dialers_; ///< by peer id
  std::map<std::string, dialer_actor> seekers_; ///< by endpoint; none: it is this very node
  bool seeks_ = false;
  caf::actor listener_;
  std::size_t listeners_ = 0; ///< that have not ended
  std::string bound_;         ///< the first port that was bound is kept across stop and start
  std::string listening_;
  bool running_ = false;
};

} // namespace hamok
