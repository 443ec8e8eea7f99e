// The line protocol of --jsonl: a request a line, a response a line, in order.
// Called by main; calls the database. The protocol is fixed: programs in other languages speak it.
//
//   {"aql", "vars"?, "role"?, "tx"?}                       {"ok": true, "data": {…}, "extensions"?: {…}}
//   {"cmd": "begin"|"commit"|"rollback", "tx"}             {"ok": true}, commit with the sequence as data
//   {"cmd": "subscribe"|"listen"|"drain", "name", …}       see feeds.hpp
//   {"cmd": "handle"|"handled", "type", …}                 see handled_jobs.hpp
//   {"cmd": "flush"|"verify"|"stats"|"close"|"reopen"}     {"ok": true}, verify and stats with data
//   anything that fails                                    {"ok": false, "error": {"code", "message",
//                                                           "line"?, "column"?, "path"}, "data"?: {…}}
// `data` of a failed text is what was done before the failing operation. After `close` every request but
// `reopen` is Closed. `reopen` on an open database closes it first. Both end the open transactions, subscriptions and
// handlers. A database in memory does not outlive `close`, so there `reopen` is InvalidOperation and changes nothing.
#pragma once

#include "cli/feeds.hpp"
#include "cli/handled_jobs.hpp"
#include "cli/open.hpp"
#include "cli/terminal.hpp"

#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace aurora::cli {

class LineProtocol {
 public:
  LineProtocol(Place place, Database database) : place_(std::move(place)), database_(std::move(database)) {}

  /// The response to one line, without a newline. Never fails.
  [[nodiscard]] std::string answer(std::string_view line);
  /// The response to a line longer than is allowed.
  [[nodiscard]] static std::string refuse_long_line();

  /// The database, with its workers running. Errors: as Database::open.
  [[nodiscard]] static Result<Database> open_working(const Place& place);

  static constexpr std::size_t kMaxLineBytes = 16u << 20;

 private:
  struct Request;

  [[nodiscard]] static Request read_request(std::string_view line);
  static void read_command(const Object& object, Request& request);
  static void read_feed_command(const Object& object, Request& request);
  static void read_publish(const Object& object, Request& request);
  static void read_job_command(const Object& object, Request& request);
  static void read_variables(const Object& object, Request& request);
  [[nodiscard]] std::string run(const Request& request);
  [[nodiscard]] std::string publish(const Request& request);
  [[nodiscard]] std::string open_feed(const Request& request);
  [[nodiscard]] std::string run_text(const Request& request);
  [[nodiscard]] std::string end_transaction(const Request& request);
  [[nodiscard]] std::string handle(const Request& request);
  [[nodiscard]] std::string begin(const Request& request);
  [[nodiscard]] std::string verify();
  [[nodiscard]] std::string close();
  [[nodiscard]] std::string reopen();

  Place place_;
  HandledJobs jobs_;
  std::optional<Database> database_;                        // empty: closed
  std::map<std::string, Transaction, std::less<>> transactions_;  // never outlives database_
  Feeds feeds_;
};

/// Serves requests from standard input until it ends; gives the exit status.
[[nodiscard]] int serve_lines(const Place& place, Terminal& terminal);

}  // namespace aurora::cli
