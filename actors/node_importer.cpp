#include "hamok/actors/node_importer.hpp"

#include "hamok/actors/interfaces/timeout.hpp"
#include "hamok/collections/content_transfer.hpp"
#include "hamok/collections/import_job.hpp"
#include "hamok/collections/operation_state.hpp"
#include "hamok/collections/registry.hpp"
#include "hamok/collections/restore_state.hpp"

#include <functional>
#include <map>
#include <utility>
#include <vector>

namespace hamok {

namespace {

/// Initial content of more bytes than this comes behind the creation.
constexpr std::size_t max_initial = max_create_size / 2;

/// What a restore takes in its entry besides the content.
constexpr std::size_t restore_overhead = 4096;

std::string place_of(std::size_t index) {
  return "collections[" + std::to_string(index) + "].";
}

/// Goes through the collections one by one, with a step for each message of the conversation. Looks
/// at the whole snapshot first, which takes long, so it needs a thread of its own.
class importer : public import_job {
public:
  importer(caf::actor_config& cfg, node_actor node, node_snapshot given, const session_id& id,
           bool running, caf::timespan limit)
      : import_job(cfg, limit),
        node_(std::move(node)),
        given_(std::move(given)),
        id_(id),
        running_(running) {}

  caf::behavior make_behavior() override {
    node_importer::behavior_type typed{[this](import_content) { return start(); }};
    return std::move(typed.unbox());
  }

  void on_exit() override {
    node_ = nullptr;
    import_job::on_exit();
  }

private:
  promise_type start() {
    auto promise = begin();
    if (const auto problem = objection_to(given_); !problem.empty())
      finish(make_error(errc::snapshot_failed, problem));
    else if (running_ && size_of_content() > max_create_size - restore_overhead)
      finish(make_error(errc::too_large, too_large_text()));
    else if (running_)
      await_node([this](raft::index_t) { open_next(); });
    else
      ask([this] { await_node([this](raft::index_t) { open_next(); }); }, node_, start_node_v);
    return promise;
  }

  void await_node(std::function<void(raft::index_t)> next) {
    ask(std::move(next), node_, await_ready_v, left());
  }

  // -- the collections of the snapshot ------------------------------------------------------------

  void open_next() {
    if (done_ == given_.collections.size())
      return finish_opening();
    const auto& one = given_.collections[done_];
    collection_spec spec;
    spec.name = one.name;
    spec.kind = one.kind;
    spec.options = one.options;
    if (is_initial(one))
      spec.initial = one.content;
    ask(
        [this](const collection_actor& actor) {
          ask([this, actor](const collection_status& status) { on_ready(actor, status); }, actor,
              await_created_v, left());
        },
        node_, open_collection_v, std::move(spec));
  }

  /// All collections are there.
  void finish_opening() {
    if (running_)
      await_node([this](raft::index_t head) { restore(head); });
    else
      finish({});
  }

  /// With nobody else in the cluster, the creation alone brings the content in.
  [[nodiscard]] bool is_initial(const collection_snapshot& one) const {
    return !running_ && one.content.size() <= max_initial;
  }

  void on_ready(const collection_actor& actor, const collection_status& status) {
    auto& one = given_.collections[done_++];
    if (running_) {
      restored_.push_back({status.number, one.content});
      return open_next();
    }
    if (is_initial(one)) {
      one.content = {};
      return open_next();
    }
    ask([this] { open_next(); }, actor, import_content_v, std::move(one), left());
  }

  // -- replacing what there is --------------------------------------------------------------------

  /// What the snapshot does not have is empty from then on, as far as it is known up to `as_of`.
  void restore(raft::index_t as_of) {
    collection_spec spec;
    spec.name = "restore " + raft::to_string(id_);
    spec.kind = restore_kind;
    spec.initial = encode(restore_list{as_of, std::exchange(restored_, {})});
    ask(
        [this](const collection_actor& actor) {
          ask([this](
                  const collection_status&) { await_node([this](raft::index_t) { finish({}); }); },
              actor, await_created_v, left());
        },
        node_, open_collection_v, std::move(spec));
  }

  // -- questions and the answer -------------------------------------------------------------------

  [[nodiscard]] std::size_t size_of_content() const {
    std::size_t result = 0;
    for (const auto& one : given_.collections)
      result += one.content.size();
    return result;
  }

  [[nodiscard]] std::string too_large_text() const {
    return "the collections have " + std::to_string(size_of_content())
           + " bytes, and one entry of the log takes "
           + std::to_string(max_create_size - restore_overhead)
           + "; import them one by one (`import_collection`), or found a cluster with the snapshot";
  }

  template <class F, class Handle, class... Ts>
  void ask(F next, const Handle& whom, Ts&&... xs) {
    compat::request(this, whom, left() + answer_margin, std::forward<Ts>(xs)...)
        .then(std::move(next), [this](const caf::error& reason) { finish(reason); });
  }

  node_actor node_;
  node_snapshot given_;
  session_id id_;
  bool running_;
  std::size_t done_ = 0; ///< collections of the snapshot that are open
  std::vector<restore_item> restored_;
};

} // namespace

std::string objection_to(const node_snapshot& given) {
  if (given.version != node_snapshot::latest_version)
    return "version: it is " + std::to_string(given.version) + ", and only "
           + std::to_string(node_snapshot::latest_version) + " is known";
  std::map<std::string, std::size_t> names;
  for (std::size_t i = 0; i < given.collections.size(); ++i) {
    const auto& one = given.collections[i];
    if (one.name.empty() || one.name.size() > max_name_size)
      return place_of(i) + "name: it has " + std::to_string(one.name.size()) + " bytes; 1 to "
             + std::to_string(max_name_size) + " are allowed";
    if (const auto [known, fresh] = names.emplace(one.name, i); !fresh)
      return place_of(i) + "name: collections[" + std::to_string(known->second) + "] has it too";
    if (one.kind == restore_kind)
      return place_of(i) + "kind: '" + one.kind + "' is nothing that is exported";
    if (const auto problem = objection_to(one); !problem.empty())
      return place_of(i) + problem;
  }
  return {};
}

node_importer spawn_node_importer(caf::actor_system& system, node_actor node, node_snapshot given,
                                  const session_id& id, bool running, caf::timespan limit) {
  return caf::actor_cast<node_importer>(system.spawn<importer, caf::detached>(
      std::move(node), std::move(given), id, running, bounded(limit)));
}

} // namespace hamok
