// Body of the `validate` argument. Called by the query planner; the schema room reads and checks constraints.
#include <aurora/plan/validation.hpp>

#include <aurora/base/try.hpp>
#include <aurora/index/extract.hpp>
#include <aurora/schema/path.hpp>
#include <aurora/schema/validate.hpp>

#include <algorithm>

namespace aurora::plan {

namespace {

using aql::Literal;
using Kind = FilterNode::Kind;

const TypeDef* element_of(const TypeDef* type) {
  while (type != nullptr && type->type == FieldType::kList) type = type->element.get();
  return type;
}

class Reader {
 public:
  Reader(const CollectionDef& collection, const Bindings& bindings) : collection_(collection), bindings_(bindings) {}

  Status field(const aql::Name& name, const Literal& written) {
    auto path = resolve_path(collection_, name.text);
    if (!path) return bindings_.error(name.at, path.error().code(), path.error().message());
    const auto* type = type_at(collection_, *path);
    const auto* element = element_of(type);
    // A variable here is data: its object is read as constraints all the same.
    const auto argument = whole_argument(&written, bindings_);
    const auto* rules = argument.get();
    if (rules == nullptr || rules->kind == Literal::Kind::kNull) return {};
    if (rules->kind != Literal::Kind::kObject)
      return bindings_.error(written.at, ErrorCode::kInvalidQuery,
                             "'validate' takes an object of constraints for '" + name.text +
                                 "', like { format: \"email\" }");
    if (element != nullptr && element->type == FieldType::kNested) {
      for (const auto& member : rules->members)
        AURORA_TRY(field({name.text + "." + member.name.text, member.name.at}, *member.value));
      return {};
    }
    static const TypeDef any = [] {
      TypeDef undeclared;
      undeclared.type = FieldType::kAny;
      return undeclared;
    }();
    return constraints(name, *std::move(path), type != nullptr ? *type : any, *rules);
  }

  std::vector<FilterNode> nodes;

 private:
  Status constraints(const aql::Name& name, FieldPath path, const TypeDef& type, const Literal& written) {
    auto read = std::make_shared<FieldRules>();
    Object shown;
    const auto wrong = [&](aql::Offset at, const Error& error) {
      const bool definition = error.code() == ErrorCode::kInvalidDefinition;
      return bindings_.error(at, definition ? ErrorCode::kInvalidQuery : error.code(),
                             "'validate' of '" + name.text + "': " + error.message());
    };
    for (const auto& member : written.members) {
      AURORA_ASSIGN(auto value, resolve(*member.value, bindings_));
      shown.set(member.name.text, value);
      const auto known = set_constraint(read->rules, member.name.text, std::move(value), type);
      if (!known) return wrong(member.name.at, known.error());
    }
    if (read->rules.empty()) return {};
    if (const auto met = check_consistent(read->rules); !met) return wrong(name.at, met.error());
    auto patterns = Validators::make(read->rules);
    if (!patterns) return wrong(name.at, patterns.error());
    read->patterns = *std::move(patterns);
    FilterNode node;
    node.kind = Kind::kValidate;
    node.path = std::move(path);
    node.name = name.text;
    node.rules = std::move(read);
    node.operands.emplace_back(Value(std::move(shown)));
    nodes.push_back(std::move(node));
    return {};
  }

  const CollectionDef& collection_;
  const Bindings& bindings_;
};

}  // namespace

Result<std::shared_ptr<const Filter>> add_validation(std::shared_ptr<const Filter> filter, const Literal& validate,
                                                     const Bindings& bindings) {
  if (validate.kind != Literal::Kind::kObject)
    return bindings.error(validate.at, ErrorCode::kInvalidQuery,
                          "'validate' is an object of fields and constraints, like { email: { format: \"email\" } }");
  Reader reader(filter->collection(), bindings);
  for (const auto& member : validate.members) AURORA_TRY(reader.field(member.name, *member.value));
  if (reader.nodes.empty()) return filter;
  FilterNode all;
  all.kind = Kind::kAnd;
  const auto& root = filter->root();
  if (root.kind == Kind::kAnd)
    all.children = root.children;
  else if (root.kind != Kind::kTrue)
    all.children.push_back(root);
  for (auto& node : reader.nodes) all.children.push_back(std::move(node));
  if (all.children.size() == 1) {
    auto only = std::move(all.children.front());
    all = std::move(only);
  }
  return std::make_shared<const Filter>(filter->shared_collection(), std::move(all));
}

}  // namespace aurora::plan
