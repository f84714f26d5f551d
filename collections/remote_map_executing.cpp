// The companion of a remote map on the member that leads: carries out what `remote_executor` says.

#include "hamok/actors/interfaces/timeout.hpp"
#include "hamok/collections/remote_map_actor.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

namespace hamok {

namespace {

/// A storage that has not answered after this long is asked again, behind its answer: nothing is
/// executed twice.
constexpr caf::timespan job_patience = std::chrono::minutes{1};

std::optional<blob> answer_in(const caf::expected<blob>& answer) {
  return answer ? std::optional{*answer} : std::nullopt;
}

} // namespace

bool remote_map_actor_state::leads() const {
  return leader_ && leader_ == myself_ && !away_;
}

/// Does what is next for the member that leads.
void remote_map_actor_state::go_on() {
  if (executor_.busy() || number_ == 0 || !leads())
    return;
  const auto content = view();
  if (!content)
    return;
  auto next = executor_.next(now(), *content, owner_, [this]() -> std::size_t {
    const auto storage = context_.storages->get(name_);
    return storage ? std::max<std::size_t>(storage->kept_outcomes(), 1) : 0;
  });
  complain();
  switch (next.what) {
  case remote_action::kind::nothing:
    break;
  case remote_action::kind::wait:
    arm_timer();
    break;
  case remote_action::kind::claim:
    claim();
    break;
  case remote_action::kind::execute:
    execute_next(next.job);
    break;
  }
}

void remote_map_actor_state::claim() {
  log(remote_command::claim(owner_), time_for({}),
      [this, office = executor_.office()](const caf::expected<blob>& answer) {
        executor_.claimed(office, now(), answer_in(answer));
        go_on();
      });
}

void remote_map_actor_state::execute_next(const remote_job& job) {
  static_cast<void>(use_storage(writer_)); // there is one: the job was made for it
  ++writing_;
  const auto office = executor_.office();
  compat::request(self_, writer_.actor, job_patience, hamok::execute{encode(job), job_patience})
      .then(
          [this, office](const blob& answer) {
            if (--writing_ == 0)
              let_go(writer_);
            remote_report done;
            on_executed(office,
                        decode(answer, done) ? std::optional{std::move(done)} : std::nullopt);
          },
          [this, office](const caf::error&) { // what comes next waits behind it
            --writing_;
            on_executed(office, std::nullopt);
          });
}

void remote_map_actor_state::on_executed(std::uint64_t office,
                                         const std::optional<remote_report>& done) {
  auto command = executor_.executed(office, now(), done);
  complain();
  if (!command)
    return go_on();
  log(*std::move(command), time_for({}), [this, office](const caf::expected<blob>& answer) {
    executor_.reported(office, now(), answer_in(answer));
    complain();
    go_on();
  });
}

/// Tells why the storage is not available, once.
void remote_map_actor_state::complain() {
  const auto why = executor_.take_complaint();
  if (why.empty())
    return;
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
