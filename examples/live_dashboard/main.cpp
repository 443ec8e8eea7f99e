// live_dashboard: figures of a shop in a terminal, kept up to date by live queries while orders come in.
//
// usage: live_dashboard [--orders N]        without it, until Ctrl-C
//
// Three queries (by shop, by status, the largest orders) are watched as a group, so that all that is drawn is the state
// after one and the same commit. Nothing is ever counted again: each commit costs what it changes.
#include <aurora/aurora.hpp>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <iomanip>
#include <iostream>
#include <random>
#include <string>
#include <thread>
#include <unistd.h>

namespace {

using namespace std::chrono_literals;

constexpr auto kByShop =
    "{ orders(where: { status: { ne: \"cancelled\" } }) { groupBy(field: \"shop\", orderBy: { key: ASC }) {"
    "  key count aggregate { sum(field: \"total\") max(field: \"total\") } } } }";
constexpr auto kByStatus = "{ orders { groupBy(field: \"status\", orderBy: { key: ASC }) { key count } } }";
constexpr auto kLargest = "{ orders(orderBy: { total: DESC }, limit: 5) { number shop total status } }";

volatile std::sig_atomic_t interrupted = 0;

// Orders come in, are paid, and some are cancelled.
void trade(aurora::Database& db, std::uint64_t orders, const std::atomic<bool>& stop) {
  constexpr const char* kShops[] = {"Berlin", "Lisbon", "Oslo", "Vienna"};
  std::mt19937_64 random(7);
  for (std::uint64_t i = 0; !stop && i < orders; ++i) {
    db.insert("orders", {{"number", aurora::Value(static_cast<std::int64_t>(i))},
                         {"shop", aurora::Value(kShops[random() % 4])},
                         {"total", aurora::Value(static_cast<std::int64_t>(5 + random() % 500))}});
    if (i >= 20 && random() % 2 == 0)
      db.update("orders", aurora::Value(static_cast<std::int64_t>(i - random() % 20)),
                {{"status", aurora::Value(random() % 8 == 0 ? "cancelled" : "paid")}});
    if (orders == UINT64_MAX) std::this_thread::sleep_for(2ms);
  }
}

const aurora::List& groups_of(const aurora::Value& answer) { return *answer.if_object()->find("groupBy")->if_list(); }

std::string text_of(const aurora::Value* value) {
  if (value == nullptr || value->is_null()) return "-";
  if (const auto* text = value->if_string()) return *text;
  return value->if_int() != nullptr ? std::to_string(*value->if_int()) : "?";
}

void draw(const aurora::WatcherGroup& group, bool clear) {
  if (clear) std::cout << "\x1b[H\x1b[2J";
  std::cout << "commit " << group.sequence() << "\n\n" << std::left << std::setw(12) << "shop" << std::right
            << std::setw(8) << "orders" << std::setw(12) << "turnover" << std::setw(10) << "largest" << '\n';
  const auto by_shop = group.at(0).current().front().data();
  for (const auto& row : groups_of(by_shop)) {
    const auto& shop = *row.if_object();
    const auto& sums = *shop.find("aggregate")->if_object();
    std::cout << std::left << std::setw(12) << text_of(shop.find("key")) << std::right << std::setw(8)
              << text_of(shop.find("count")) << std::setw(12) << text_of(sums.find("sum")) << std::setw(10)
              << text_of(sums.find("max")) << '\n';
  }
  std::cout << '\n';
  const auto by_status = group.at(1).current().front().data();
  for (const auto& row : groups_of(by_status))
    std::cout << std::left << std::setw(12) << text_of(row.if_object()->find("key")) << std::right << std::setw(8)
              << text_of(row.if_object()->find("count")) << '\n';
  std::cout << "\nlargest orders\n";
  for (const auto& row : group.at(2).current()) std::cout << "  " << row.text() << '\n';
  std::cout << std::flush;
}

// What is shown is what the queries give.
bool agrees(aurora::Database& db, const aurora::WatcherGroup& group) {
  const char* const texts[] = {kByShop, kByStatus, kLargest};
  for (std::size_t i = 0; i < group.size(); ++i) {
    std::string shown;
    for (const auto& row : group.at(i).current()) shown += (shown.empty() ? "" : ",") + row.text();
    const auto wanted = std::string(db.execute(texts[i]).data_text());
    if (wanted != "{\"orders\":" + (i == 2 ? "[" + shown + "]" : shown) + "}") return false;
  }
  return true;
}

}  // namespace

int main(int count, char** arguments) {
  std::uint64_t orders = UINT64_MAX;
  if (count == 3 && std::string(arguments[1]) == "--orders") {
    orders = std::strtoull(arguments[2], nullptr, 10);
  } else if (count != 1) {
    std::cerr << "usage: live_dashboard [--orders N]\n";
    return 2;
  }
  std::signal(SIGINT, [](int) { interrupted = 1; });

  auto db = aurora::Database::open_in_memory();
  db.execute("schema { define collection orders { number: Int! @primary  shop: String  total: Int  status: String = \"open\" } }");
  aurora::WatcherGroup group;
  for (const auto* text : {kByShop, kByStatus, kLargest}) group.add(db.watch(text));

  std::atomic<bool> stop{false};
  std::atomic<bool> done{false};
  std::thread shop([&] {
    trade(db, orders, stop);
    done = true;
  });
  const bool terminal = isatty(STDOUT_FILENO) != 0;
  // A frame takes what came meanwhile, however much.
  for (bool last = false; !last;) {
    last = interrupted != 0 || done;
    stop = interrupted != 0;
    if (last) shop.join();
    const bool changed = group.next(last ? 0ms : 100ms).has_value();
    if (last || (terminal && changed)) draw(group, terminal);
    if (!last) std::this_thread::sleep_for(terminal ? 50ms : 5ms);
  }
  if (!agrees(db, group)) {
    std::cerr << "the dashboard shows something else than the queries give\n";
    return 1;
  }
  std::cout << "\nthe dashboard agrees with the queries\n";
  return 0;
}
