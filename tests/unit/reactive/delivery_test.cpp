// Callbacks: beside writers, from inside out (writing, dropping, closing), behind slow executors. Run under
// ThreadSanitizer too.
#include <aurora/aurora.hpp>

#include <catch2/catch_test_macros.hpp>

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <vector>

namespace aurora {

namespace {

using namespace std::chrono_literals;

constexpr auto kDefine = "schema { define collection c { k: Int! @primary  v: Int @indexed  s: String  o: { a: Int } } }";

std::string text_of(const std::vector<WatchedRow>& list) {
  std::string out;
  for (const auto& row : list) out += (out.empty() ? "" : ",") + row.text();
  return "{\"c\":[" + out + "]}";
}

/// Waits until `done`, at most ten seconds.
bool eventually(const std::function<bool()>& done) {
  for (int i = 0; i < 2000; ++i) {
    if (done()) return true;
    std::this_thread::sleep_for(5ms);
  }
  return done();
}

/// A thread that runs tasks one after another, held up until released.
class SlowExecutor {
 public:
  ~SlowExecutor() {
    release();
    {
      std::lock_guard lock(mutex_);
      ended_ = true;
    }
    changed_.notify_all();
    thread_.join();
  }
  void operator()(std::function<void()> task) {
    {
      std::lock_guard lock(mutex_);
      tasks_.push_back(std::move(task));
    }
    changed_.notify_all();
  }
  void release() {
    {
      std::lock_guard lock(mutex_);
      released_ = true;
    }
    changed_.notify_all();
  }

 private:
  void run() {
    std::unique_lock lock(mutex_);
    for (;;) {
      changed_.wait(lock, [&] { return ended_ || (released_ && !tasks_.empty()); });
      if (ended_) return;
      auto task = std::move(tasks_.front());
      tasks_.erase(tasks_.begin());
      lock.unlock();
      task();
      task = nullptr;
      lock.lock();
    }
  }
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::function<void()>> tasks_;
  bool released_ = false;
  bool ended_ = false;
  std::thread thread_{[this] { run(); }};
};

}  // namespace

TEST_CASE("a reactive state follows writers", "[reactive][threads]") {
  auto db = Database::open_in_memory();
  db.execute(kDefine);
  constexpr auto kText = "{ c(where: {v: {lt: 50}}, orderBy: {v: DESC}, limit: 10) { k v } }";
  ReactiveState state(db.watch(kText));
  std::atomic<int> calls = 0;
  std::atomic<std::uint64_t> last = 0;
  std::atomic<bool> ordered = true;
  state.on_change([&](const ReactiveState::Snapshot& snapshot) {
    if (snapshot.sequence <= last) ordered = false;
    last = snapshot.sequence;
    ++calls;
  });
  std::vector<std::thread> writers;
  for (int w = 0; w < 2; ++w)
    writers.emplace_back([&, w] {
      for (int i = 0; i < 150; ++i)
        db.execute("mutation($k: Int!, $v: Int!) { upsert(collection: \"c\", where: {k: $k}, data: {v: $v}) }",
                   {{"k", w * 100 + i % 30}, {"v", (i * 31 + w) % 90}});
    });
  for (auto& writer : writers) writer.join();
  CHECK(eventually([&] { return text_of(*state.list()) == db.execute(kText).data_text(); }));
  CHECK(ordered);
  CHECK(calls > 0);
}

TEST_CASE("callbacks of equalities hear what concerns them", "[reactive][threads]") {
  auto db = Database::open_in_memory();
  db.execute(kDefine);
  std::vector<std::atomic<int>> heard(20);
  std::vector<Following> followings;
  for (int i = 0; i < 20; ++i)
    followings.push_back(db.query("c").where(field("v") == i).watch().on_update(
        [&heard, i](const WatchUpdate& update) { heard[static_cast<std::size_t>(i)] += static_cast<int>(update.changes.size()); }));
  for (int i = 0; i < 20; ++i) db.insert("c", {{"k", i}, {"v", i}});
  CHECK(eventually([&] { return heard[19] == 1; }));
  db.update("c", 3, {{"v", 4}});
  CHECK(eventually([&] { return heard[3] == 2 && heard[4] == 2; }));
  followings.resize(4);
  db.execute("schema { alter collection c { drop s } }");
  db.execute("mutation { update(collection: \"c\", all: true, data: {v: 3}) }");
  CHECK(eventually([&] { return heard[3] == 22; }));
  CHECK(heard[5] == 1);
  CHECK(followings[3].is_active());
}

TEST_CASE("a callback may write, drop itself, throw, and close the database", "[reactive][threads]") {
  std::optional<Database> db(Database::open_in_memory());
  db->execute(kDefine);
  std::atomic<int> own = 0;
  std::optional<Following> following;
  std::mutex mutex;
  {
    std::lock_guard lock(mutex);
    following.emplace(db->query("c").where(field("v") == 1).watch().on_update([&](const WatchUpdate&) {
      std::lock_guard inside(mutex);
      ++own;
      db->insert("c", {{"k", 100}, {"v", 1}});
      following.reset();
    }));
  }
  auto thrower = db->query("c").watch().on_update([](const WatchUpdate&) { throw std::runtime_error("mine"); });
  db->insert("c", {{"k", 1}, {"v", 1}});
  CHECK(eventually([&] { return own == 1; }));
  CHECK(eventually([&] { return db->query("c").count() == 2; }));
  db->insert("c", {{"k", 2}, {"v", 1}});
  std::atomic<bool> closed = false;
  auto closer = db->listen("c").on_event([&](const ChangeEvent&) {
    db->close();
    closed = true;
  });
  db->insert("c", {{"k", 3}, {"v", 1}});
  CHECK(eventually([&] { return closed.load(); }));
  CHECK(own == 1);
  db.reset();
  closer.stop();
}

TEST_CASE("dropping the database inside a callback", "[reactive][threads]") {
  auto* db = new Database(Database::open_in_memory());
  db->execute(kDefine);
  std::atomic<bool> gone = false;
  Following following = db->query("c").watch().on_update([&, db](const WatchUpdate&) {
    delete db;
    gone = true;
  });
  auto watcher = db->query("c").watch();
  db->insert("c", {{"k", 1}, {"v", 1}});
  CHECK(eventually([&] { return gone.load(); }));
  CHECK(watcher.poll({}).error().code() == ErrorCode::kClosed);
}

TEST_CASE("what a slow callback does not take is added up", "[reactive][threads]") {
  auto db = Database::open_in_memory();
  db.execute(kDefine);
  SlowExecutor slow;
  auto watcher = db.query("c").order_by("v").limit(5).watch();
  auto list = watcher.initial_results();
  std::atomic<int> updates = 0;
  std::atomic<std::uint64_t> sequence = 0;
  auto following = std::move(watcher).on_update(
      [&](const WatchUpdate& update) {
        update.apply_to(list);
        ++updates;
        sequence = update.sequence;
      },
      {.executor = [&](std::function<void()> task) { slow(std::move(task)); }});
  for (int i = 0; i < 500; ++i) db.insert("c", {{"k", i}, {"v", -i}});
  slow.release();
  const auto newest = db.stats().sequence;
  CHECK(eventually([&] { return sequence == newest; }));
  following.stop();
  CHECK(text_of(list) == db.execute("{ c(orderBy: {v: ASC}, limit: 5) }").data_text());
  CHECK(updates < 200);
}

TEST_CASE("debounced callbacks get the last state", "[reactive][threads]") {
  auto db = Database::open_in_memory();
  db.execute(kDefine);
  std::atomic<int> updates = 0;
  std::atomic<std::uint64_t> sequence = 0;
  auto following = db.query("c").debounce(30ms).watch().on_update([&](const WatchUpdate& update) {
    ++updates;
    sequence = update.sequence;
  });
  for (int i = 0; i < 100; ++i) db.insert("c", {{"k", i}});
  const auto newest = db.stats().sequence;
  CHECK(eventually([&] { return sequence == newest; }));
  CHECK(updates < 60);
}

TEST_CASE("callback listeners hear everything once", "[events][threads]") {
  auto db = Database::open_in_memory();
  db.execute(kDefine);
  std::atomic<std::uint64_t> heard = 0;
  std::atomic<std::int64_t> sum = 0;
  auto following = db.listen("c").on_event([&](const ChangeEvent& event) {
    ++heard;
    sum += event.after["k"].int_value();
  });
  CHECK(db.listener_count("c") == 1);
  CHECK(db.total_listeners() == 1);
  {
    const auto all = db.listen_all();
    CHECK(db.listener_count("c") == 2);
    CHECK(db.listener_count("other") == 1);
  }
  CHECK(db.total_listeners() == 1);
  std::vector<Object> many;
  for (int i = 0; i < 3000; ++i) many.push_back({{"k", i}});
  db.insert_many("c", many);
  CHECK(eventually([&] { return heard == 3000; }));
  CHECK(sum == 3000 * 2999 / 2);
  following.stop();
  db.insert("c", {{"k", 4000}});
  std::this_thread::sleep_for(20ms);
  CHECK(heard == 3000);
  CHECK(eventually([&] { return db.total_listeners() == 0; }));
}

TEST_CASE("a filter lets a listener hear what it asks for", "[events]") {
  auto db = Database::open_in_memory();
  db.execute("schema { define collection c { k: Int! @primary  v: Float  d: Date  o: { a: Int  b: Int } } }");
  using F = EventFilter;
  const auto heard = [&, first = db.stats().sequence](const EventFilter& filter) {
    auto listener = db.listen("c", {.after = first, .filter = filter});
    std::string out;
    while (const auto event = listener.try_next()) out += std::to_string(event->sequence - first);
    return out;
  };
  auto changes = db.listen("c");
  db.insert("c", {{"k", 1}, {"v", 2.0}});
  db.update("c", 1, {{"v", 3}});
  db.update("c", 1, {{"o", Object{{"a", 7}}}, {"d", "2026-01-02"}});
  db.remove("c", 1);
  CHECK(heard({}) == "1234");
  CHECK(heard(F::change_type(ChangeType::kUpdate)) == "23");
  CHECK(heard(F::field_equals("v", 3)) == "234");
  CHECK(heard(F::field_equals("o.a", 7)) == "34");
  CHECK(heard(F::field_equals("d", "2026-01-02")) == "34");
  CHECK(heard(F::field_changed("v")) == "124");
  CHECK(heard(F::has_field("o")) == "34");
  CHECK(heard(F::all_of({F::has_field("o"), F::change_type(ChangeType::kDelete)})) == "4");
  CHECK(heard(F::any_of({F::field_equals("v", 2), F::change_type(ChangeType::kDelete)})) == "14");
  CHECK(heard(F::all_of({})) == "1234");
  CHECK(heard(F::any_of({})).empty());
  std::vector<std::string> paths;
  while (const auto event = changes.try_next()) {
    std::string all;
    for (const auto& path : event->changed_fields()) all += path + ";";
    paths.push_back(all);
  }
  CHECK(paths == std::vector<std::string>{"k;v;", "v;", "d;o;", "k;v;d;o;"});
}

}  // namespace aurora
