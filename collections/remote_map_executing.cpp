// The companion of a remote map on the member that leads: claims, executes, reports. One thing at a
// time, so that everything is in the order of the log.

#include "hamok/actors/interfaces/timeout.hpp"
#include "hamok/collections/remote_map_actor.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

namespace hamok {

namespace {

/// Bytes of operations that a storage is given at once, unless the first alone is larger.
constexpr std::size_t job_bytes = std::size_t{4} << 20;

/// A storage that has not answered after this long is asked again, behind its answer: nothing is
/// executed twice.
constexpr caf::timespan job_patience = std::chrono::minutes{1};

// Pauses after a failure, each twice as long as the one before.
constexpr raft::duration first_pause = std::chrono::milliseconds{10};
constexpr raft::duration longest_pause = std::chrono::seconds{2};

} // namespace

/// The leadership has changed, or what is known of it: what is under way is of an earlier one.
void remote_map_actor_state::new_office() {
  ++office_;
  claimed_ = 0;
  busy_ = false;
  patience_ = {};
  retry_ = {};
}

bool remote_map_actor_state::leads() const {
  return leader_ && leader_ == myself_ && !away_;
}

/// Calls `what` unless the office is another one by then.
template <class F>
auto remote_map_actor_state::in_this_office(F what) {
  return [this, office = office_, what](const auto& answer) {
    if (office == office_)
      what(answer);
  };
}

/// Does what is next for the member that leads.
void remote_map_actor_state::go_on() {
  if (busy_ || number_ == 0 || !leads())
    return;
  const auto content = view();
  if (!content || content->size() == 0)
    return;
  const auto summary = content->summary();
  if (summary.owner != owner_) // of another cluster, where the content was exported
    return;
  if (retry_ > now())
    return arm_timer();
  if (!use_storage(writer_))
    pause("it was given none");
  else if (claimed_ == 0 || summary.executor != claimed_)
    claim();
  else
    execute_next(*content);
}

/// From the claim on no report of another member counts. And what an earlier leader has committed
/// is known here when the claim is applied, so execution goes on exactly where it has stopped.
void remote_map_actor_state::claim() {
  busy_ = true;
  log(remote_command::claim(owner_), time_for({}),
      in_this_office([this](const caf::expected<blob>& answer) {
        busy_ = false;
        if (!answer || !map_answer::decode(*answer, claimed_)) {
          claimed_ = 0;
          pause({});
        }
        go_on();
      }));
}

void remote_map_actor_state::execute_next(const remote_view& content) {
  busy_ = true;
  ++writing_;
  const auto most = std::max<std::size_t>(writer_.storage->kept_outcomes(), 1);
  remote_job job{owner_, content.summary().reported, content.tasks(most, job_bytes)};
  const auto done =
      in_this_office([this](const caf::expected<blob>& answer) { on_executed(answer); });
  compat::request(self_, writer_.actor, job_patience, hamok::execute{encode(job), job_patience})
      .then(
          [this, done](const blob& answer) {
            if (--writing_ == 0)
              let_go(writer_);
            done(caf::expected<blob>{answer});
          },
          [this, done](const caf::error& reason) { // what comes next waits behind it
            --writing_;
            done(caf::expected<blob>{reason});
          });
}

void remote_map_actor_state::on_executed(const caf::expected<blob>& answer) {
  remote_report done;
  if (!answer || !decode(*answer, done))
    done.problem = "it does not answer";
  if (!done.results.empty())
    return report(done);
  busy_ = false;
  pause(done.problem);
  go_on();
}

void remote_map_actor_state::report(const remote_report& done) {
  log(remote_command::report(claimed_, done.results), time_for({}),
      in_this_office([this, problem = done.problem](const caf::expected<blob>& answer) {
        on_reported(problem, answer);
      }));
}

/// A report that is in doubt is made again: the storage still knows how it was.
void remote_map_actor_state::on_reported(const std::string& problem,
                                         const caf::expected<blob>& answer) {
  busy_ = false;
  bool counts = false;
  if (!answer || !problem.empty()) {
    pause(problem);
  } else {
    patience_ = {};
    complained_ = false;
  }
  if (answer && (!map_answer::decode(*answer, counts) || !counts))
    claimed_ = 0;
  go_on();
}

/// Tries again after a while. With a reason it is the storage's fault, which is told once.
void remote_map_actor_state::pause(const std::string& why) {
  patience_ = std::clamp(2 * patience_, first_pause, longest_pause);
  retry_ = now() + patience_;
  arm_timer();
  if (why.empty() || complained_)
    return;
  complained_ = true;
  compat::send(self_, context_.node,
               event::error{errc::remote_unavailable,
                            "the storage of the remote map '" + name_
                                + "', whose operations this member has to execute, is not "
                                  "available: "
                                + why + "; it is tried again until it is"});
}

/// Without work it ends: an actor system that waits for its actors must not wait for this one, and
/// threads are soon there again.
void remote_map_actor_state::let_go(worker& which) {
  if (which.actor)
    caf::anon_send_exit(std::exchange(which.actor, nullptr), caf::exit_reason::user_shutdown);
}

/// Whether there is a storage for the worker. A user may have given another one since.
bool remote_map_actor_state::use_storage(worker& which) {
  auto storage = context_.storages->get(name_);
  if (!storage)
    return false;
  if (which.actor && which.storage == storage)
    return true;
  let_go(which);
  which.actor = spawn_storage_worker(self_->system(), storage);
  which.storage = std::move(storage);
  return true;
}

} // namespace hamok
