// Body of the workload.
#include "isolation/workload.hpp"

#include "isolation/client.hpp"
#include "isolation/registers.hpp"

#include <aurora/json.hpp>

#include <atomic>
#include <cstdio>
#include <random>
#include <thread>
#include <vector>

#include <unistd.h>

namespace aurora::testing {

namespace {

constexpr std::string_view kSchema =
    "schema { define collection lists if not exists { id: Int! @primary  elements: [Int!] } }";

std::vector<Element> elements_of(const ValueView& list) {
  std::vector<Element> elements;
  if (list.is_null()) return elements;
  const auto view = list.list();
  for (std::uint32_t i = 0; i < view.size(); ++i) elements.push_back(view[i].int_value());
  return elements;
}

class ListClient final : public Client {
 public:
  using Client::Client;

 private:
  void one(HistoryTransaction& transaction) override {
    if (options_.care == Care::kNone) return careless(transaction);
    switch (below(8)) {
      case 0: return several_roots(transaction);
      case 1:
      case 2: return block(transaction);
      case 3: return single(transaction);
      default: return interactive(transaction);
    }
  }

  static std::string upsert(const Append& append, std::size_t alias) {
    return "a" + std::to_string(alias) + ": upsert(collection: \"lists\", where: {id: " + std::to_string(append.key) +
           "}, data: {elements: {push: " + std::to_string(append.element) + "}}) ";
  }

  // What a list is to a transaction, without its own appends, which stand at its end.
  static Read seen(Key key, std::vector<Element> elements, const std::vector<Append>& own) {
    std::size_t mine = 0;
    for (const auto& append : own) mine += append.key == key ? 1 : 0;
    elements.resize(elements.size() - std::min(mine, elements.size()));
    return {key, std::move(elements)};
  }

  // Reads and appends in any order; a read of a filter beside reads by key.
  void interactive(HistoryTransaction& transaction) {
    struct Operation {
      Key key;
      bool appends;
      Element element;
    };
    std::vector<Operation> operations;
    for (std::uint64_t i = 0, count = 1 + below(4); i < count; ++i) {
      Operation operation{any_key(), below(2) == 0, 0};
      if (operation.appends) {
        operation.element = new_element();
        transaction.appends.push_back({operation.key, operation.element});
      }
      operations.push_back(operation);
    }
    file_.begin(transaction);
    auto handle = database_.begin_transaction();
    std::vector<Append> done;
    for (const auto& operation : operations) {
      if (operation.appends) {
        done.push_back({operation.key, operation.element});
        handle.execute("mutation { " + upsert(done.back(), 0) + "}");
      } else if (below(2) == 0) {
        const auto document = handle.get("lists", operation.key);
        transaction.reads.push_back(
            seen(operation.key, document ? elements_of((*document)["elements"]) : std::vector<Element>(), done));
      } else {
        std::vector<Element> elements;
        for (const auto& document : handle.query("lists").where(field("id") == operation.key).fetch())
          elements = elements_of(document["elements"]);
        transaction.reads.push_back(seen(operation.key, std::move(elements), done));
      }
    }
    end(transaction, handle.try_commit());
  }

  // One text, all or nothing, that appends to several lists.
  void block(HistoryTransaction& transaction) {
    std::string text = "mutation { transaction { ";
    for (const auto key : some_keys()) {
      transaction.appends.push_back({key, new_element()});
      text += upsert(transaction.appends.back(), transaction.appends.size());
    }
    file_.begin(transaction);
    end(transaction, database_.try_execute(text + "} }"));
  }

  void single(HistoryTransaction& transaction) {
    transaction.appends.push_back({any_key(), new_element()});
    file_.begin(transaction);
    end(transaction, database_.try_execute("mutation { " + upsert(transaction.appends[0], 0) + "}"));
  }

  // Several roots of one query see one state.
  void several_roots(HistoryTransaction& transaction) {
    const auto keys = some_keys();
    std::string text = "{ ";
    for (std::size_t i = 0; i < keys.size(); ++i)
      text += "r" + std::to_string(i) + ": lists(where: {id: " + std::to_string(keys[i]) + "}) { elements } ";
    file_.begin(transaction);
    const auto result = database_.try_execute(text + "}");
    if (result) {
      const auto data = nlohmann::json::parse(result->data_text());
      for (std::size_t i = 0; i < keys.size(); ++i) {
        const auto& found = data["r" + std::to_string(i)];
        Read read{keys[i], {}};
        if (!found.empty() && !found[0]["elements"].is_null()) read.elements = found[0]["elements"].get<std::vector<Element>>();
        transaction.reads.push_back(std::move(read));
      }
    }
    end(transaction, result);
  }

  void careless(HistoryTransaction& transaction) {
    const auto key = any_key();
    transaction.appends.push_back({key, new_element()});
    file_.begin(transaction);
    const auto document = database_.get("lists", key);
    auto elements = document ? elements_of((*document)["elements"]) : std::vector<Element>();
    transaction.reads.push_back({key, elements});
    std::string list;
    elements.push_back(transaction.appends[0].element);
    for (const auto element : elements) list += std::to_string(element) + ",";
    end(transaction, database_.try_execute("mutation { upsert(collection: \"lists\", where: {id: " + std::to_string(key) +
                                           "}, data: {elements: [" + list + "]}) }"));
  }
};

}  // namespace

int run_workload(const WorkloadOptions& options) {
  try {
    HistoryFile file(options.history);
    Config config;
    config.hot_cache_bytes = 1u << 20;
    config.checkpoint_interval = std::chrono::milliseconds(50);
    config.checkpoint_changes = 500;
    auto database = Database::open(options.database, config);
    database.execute(kSchema);
    database.execute(kRegisterSchema);
    std::atomic<std::uint64_t> begun{0};
    std::vector<std::unique_ptr<Client>> clients;
    for (unsigned thread = 0; thread < options.threads; ++thread)
      clients.push_back(options.registers ? make_register_client(database, file, begun, options, thread)
                                          : std::make_unique<ListClient>(database, file, begun, options, thread));
    std::vector<std::jthread> threads;
    for (const auto& client : clients)
      threads.emplace_back([&client] {
        try {
          client->run();
        } catch (const std::exception& error) {
          std::fprintf(stderr, "child: %s\n", error.what());
          ::_exit(3);   // the other threads go on: no orderly end
        }
      });
  } catch (const std::exception& error) {
    std::fprintf(stderr, "child: %s\n", error.what());
    return 3;
  }
  return 0;
}

Lists read_lists(Database& database) {
  Lists lists;
  for (const auto& document : database.query("lists").fetch())
    lists[document["id"].int_value()] = elements_of(document["elements"]);
  return lists;
}

}  // namespace aurora::testing
