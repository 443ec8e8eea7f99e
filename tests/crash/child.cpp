// Body of the writing process: mixed operations on keys that each belong to one thread.
// Started by the parent of the crash test; calls the public API only.
#include "crash/child.hpp"

#include <aurora/aurora.hpp>

#include <array>
#include <cstdio>
#include <memory>
#include <random>
#include <set>
#include <thread>
#include <vector>

#include "crash/operation.hpp"

#include <unistd.h>

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

class Writer {
 public:
  Writer(Database& database, AckLog& log, unsigned thread, std::uint64_t seed)
      : database_(database), log_(log), thread_(thread), random_(seed) {
    for (const auto& document : database.query("w").where(field("owner") == thread).fetch()) {
      present_.insert(std::string(document["key"].string_value()));
      next_value_ = std::max(next_value_, document["value"].int_value() + 1);
    }
    has_extra_ = database.try_execute("{ w(limit: 1) { extra } }").has_value();
  }

  [[noreturn]] void write_forever() {
    for (;;) step();
  }

 private:
  std::uint64_t below(std::uint64_t bound) { return random_() % bound; }

  Step random_step(std::uint64_t slot) {
    Step step{make_key(thread_, slot), std::nullopt};
    if (below(5) > 0) step.value = next_value_++;
    return step;
  }

  void step() {
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
  void perform(const CrashOperation& operation, Work work) {
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

  Status run(const std::string& text, const Object& variables = {}) {
    const auto result = database_.try_execute(text, variables);
    return result ? Status() : Status(result.error());
  }

  Status change_schema() {
    return run(has_extra_ ? "schema { alter collection w { drop extra } }"
                          : "schema { alter collection w { add extra: Int = 7 @indexed } }");
  }

  Status write_one(const Step& step) {
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
  Status write_block(const CrashOperation& operation, bool spoiled) {
    std::string text = "mutation { transaction { ";
    for (std::size_t i = 0; i < operation.steps.size(); ++i) text += text_of(operation.steps[i], i);
    if (spoiled)
      text += "bad: update(collection: \"w\", all: true, data: {value: {increment: \"x\"}}) ";
    return run(text + "} }");
  }

  Status write_handle(const CrashOperation& operation) {
    auto transaction = database_.begin_transaction();
    for (const auto& step : operation.steps) {
      const auto result = transaction.try_execute("mutation { " + text_of(step, 0) + "}");
      if (!result) return result.error();
    }
    const auto committed = transaction.try_commit();
    return committed ? Status() : Status(committed.error());
  }

  Database& database_;
  AckLog& log_;
  const unsigned thread_;
  std::mt19937_64 random_;
  std::set<std::string> present_;
  bool has_extra_ = false;
  std::int64_t next_value_ = 1;
  std::uint64_t id_ = 0;
};

}  // namespace

Config random_config(std::uint64_t seed, Durability durability) {
  std::mt19937_64 random(seed);
  const auto pick = [&](auto... choices) {
    const std::array<std::uint64_t, sizeof...(choices)> all{static_cast<std::uint64_t>(choices)...};
    return all[random() % all.size()];
  };
  Config config;
  config.durability = durability;
  config.hot_cache_bytes = pick(0, 4096, 1 << 20, 64 << 20);
  config.cold_cache_bytes = pick(1 << 20, 16 << 20);
  config.write_buffer_bytes = pick(64 << 10, 256 << 10, 4 << 20);
  config.max_log_bytes = pick(1 << 20, 16 << 20);
  config.write_buffer_operations = static_cast<std::uint32_t>(pick(1, 8, 10'000));
  config.checkpoint_interval = std::chrono::milliseconds(pick(10, 40, 10'000));
  config.checkpoint_changes = pick(10, 200, 100'000);
  config.change_log_max_bytes = pick(0, 64 << 10, 16 << 20);
  return config;
}

int run_child(const ChildOptions& options) {
  try {
    AckLog log(options.log);
    auto database =
        Database::open(options.database, random_config(options.seed, options.durability));
    database.execute(kSchema);
    std::vector<std::unique_ptr<Writer>> writers;
    for (unsigned thread = 0; thread < options.threads; ++thread) {
      writers.push_back(
          std::make_unique<Writer>(database, log, thread, options.seed * 31 + thread));
    }
    log.ready();
    std::vector<std::jthread> threads;
    for (const auto& writer : writers) {
      threads.emplace_back([&writer] {
        try {
          writer->write_forever();
        } catch (const std::exception& error) {
          std::fprintf(stderr, "child: %s\n", error.what());
          _exit(3);  // the other threads go on writing: no orderly end
        }
      });
    }
  } catch (const std::exception& error) {
    std::fprintf(stderr, "child: %s\n", error.what());
  }
  return 3;
}

}  // namespace aurora::testing
