// Body of the workload on registers.
#include "isolation/registers.hpp"

#include <aurora/json.hpp>

#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

namespace aurora::testing {

namespace {

using Seen = std::optional<Element>;

class RegisterClient final : public Client {
 public:
  using Client::Client;

 private:
  void one(HistoryTransaction& transaction) override {
    if (options_.care == Care::kNone) return below(2) == 0 ? careless_write(transaction) : careless_reads(transaction);
    switch (below(10)) {
      case 0:
      case 1: return several_roots(transaction);
      case 2: return block(transaction);
      case 3: return single(transaction);
      case 4: return read_two_write_one(transaction);
      default: return interactive(transaction);
    }
  }

  static Read read_of(Key key, const Seen& seen) {
    return {key, seen ? std::vector<Element>{*seen} : std::vector<Element>()};
  }

  static std::string upsert(const Append& write, std::size_t alias) {
    return "a" + std::to_string(alias) + ": upsert(collection: \"registers\", where: {id: " + std::to_string(write.key) +
           "}, data: {v: " + std::to_string(write.element) + "}) ";
  }

  Append& will_write(HistoryTransaction& transaction, Key key) {
    return transaction.appends.emplace_back(Append{key, new_element()});
  }

  Seen read(Transaction& handle, Key key) {
    if (below(2) == 0) {
      const auto document = handle.get("registers", key);
      return document && !(*document)["v"].is_null() ? Seen((*document)["v"].int_value()) : Seen();
    }
    for (const auto& document : handle.query("registers").where(field("id") == key).fetch())
      if (!document["v"].is_null()) return document["v"].int_value();
    return {};
  }

  // Reads and writes in any order; most writes follow a read of the same register, which tells the order of versions.
  void interactive(HistoryTransaction& transaction) {
    struct Operation {
      Key key;
      std::optional<Append> write;
    };
    std::vector<Operation> operations;
    for (std::uint64_t i = 0, count = 1 + below(3); i < count; ++i) {
      const auto key = any_key();
      const auto kind = below(4);   // a read, a write, or two times one after the other
      if (kind != 1) operations.push_back({key, {}});
      if (kind != 0) operations.push_back({key, will_write(transaction, key)});
    }
    file_.begin(transaction);
    auto handle = database_.begin_transaction();
    std::map<Key, Element> own;
    for (const auto& operation : operations) {
      if (operation.write) {
        handle.execute("mutation { " + upsert(*operation.write, 0) + "}");
        own[operation.key] = operation.write->element;
        continue;
      }
      const auto seen = read(handle, operation.key);
      const auto mine = own.find(operation.key);
      if (mine == own.end())
        transaction.reads.push_back(read_of(operation.key, seen));
      else if (seen != mine->second)
        throw std::runtime_error("a transaction does not read what it wrote");
    }
    end(transaction, handle.try_commit());
  }

  // Whoever does the same the other way round makes a write skew of it, if nobody hinders them.
  void read_two_write_one(HistoryTransaction& transaction) {
    const auto one = any_key(), other = any_key();
    will_write(transaction, other);
    file_.begin(transaction);
    auto handle = database_.begin_transaction();
    for (const auto key : {one, other}) transaction.reads.push_back(read_of(key, read(handle, key)));
    handle.execute("mutation { " + upsert(transaction.appends[0], 0) + "}");
    end(transaction, handle.try_commit());
  }

  // One text that writes several registers, some of them twice, and reads none.
  void block(HistoryTransaction& transaction) {
    std::string text = "mutation { transaction { ";
    for (const auto key : some_keys()) text += upsert(will_write(transaction, key), transaction.appends.size());
    file_.begin(transaction);
    end(transaction, database_.try_execute(text + "} }"));
  }

  void single(HistoryTransaction& transaction) {
    will_write(transaction, any_key());
    file_.begin(transaction);
    end(transaction, database_.try_execute("mutation { " + upsert(transaction.appends[0], 0) + "}"));
  }

  static std::string root(Key key, std::size_t alias) {
    return "r" + std::to_string(alias) + ": registers(where: {id: " + std::to_string(key) + "}) { v } ";
  }

  static Seen found_in(const nlohmann::json& data, std::size_t alias) {
    const auto& found = data["r" + std::to_string(alias)];
    return found.empty() || found[0]["v"].is_null() ? Seen() : Seen(found[0]["v"].get<Element>());
  }

  // Several roots of one query see one state.
  void several_roots(HistoryTransaction& transaction) {
    auto keys = some_keys();
    keys.push_back(any_key());
    std::string text = "{ ";
    for (std::size_t i = 0; i < keys.size(); ++i) text += root(keys[i], i);
    file_.begin(transaction);
    const auto result = database_.try_execute(text + "}");
    if (result) {
      const auto data = nlohmann::json::parse(result->data_text());
      for (std::size_t i = 0; i < keys.size(); ++i) transaction.reads.push_back(read_of(keys[i], found_in(data, i)));
    }
    end(transaction, result);
  }

  // Read outside, then written: updates get lost.
  void careless_write(HistoryTransaction& transaction) {
    const auto key = any_key();
    will_write(transaction, key);
    file_.begin(transaction);
    const auto document = database_.get("registers", key);
    const bool is_there = document && !(*document)["v"].is_null();
    transaction.reads.push_back(read_of(key, is_there ? Seen((*document)["v"].int_value()) : Seen()));
    end(transaction, database_.try_execute("mutation { " + upsert(transaction.appends[0], 0) + "}"));
  }

  // As many queries as registers, taken for one state.
  void careless_reads(HistoryTransaction& transaction) {
    file_.begin(transaction);
    for (const auto key : some_keys())
      transaction.reads.push_back(
          read_of(key, found_in(nlohmann::json::parse(database_.execute("{ " + root(key, 0) + "}").data_text()), 0)));
    transaction.fate = Fate::kCommitted;
    file_.end(transaction);
  }
};

}  // namespace

std::unique_ptr<Client> make_register_client(Database& database, HistoryFile& file, std::atomic<std::uint64_t>& begun,
                                             const WorkloadOptions& options, unsigned thread) {
  return std::make_unique<RegisterClient>(database, file, begun, options, thread);
}

Registers read_registers(Database& database) {
  Registers registers;
  for (const auto& document : database.query("registers").fetch())
    if (!document["v"].is_null()) registers[document["id"].int_value()] = document["v"].int_value();
  return registers;
}

}  // namespace aurora::testing
