// Body of searches. Called by queries (reading the argument) and by selection (finding).
#include <aurora/exec/search.hpp>

#include <aurora/base/nearest.hpp>
#include <aurora/base/try.hpp>
#include <aurora/schema/path.hpp>
#include <aurora/text/entries.hpp>

#include <algorithm>
#include <array>

namespace aurora::exec {

namespace {

using aql::Literal;
using plan::Bindings;

constexpr std::array<std::string_view, 5> kNames{"query", "fields", "fuzzy", "minScore", "operator"};
constexpr std::array<std::string_view, 2> kOperators{"AND", "OR"};

std::vector<FieldPath> all_searched(const CollectionDef& collection) {
  std::vector<FieldPath> paths;
  for (const auto& index : collection.indexes)
    if (index.kind == IndexKind::kSearch) paths.push_back(index.paths.front());
  return paths;
}

Error no_index(const CollectionDef& collection, const FieldPath& path) {
  const auto* field = collection.find(path.field);
  const auto type = field != nullptr ? field->type.text() + (field->type.required ? "!" : "") : "String";
  std::string how = "schema { alter collection " + collection.name + " { " + (field != nullptr ? "modify " : "add ") +
                    path.name + ": " + type + " @search } }";
  return Error(ErrorCode::kInvalidOperation, "field '" + path.text() + "' of collection '" + collection.name +
                                                 "' has no full-text index; add @search to it: " + how);
}

// Reads one argument `search`.
class Reader {
 public:
  Reader(const CollectionDef& collection, const Bindings& bindings) : collection_(collection), bindings_(bindings) {}

  Result<text::SearchRequest> read(const Literal& object) {
    if (object.kind != Literal::Kind::kObject)
      return bindings_.error(object.at, ErrorCode::kTypeError,
                             "'search' takes an object like { query: \"words\", fields: [\"title\"] }");
    for (const auto& member : object.members) {
      const auto& name = member.name.text;
      const auto argument = plan::whole_argument(&*member.value, bindings_);
      if (std::find(kNames.begin(), kNames.end(), name) == kNames.end())
        return bindings_.error(member.name.at, ErrorCode::kInvalidQuery,
                               "unknown argument '" + name + "' in 'search'" + did_you_mean(name, kNames));
      const auto* value = argument.get();
      if (value == nullptr || value->kind == Literal::Kind::kNull) continue;
      AURORA_TRY(read_member(name, *value));
    }
    if (!has_query_)
      return bindings_.error(object.at, ErrorCode::kInvalidQuery, "'search' needs 'query', the text to look for");
    if (!has_fields_) {
      request_.fields = all_searched(collection_);
      if (request_.fields.empty())
        return bindings_.error(object.at, ErrorCode::kInvalidOperation,
                               "collection '" + collection_.name + "' has no field with a full-text index; add "
                               "@search to one: schema { alter collection " + collection_.name +
                               " { modify FIELD: String @search } }");
    }
    return std::move(request_);
  }

 private:
  Error bad(const Literal& value, ErrorCode code, std::string message) const {
    return bindings_.error(value.at, code, std::move(message));
  }

  Status read_member(std::string_view name, const Literal& value) {
    if (name == "query") {
      if (value.kind != Literal::Kind::kString) return bad(value, ErrorCode::kTypeError, "'query' takes a text");
      request_.query = value.text;
      has_query_ = true;
      return {};
    }
    if (name == "fields") return read_fields(value);
    if (name == "fuzzy") return read_fuzzy(value);
    if (name == "minScore") {
      if (value.kind == Literal::Kind::kInt)
        request_.min_score = static_cast<double>(value.integer);
      else if (value.kind == Literal::Kind::kFloat)
        request_.min_score = value.number;
      else
        return bad(value, ErrorCode::kTypeError, "'minScore' takes a number");
      return {};
    }
    const bool word = value.kind == Literal::Kind::kEnum || value.kind == Literal::Kind::kString;
    if (!word || std::find(kOperators.begin(), kOperators.end(), value.text) == kOperators.end())
      return bad(value, ErrorCode::kInvalidQuery,
                 "'operator' is AND or OR" + (word ? did_you_mean(value.text, kOperators) : std::string()));
    request_.all_words = value.text == "AND";
    return {};
  }

  Status read_fields(const Literal& value) {
    has_fields_ = true;
    if (value.kind != Literal::Kind::kList) return add_field(value);
    if (value.items.empty()) return bad(value, ErrorCode::kInvalidQuery, "'fields' names no field");
    for (const auto& item : value.items) {
      const auto argument = plan::whole_argument(&item, bindings_);
      if (argument.get() == nullptr) return bad(item, ErrorCode::kTypeError, "'fields' takes names of fields, as texts");
      AURORA_TRY(add_field(*argument.get()));
    }
    return {};
  }

  Status add_field(const Literal& value) {
    if (value.kind != Literal::Kind::kString)
      return bad(value, ErrorCode::kTypeError, "'fields' takes names of fields, as texts");
    auto path = searched_field(collection_, value.text);
    if (!path) return bad(value, path.error().code(), path.error().message());
    request_.fields.push_back(*std::move(path));
    return {};
  }

  Status read_fuzzy(const Literal& value) {
    if (value.kind == Literal::Kind::kBool) {
      request_.fuzzy = value.boolean ? 1 : 0;
      return {};
    }
    if (value.kind != Literal::Kind::kInt)
      return bad(value, ErrorCode::kTypeError, "'fuzzy' takes true, false or a number from 0 to 2");
    if (value.integer < 0 || value.integer > 2)
      return bad(value, ErrorCode::kInvalidQuery,
                 "'fuzzy' is a number of edits from 0 to 2, not " + std::to_string(value.integer));
    request_.fuzzy = static_cast<int>(value.integer);
    return {};
  }

  const CollectionDef& collection_;
  const Bindings& bindings_;
  text::SearchRequest request_;
  bool has_query_ = false;
  bool has_fields_ = false;
};

// Uncommitted documents indexed for one search.
struct Overlay {
  IndexVersion index;
  std::shared_ptr<const text::Lengths> lengths;
};

Overlay overlay_of(const CollectionDef& collection, const IndexDef& index, const PendingDocuments& pending) {
  std::vector<std::pair<std::string, Ordinal>> entries;
  std::vector<std::string> keys;
  for (const auto& [ordinal, record] : pending.documents) {
    text::extract_index_keys(collection, index, record.view(), keys);
    for (auto& key : keys) entries.emplace_back(std::move(key), ordinal);
  }
  std::sort(entries.begin(), entries.end());
  Overlay overlay;
  overlay.index = OrderedIndex::build(std::move(entries), 1).version();
  overlay.lengths = text::Lengths::of(overlay.index);
  return overlay;
}

}  // namespace

Result<std::shared_ptr<const text::Search>> read_search(std::shared_ptr<const CollectionDef> collection,
                                                        const plan::Argument& argument, const Bindings& bindings) {
  const auto* literal = argument.get();
  if (literal == nullptr || literal->kind == Literal::Kind::kNull) return std::shared_ptr<const text::Search>();
  AURORA_ASSIGN(auto request, Reader(*collection, bindings).read(*literal));
  return std::make_shared<const text::Search>(std::move(collection), std::move(request));
}

Result<FieldPath> searched_field(const CollectionDef& collection, std::string_view name) {
  AURORA_ASSIGN(auto path, resolve_path(collection, name));
  if (collection.search_index_on(path) == nullptr) return no_index(collection, path);
  return path;
}

Result<std::vector<text::Hit>> run_search(View& view, const text::Search& search, const OrdinalSet* allowed) {
  const auto id = search.collection().id;
  AURORA_ASSIGN(const auto* version, view.collection(id));
  const auto* pending = view.pending(id);
  text::Corpus corpus;
  corpus.documents = version->live.size();
  if (pending != nullptr)
    corpus.documents += pending->documents.size() - version->live.intersection_size(pending->touched);
  std::vector<Overlay> overlays;
  overlays.reserve(search.fields().size());
  for (const auto& field : search.fields()) {
    text::FieldIndex part;
    for (std::size_t i = 0; i < version->definition->indexes.size(); ++i)
      if (version->definition->indexes[i].id == field.index->id) {
        part.base = &version->indexes[i];
        part.base_lengths = version->lengths[i].get();
      }
    if (part.base == nullptr)
      return Error(ErrorCode::kInternal, "the full-text index on '" + field.path.text() + "' is not there");
    if (pending != nullptr) {
      const auto& overlay = overlays.emplace_back(overlay_of(search.collection(), *field.index, *pending));
      part.hidden = &pending->touched;
      part.own = &overlay.index;
      part.own_lengths = overlay.lengths.get();
    }
    corpus.fields.push_back(part);
  }
  corpus.read = [&](const OrdinalSet& ordinals, const std::function<bool(Ordinal, const RecordRef&)>& visit) {
    return view.scan(id, ordinals, visit);
  };
  return text::evaluate(search, corpus, allowed);
}

}  // namespace aurora::exec
