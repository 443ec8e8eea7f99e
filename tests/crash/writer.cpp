// Body of the writer.
#include "crash/writer.hpp"

#include <filesystem>
#include <fstream>

namespace aurora::testing {

namespace {

constexpr std::uint64_t kSlots = 40;  // keys a thread: few, so that they are overwritten often

constexpr std::string_view kSchema =
    R"(schema { define collection w if not exists {
         key: String! @primary  owner: Int! @indexed  value: Int! @indexed  twin: Int!
         note: String! @unique  @@index(fields: ["owner", "value"]) }
       define collection fleeting if not exists { n: Int! @indexed  seen: DateTime = "now"
         @@ttl(field: "seen", after: "1s") } })";

Object document_of(const Step& step) {
  return {{"key", step.key},
          {"owner", static_cast<std::int64_t>(thread_of(step.key))},
          {"value", *step.value},
          {"twin", *step.value},
          {"note", note_of(step.key, *step.value)}};
}

Object changes_of(const Step& step) {
  return {{"value", *step.value}, {"twin", *step.value}, {"note", note_of(step.key, *step.value)}};
}

/// AQL of one step, without a variable.
std::string text_of(const Step& step, std::size_t alias) {
  const std::string where = "where: {key: \"" + step.key + "\"}";
  std::string text = "r" + std::to_string(alias) + ": ";
  if (!step.value) return text + "deleteFrom(collection: \"w\", " + where + ") ";
  const auto value = std::to_string(*step.value);
  return text + "upsert(collection: \"w\", " + where +
         ", data: {owner: " + std::to_string(thread_of(step.key)) + ", value: " + value +
         ", twin: " + value + ", note: \"" + note_of(step.key, *step.value) + "\"}) ";
}

}  // namespace

void make_collection(Database& database) { database.execute(kSchema); }

Writer::Writer(Database& database, AckLog& log, unsigned thread, std::uint64_t seed, std::string beside)
    : database_(database), log_(log), thread_(thread), random_(seed), beside_(std::move(beside)) {
  for (const auto& index : database.index_stats("w"))
    has_index_ = has_index_ || index.fields == std::vector<std::string>{"twin"};
  for (const auto& document : database.query("w").where(field("owner") == thread).fetch()) {
    present_.insert(std::string(document["key"].string_value()));
    next_value_ = std::max(next_value_, document["value"].int_value() + 1);
  }
  has_extra_ = database.try_execute("{ w(limit: 1) { extra } }").has_value();
}

Step Writer::random_step(std::uint64_t slot) {
  Step step{make_key(thread_, slot), std::nullopt};
  if (below(5) > 0) step.value = next_value_++;
  return step;
}

void Writer::step() {
  CrashOperation operation{thread_, ++id_, {}};
  if (const auto other = below(100); !beside_.empty() && other < 12) return work_beside(other);
  const auto kind = below(100);
  if (thread_ == 0 && kind < 2) {
    operation.steps.push_back(
        {std::string(kExtraField), has_extra_ ? std::nullopt : std::optional<std::int64_t>(1)});
    perform(operation, [&] { return change_schema(); });
  } else if (kind < 60) {
    operation.steps.push_back(random_step(below(kSlots)));
    perform(operation, [&] { return write_one(operation.steps[0]); });
  } else {
    const auto first = below(kSlots);
    for (std::uint64_t i = 0, count = 2 + below(4); i < count; ++i) {
      operation.steps.push_back(random_step((first + i) % kSlots));
    }
    perform(operation, [&] {
      return kind < 90 ? write_block(operation, kind >= 85) : write_handle(operation);
    });
  }
  if (below(200) == 0) database_.flush();
}

/// What is not a commit of a few documents: indexes made and dropped, documents that expire, jobs, import, upkeep.
void Writer::work_beside(std::uint64_t kind) {
  CrashOperation operation{thread_, ++id_, {}};
  if (kind < 2 && thread_ == 0) {
    operation.steps.push_back(
        {std::string(kTwinIndex), has_index_ ? std::nullopt : std::optional<std::int64_t>(1)});
    return perform(operation, [&] { return change_index(); });
  }
  if (kind < 5)
    return perform(operation, [&] {
      return run("mutation { insertInto(collection: \"fleeting\", data: {n: " + std::to_string(id_) +
                 "}) enqueueJob(type: \"nothing\") { jobId } }");
    });
  if (kind < 10) {
    operation = fresh_documents();
    if (!operation.steps.empty()) return perform(operation, [&] { return import(operation, kind < 8); });
  }
  if (below(20) == 0) return database_.compact();
  if (thread_ != 0 || below(20) != 0) return;
  // Under another name first: a kill amid the removal leaves no half copy under this one.
  std::error_code absent;
  std::filesystem::rename(beside_ + ".copy", beside_ + ".copy.gone", absent);
  std::filesystem::remove_all(beside_ + ".copy.gone");
  database_.checkpoint(beside_ + ".copy");
}

CrashOperation Writer::fresh_documents() {
  CrashOperation operation{thread_, id_, {}};
  for (std::uint64_t slot = below(kSlots), tried = 0; tried < kSlots && operation.steps.size() < 8; ++tried, ++slot) {
    Step step{make_key(thread_, slot % kSlots), next_value_};
    if (present_.contains(step.key)) continue;
    ++next_value_;
    operation.steps.push_back(std::move(step));
  }
  return operation;
}

/// Documents that are not there, in one commit.
Status Writer::import(const CrashOperation& operation, bool from_file) {
  std::vector<std::string> lines;
  for (const auto& step : operation.steps) {
    const auto value = std::to_string(*step.value);
    lines.push_back(R"({"key": ")" + step.key + R"(", "owner": )" + std::to_string(thread_of(step.key)) +
                    R"(, "value": )" + value + R"(, "twin": )" + value + R"(, "note": ")" +
                    note_of(step.key, *step.value) + R"("})");
  }
  if (!from_file) {
    const std::vector<std::string_view> texts(lines.begin(), lines.end());
    const auto inserted = database_.try_insert_json("w", texts);
    return inserted ? Status() : Status(inserted.error());
  }
  const auto path = beside_ + "." + std::to_string(thread_) + ".jsonl";
  {
    std::ofstream out(path, std::ios::trunc);
    for (const auto& line : lines) out << line << '\n';
  }
  return run("mutation { import(collection: \"w\", path: \"" + path + "\", format: JSONL) { imported } }");
}

/// Reports, does and reports again. Only errors that leave nothing behind may happen.
template <class Work>
void Writer::perform(const CrashOperation& operation, Work work) {
  log_.begin(operation);
  const Status status = work();
  if (status) {
    log_.acknowledge(operation);
    for (const auto& step : operation.steps) {
      if (step.key == kExtraField)
        has_extra_ = step.value.has_value();
      else if (step.key == kTwinIndex)
        has_index_ = step.value.has_value();
      else if (step.value)
        present_.insert(step.key);
      else
        present_.erase(step.key);
    }
    return;
  }
  const auto code = status.error().code();
  if (code != ErrorCode::kConflict && code != ErrorCode::kTypeError) throw status.error();
  log_.refuse(operation);
}

Status Writer::run(const std::string& text, const Object& variables) {
  const auto result = database_.try_execute(text, variables);
  return result ? Status() : Status(result.error());
}

Status Writer::change_schema() {
  return run(has_extra_ ? "schema { alter collection w { drop extra } }"
                        : "schema { alter collection w { add extra: Int = 7 @indexed } }");
}

Status Writer::change_index() {
  return run(has_index_ ? "schema { alter collection w { modify twin: Int! } }"
                        : "schema { alter collection w { modify twin: Int! @indexed } }");
}

Status Writer::write_one(const Step& step) {
  const bool there = present_.contains(step.key);
  const Object key{{"k", step.key}};
  if (!step.value) {
    if (below(2) == 0)
      return run("mutation($k: String!) { deleteFrom(collection: \"w\", where: {key: $k}) }",
                 key);
    const auto removed = database_.try_remove("w", step.key);
    return removed ? Status() : Status(removed.error());
  }
  if (below(3) == 0) return run("mutation { " + text_of(step, 0) + "}");
  if (!there) {
    if (below(2) == 0) {
      return run(
          "mutation($d: JSON!) { insertInto(collection: \"w\", data: $d, onConflict: REPLACE) }",
          {{"d", document_of(step)}});
    }
    const auto inserted = database_.try_insert("w", document_of(step));
    return inserted ? Status() : Status(inserted.error());
  }
  const auto updated = database_.try_update("w", step.key, changes_of(step));
  return updated ? Status() : Status(updated.error());
}

/// One transaction block; a spoiled one ends with an operation that is refused.
Status Writer::write_block(const CrashOperation& operation, bool spoiled) {
  std::string text = "mutation { transaction { ";
  for (std::size_t i = 0; i < operation.steps.size(); ++i) text += text_of(operation.steps[i], i);
  if (spoiled)
    text += "bad: update(collection: \"w\", all: true, data: {value: {increment: \"x\"}}) ";
  return run(text + "} }");
}

Status Writer::write_handle(const CrashOperation& operation) {
  auto transaction = database_.begin_transaction();
  for (const auto& step : operation.steps) {
    const auto result = transaction.try_execute("mutation { " + text_of(step, 0) + "}");
    if (!result) return result.error();
  }
  const auto committed = transaction.try_commit();
  return committed ? Status() : Status(committed.error());
}

}  // namespace aurora::testing
