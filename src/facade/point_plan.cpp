// Body of the prepared point read. Called by Statement and Database; calls the hot read.
#include "point_plan.hpp"

#include "exec/point_read.hpp"

#include <utility>

namespace aurora::facade {

namespace {

using aql::Literal;
using aql::Operation;

// Whether a variable of that type takes every value of the kind as it is.
bool takes_as_is(const aql::TypeReference& type, Type kind) {
  if (type.kind != aql::TypeReference::Kind::kNamed) return false;
  const auto named = field_type_named(type.name.text);
  if (!named) return false;
  switch (*named) {
    case FieldType::kAny: return true;
    case FieldType::kUuid:
    case FieldType::kInt:
    case FieldType::kString:
    case FieldType::kId: return type_of_keys(*named) == kind;
    default: return false;
  }
}

}  // namespace

bool PointPlans::may_suit(const aql::Document& document) {
  if (document.operations.size() != 1) return false;
  const auto& operation = document.operations.front();
  if (operation.kind != Operation::Kind::kQuery || !operation.directives.empty()) return false;
  if (operation.selections.size() != 1 || operation.variables.size() != 1) return false;
  const auto& field = operation.selections.front();
  return field.directives.empty() && exec::PointRead::place_of(field) != nullptr;
}

const PointPlan* PointPlans::current(State& state) const noexcept {
  const auto* const plan = newest_.load(std::memory_order_acquire);
  return plan != nullptr && plan->place.catalog == state.engine().snapshots().published_catalog() ? plan : nullptr;
}

const Value* PointPlans::key_of(const PointPlan& plan, const Object& variables) noexcept {
  const auto member = variables.begin();
  if (variables.size() != 1 || member->name != plan.variable) return nullptr;
  return &member->value;
}

std::optional<QueryResult> PointPlans::answer(State& state, const Object& variables) const {
  const auto* const plan = current(state);
  const auto* const key = plan != nullptr ? key_of(*plan, variables) : nullptr;
  const auto* const record = key != nullptr ? read_hot_record(state, plan->place, *key) : nullptr;
  if (record == nullptr) return std::nullopt;
  constexpr std::size_t kUsual = 256;
  std::string out;
  out.reserve(kUsual);
  out += plan->before;
  // Names of fields cannot fail.
  if (!plan->read->projection().append(out, *plan->place.collection, record->view(), {})) return std::nullopt;
  out += "]}";
  return QueryResult(std::move(out), std::string());
}

std::optional<Documents> PointPlans::fetch(State& state, const Object& variables) const {
  const auto* const plan = current(state);
  const auto* const key = plan != nullptr ? key_of(*plan, variables) : nullptr;
  if (key == nullptr) return std::nullopt;
  auto document = read_hot(state, plan->place, *key);
  if (!document) return std::nullopt;
  std::vector<Document> one;
  one.push_back(std::move(document));
  return Documents(std::move(one));
}

void PointPlans::learn(State& state, const ParsedText& parsed) noexcept try {
  if (current(state) != nullptr) return;
  const std::lock_guard lock(mutex_);
  if (current(state) != nullptr || plans_.size() == kMost) return;
  const auto& operation = parsed.document.operations.front();
  const auto& field = operation.selections.front();
  const auto pin = state.engine().snapshots().pin();
  auto collection = pin->catalog->find(field.name.text);
  if (!collection) return;
  auto read = parsed.compiled.find<exec::PointRead>(exec::PointRead::place_of(field), collection.get());
  if (!read || read->operand().kind != Literal::Kind::kVariable) return;
  auto place = hot_place(pin->catalog->version(), std::move(collection));
  if (place.type == Type::kNull || !takes_as_is(operation.variables.front().type, place.type)) return;
  plans_.push_back(std::make_unique<const PointPlan>(
      PointPlan{std::move(place), read->operand().text, "{" + exec::json_key(field.key()) + "[", std::move(read)}));
  newest_.store(plans_.back().get(), std::memory_order_release);
} catch (...) {   // no memory: the text has its answer; it is learnt another time
}

}  // namespace aurora::facade
