#include "hamok/collections/content_access.hpp"

#include "hamok/collections/response.hpp"

#include <caf/scoped_actor.hpp>

#include <utility>

namespace hamok {

caf::expected<collection_snapshot> export_collection(const collection_actor& from,
                                                     caf::timespan timeout) {
  if (!from)
    return make_error(errc::unknown_collection, "there is no handle");
  caf::scoped_actor self{from.home_system()};
  caf::expected<collection_snapshot> result = make_error(errc::connection_lost);
  caf::error not_ready;
  compat::request(self.ptr(), from, bounded(timeout) + answer_margin, await_created_v,
                  bounded(timeout))
      .receive([](const collection_status&) {},
               [&](const caf::error& reason) {
                 not_ready = detail::in_our_words(reason, errc::request_timeout);
               });
  if (not_ready)
    return not_ready;
  compat::request(self.ptr(), from, bounded(timeout), export_content_v)
      .receive([&](collection_snapshot& value) { result = std::move(value); },
               [&](const caf::error& reason) {
                 result = detail::in_our_words(reason, errc::request_timeout);
               });
  return result;
}

caf::error import_collection(const collection_actor& to, collection_snapshot given,
                             caf::timespan timeout) {
  if (!to)
    return make_error(errc::unknown_collection, "there is no handle");
  caf::scoped_actor self{to.home_system()};
  caf::error result;
  compat::request(self.ptr(), to, bounded(timeout) + 2 * answer_margin, import_content_v,
                  std::move(given), bounded(timeout))
      .receive([] {},
               [&](const caf::error& reason) {
                 result = detail::in_our_words(reason, errc::outcome_unknown);
               });
  return result;
}

} // namespace hamok
