// Body of the point read. Called by query root fields.
#include "exec/point_read.hpp"

#include <aurora/base/try.hpp>
#include <aurora/index/key.hpp>
#include <aurora/schema/coerce.hpp>
#include <aurora/schema/path.hpp>

#include <algorithm>

namespace aurora::exec {

namespace {

using aql::Literal;

const Literal* where_of(const aql::Selection& field) noexcept {
  if (field.arguments.size() != 1) return nullptr;
  const auto& argument = field.arguments.front();
  return argument.name.text == "where" || argument.name.text == "filter" ? &argument.value : nullptr;
}

// { key: value } or { key: { eq: value } }.
const Literal* operand_of(const Literal& where, std::string_view key) noexcept {
  if (where.kind != Literal::Kind::kObject || where.members.size() != 1 || where.members.front().name.text != key)
    return nullptr;
  const auto* operand = where.members.front().value.get();
  if (operand->kind == Literal::Kind::kObject)
    operand = operand->members.size() == 1 ? operand->find("eq") : nullptr;
  if (operand == nullptr) return nullptr;
  switch (operand->kind) {
    case Literal::Kind::kBool:
    case Literal::Kind::kInt:
    case Literal::Kind::kFloat:
    case Literal::Kind::kString:
    case Literal::Kind::kVariable: return operand;
    default: return nullptr;
  }
}

bool is_scalar(const Value& value) {
  return !value.is_null() && value.if_list() == nullptr && value.if_object() == nullptr;
}

}  // namespace

// Nothing about the execution asks for the general way.
bool PointRead::may_suit(const aql::Selection& field, const QueryContext& context) {
  return context.committed && context.bindings.compiled != nullptr && context.settings.use_indexes &&
         !context.explain_all && context.whole == nullptr && field.directives.empty() &&
         context.operation_directives.empty() && place_of(field) != nullptr;
}

// The filter is kept at the literal, the projection at the field.
const void* PointRead::place_of(const aql::Selection& field) noexcept {
  return where_of(field) != nullptr ? &field.arguments : nullptr;
}

std::shared_ptr<const PointRead> PointRead::of(const aql::Selection& field, const CollectionDef& collection,
                                               std::shared_ptr<const Projection> projection) {
  const auto* primary = collection.primary();
  const auto* where = where_of(field);
  // An expired document is there and must not be seen: the filter says so.
  if (primary == nullptr || where == nullptr || collection.ttl || collection.system) return nullptr;
  if (!projection->lookups().empty() || !projection->windows().empty()) return nullptr;
  const auto* operand = operand_of(*where, primary->name);
  if (operand == nullptr) return nullptr;
  const auto index = std::find_if(collection.indexes.begin(), collection.indexes.end(),
                                  [](const IndexDef& each) { return each.kind == IndexKind::kPrimary; });
  auto made = std::make_shared<PointRead>();
  made->operand_ = operand;
  made->index_ = static_cast<std::size_t>(index - collection.indexes.begin());
  made->projection_ = std::move(projection);
  return made;
}

Result<std::optional<std::string>> PointRead::answer(View& view, const CollectionDef& collection,
                                                     const plan::Bindings& bindings) const {
  Value given;
  if (operand_->kind == Literal::Kind::kVariable) {
    const auto* value = bindings.find(operand_->text);
    if (value == nullptr) return std::optional<std::string>();
    given = *value;
  } else {
    AURORA_ASSIGN(given, plan::resolve(*operand_, bindings));
  }
  if (!is_scalar(given)) return std::optional<std::string>();
  const auto& primary = *collection.primary();
  const auto key = coerce_operand(primary.type, std::move(given), bindings.now, primary.name);
  if (!key || !is_scalar(*key)) return std::optional<std::string>();
  AURORA_ASSIGN(const auto* version, view.collection(collection.id));
  std::string bytes;
  append_key(bytes, *key);
  const bool cut = cut_key(bytes);
  std::string out = "[";
  if (const auto ordinal = version->indexes[index_].find_one(bytes)) {
    AURORA_ASSIGN(const auto record, view.record(collection.id, *ordinal));
    const bool found = record && (!cut || compare(read_field(collection, primary, record.view()), key->scalar_view()) == 0);
    if (found) AURORA_TRY(projection_->append(out, collection, record.view(), {}));
  }
  out += ']';
  return std::optional(std::move(out));
}

}  // namespace aurora::exec
