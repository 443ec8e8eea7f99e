// The limits of reading: records in one hash map and one list in memory, nothing around them. What
// Boost's concurrent_flat_map gives, Aurora's cache cannot beat; nor can a scan of documents beat
// that of the bare records.
#include "peers/packed.hpp"
#include "peers/store.hpp"

#include <boost/unordered/concurrent_flat_map.hpp>
#include <boost/version.hpp>

namespace aurora::bench {

namespace {

struct IdHash {
  using is_avalanching = void;
  std::size_t operator()(const Uuid& id) const noexcept {
    std::uint64_t halves[2];
    std::memcpy(halves, id.bytes.data(), sizeof halves);
    return static_cast<std::size_t>(mix(halves[0] ^ halves[1]));
  }
};

using Record = std::shared_ptr<const std::string>;

struct Records {
  boost::concurrent_flat_map<Uuid, Record, IdHash> by_id;
  std::vector<Record> all;
};

class MemorySession final : public Session {
 public:
  explicit MemorySession(Records& records) : records_(records) {}

  Ask ask(Operation operation) override {
    switch (operation) {
      case Operation::kGet:
        return [this](const Question& q) {
          Record found;  // outlives the lock, as a document does
          records_.by_id.visit(q.id, [&found](const auto& entry) { found = entry.second; });
          return found ? packed_digest(*found) : 0;
        };
      case Operation::kScan:
        return [this](const Question& q) {
          std::uint64_t count = 0;
          for (const auto& record : records_.all) {
            PackedHead head;
            std::memcpy(&head, record->data(), sizeof head);
            count += head.amount < q.amount ? 1 : 0;
          }
          return count;
        };
      case Operation::kInsertMany:
        return [this](const Question& q) {
          for (const auto& row : q.rows) {
            auto record = std::make_shared<const std::string>(packed(row));
            records_.by_id.emplace(row.order.id, record);
            records_.all.push_back(std::move(record));
          }
          return std::uint64_t{0};
        };
      default:
        return {};
    }
  }

 private:
  Records& records_;
};

class MemoryStore final : public Store {
 public:
  std::unique_ptr<Session> session() override { return std::make_unique<MemorySession>(records_); }
  void close() override {}
  bool open(Mode mode) override { return mode != Mode::kSynced; }

 private:
  Records records_;
};

}  // namespace

Peer memory_peer() {
  return {"memory",
          "Boost " + std::to_string(BOOST_VERSION / 100'000) + "." +
              std::to_string(BOOST_VERSION / 100 % 1'000),
          "limit: concurrent_flat_map, list of records", false,
          [](const Place&) -> std::unique_ptr<Store> { return std::make_unique<MemoryStore>(); }};
}

}  // namespace aurora::bench
