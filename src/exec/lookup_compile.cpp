// Reading lookups: `lookup(…) { … }` and the short form of a field with @relation. Called by projections.
#include <aurora/exec/lookup.hpp>

#include <aurora/base/try.hpp>
#include <aurora/exec/arguments.hpp>
#include <aurora/exec/query.hpp>
#include <aurora/index/extract.hpp>
#include <aurora/plan/filter_compiler.hpp>

#include <array>

namespace aurora::exec {

namespace {

using aql::Selection;

constexpr std::array<std::string_view, 8> kArguments{"collection", "localField", "foreignField", "where",
                                                     "filter",     "orderBy",    "limit",        "many"};

class Compiler {
 public:
  Compiler(const CollectionDef& collection, const Selection& selection, const ProjectionContext& context)
      : collection_(collection), selection_(selection), context_(context), bindings_(context.bindings) {}

  Result<std::shared_ptr<const LookupPlan>> lookup() {
    const auto& arguments = selection_.arguments;
    AURORA_TRY(check_arguments(arguments, kArguments, "'lookup'", bindings_));
    AURORA_ASSIGN(const auto name, needed("collection"));
    AURORA_ASSIGN(const auto foreign, find(name.first, name.second));
    AURORA_ASSIGN(const auto local_field, needed("localField"));
    AURORA_ASSIGN(const auto foreign_field, needed("foreignField"));
    AURORA_TRY(join(local_field, foreign, foreign_field));
    const auto where = find_argument(arguments, {"where", "filter"}, bindings_);
    if (where.get() != nullptr && where.get()->kind != aql::Literal::Kind::kNull) {
      AURORA_ASSIGN(plan_.filter, plan::filter_of(foreign, where, bindings_));
    }
    const auto order = find_argument(arguments, {"orderBy"}, bindings_);
    if (order.get() != nullptr) {
      AURORA_ASSIGN(plan_.order, compile_order(*foreign, *order.get(), bindings_));
    }
    AURORA_ASSIGN(plan_.limit, count_argument(arguments, "limit", bindings_));
    AURORA_ASSIGN(const auto many, flag_argument(arguments, "many", bindings_));
    plan_.list = plan_.list || many.value_or(false);
    return finish();
  }

  Result<std::shared_ptr<const LookupPlan>> relation() {
    const auto at = selection_.name.at;
    const auto& relation = *collection_.find(selection_.name.text)->relation;
    AURORA_ASSIGN(const auto foreign, find(relation.to, at));
    AURORA_TRY(join({selection_.name.text, at}, foreign, {relation.key, at}));
    return finish();
  }

 private:
  using Text = std::pair<std::string, aql::Offset>;

  Result<Text> needed(std::string_view name) const {
    const auto argument = find_argument(selection_.arguments, {name}, bindings_);
    AURORA_ASSIGN(auto text, text_argument(selection_.arguments, {name}, bindings_));
    if (!text)
      return bindings_.error(selection_.name.at, ErrorCode::kInvalidQuery,
                             "'lookup' needs the argument '" + std::string(name) + "'");
    return Text(*std::move(text), argument.get()->at);
  }

  Result<Catalog::Entry> find(const std::string& name, aql::Offset at) const {
    auto found = context_.catalog.require(name);
    if (!found) return bindings_.error(at, found.error().code(), found.error().message());
    return found;
  }

  Result<KeyField> side(const Catalog::Entry& collection, const Text& field) const {
    auto found = key_field(collection, field.first, ErrorCode::kInvalidQuery);
    if (!found) return bindings_.error(field.second, found.error().code(), found.error().message());
    return found;
  }

  Status join(const Text& local, const Catalog::Entry& foreign, const Text& foreign_field) {
    AURORA_ASSIGN(plan_.local, side(context_.catalog.find(collection_.id), local));
    AURORA_ASSIGN(plan_.foreign, side(foreign, foreign_field));
    match_types(plan_.local, plan_.foreign);
    if (plan_.local.subject == plan::Subject::kSid) return {};
    plan_.list = passes_list(collection_, plan_.local.path);
    plan_.list_by_value = !plan_.list && is_multi_valued(collection_, plan_.local.path);
    return {};
  }

  // True when the declared type says that the field, or a part on the way to it, is a list.
  static bool passes_list(const CollectionDef& collection, const FieldPath& path) {
    auto part = path;
    part.rest.clear();
    for (std::size_t i = 0; i <= path.rest.size(); ++i) {
      const auto* type = type_at(collection, part);
      if (type != nullptr && type->type == FieldType::kList) return true;
      if (i < path.rest.size()) part.rest.push_back(path.rest[i]);
    }
    return false;
  }

  Result<std::shared_ptr<const LookupPlan>> finish() {
    plan_.name = selection_.key();
    const auto& foreign = *plan_.foreign.collection;
    if (selection_.has_selections) {
      AURORA_ASSIGN(const auto fields,
                    expand_selections(selection_.selections, foreign.name, bindings_, context_.fragments));
      AURORA_ASSIGN(plan_.projection,
                    Projection::compile(foreign, fields, {context_.catalog, bindings_, context_.fragments}));
    } else {
      plan_.projection = Projection::all_fields(foreign, bindings_);
    }
    return std::make_shared<const LookupPlan>(std::move(plan_));
  }

  const CollectionDef& collection_;
  const Selection& selection_;
  const ProjectionContext& context_;
  const plan::Bindings& bindings_;
  LookupPlan plan_;
};

}  // namespace

bool is_lookup(const CollectionDef& collection, const Selection& selection) {
  if (selection.kind != Selection::Kind::kField || selection.name.text != "lookup") return false;
  return !selection.arguments.empty() || (collection.find("lookup") == nullptr && !collection.open);
}

bool is_relation_lookup(const CollectionDef& collection, const Selection& selection) {
  if (selection.kind != Selection::Kind::kField || !selection.has_selections || !selection.arguments.empty())
    return false;
  const auto* field = collection.find(selection.name.text);
  return field != nullptr && field->relation.has_value();
}

Result<std::shared_ptr<const LookupPlan>> compile_lookup(const CollectionDef& collection, const Selection& selection,
                                                         const ProjectionContext& context) {
  Compiler compiler(collection, selection, context);
  return selection.name.text == "lookup" && is_lookup(collection, selection) ? compiler.lookup()
                                                                             : compiler.relation();
}

}  // namespace aurora::exec
