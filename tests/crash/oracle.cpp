// Bodies of the oracle.
// Called by the parent of the crash test after each reopening.
#include "crash/oracle.hpp"

#include <set>
#include <utility>

namespace aurora::testing {

namespace {

KeyValues of_thread(const KeyValues& state, unsigned thread) {
  KeyValues mine;
  for (const auto& [key, value] : state) {
    if (thread_of(key) == thread) mine.emplace(key, value);
  }
  return mine;
}

/// The first key that differs, for a message.
std::string difference(const KeyValues& wanted, const KeyValues& found) {
  const auto show = [](const KeyValues& state, const std::string& key) {
    const auto at = state.find(key);
    return at == state.end() ? std::string("nothing") : std::to_string(at->second);
  };
  for (const auto* side : {&wanted, &found}) {
    for (const auto& [key, value] : *side) {
      if (show(wanted, key) != show(found, key)) {
        return key + ": wanted " + show(wanted, key) + ", found " + show(found, key);
      }
    }
  }
  return "no difference";
}

void torn(Findings& findings, std::string message) {
  ++findings.torn;
  findings.messages.push_back("torn: " + std::move(message));
}

void check_thread(const KeyValues& before, const RunLog& log, unsigned thread,
                  const KeyValues& found, Findings& findings) {
  KeyValues state = of_thread(before, thread);
  KeyValues with_last;
  const CrashOperation* last = nullptr;
  for (const auto& logged : log.operations) {
    if (logged.operation.thread != thread || logged.outcome == Outcome::kRefused) continue;
    last = nullptr;
    if (logged.outcome == Outcome::kAcknowledged) {
      ++findings.acks;
      apply(state, logged.operation);
    } else {
      last = &logged.operation;
    }
  }
  const KeyValues mine = of_thread(found, thread);
  if (last != nullptr) {
    ++findings.unknown;
    with_last = state;
    apply(with_last, *last);
  }
  if (last != nullptr && mine == with_last) {
    ++findings.survived;
    return;
  }
  if (mine == state) return;
  // A key of the last operation that differs may be half of it; any other is an acknowledged write.
  std::set<std::string> touched;
  if (last != nullptr) {
    for (const auto& step : last->steps) touched.insert(step.key);
  }
  bool only_touched = true;
  for (const KeyValues* side : {&std::as_const(state), &mine}) {
    for (const auto& [key, value] : *side) {
      const KeyValues::const_iterator a = state.find(key), b = mine.find(key);
      const bool same = a != state.end() && b != mine.end() && a->second == b->second;
      only_touched = only_touched && (same || touched.contains(key));
    }
  }
  if (only_touched) {
    torn(findings, "thread " + std::to_string(thread) + ", " + difference(with_last, mine));
  } else {
    ++findings.lost;
    findings.messages.push_back("lost: thread " + std::to_string(thread) + ", " +
                                difference(state, mine));
  }
}

}  // namespace

KeyValues read_state(const Database& database, Findings& findings) {
  KeyValues state;
  auto& db = const_cast<Database&>(database);  // reading only
  if (!db.try_execute("{ w(limit: 0) { key } }")) return state;
  const bool has_extra = db.try_execute("{ w(limit: 0) { extra } }").has_value();
  if (has_extra) state[std::string(kExtraField)] = 1;
  for (const auto& index : db.index_stats("w"))
    if (index.fields == std::vector<std::string>{"twin"}) state[std::string(kTwinIndex)] = 1;
  std::size_t documents = 0;
  for (const auto& document : db.query("w").fetch()) {
    ++documents;
    const auto key = document["key"].as<std::string>();
    const auto value = document["value"].as<std::int64_t>();
    state[key] = value;
    const bool whole = document["twin"].as<std::int64_t>() == value &&
                       document["note"].string_value() == note_of(key, value) &&
                       document["owner"].as<std::int64_t>() == thread_of(key) &&
                       (!has_extra || document["extra"].as<std::optional<std::int64_t>>() == 7);
    if (!whole) torn(findings, "document " + document.to_json());
    const auto by_index =
        db.query("w").where(field("value") == value && field("owner") == thread_of(key)).fetch();
    bool found = false;
    for (const auto& other : by_index) found = found || other["key"].string_value() == key;
    if (!found || !db.get("w", key)) torn(findings, "no index entry of " + document.to_json());
  }
  if (db.query("w").where(field("value") >= 0).count() != documents)
    torn(findings, "an index counts otherwise");
  return state;
}

void check_acknowledged(const KeyValues& before, const RunLog& log, const KeyValues& found,
                        Findings& findings) {
  for (unsigned thread = 0; thread < 10; ++thread)
    check_thread(before, log, thread, found, findings);
}

void check_prefix(const KeyValues& before, const RunLog& log, const KeyValues& found,
                  Findings& findings) {
  KeyValues state = before;
  std::optional<std::uint64_t> kept;  // the longest prefix that gives what was found
  if (state == found) kept = 0;
  std::uint64_t done = 0;
  for (const auto& logged : log.operations) {
    if (logged.outcome == Outcome::kRefused) continue;
    if (logged.outcome == Outcome::kAcknowledged) ++findings.acks;
    ++done;
    apply(state, logged.operation);
    if (state == found) kept = done;
    if (logged.outcome == Outcome::kUnknown) ++findings.unknown;
  }
  if (!kept) {
    torn(findings, "what is there is no prefix; against all: " + difference(state, found));
    return;
  }
  const auto acknowledged =
      done - (log.operations.empty() || log.operations.back().outcome != Outcome::kUnknown ? 0 : 1);
  findings.lost += acknowledged > *kept ? acknowledged - *kept : 0;
  findings.survived += *kept > acknowledged ? 1 : 0;
}

}  // namespace aurora::testing
