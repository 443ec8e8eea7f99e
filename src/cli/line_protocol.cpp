// Body of line_protocol.hpp. Calls the facade and the reader of lines.
#include "cli/line_protocol.hpp"

#include "cli/error_report.hpp"
#include "cli/responses.hpp"


#include <aurora/import.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <unistd.h>

namespace aurora::cli {

struct LineProtocol::Request {
  std::string aql;
  std::string command;   // empty: run aql
  std::string transaction;
  Object variables;
  ExecuteOptions options;
  std::string name;                        // of a listener, subscription or watched query
  std::optional<std::string> collection;   // listen; none: all
  std::string topic;                       // listen, publish
  Value payload;                           // publish
  std::chrono::milliseconds wait{0};       // drain, handled
  std::string type;                        // of jobs: handle, handled
  HandledJobs::Outcome outcome = HandledJobs::Outcome::kComplete;
  std::optional<std::uint64_t> fail_times;
};

namespace {

// A document may nest as deep as the engine allows, inside variables inside the request.
constexpr std::uint32_t kRequestDepth = 200;

constexpr std::array<std::string_view, 4> kTextKeys{"aql", "vars", "role", "tx"};
constexpr std::array<std::string_view, 1> kCommandKeys{"cmd"};
constexpr std::array<std::string_view, 2> kTransactionKeys{"cmd", "tx"};
constexpr std::array<std::string_view, 3> kTransactionCommands{"begin", "commit", "rollback"};
constexpr std::array<std::string_view, 5> kPlainCommands{"flush", "verify", "stats", "close", "reopen"};
constexpr std::array<std::string_view, 4> kFeedCommands{"subscribe", "watch", "listen", "drain"};
constexpr std::array<std::string_view, 5> kSubscribeKeys{"cmd", "name", "aql", "vars", "role"};
constexpr std::array<std::string_view, 4> kListenKeys{"cmd", "name", "collection", "topic"};
constexpr std::array<std::string_view, 3> kPublishKeys{"cmd", "topic", "payload"};
constexpr std::array<std::string_view, 3> kDrainKeys{"cmd", "name", "wait_ms"};
constexpr std::array<std::string_view, 2> kJobCommands{"handle", "handled"};
constexpr std::array<std::string_view, 4> kHandleKeys{"cmd", "type", "outcome", "fail_times"};
constexpr std::array<std::string_view, 3> kHandledKeys{"cmd", "type", "wait_ms"};

template <std::size_t N>
bool is_one_of(std::string_view name, const std::array<std::string_view, N>& names) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

Error bad_request(std::string message) { return Error(ErrorCode::kInvalidInput, std::move(message)); }

// Empty when absent or null. Errors: throws InvalidInput.
std::string text_at(const Object& request, std::string_view name) {
  const Value* value = request.find(name);
  if (value == nullptr || value->is_null()) return {};
  if (const auto* text = value->if_string()) return *text;
  throw bad_request("'" + std::string(name) + "' must be a text");
}

// A key that means nothing is a mistake worth hearing of. Errors: throws InvalidInput.
template <std::size_t N>
void check_keys(const Object& request, const std::array<std::string_view, N>& known) {
  for (const auto& [name, value] : request)
    if (!is_one_of(name, known)) throw bad_request("the request has an unknown key '" + name + "'");
}

// Zero when absent or null. Errors: throws InvalidInput.
std::chrono::milliseconds wait_at(const Object& request) {
  const Value* wait = request.find("wait_ms");
  if (wait == nullptr || wait->is_null()) return {};
  const auto* number = wait->if_int();
  if (number == nullptr || *number < 0 || *number > Feeds::kLongestWait.count())
    throw bad_request("'wait_ms' must be a whole number from 0 to " + std::to_string(Feeds::kLongestWait.count()));
  return std::chrono::milliseconds(*number);
}

Error closed() { return Error(ErrorCode::kClosed, "the database is closed; reopen it first"); }

}  // namespace

// Errors: throws.
LineProtocol::Request LineProtocol::read_request(std::string_view line) {
  const auto value = parse_json(line, kRequestDepth);
  if (!value) throw bad_request("the line is not JSON: " + value.error().message());
  const Object* object = value->if_object();
  if (object == nullptr) throw bad_request("a request is a JSON object");
  Request request;
  if (object->contains("cmd")) {
    read_command(*object, request);
    return request;
  }
  if (!object->contains("aql")) throw bad_request("a request has 'aql' or 'cmd'");
  check_keys(*object, kTextKeys);
  if (object->find("aql")->if_string() == nullptr) throw bad_request("'aql' must be a text");
  request.aql = text_at(*object, "aql");
  request.transaction = text_at(*object, "tx");
  request.options.role = text_at(*object, "role");
  read_variables(*object, request);
  return request;
}

// Errors: throws.
void LineProtocol::read_variables(const Object& object, Request& request) {
  const Value* variables = object.find("vars");
  if (variables == nullptr || variables->is_null()) return;
  if (variables->if_object() == nullptr) throw bad_request("'vars' must be an object");
  request.variables = *variables->if_object();
}

// Errors: throws.
void LineProtocol::read_feed_command(const Object& object, Request& request) {
  if (request.command == "subscribe" || request.command == "watch") {
    check_keys(object, kSubscribeKeys);
    request.aql = text_at(object, "aql");
    if (request.aql.empty())
      throw bad_request("'" + request.command + "' needs the text of a " +
                        (request.command == "watch" ? "query" : "subscription") + ", 'aql'");
    request.options.role = text_at(object, "role");
    read_variables(object, request);
  } else if (request.command == "listen") {
    check_keys(object, kListenKeys);
    if (const Value* collection = object.find("collection"); collection != nullptr && !collection->is_null())
      request.collection = text_at(object, "collection");
    request.topic = text_at(object, "topic");
    if (request.collection && !request.topic.empty())
      throw bad_request("'listen' has a 'collection' or a 'topic', not both");
  } else {
    check_keys(object, kDrainKeys);
    request.wait = wait_at(object);
  }
  request.name = text_at(object, "name");
  if (request.name.empty()) throw bad_request("'" + request.command + "' needs a 'name'");
}

// Errors: throws.
void LineProtocol::read_publish(const Object& object, Request& request) {
  check_keys(object, kPublishKeys);
  request.topic = text_at(object, "topic");
  if (request.topic.empty()) throw bad_request("'publish' needs a 'topic'");
  const Value* payload = object.find("payload");
  if (payload == nullptr) throw bad_request("'publish' needs a 'payload'");
  request.payload = *payload;
}

// Errors: throws.
void LineProtocol::read_job_command(const Object& object, Request& request) {
  const bool handles = request.command == "handle";
  if (handles)
    check_keys(object, kHandleKeys);
  else
    check_keys(object, kHandledKeys);
  request.type = text_at(object, "type");
  if (request.type.empty()) throw bad_request("'" + request.command + "' needs the 'type' of the jobs");
  if (!handles) {
    request.wait = wait_at(object);
    return;
  }
  const auto outcome = text_at(object, "outcome");
  if (outcome != "complete" && outcome != "fail") throw bad_request("'outcome' must be \"complete\" or \"fail\"");
  if (outcome == "fail") request.outcome = HandledJobs::Outcome::kFail;
  const Value* times = object.find("fail_times");
  if (times == nullptr || times->is_null()) return;
  if (times->if_int() == nullptr || *times->if_int() < 0)
    throw bad_request("'fail_times' must be a whole number, not below 0");
  request.fail_times = static_cast<std::uint64_t>(*times->if_int());
}

// Errors: throws.
void LineProtocol::read_command(const Object& object, Request& request) {
  request.command = text_at(object, "cmd");
  if (is_one_of(request.command, kFeedCommands)) return read_feed_command(object, request);
  if (is_one_of(request.command, kJobCommands)) return read_job_command(object, request);
  if (request.command == "publish") return read_publish(object, request);
  if (is_one_of(request.command, kPlainCommands)) return check_keys(object, kCommandKeys);
  if (!is_one_of(request.command, kTransactionCommands))
    throw bad_request("unknown command '" + request.command + "'");
  check_keys(object, kTransactionKeys);
  request.transaction = text_at(object, "tx");
  if (request.transaction.empty())
    throw bad_request("'" + request.command + "' needs the name of a transaction, 'tx'");
}

std::string LineProtocol::answer(std::string_view line) {
  const auto request = attempt([&] { return read_request(line); });
  if (!request) return failure(request.error());
  return run(*request);
}

std::string LineProtocol::refuse_long_line() {
  return failure(bad_request("the line is longer than " + std::to_string(kMaxLineBytes) + " bytes"));
}

std::string LineProtocol::run(const Request& request) {
  if (request.command == "reopen") return reopen();
  if (!database_) return failure(closed());
  if (request.command.empty()) return run_text(request);
  if (request.command == "begin") return begin(request);
  if (request.command == "commit" || request.command == "rollback") return end_transaction(request);
  if (request.command == "drain") return feeds_.drain(request.name, request.wait);
  if (is_one_of(request.command, kFeedCommands)) return open_feed(request);
  if (request.command == "handled") return jobs_.handled(request.type, request.wait);
  if (request.command == "handle") return handle(request);
  if (request.command == "publish") return publish(request);
  if (request.command == "verify") return verify();
  if (request.command == "close") return close();
  if (request.command == "stats") {
    const auto stats = attempt([&] { return database_->stats(); });
    return stats ? success(stats_text(*stats)) : failure(stats.error());
  }
  const auto status = attempt([&] { database_->flush(); });
  return status ? success() : failure(status.error());
}

std::string LineProtocol::run_text(const Request& request) {
  QueryResult partial;
  if (request.transaction.empty()) {
    const auto result = database_->try_execute(request.aql, request.variables, request.options, partial);
    return result ? success(result->data_text(), result->extensions_text())
                  : failure(result.error(), partial.data_text());
  }
  const auto found = transactions_.find(request.transaction);
  if (found == transactions_.end())
    return failure(Error(ErrorCode::kNotFound, "there is no transaction '" + request.transaction + "'"));
  const auto result = found->second.try_execute(request.aql, request.variables, request.options);
  return result ? success(result->data_text(), result->extensions_text())
                : failure(result.error(), partial.data_text());
}

std::string LineProtocol::publish(const Request& request) {
  const auto listeners = database_->try_publish(request.topic, request.payload);
  return listeners ? success("{\"listeners\":" + std::to_string(*listeners) + "}") : failure(listeners.error());
}

std::string LineProtocol::open_feed(const Request& request) {
  if (!request.topic.empty()) {
    auto listener = database_->try_listen_topic(request.topic);
    if (!listener) return failure(listener.error());
    feeds_.add(request.name, *std::move(listener));
    return success();
  }
  if (request.command == "listen") {
    auto listener = database_->try_listen(request.collection);
    if (!listener) return failure(listener.error());
    feeds_.add(request.name, *std::move(listener));
    return success();
  }
  if (request.command == "watch") {
    WatchOptions options;
    options.role = request.options.role;
    auto watcher = database_->try_watch(request.aql, request.variables, options);
    return watcher ? success(feeds_.add(request.name, *std::move(watcher))) : failure(watcher.error());
  }
  auto stream = database_->try_stream(request.aql, request.variables, request.options);
  if (!stream) return failure(stream.error());
  feeds_.add(request.name, *std::move(stream));
  return success();
}

std::string LineProtocol::handle(const Request& request) {
  const auto done = attempt([&] {
    jobs_.handle(database_->workers(), request.type, request.outcome, request.fail_times);
  });
  return done ? success() : failure(done.error());
}

std::string LineProtocol::begin(const Request& request) {
  if (transactions_.contains(request.transaction))
    return failure(bad_request("the transaction '" + request.transaction + "' has begun already"));
  auto transaction = database_->try_begin_transaction();
  if (!transaction) return failure(transaction.error());
  transactions_.emplace(request.transaction, *std::move(transaction));
  return success();
}

std::string LineProtocol::end_transaction(const Request& request) {
  auto ended = transactions_.extract(request.transaction);
  if (ended.empty())
    return failure(Error(ErrorCode::kNotFound, "there is no transaction '" + request.transaction + "'"));
  if (request.command == "rollback") {
    ended.mapped().rollback();
    return success();
  }
  const auto sequence = ended.mapped().try_commit();
  if (!sequence) return failure(sequence.error());
  return success("{\"sequence\":" + std::to_string(*sequence) + "}");
}

// Jobs are run one after another, so that who asks what was handled hears it in the order of the queue.
Result<Database> LineProtocol::open_working(const Place& place) {
  auto database = open_database(place, Missing::kCreate, 1);
  if (!database || place.read_only) return database;
  const auto started = attempt([&] { database->workers().start(); });
  if (!started) return started.error();
  return database;
}

std::string LineProtocol::verify() {
  const auto report = attempt([&] { return database_->verify(); });
  if (!report) return failure(report.error());
  if (report->problems.empty()) return success(verify_text(*report));
  return failure(Error(ErrorCode::kCorruption, report->problems.front()), verify_text(*report));
}

std::string LineProtocol::close() {
  transactions_.clear();
  feeds_.clear();
  const auto status = attempt([&] { database_->close(); });
  database_.reset();
  jobs_.clear();
  return status ? success() : failure(status.error());
}

std::string LineProtocol::reopen() {
  if (place_.memory)
    return failure(Error(ErrorCode::kInvalidOperation, "a database in memory cannot be reopened: closing is its end"));
  transactions_.clear();
  feeds_.clear();
  if (database_) {
    const auto status = attempt([&] { database_->close(); });
    database_.reset();
    jobs_.clear();
    if (!status) return failure(status.error());
  }
  auto opened = open_working(place_);
  if (!opened) return failure(opened.error());
  database_.emplace(*std::move(opened));
  return success();
}

int serve_lines(const Place& place, Terminal& terminal) {
  auto database = LineProtocol::open_working(place);
  if (!database) {
    terminal.complain(error_report(database.error(), {}, place.path, terminal));
    return kCannotOpen;
  }
  LineProtocol protocol(place, *std::move(database));
  const auto source = io::descriptor_source(STDIN_FILENO);
  io::LineReader lines(*source, LineProtocol::kMaxLineBytes);
  for (;;) {
    const auto line = lines.next();
    if (!line) {
      terminal.complain(error_report(line.error(), {}, "standard input", terminal));
      return kFailed;
    }
    if (!*line) return kOk;
    const std::string response =
        (*line)->too_long ? LineProtocol::refuse_long_line() : protocol.answer((*line)->text);
    if (!terminal.print(response + "\n")) return kFailed;  // nobody reads any more
  }
}

}  // namespace aurora::cli
