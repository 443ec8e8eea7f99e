// Body of the writer.
#include "crash/writer.hpp"

namespace aurora::testing {

namespace {

constexpr std::uint64_t kSlots = 40;  // keys a thread: few, so that they are overwritten often

constexpr std::string_view kSchema =
    R"(schema { define collection w if not exists {
         key: String! @primary  owner: Int! @indexed  value: Int! @indexed  twin: Int!
         note: String! @unique  @@index(fields: ["owner", "value"]) } })";

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

Writer::Writer(Database& database, AckLog& log, unsigned thread, std::uint64_t seed)
    : database_(database), log_(log), thread_(thread), random_(seed) {
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
