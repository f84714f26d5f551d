#include "hamok/collections/content_transfer.hpp"

#include "hamok/actors/interfaces/random_id.hpp"
#include "hamok/actors/interfaces/timeout.hpp"
#include "hamok/collections/content_command_state.hpp"
#include "hamok/collections/import_job.hpp"
#include "hamok/collections/registry.hpp"
#include "hamok/collections/response.hpp"
#include "hamok/collections/state_bytes_state.hpp"

#include <caf/event_based_actor.hpp>
#include <caf/typed_response_promise.hpp>

#include <exception>
#include <utility>

namespace hamok {

namespace {

/// Pieces on their way at a time: enough to keep the log busy, little beside other operations.
constexpr std::size_t pieces_in_flight = 4;

/// So often an import begins anew when its session has ended in between.
constexpr unsigned max_beginnings = 3;

/// Writes a cut.
class writer_actor : public caf::event_based_actor {
public:
  writer_actor(caf::actor_config& cfg, collection_snapshot head,
               std::shared_ptr<const state_cut> content)
      : caf::event_based_actor(cfg),
        snapshot_(std::move(head)),
        cut_(std::move(content)) {}

  caf::behavior make_behavior() override {
    content_writer::behavior_type typed{[this](export_content) { return write(); }};
    return std::move(typed.unbox());
  }

  void on_exit() override {
    cut_.reset();
    caf::event_based_actor::on_exit();
  }

private:
  caf::result<collection_snapshot> write() {
    quit();
    try {
      byte_sink out;
      std::exchange(cut_, nullptr)->write(out);
      snapshot_.content = out.take();
      return std::move(snapshot_);
    } catch (const std::exception& thrown) { // no memory is left
      return make_error(errc::snapshot_failed, thrown.what());
    }
  }

  collection_snapshot snapshot_;
  std::shared_ptr<const state_cut> cut_;
};

/// Brings new content into the log, piece by piece. The last piece, which replaces the content, is
/// sent when all others are there: so a failure before it has changed nothing.
class importer_actor : public import_job {
public:
  importer_actor(caf::actor_config& cfg, collection_actor to, collection_snapshot given,
                 caf::timespan limit)
      : import_job(cfg, limit),
        to_(std::move(to)),
        given_(std::move(given)) {}

  caf::behavior make_behavior() override {
    content_importer::behavior_type typed{[this](import_content) { return start(); }};
    return std::move(typed.unbox());
  }

  void on_exit() override {
    to_ = nullptr;
    import_job::on_exit();
  }

private:
  promise_type start() {
    auto promise = begin();
    if (const auto problem = objection_to(given_); !problem.empty())
      finish(make_error(errc::snapshot_failed, problem));
    else
      begin_anew();
    return promise;
  }

  void begin_anew() {
    import_ = random_id();
    sent_ = 0;
    acked_ = 0;
    ++beginnings_;
    send_more();
  }

  /// Where the last piece begins.
  [[nodiscard]] std::size_t last_begin() const {
    const auto size = given_.content.size();
    return size == 0 ? 0 : (size - 1) / content_piece_size * content_piece_size;
  }

  void send_more() {
    const auto end = last_begin();
    while (sent_ < end && sent_ - acked_ < pieces_in_flight * content_piece_size)
      send_piece(false, content_piece_size);
    if (acked_ == end && sent_ == end)
      send_piece(true, given_.content.size() - end);
  }

  void send_piece(bool last, std::size_t size) {
    const auto limit = left();
    import_piece piece{import_, sent_, last, given_.content.slice(sent_, size), limit};
    sent_ += last ? size + 1 : size; // nothing comes behind the last one
    compat::request(this, to_, limit + answer_margin, std::move(piece))
        .then([this, last, size,
               import = import_](const blob& result) { on_answer(last, size, import, result); },
              [this, last, import = import_](const caf::error& reason) {
                if (import == import_)
                  finish(last ? detail::in_our_words(reason, errc::outcome_unknown)
                              : without_effect(reason));
              });
  }

  void on_answer(bool last, std::size_t size, const raft::incarnation_id& import,
                 const blob& result) {
    if (import != import_)
      return; // of an earlier beginning
    const auto outcome = decode_content_outcome(result);
    if (outcome == content_outcome::out_of_order) {
      if (beginnings_ < max_beginnings)
        begin_anew();
      else
        finish(make_error(errc::session_expired, "another import has come between, or the session "
                                                 "has ended; nothing was replaced"));
    } else if (outcome != content_outcome::done) {
      finish(make_error(errc::snapshot_failed, "content: it cannot be understood"));
    } else if (last) {
      finish({});
    } else {
      acked_ += size;
      send_more();
    }
  }

  /// Nothing is replaced before the last piece.
  static caf::error without_effect(const caf::error& reason) {
    const auto told = detail::in_our_words(reason, errc::request_timeout);
    return told == errc::outcome_unknown ? make_error(errc::request_timeout) : told;
  }

  collection_actor to_;
  collection_snapshot given_;
  raft::incarnation_id import_;
  std::size_t sent_ = 0;
  std::size_t acked_ = 0;
  unsigned beginnings_ = 0;
};

} // namespace

std::string objection_to(const collection_snapshot& given) {
  try {
    const auto machine = state_registry::instance().make(given.kind);
    if (!machine)
      return "kind: '" + given.kind + "' is not known here";
    chunk_source source{given.content};
    if (!machine->load(source))
      return "content: it is nothing that a '" + given.kind + "' can have written";
    return {};
  } catch (const std::exception& thrown) {
    return std::string{"content: "} + thrown.what();
  }
}

content_writer spawn_content_writer(caf::actor_system& system, collection_snapshot head,
                                    std::shared_ptr<const state_cut> content) {
  return caf::actor_cast<content_writer>(
      system.spawn<writer_actor, caf::detached>(std::move(head), std::move(content)));
}

content_importer spawn_content_importer(caf::actor_system& system, collection_actor to,
                                        collection_snapshot given, caf::timespan limit) {
  return caf::actor_cast<content_importer>(
      system.spawn<importer_actor, caf::detached>(std::move(to), std::move(given), bounded(limit)));
}

} // namespace hamok
