// An outbox: what is to be told to the world outside is written in the commit of the change it tells of, and sent later, as
// often as it takes. An order that is rolled back sends nothing; one that is kept is sent though the post fails at first and
// though the process is started anew in between.
//
// usage: outbox     runs the whole story in a directory of its own, and says whether it went as promised
#include <aurora/aurora.hpp>

#include <chrono>
#include <cstdio>
#include <filesystem>
#include <map>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>

#include <stdlib.h>  // mkdtemp

namespace {

using namespace std::chrono_literals;

/// Stands for a mail server. It may get a letter twice, after a crash at the wrong moment, and knows it by its key.
class Post {
 public:
  void send(const std::string& key, const std::string& text) {
    const std::lock_guard lock(mutex_);
    if (++tries_ <= 2) throw std::runtime_error("the post is closed");
    letters_.emplace(key, text);
  }
  [[nodiscard]] std::map<std::string, std::string> letters() const {
    const std::lock_guard lock(mutex_);
    return letters_;
  }

 private:
  mutable std::mutex mutex_;
  int tries_ = 0;                               // guarded by mutex_
  std::map<std::string, std::string> letters_;  // guarded by mutex_, by key
};

aurora::Database open(const std::string& path) {
  aurora::Config config;
  config.workers.threads = 2;
  config.workers.backoff_base = 50ms;
  return aurora::Database::open(path, config);
}

// The outbox itself: whoever inserts an order, in whatever way, also leaves a letter to be sent, in the same commit.
void define(aurora::Database& db) {
  db.execute("schema { define collection orders { number: Int! @primary  customer: String!  sent_at: DateTime } }");
  db.execute(R"(define handler "confirm" {
    on: "insert:orders"
    action: { enqueueJob(type: "letter", payload: { order: "${number}", to: "${customer}" }, retries: 5) }
  })");
}

void place_orders(aurora::Database& db) {
  db.insert("orders", {{"number", 1}, {"customer", "Ada"}});
  auto kept = db.begin_transaction();
  kept.insert("orders", {{"number", 2}, {"customer", "Bo"}});
  kept.commit();
  auto dropped = db.begin_transaction();
  dropped.insert("orders", {{"number", 3}, {"customer", "Cy"}});
  dropped.rollback();
}

void send_letters(aurora::Database& db, Post& post) {
  db.workers().register_handler("letter", [&](aurora::Job& job) {
    const auto order = job.payload()["order"].as<std::int64_t>();
    // The id of the job is the same in each attempt: it tells the post that a letter is the same.
    post.send(job.id().text(), "Dear " + job.payload()["to"].as<std::string>() + ", we have your order " + std::to_string(order));
    auto transaction = db.begin_transaction();
    transaction.update("orders", order, {{"sent_at", "now"}});
    job.commit(transaction);
  });
  db.workers().start();
  const auto open_jobs = [&] { return db.query("_jobs").where(!(aurora::field("status") == "COMPLETED")).count(); };
  for (int i = 0; i < 600 && open_jobs() > 0; ++i) std::this_thread::sleep_for(50ms);
}

int run(const std::string& path) {
  {
    auto db = open(path);
    define(db);
    place_orders(db);
  }   // nothing was sent yet; what is to be sent is kept
  Post post;
  auto db = open(path);
  send_letters(db, post);
  for (const auto& [key, text] : post.letters()) std::printf("%s\n", text.c_str());
  const auto unsent = db.query("orders").where(aurora::field("sent_at").is_null()).count();
  const bool good = post.letters().size() == 2 && unsent == 0 && db.query("orders").count() == 2;
  std::puts(good ? "each order was confirmed once" : "the letters do not fit the orders");
  return good ? 0 : 1;
}

}  // namespace

int main() {
  try {
    std::string directory = (std::filesystem::temp_directory_path() / "aurora-outbox-XXXXXX").string();
    if (mkdtemp(directory.data()) == nullptr) throw std::runtime_error("no scratch directory");
    const int status = run(directory + "/db");
    std::filesystem::remove_all(directory);
    return status;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "outbox: %s\n", error.what());
    return 1;
  }
}
