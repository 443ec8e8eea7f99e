// Bytes as a definition, trusting nothing in them. Called when a database is opened; the layout is
// in definition_codec.hpp. Recursion follows groups, which are bounded.
#include "schema/definition_codec.hpp"
#include "schema/definition_reader.hpp"
#include "schema/describe_value.hpp"
#include "schema/formats.hpp"

#include <aurora/base/bytes.hpp>
#include <aurora/base/checksum.hpp>
#include <aurora/document/codec.hpp>
#include <aurora/schema/catalog.hpp>
#include <aurora/schema/introspect.hpp>
#include <aurora/schema/validate.hpp>

#include <array>
#include <unordered_set>

namespace aurora {

namespace {

// Deeper than any text can define (the parser stops at 64 brackets).
constexpr std::size_t kMaxTypeDepth = 128;

Error damaged(std::string_view what) {
  return {ErrorCode::kCorruption,
          "a stored collection definition is damaged: " + std::string(what)};
}

class Decoder {
 public:
  CollectionDef collection(ValueView root);
  [[nodiscard]] const DecodeFault& fault() const noexcept { return fault_; }

 private:
  std::vector<FieldDef> fields_of(std::size_t group, std::size_t depth);
  FieldDef field(ValueView stored, std::size_t group, std::size_t depth);
  TypeDef type(const DefinitionReader& in, std::size_t group, std::size_t depth);
  Validation validation(ValueView stored);
  Relation relation(ValueView stored);
  SearchOptions search(ValueView stored);
  FieldPath path(ValueView stored, const CollectionDef& definition);
  IndexDef index(ValueView stored, const CollectionDef& definition);
  void check_names(const CollectionDef& definition);

  DecodeFault fault_;
  std::vector<ValueView> groups_;
  std::size_t read_groups_ = 0;
};

TypeDef Decoder::type(const DefinitionReader& in, std::size_t group, std::size_t depth) {
  TypeDef out;
  const auto word = in.text("type");
  const auto levels = in.text("levels");
  if (levels.empty() || levels.size() > kMaxTypeDepth ||
      levels.find_first_not_of("ro") != std::string::npos)
    return fault_.set("levels"), out;
  if (word == definition_codec::kNestedType) {
    const auto inner = in.number<std::size_t>("group");
    if (inner <= group || inner >= groups_.size()) return fault_.set("group"), out;
    out.type = FieldType::kNested;
    out.fields = fields_of(inner, depth + 1);
  } else if (const auto known = field_type_named(word)) {
    out.type = *known;
  } else {
    fault_.set("type");
  }
  out.required = levels.back() == 'r';
  for (auto level = levels.rbegin() + 1; level != levels.rend(); ++level) {
    TypeDef list;
    list.type = FieldType::kList;
    list.required = *level == 'r';
    list.element = std::make_shared<const TypeDef>(std::move(out));
    out = std::move(list);
  }
  return out;
}

Validation Decoder::validation(ValueView stored) {
  const DefinitionReader in(stored, fault_);
  Validation out;
  const auto limit = [&](std::string_view name, std::optional<Value>& to) {
    const auto value = in.get(name);
    if (value.type() == Type::kList || value.type() == Type::kObject) return fault_.set(name);
    if (!value.is_null()) to = Value(value);
  };
  limit("min", out.min);
  limit("max", out.max);
  if (in.has("minLength")) out.min_length = in.number<std::uint64_t>("minLength");
  if (in.has("maxLength")) out.max_length = in.number<std::uint64_t>("maxLength");
  if (in.has("pattern")) out.pattern = in.text("pattern");
  if (in.has("format")) {
    out.format = in.text("format");
    if (!is_format(*out.format)) fault_.set("format");
  }
  if (in.has("in")) {
    out.in.emplace();
    in.each("in", [&](ValueView item) { out.in->emplace_back(item); });
  }
  return out;
}

Relation Decoder::relation(ValueView stored) {
  const DefinitionReader in(stored, fault_);
  Relation out;
  out.to = in.text("to");
  out.key = in.text("key");
  out.check = in.flag("check");
  const auto action = in.text("onDelete");
  for (const auto candidate : {OnDelete::kRestrict, OnDelete::kSetNull, OnDelete::kCascade}) {
    if (to_string(candidate) != action) continue;
    out.on_delete = candidate;
    return out;
  }
  fault_.set("onDelete");
  return out;
}

SearchOptions Decoder::search(ValueView stored) {
  const DefinitionReader in(stored, fault_);
  SearchOptions out;
  out.language = in.text("language");
  out.stop_words = in.flag("stopWords");
  const auto weight = in.get("weight");
  if (weight.type() == Type::kFloat)
    out.weight = weight.float_value();
  else
    fault_.set("weight");
  return out;
}

FieldDef Decoder::field(ValueView stored, std::size_t group, std::size_t depth) {
  const DefinitionReader in(stored, fault_);
  FieldDef out;
  out.id = in.number<FieldId>("id");
  out.name = in.text("name");
  if (fault_) return out;
  out.type = type(in, group, depth);
  if (in.has("default")) out.default_value = Value(in.get("default"));
  out.default_is_now = in.flag("now");
  out.primary = in.flag("primary");
  out.unique = in.flag("unique");
  out.indexed = in.flag("indexed");
  if (in.has("validation")) out.validation = validation(in.get("validation"));
  if (in.has("relation")) out.relation = relation(in.get("relation"));
  if (in.has("search")) out.search = search(in.get("search"));
  if (in.has("computed")) out.computed = in.text("computed");
  out.added_in = in.number_or_zero<std::uint32_t>("added_in");
  if (in.has("backfill"))
    out.backfill = std::make_shared<const EncodedValue>(Value(in.get("backfill")));
  return out;
}

// Each group belongs to one type: reading more groups than there are means that two share one,
// which could make a small text an enormous definition.
std::vector<FieldDef> Decoder::fields_of(std::size_t group, std::size_t depth) {
  std::vector<FieldDef> fields;
  if (depth > kMaxTypeDepth || ++read_groups_ > groups_.size() ||
      groups_[group].type() != Type::kList)
    return fault_.set("groups"), fields;
  const auto list = groups_[group].list();
  for (std::uint32_t i = 0; i < list.size() && !fault_; ++i)
    fields.push_back(field(list[i], group, depth));
  return fields;
}

FieldPath Decoder::path(ValueView stored, const CollectionDef& definition) {
  const DefinitionReader in(stored, fault_);
  FieldPath out;
  out.field = in.number<FieldId>("field");
  out.name = in.text("name");
  in.each("rest", [&](ValueView part) {
    if (part.type() == Type::kString)
      out.rest.emplace_back(part.string_value());
    else
      fault_.set("rest");
  });
  if (out.field != kOpenFields && definition.find(out.field) == nullptr) fault_.set("path");
  return out;
}

IndexDef Decoder::index(ValueView stored, const CollectionDef& definition) {
  const DefinitionReader in(stored, fault_);
  IndexDef out;
  out.id = in.number<std::uint32_t>("id");
  out.name = in.text("name");
  out.from_rule = in.flag("rule");
  in.each("paths", [&](ValueView item) { out.paths.push_back(path(item, definition)); });
  if (out.paths.empty()) fault_.set("paths");
  const auto kind = in.text("kind");
  for (const auto candidate :
       {IndexKind::kPrimary, IndexKind::kUnique, IndexKind::kOrdered, IndexKind::kSearch}) {
    if (to_string(candidate) != kind) continue;
    out.kind = candidate;
    return out;
  }
  fault_.set("kind");
  return out;
}

// Ids and names of fields are distinct, and every id has been given out.
void Decoder::check_names(const CollectionDef& definition) {
  std::unordered_set<std::string_view> names;
  std::unordered_set<FieldId> ids;
  for (const auto& field : definition.fields) {
    if (field.id == 0 || field.id >= definition.next_field_id || !ids.insert(field.id).second)
      fault_.set("field id");
    if (!names.insert(field.name).second) fault_.set("field name");
  }
}

CollectionDef Decoder::collection(ValueView root) {
  const DefinitionReader in(root, fault_);
  CollectionDef out;
  out.id = in.number<CollectionId>("id");
  out.name = in.text("name");
  out.version = in.number<std::uint32_t>("version");
  out.next_field_id = in.number<FieldId>("next_field_id");
  out.open = in.flag("open");
  out.system = in.flag("system");
  in.each("groups", [&](ValueView group) { groups_.push_back(group); });
  if (groups_.empty()) fault_.set("groups");
  if (fault_) return out;
  out.fields = fields_of(0, 0);
  check_names(out);
  in.each("indexes", [&](ValueView stored) { out.indexes.push_back(index(stored, out)); });
  if (in.has("ttl")) {
    const DefinitionReader ttl(in.get("ttl"), fault_);
    out.ttl =
        TtlRule{path(ttl.get("field"), out), ttl.number<std::int64_t>("micros"), ttl.text("text")};
  }
  return out;
}

}  // namespace

Result<CollectionDef> decode_definition(std::string_view bytes) {
  if (bytes.size() < definition_codec::kHeaderBytes) return damaged("it is too short");
  const auto format = static_cast<std::uint8_t>(bytes[0]);
  if (format != definition_codec::kFormat)
    return Error(ErrorCode::kCorruption, "a stored collection definition has the unknown format " +
                                             std::to_string(format) +
                                             "; this version reads format 1");
  if (load_le<std::uint32_t>(bytes.data() + 1) != checksum32(bytes.substr(5)))
    return damaged("wrong checksum");
  const auto tag = static_cast<std::uint8_t>(bytes[5]);
  const auto payload = bytes.substr(definition_codec::kHeaderBytes);
  if (!codec::is_valid_payload(tag, payload)) return damaged("malformed content");
  Decoder decoder;
  auto collection = decoder.collection(codec::view_payload(tag, payload));
  if (decoder.fault()) return damaged("wrong or missing part " + in_quotes(decoder.fault().what));
  auto validators = Validators::make(collection);
  if (!validators) return damaged(validators.error().message());
  collection.validators = *std::move(validators);
  return collection;
}

}  // namespace aurora
