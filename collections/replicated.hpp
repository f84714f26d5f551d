#pragma once

// The extension point: a deterministic state machine of the user's own, with the log as its
// mailbox. The built-in collections use nothing more than this machinery.
//
//   struct counter {
//     using command = int;             // anything that has a codec
//     using result = int;
//     int total = 0;
//     result apply(const command& step) { return total += step; }
//
//     using question = std::string;    // optional, with `query`
//     using answer = int;
//     answer query(const question&) const { return total; }
//   };
//   template <class Inspector>
//   bool inspect(Inspector& f, counter& x) { return f.object(x).fields(f.field("total", x.total));
//   }
//
//   hamok::register_state<counter>("counter");                      // before the node starts
//   auto hits = hamok::open_replicated<counter>(node, "hits", "counter");
//   hits->execute(1).get();

#include "hamok/actors/interfaces/timeout.hpp"
#include "hamok/collections/codec.hpp"
#include "hamok/collections/decoders.hpp"
#include "hamok/collections/member_facade.hpp"
#include "hamok/collections/registry.hpp"
#include "hamok/collections/state_bytes_state.hpp"

#include <concepts>
#include <memory>
#include <string>
#include <utility>

namespace hamok {

namespace detail {

template <class State>
concept applies_with_context = requires(State& s, const command_context& context,
                                        const typename State::command& command) {
  { s.apply(context, command) } -> std::convertible_to<typename State::result>;
};

template <class State>
concept applies_plainly = requires(State& s, const typename State::command& command) {
  { s.apply(command) } -> std::convertible_to<typename State::result>;
};

template <class State>
concept answers_questions = requires(const State& s, const typename State::question& question) {
  { s.query(question) } -> std::convertible_to<typename State::answer>;
};

template <class State>
concept keeps_own_snapshots = requires(State& s, const State& c, const blob& bytes) {
  { c.snapshot() } -> std::convertible_to<blob>;
  { s.restore(bytes) } -> std::convertible_to<bool>;
};

/// A cut that has been written out already.
class byte_cut final : public state_cut {
public:
  explicit byte_cut(blob bytes) : bytes_(std::move(bytes)) {}

  void write(state_sink& out) const override { out.write(bytes_.bytes()); }
  [[nodiscard]] digest128 digest() const override { return hash_bytes(bytes_.bytes()); }

private:
  blob bytes_;
};

} // namespace detail

/// A state that can be replicated. `apply` must be a function of the state, the command and the
/// context: no clock, no randomness, no address, no order of an unordered container; and it must
/// not throw. The content goes into snapshots by `inspect`, or by the state's own
/// `snapshot() -> blob` and `restore(blob) -> bool`.
template <class State>
concept replicable = std::default_initializable<State> && std::movable<State> &&(
    detail::applies_with_context<State> || detail::applies_plainly<State>);

/// `State` as the machinery wants it.
template <replicable State>
class replicated_machine final : public state_machine {
public:
  using command_type = typename State::command;
  using result_type = typename State::result;

  apply_result apply(const command_context& context, const blob& bytes) override {
    apply_result out;
    out.status = command_status::bad_command;
    const auto command = decode_value<codec<command_type>, command_type>(bytes);
    if (!command)
      return out;
    try {
      auto result = encode_value<codec<result_type>, result_type>(call(context, *command));
      if (result) {
        out.status = command_status::ok;
        out.result = std::move(*result);
      }
    } catch (...) {
      // As deterministic as the state itself: all members answer the same.
    }
    return out;
  }

  [[nodiscard]] query_answer query(const blob& bytes) const override {
    if constexpr (detail::answers_questions<State>) {
      using question_type = typename State::question;
      using answer_type = typename State::answer;
      const auto question = decode_value<codec<question_type>, question_type>(bytes);
      if (!question)
        return std::nullopt;
      try {
        auto answer = encode_value<codec<answer_type>, answer_type>(state_.query(*question));
        if (answer)
          return std::move(*answer);
      } catch (...) {}
    }
    return std::nullopt;
  }

  [[nodiscard]] blob snapshot() const override {
    if constexpr (detail::keeps_own_snapshots<State>) {
      return state_.snapshot();
    } else {
      auto bytes = encode_value<codec<State>, State>(state_);
      return bytes ? std::move(*bytes) : blob{};
    }
  }

  bool restore(const blob& bytes) override {
    State fresh{};
    try {
      if constexpr (detail::keeps_own_snapshots<State>) {
        if (!fresh.restore(bytes))
          return false;
      } else if (!codec<State>::decode(bytes.bytes(), fresh)) {
        return false;
      }
    } catch (...) {
      return false;
    }
    state_ = std::move(fresh);
    return true;
  }

  /// Nothing is known of how `State` is built, so it becomes bytes at once: a large one holds its
  /// collection up meanwhile.
  [[nodiscard]] std::shared_ptr<const state_cut> cut() override {
    return std::make_shared<const detail::byte_cut>(snapshot());
  }

  bool load(state_source& source) override {
    state_reader in{source};
    const auto bytes = in.rest();
    return in.ok() && restore(bytes);
  }

  [[nodiscard]] std::uint64_t size() const override {
    if constexpr (requires {
                    { state_.size() } -> std::convertible_to<std::uint64_t>;
                  })
      return state_.size();
    else
      return 1;
  }

  [[nodiscard]] digest128 digest() const override { return hash_bytes(snapshot().bytes()); }

  /// A copy of a state is not known to be cheap: it is asked through its actor.
  [[nodiscard]] std::shared_ptr<const state_view> view() override { return nullptr; }

private:
  result_type call(const command_context& context, const command_type& command) {
    if constexpr (detail::applies_with_context<State>)
      return state_.apply(context, command);
    else
      return state_.apply(command);
  }

  State state_{};
};

/// Makes `State` known as `kind` in this process. Every member of a cluster has to, before it
/// starts. False when there is a kind of that name already.
template <replicable State>
bool register_state(const std::string& kind) {
  return state_registry::instance().add(
      kind, [] { return std::make_unique<replicated_machine<State>>(); });
}

namespace detail {

template <class Way, class T>
struct codec_decoder : Way {
  using value_type = T;
  static bool decode(const blob& answer, T& out) { return decode_into<codec<T>>(answer, out); }
};

} // namespace detail

/// A replicated `State` on a member: see `member_facade` for the ways to use it.
///
/// Thread safety: const functions from any thread.
template <replicable State>
class replicated : public member_facade<collection_handle> {
  using super = member_facade<collection_handle>;

public:
  using command_type = typename State::command;
  using result_type = typename State::result;

  replicated() = default;
  replicated(std::string id, collection_actor actor, const local_access& access,
             caf::timespan request_timeout = {})
      : super(
          std::move(id), access,
          collection_handle{std::move(actor), bounded(request_timeout, access.request_timeout)}) {}

  /// Logs the command; answers with its result once it is applied on the member of the handle.
  template <actor_self Self>
  auto execute(Self&& self, const command_type& command, caf::timespan timeout = {}) const {
    return write<result_decoder>(self, bytes_of(command), timeout);
  }
  /// The same for plain threads.
  future<result_type> execute(const command_type& command, caf::timespan timeout = {}) const {
    return call<result_decoder>(bytes_of(command), timeout);
  }

  /// Asks the state of the member of the handle, at once.
  template <actor_self Self, detail::answers_questions S = State>
  auto query(Self&& self, const typename S::question& question, caf::timespan timeout = {}) const {
    using decoder = detail::codec_decoder<detail::read_answer, typename S::answer>;
    return read<decoder>(self, bytes_of(question), timeout);
  }
  /// The same for plain threads; waits for the answer.
  template <detail::answers_questions S = State>
  caf::expected<typename S::answer> query(const typename S::question& question,
                                          caf::timespan timeout = {}) const {
    return wait_for<typename S::answer>(
        [&](const auto& self) { return query(self, question, timeout); });
  }

private:
  using result_decoder = detail::codec_decoder<detail::write_answer, result_type>;

  template <class T>
  static caf::expected<blob> bytes_of(const T& value) {
    return encode_value<codec<T>, T>(value);
  }
};

/// The replicated state `id` of a member, proposed for creation where it is not known; `kind` is
/// the name that `State` was registered with. See `open_map` for `Node`. Operations have
/// `request_timeout` where they name none; 0: the member's.
template <replicable State, class Node>
caf::expected<replicated<State>> open_replicated(Node& node, const std::string& id,
                                                 const std::string& kind,
                                                 caf::timespan request_timeout = {}) {
  collection_spec spec;
  spec.name = id;
  spec.kind = kind;
  spec.limits.request_timeout = request_timeout;
  auto actor = node.open_collection(std::move(spec));
  if (!actor)
    return std::move(actor.error());
  return replicated<State>{id, std::move(*actor), node.access(), request_timeout};
}

} // namespace hamok
