#include "hamok/io/custom_link.hpp"

#include "hamok/actors/placement.hpp"
#include "hamok/io/error_code.hpp"
#include "hamok/io/frame.hpp"
#include "hamok/io/log.hpp"
#include "hamok/io/redial.hpp"
#include "hamok/io/wire.hpp"

#include <spdlog/spdlog.h>

#include <utility>
#include <vector>

namespace hamok {

// -- bytes ----------------------------------------------------------------------------------------

namespace {

constexpr std::uint8_t custom_version = 1;
constexpr std::size_t address_size = 1 + 2 * sizeof(std::uint64_t);

frame_type type_of(const hello&) {
  return frame_type::hello;
}
frame_type type_of(const link_verdict& x) {
  return x.reason == errc::none ? frame_type::welcome : frame_type::refused;
}
frame_type type_of(const link_goodbye&) {
  return frame_type::goodbye;
}
frame_type type_of(const link_mark&) {
  return frame_type::ping;
}
frame_type type_of(const link_mark_seen&) {
  return frame_type::pong;
}
frame_type type_of(const raft::message&) {
  return frame_type::raft_message;
}
frame_type type_of(const proposal_batch&) {
  return frame_type::forward;
}
frame_type type_of(const proposal_refused&) {
  return frame_type::forward_refused;
}
frame_type type_of(const peer_word&) {
  return frame_type::word;
}
frame_type type_of(const direct_message&) {
  return frame_type::direct;
}
frame_type type_of(const direct_reply&) {
  return frame_type::direct_reply;
}

void write(const link_verdict& x, raft::writer& out) {
  if (x.reason != errc::none)
    encode(refusal{x.reason, x.text}, out);
}
void write(const link_goodbye& x, raft::writer& out) {
  encode(refusal{x.reason, x.text}, out);
}
void write(const link_mark& x, raft::writer& out) {
  out.u64(x.sent);
}
void write(const link_mark_seen& x, raft::writer& out) {
  out.u64(x.sent);
}
void write(const raft::message& x, raft::writer& out) {
  raft::encode(x, out);
}
void write(const peer_word& x, raft::writer& out) {
  raft::encode(x.content, out);
}
template <class T>
void write(const T& x, raft::writer& out) {
  encode(x, out);
}

template <class T>
std::optional<link_saying> said(std::optional<T> value) {
  if (!value)
    return std::nullopt;
  return link_saying{std::move(*value)};
}

template <class T>
std::optional<link_saying> read_mark(const blob& payload) {
  raft::reader in{payload};
  return said(exactly(in, T{in.u64()}));
}

template <class T>
std::optional<link_saying> read_last_word(const blob& payload) {
  auto word = decode_refusal(payload);
  if (!word || word->reason == errc::none)
    return std::nullopt;
  return T{word->reason, std::move(word->text)};
}

std::optional<link_saying> read(const frame& input) {
  switch (input.type) {
  case frame_type::hello:
    return said(decode_hello(input.payload));
  case frame_type::welcome:
    return input.payload.size() == 0 ? std::optional<link_saying>{link_verdict{}} : std::nullopt;
  case frame_type::refused:
    return read_last_word<link_verdict>(input.payload);
  case frame_type::goodbye:
    return read_last_word<link_goodbye>(input.payload);
  case frame_type::ping:
    return read_mark<link_mark>(input.payload);
  case frame_type::pong:
    return read_mark<link_mark_seen>(input.payload);
  case frame_type::raft_message:
    return said(raft::decode_message(input.payload));
  case frame_type::forward:
    return said(decode_proposal_batch(input.payload));
  case frame_type::forward_refused:
    return said(decode_proposal_refused(input.payload));
  case frame_type::word:
    if (auto word = raft::decode_word(input.payload))
      return peer_word{std::move(*word)};
    return std::nullopt;
  case frame_type::direct:
    return said(decode_direct_message(input.payload));
  case frame_type::direct_reply:
    return said(decode_direct_reply(input.payload));
  default:
    return std::nullopt;
  }
}

} // namespace

blob encode_custom(const custom_address& address, const link_saying& what, raft::group_id group,
                   std::size_t max_payload) {
  std::vector<std::byte> bytes;
  raft::writer out{bytes};
  out.u8(custom_version);
  out.u64(address.from);
  out.u64(address.to);
  const auto begin = begin_frame(bytes);
  const auto type = std::visit([](const auto& x) { return type_of(x); }, what);
  std::visit([&out](const auto& x) { write(x, out); }, what);
  if (bytes.size() - begin - frame_header_size
      > payload_limit(static_cast<std::uint8_t>(type), max_payload))
    return {};
  finish_frame(bytes, begin, type, group);
  return blob::from_vector(std::move(bytes));
}

std::optional<custom_address> custom_address_of(const blob& bytes) {
  if (bytes.size() < address_size)
    return std::nullopt;
  const auto head = bytes.slice(0, address_size);
  raft::reader in{head};
  const auto version = in.u8();
  custom_address result;
  result.from = in.u64();
  result.to = in.u64();
  if (!in.done() || version != custom_version || result.from == 0)
    return std::nullopt;
  return result;
}

std::optional<link_saying> decode_custom(const blob& bytes, raft::group_id group,
                                         std::size_t max_payload) {
  if (bytes.size() < address_size)
    return std::nullopt;
  frame_parser parser{max_payload};
  if (!parser.feed(bytes.bytes().subspan(address_size)))
    return std::nullopt;
  const auto input = parser.next();
  if (!input || parser.ready() || parser.buffered() > 0 || input->group != group)
    return std::nullopt;
  return read(*input);
}

// -- ends -----------------------------------------------------------------------------------------

void custom_ends::add(std::uint64_t epoch, const caf::actor_addr& end) {
  const std::lock_guard guard{mutex_};
  ends_.emplace(epoch, end);
}

void custom_ends::remove(std::uint64_t epoch) {
  const std::lock_guard guard{mutex_};
  ends_.erase(epoch);
}

caf::actor_addr custom_ends::find(std::uint64_t epoch) const {
  const std::lock_guard guard{mutex_};
  const auto found = ends_.find(epoch);
  return found == ends_.end() ? caf::actor_addr{} : found->second;
}

namespace {

/// What such an end understands besides the interface of a link.
using custom_link_actor = link_actor::extend<
    // From the node: this has come from the peer.
    caf::result<void>(accept_message, std::string, blob)>;

class custom_link_state {
public:
  using interface = custom_link_actor;

  /// `first`: what has come from the side that dialed.
  template <class Self>
  custom_link_state(Self* self, link_end_role role, custom_link_options options, link_config config,
                    blob first)
      : self_(self),
        peer_(role.expected_peer),
        options_(std::move(options)),
        first_(std::move(first)),
        end_(self, monitors_, std::move(config), std::move(role),
             {[this](const link_saying& what) { say(what); },
              // Only a concrete kind of actor has requests.
              [self, this](link_hello question) {
                compat::request(self, end_.config().node, end_.config().limits.hello_timeout,
                                std::move(question), caf::actor_cast<link_actor>(self))
                    .then([this] { end_.on_verdict({}); },
                          [this](const caf::error& reason) { end_.on_verdict(reason); });
              }}) {}

  custom_link_state(const custom_link_state&) = delete;
  custom_link_state& operator=(const custom_link_state&) = delete;
  ~custom_link_state() { options_.ends->remove(end_.own().epoch); }

  custom_link_actor::behavior_type make_behavior() {
    end_.start();
    options_.ends->add(end_.own().epoch, caf::actor_cast<caf::actor_addr>(self_));
    if (first_.size() > 0)
      hear(std::exchange(first_, {}));
    return {
        [this](raft::message& msg) { end_.send(std::move(msg)); },
        [this](proposal_batch& batch) { end_.send(std::move(batch)); },
        [this](const proposal_refused& refused) { end_.send(refused); },
        [this](peer_word& word) { end_.send(std::move(word)); },
        [this](direct_message& msg) { end_.send(std::move(msg)); },
        [this](const direct_reply& reply) { end_.send(reply); },
        [this](close_link, const caf::error& reason) { end_.close(code_of(reason, errc::closed)); },
        [this](accept_message, const std::string& peer, const blob& bytes) {
          if (peer == peer_)
            hear(bytes);
        },
    };
  }

private:
  void say(const link_saying& what) {
    const auto& config = end_.config();
    auto bytes =
        encode_custom({end_.own().epoch, other_}, what, config.group, config.limits.max_payload);
    if (bytes.size() == 0) {
      end_.report_too_large("what is to be said to the other member");
      return;
    }
    compat::send(self_, config.node,
                 event::message{event::direction::out, peer_, {}, std::move(bytes)});
  }

  void hear(const blob& bytes) {
    const auto& config = end_.config();
    const auto address = custom_address_of(bytes);
    if (!address || (other_ != 0 && address->from != other_))
      return; // of another link
    auto what = decode_custom(bytes, config.group, config.limits.max_payload);
    if (!what) {
      end_.refuse(errc::refused_malformed, "what was carried here cannot be understood");
      return;
    }
    if (const auto* greeting = std::get_if<hello>(&*what);
        greeting != nullptr && greeting->epoch != address->from) {
      end_.refuse(errc::refused_malformed, "a hello of another link");
      return;
    }
    other_ = address->from;
    end_.hear(std::move(*what));
  }

  self_ptr self_;
  compat::monitors monitors_;
  std::string peer_;
  custom_link_options options_;
  blob first_;
  std::uint64_t other_ = 0; ///< epoch of the other end; 0: not known yet
  link_end end_;
};

/// What `redial` calls.
struct custom_dialer {
  std::string peer;
  custom_link_options options;
  link_config config;

  link_actor operator()(caf::actor_system& system) const {
    link_end_role role{true, peer, "over the application", options.retry};
    return caf::actor_cast<link_actor>(compat::spawn<custom_link_state>(
        system, options.placement, std::move(role), options, config, blob{}));
  }
};

} // namespace

dialer_actor spawn_custom_dialer(caf::actor_system& system, std::string peer,
                                 custom_link_options options, link_config config,
                                 dial_limits limits) {
  const auto where = options.placement;
  auto node = config.node;
  return compat::spawn<redial<custom_dialer>>(
      system, where, custom_dialer{std::move(peer), std::move(options), std::move(config)},
      std::move(node), limits);
}

void custom_door::accept(const std::string& peer, const blob& bytes,
                         const custom_link_options& options, const link_config& config) {
  const auto address = custom_address_of(bytes);
  if (!address)
    return;
  const opener key{peer, address->from};
  const auto known = opened_.find(key);
  const auto end = address->to != 0         ? options.ends->find(address->to)
                   : known != opened_.end() ? known->second
                                            : caf::actor_addr{};
  if (end) {
    if (const auto actor = caf::actor_cast<caf::actor>(end))
      compat::send(self_, actor, accept_message_v, peer, bytes);
    return;
  }
  // Only a hello opens a link; what comes to an end that is gone is of no interest.
  if (address->to != 0 || known != opened_.end())
    return;
  const auto what = decode_custom(bytes, config.group, config.limits.max_payload);
  if (!what || !std::holds_alternative<hello>(*what))
    return;
  if (opened_.size() >= max_ends) {
    logger()->warn("'{}' is not let in: there are too many links", peer);
    return;
  }
  link_end_role role{false, peer, "over the application", options.retry};
  const auto opened = compat::spawn<custom_link_state>(self_->system(), options.placement,
                                                       std::move(role), options, config, bytes);
  opened_.emplace(key, caf::actor_cast<caf::actor_addr>(opened));
  monitors_.watch(self_, opened, [this, key](const caf::error&) { opened_.erase(key); });
}

} // namespace hamok
