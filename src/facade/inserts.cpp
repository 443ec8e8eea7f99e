// Inserts of the Database: documents become records on the caller's thread, before they queue for the commit pipeline,
// which then only numbers, checks and writes them. Called by users; calls document writing and the engine.
#include <aurora/database.hpp>

#include <aurora/base/out_of_memory.hpp>
#include <aurora/base/try.hpp>
#include <aurora/exec/document_write.hpp>
#include <aurora/expr/computed_fields.hpp>
#include <aurora/schema/path.hpp>

#include "documents.hpp"
#include "runner.hpp"

namespace aurora {

namespace {

using facade::State;

/// New documents of one call, on their way into a collection.
class Inserts {
 public:
  /// Makes the records, once or, when the definition changed meanwhile, again.
  using Make = std::function<Result<std::vector<RecordRef>>(const CollectionDef&, const InsertContext&, std::uint32_t)>;

  Inserts(State& state, std::string_view collection, const Make& make)
      : state_(state), name_(collection), make_(make), target_(state.engine()) {}

  /// In one commit. `each` is told of every document stored, in order.
  using Each = std::function<Status(WriteView&, const Catalog::Entry&, Ordinal)>;
  Status run(const Each& each) {
    AURORA_TRY(prepare(*state_.engine().catalog()));
    return target_.write([&](WriteView& view) -> Status {
      const auto mark = view.savepoint();
      if (view.catalog().find(definition_->name) != definition_) AURORA_TRY(prepare(view.catalog()));
      std::vector<Ordinal> ordinals;
      ordinals.reserve(records_.size());
      for (auto& record : records_) {
        AURORA_ASSIGN(const auto ordinal, view.insert(*definition_, std::move(record)));
        ordinals.push_back(ordinal);
      }
      if (each)
        for (const auto ordinal : ordinals) AURORA_TRY(each(view, definition_, ordinal));
      return facade::end_call(state_, view, mark);
    });
  }

 private:
  Status prepare(const Catalog& catalog) {
    AURORA_ASSIGN(definition_, facade::writable_collection(catalog, name_));
    auto& engine = state_.engine();
    const InsertContext insert{target_.now(), [&engine] { return engine.ids().next(); }};
    AURORA_ASSIGN(records_, make_(*definition_, insert, engine.options().max_document_bytes));
    return {};
  }

  State& state_;
  std::string_view name_;
  const Make& make_;
  facade::DatabaseTarget target_;
  Catalog::Entry definition_;
  std::vector<RecordRef> records_;
};

Inserts::Make making(std::span<const Object> documents) {
  return [documents](const CollectionDef& collection, const InsertContext& insert,
                     std::uint32_t max_bytes) -> Result<std::vector<RecordRef>> {
    std::vector<RecordRef> records;
    records.reserve(documents.size());
    for (const auto& document : documents) {
      auto record = exec::make_record(collection, document, insert, max_bytes);
      if (!record) return in_collection(collection, record.error());
      records.push_back(*std::move(record));
    }
    return records;
  };
}

Inserts::Make making(std::span<const std::string_view> texts) {
  return [texts](const CollectionDef& collection, const InsertContext& insert,
                 std::uint32_t max_bytes) -> Result<std::vector<RecordRef>> {
    std::vector<RecordRef> records;
    records.reserve(texts.size());
    exec::JsonRecords reader(collection, insert, max_bytes);
    for (const auto text : texts) {
      auto record = reader.make(text);
      if (!record) {
        const auto error = in_collection(collection, record.error());
        return texts.size() == 1 ? error : error.with_prefix("document " + std::to_string(records.size()) + ": ");
      }
      records.push_back(*std::move(record));
    }
    return records;
  };
}

Result<Document> stored_document(WriteView& view, const Catalog::Entry& collection, Ordinal ordinal) {
  AURORA_ASSIGN(const auto stored, view.record(collection->id, ordinal));
  AURORA_ASSIGN(const auto shown, with_virtuals(*collection, stored, view.now()));
  return Document(collection, shown);
}

}  // namespace

Result<Document> Database::try_insert(std::string_view collection, const Object& document) {
  return within_memory([&]() -> Result<Document> {
    AURORA_ASSIGN(const auto entry, state_->engine().enter());
    Document added;
    const auto make = making(std::span(&document, 1));
    AURORA_TRY(Inserts(*state_, collection, make)
                   .run([&](WriteView& view, const Catalog::Entry& definition, Ordinal ordinal) -> Status {
                     AURORA_ASSIGN(added, stored_document(view, definition, ordinal));
                     return {};
                   }));
    return added;
  });
}

std::vector<Document> Database::insert_many(std::string_view collection, const std::vector<Object>& documents) {
  const auto entry = state_->engine().enter().value();
  std::vector<Document> added;
  added.reserve(documents.size());
  const auto make = making(std::span(documents));
  Inserts(*state_, collection, make)
      .run([&](WriteView& view, const Catalog::Entry& definition, Ordinal ordinal) -> Status {
        AURORA_ASSIGN(auto one, stored_document(view, definition, ordinal));
        added.push_back(std::move(one));
        return {};
      })
      .value();
  return added;
}

Result<std::uint64_t> Database::try_insert_json(std::string_view collection, std::span<const std::string_view> documents) {
  return within_memory([&]() -> Result<std::uint64_t> {
    AURORA_ASSIGN(const auto entry, state_->engine().enter());
    const auto make = making(documents);
    AURORA_TRY(Inserts(*state_, collection, make).run({}));
    return std::uint64_t{documents.size()};
  });
}

}  // namespace aurora
