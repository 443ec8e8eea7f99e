// Body of query root fields. Called by the statement runner; calls selection and projection.
#include <aurora/exec/query.hpp>

#include "exec/answer_text.hpp"
#include "exec/collective_shape.hpp"
#include "exec/point_read.hpp"
#include "exec/streamed_rows.hpp"

#include <aurora/base/nearest.hpp>
#include <aurora/base/try.hpp>
#include <aurora/exec/arguments.hpp>
#include <aurora/exec/cursor.hpp>
#include <aurora/exec/group.hpp>
#include <aurora/exec/lookup.hpp>
#include <aurora/exec/page.hpp>
#include <aurora/exec/projection.hpp>
#include <aurora/exec/query_arguments.hpp>
#include <aurora/expr/computed_fields.hpp>
#include <aurora/plan/compiled_parts.hpp>

#include <algorithm>
#include <array>

namespace aurora::exec {

namespace {

using aql::Selection;
using plan::Bindings;
class RootField {
 public:
  RootField(View& view, const Selection& field, const QueryContext& context)
      : view_(view), field_(field), context_(context), bindings_(context.bindings) {}

  Result<QueryOutput> run() {
    AURORA_TRY(read_directives(field_.directives));
    AURORA_TRY(read_directives(context_.operation_directives));
    if (!output_.included) return std::move(output_);
    auto found = view_.catalog().require(field_.name.text);
    if (!found) return bindings_.error(field_.name.at, found.error().code(), found.error().message());
    AURORA_ASSIGN(query_, read_query_arguments(*std::move(found), field_, bindings_));
    AURORA_TRY(read_use_index());
    analyze_ = analyze_ || context_.analyze_all;
    if (context_.explain_all || explain_) {
      output_.explanation.emplace();
      output_.explanation->analyze = analyze_;
    }
    page_pass_ = fresh_explanation();
    AURORA_TRY(answer());
    join_explanations();
    return std::move(output_);
  }

 private:
  const CollectionDef& collection() const { return *query_.collection; }
  // Each pass over the collection has a plan of its own; the documents' comes first.
  plan::Explanation fresh_explanation() const {
    plan::Explanation pass;
    pass.analyze = analyze_;
    return pass;
  }
  plan::Explanation* page_explanation() { return output_.explanation ? &page_pass_ : nullptr; }
  void explain_pass(plan::Explanation pass) {
    if (output_.explanation) passes_.push_back(std::move(pass));
  }
  void join_explanations() {
    if (!output_.explanation) return;
    if (!page_pass_.root.op.empty()) output_.explanation->add(std::move(page_pass_));
    for (auto& pass : passes_) output_.explanation->add(std::move(pass));
  }

  Status read_directives(const std::vector<aql::Directive>& directives) {
    for (const auto& directive : directives) {
      const auto& name = directive.name.text;
      if (name == "explain") {
        constexpr std::array<std::string_view, 1> kNames{"analyze"};
        AURORA_TRY(check_arguments(directive.arguments, kNames, "@explain", bindings_));
        AURORA_ASSIGN(const auto analyze, flag_argument(directive.arguments, "analyze", bindings_));
        explain_ = true;
        analyze_ = analyze_ || analyze.value_or(false);
      } else if (name == "useIndex") {
        use_index_ = &directive;
      } else {
        AURORA_ASSIGN(const bool included, is_included(std::span(&directive, 1), bindings_));
        output_.included = output_.included && included;
      }
    }
    return {};
  }

  Status read_use_index() {
    if (use_index_ == nullptr) return {};
    constexpr std::array<std::string_view, 2> kNames{"name", "field"};
    AURORA_TRY(check_arguments(use_index_->arguments, kNames, "@useIndex", bindings_));
    AURORA_ASSIGN(const auto name, text_argument(use_index_->arguments, {"name"}, bindings_));
    AURORA_ASSIGN(const auto field, text_argument(use_index_->arguments, {"field"}, bindings_));
    if (name.has_value() == field.has_value())
      return bindings_.error(use_index_->name.at, ErrorCode::kInvalidQuery,
                             "@useIndex takes either 'name', of an index, or 'field'");
    for (const auto& index : collection().indexes) {
      const bool wanted = name ? index.name == *name : field && index.paths.size() == 1 &&
                                                           index.paths.front().text() == *field;
      if (wanted) query_.only_index = &index;
    }
    if (query_.only_index == nullptr) {
      std::vector<std::string_view> names;
      for (const auto& index : collection().indexes) names.emplace_back(index.name);
      const auto asked = name.value_or(field.value_or(""));
      return bindings_.error(use_index_->name.at, ErrorCode::kInvalidOperation,
                             "collection '" + collection().name + "' has no index on '" + asked + "'" +
                                 did_you_mean(asked, names));
    }
    return {};
  }

  Status answer() {
    std::vector<const Selection*> selections;
    if (field_.has_selections) {
      AURORA_ASSIGN(selections, expand_selections(field_.selections, collection().name, bindings_,
                                                  context_.fragments));
    }
    // With every part deferred, the field as written tells what is left: empty documents, or one empty object.
    auto shape = selections;
    if (shape.empty() && context_.whole != nullptr) {
      AURORA_ASSIGN(shape, expand_selections(context_.whole->selections, collection().name, bindings_,
                                             context_.fragments));
    }
    const Selection* collective = nullptr;
    const Selection* plain = nullptr;
    for (const auto* selection : shape) {
      (is_collective(collection(), *selection) ? collective : plain) = selection;
    }
    if (collective != nullptr && plain != nullptr)
      return bindings_.error(plain->at, ErrorCode::kInvalidQuery,
                             "'" + plain->key() + "' stands next to '" + collective->key() +
                                 "'; put the fields of documents under nodes { … }");
    const bool gives_json = context_.documents == nullptr && context_.fields == nullptr;
    if (collective != nullptr && !gives_json) return no_document(*collective, bindings_);
    if (collective != nullptr) return collective_answer(selections);
    AURORA_ASSIGN(const auto projection, projection_of(field_, selections));
    if (PointRead::may_suit(field_, context_) && is_kept(field_))
      if (auto point = PointRead::of(field_, collection(), projection))
        bindings_.compiled->put(PointRead::place_of(field_), query_.collection, std::move(point));
    if (context_.fields != nullptr) return give_values(*projection);
    places_ = context_.places;
    const bool explains_rows = output_.explanation && projection->paths().empty();
    if (context_.documents != nullptr || places_ != nullptr || explains_rows || !projection->windows().empty())
      return append_rows(*projection, output_.json);
    return append_streamed(view_, query_, context_.settings, *projection, page_explanation(), output_.json);
  }

  Status give_values(const Projection& projection) {
    if (projection.paths().empty())
      return bindings_.error(field_.name.at, ErrorCode::kInvalidOperation,
                             "rows hold values of fields alone, dotted paths included; execute the text for its JSON");
    std::vector<std::string> names;
    for (const auto& item : projection.items()) names.push_back(item.name);
    context_.fields->begin(std::move(names));
    return each_fields(view_, query_, projection.paths(), context_.settings, page_explanation(), context_.fields->visit);
  }

  using SharedProjection = std::shared_ptr<const Projection>;

  // Names alone mean the same at each execution of a text: their projection is made once.
  static bool is_fixed(const Selection& field) {
    return std::all_of(field.selections.begin(), field.selections.end(), [](const Selection& selection) {
      return selection.kind == Selection::Kind::kField && selection.arguments.empty() &&
             selection.directives.empty() && is_fixed(selection);
    });
  }

  // Computed fields are compiled with what one execution knows.
  bool is_kept(const Selection& field) const {
    return bindings_.compiled != nullptr && is_fixed(field) && !query_.search && collection().computed_fields == nullptr;
  }

  Result<SharedProjection> projection_of(const Selection& field, const std::vector<const Selection*>& selections) const {
    const bool fixed = is_kept(field);
    if (fixed)
      if (auto made = bindings_.compiled->find<Projection>(&field, &collection())) return made;
    auto projection = std::make_shared<Projection>();
    if (field.has_selections) {
      AURORA_ASSIGN(*projection, Projection::compile(collection(), selections,
                                                     {view_.catalog(), bindings_, context_.fragments, true, query_.search}));
    } else {
      *projection = Projection::all_fields(collection(), bindings_);
    }
    // A lookup holds for the definition of another collection too.
    if (fixed && projection->lookups().empty()) bindings_.compiled->put(&field, query_.collection, projection);
    return SharedProjection(std::move(projection));
  }

  // The windowed values of the page's rows; windows() of them a row.
  Result<std::vector<Value>> windowed(const Projection& projection, const std::vector<Row>& rows) {
    auto query = query_;
    for (const auto& spec : projection.windows()) add_if_virtual(collection(), spec.path.field, query.computed);
    if (query.computed.empty())
      return compute_windows(view_, query, projection.windows(), rows, bindings_, context_.settings, page_explanation());
    auto extended = rows;
    for (auto& row : extended) {
      AURORA_ASSIGN(row.record, with_computed(collection(), row.record.view(), query.computed, bindings_.now));
    }
    return compute_windows(view_, query, projection.windows(), extended, bindings_, context_.settings, page_explanation());
  }

  // What is computed for the rows of the page together.
  struct Extras {
    std::vector<Value> windowed;   // windows() of them a row
    LookupResults lookups;

    [[nodiscard]] RowExtras of(const Projection& projection, std::size_t row, double score) const {
      const auto width = projection.windows().size();
      return {std::span(windowed).subspan(row * width, width), &lookups, row, score};
    }
  };

  Result<Extras> extras(const Projection& projection, const std::vector<Row>& rows) {
    Extras made;
    if (!projection.windows().empty()) {
      AURORA_ASSIGN(made.windowed, windowed(projection, rows));
    }
    if (!projection.lookups().empty()) {
      std::vector<RecordView> records;
      records.reserve(rows.size());
      for (const auto& row : rows) records.push_back(row.record.view());
      AURORA_ASSIGN(made.lookups, LookupResults::find(view_, projection, records, context_.settings));
      if (output_.explanation) made.lookups.explain(page_pass_);
    }
    return made;
  }

  Status append_rows(const Projection& projection, std::string& out) {
    if (context_.documents != nullptr) AURORA_TRY(check_whole(projection, field_, bindings_));
    AURORA_ASSIGN(const auto* rows, page_.rows(page_explanation()));
    if (context_.documents != nullptr) {
      *context_.documents = {query_.collection, *rows};
      return {};
    }
    AURORA_ASSIGN(const auto beside, extras(projection, *rows));
    out += '[';
    const auto begin = out.size();
    for (std::size_t i = 0; i < rows->size(); ++i) {
      make_room(out, begin, i, rows->size());
      if (i > 0) out += ',';
      const auto& row = (*rows)[i];
      AURORA_TRY(projection.append(out, collection(), row.record.view(), beside.of(projection, i, row.score)));
      if (places_ != nullptr) places_->push_back({row.ordinal, out.size()});
    }
    out += ']';
    return {};
  }

  Status append_edges(const Selection& edges, std::string& out) {
    AURORA_ASSIGN(const auto parts,
                  expand_selections(edges.selections, collection().name, bindings_, context_.fragments));
    struct Part {
      std::string key;
      SharedProjection projection;            // none: the cursor
      Extras extras;
    };
    std::vector<Part> compiled;
    for (const auto* part : parts) {
      SharedProjection projection;
      if (part->name.text == "node") {
        std::vector<const Selection*> fields;
        if (part->has_selections) {
          AURORA_ASSIGN(fields, expand_selections(part->selections, collection().name, bindings_, context_.fragments));
        }
        AURORA_ASSIGN(projection, projection_of(*part, fields));
      }
      compiled.push_back({json_key(part->key()), std::move(projection), {}});
    }
    AURORA_ASSIGN(const auto* rows, page_.rows(page_explanation()));
    for (auto& each : compiled) {
      if (!each.projection) continue;
      AURORA_ASSIGN(each.extras, extras(*each.projection, *rows));
    }
    out += '[';
    for (std::size_t i = 0; i < rows->size(); ++i) {
      out += i > 0 ? ",{" : "{";
      for (std::size_t j = 0; j < compiled.size(); ++j) {
        if (j > 0) out += ',';
        const auto& each = compiled[j];
        out += each.key;
        if (each.projection) {
          AURORA_TRY(each.projection->append(out, collection(), (*rows)[i].record.view(),
                                             each.extras.of(*each.projection, i, (*rows)[i].score)));
        } else {
          append_json_string(out, encode_cursor(query_, (*rows)[i]));
        }
      }
      out += '}';
    }
    out += ']';
    return {};
  }

  Status append_page_info(const Selection& info, std::string& out) {
    AURORA_ASSIGN(const auto parts,
                  expand_selections(info.selections, collection().name, bindings_, context_.fragments));
    AURORA_ASSIGN(const auto* rows, page_.rows(page_explanation()));
    out += '{';
    for (std::size_t i = 0; i < parts.size(); ++i) {
      const auto& name = parts[i]->name.text;
      out += (i > 0 ? "," : "") + json_key(parts[i]->key());
      if (name == "hasNextPage" || name == "hasPreviousPage") {
        AURORA_ASSIGN(const bool more, name == "hasNextPage" ? page_.has_next() : page_.has_previous());
        out += more ? "true" : "false";
      } else if (rows->empty()) {
        out += "null";
      } else {
        append_json_string(out, encode_cursor(query_, name == "startCursor" ? rows->front() : rows->back()));
      }
    }
    out += '}';
    return {};
  }

  using Consumers = std::vector<std::pair<const Selection*, std::unique_ptr<Consumer>>>;

  // Aggregates and groups share one pass over the matches; counts alone need none.
  Status collective_answer(const std::vector<const Selection*>& selections) {
    auto pass = fresh_explanation();
    const ConsumerContext context{collection(), bindings_, context_.fragments, context_.settings.sort_bytes, view_,
                                  context_.settings, output_.explanation ? &pass : nullptr, query_.search};
    Consumers consumers;
    for (const auto* selection : selections) {
      const auto& name = selection->name.text;
      AURORA_TRY(check_collective(*selection, collection().name, bindings_, context_.fragments));
      if (name == "pageInfo") page_.look_ahead();
      if (name == "groupBy" || name == "downsample") {
        AURORA_ASSIGN(auto consumer, name == "groupBy" ? make_group(*selection, context)
                                                       : make_downsample(*selection, context));
        consumers.emplace_back(selection, std::move(consumer));
      } else if (name == "aggregate" && !is_count_only(*selection)) {
        AURORA_ASSIGN(auto consumer, make_aggregate(*selection, context));
        consumers.emplace_back(selection, std::move(consumer));
      }
    }
    const bool explains = output_.explanation && !consumers.empty();
    if (!consumers.empty()) AURORA_TRY(feed(consumers, pass));
    if (explains) stack_consumers(consumers, pass);
    auto& out = output_.json;
    out += '{';
    for (const auto* selection : selections) {
      if (out.size() > 1) out += ',';
      out += json_key(selection->key());
      const auto consumer = std::find_if(consumers.begin(), consumers.end(),
                                         [&](const auto& entry) { return entry.first == selection; });
      AURORA_TRY(consumer != consumers.end() ? consumer->second->append(out) : append_collective(*selection, out));
    }
    out += '}';
    if (explains) {
      measure_consumers(consumers, pass);
      explain_pass(std::move(pass));
    }
    return {};
  }

  // One pass feeds them all: each stands on top of the one before.
  void stack_consumers(const Consumers& consumers, plan::Explanation& pass) const {
    for (const auto& [selection, consumer] : consumers) {
      auto step = consumer->step();
      plan::PlanNode node;
      node.op = std::move(step.op);
      node.condition = std::move(step.condition);
      node.children.push_back(std::move(pass.root));
      pass.root = std::move(node);
    }
  }

  // Once they have answered. Lookups of what they show may stand above them by then.
  void measure_consumers(const Consumers& consumers, plan::Explanation& pass) const {
    auto* node = &pass.root;
    for (auto at = consumers.rbegin(); at != consumers.rend(); ++at) {
      while (node->op == "Lookup") node = &node->children.front();
      pass.rows_returned = at->second->step().rows;
      if (analyze_) {
        node->rows = pass.rows_returned;
        node->time_us = pass.time_us;
      }
      node = &node->children.front();
    }
  }

  Status feed(const Consumers& consumers, plan::Explanation& pass) {
    std::vector<Consumer*> all;
    for (const auto& [selection, consumer] : consumers) all.push_back(consumer.get());
    return feed_consumers(view_, query_, std::move(all), context_.settings, output_.explanation ? &pass : nullptr);
  }

  Result<std::uint64_t> total() {
    auto pass = fresh_explanation();
    AURORA_ASSIGN(const auto total, count(view_, query_, context_.settings, output_.explanation ? &pass : nullptr));
    explain_pass(std::move(pass));
    return total;
  }

  Status append_collective(const Selection& selection, std::string& out) {
    const auto& name = selection.name.text;
    if (name == "totalCount") {
      AURORA_ASSIGN(const auto all, total());
      out += std::to_string(all);
      return {};
    }
    if (name == "aggregate") return append_counts(selection, out);
    if (name == "edges") return append_edges(selection, out);
    if (name == "pageInfo") return append_page_info(selection, out);
    std::vector<const Selection*> parts;
    if (selection.has_selections) {
      AURORA_ASSIGN(parts, expand_selections(selection.selections, collection().name, bindings_, context_.fragments));
    }
    AURORA_ASSIGN(const auto projection, projection_of(selection, parts));
    return append_rows(*projection, out);
  }

  // aggregate { count } alone: answered from bitmaps where they suffice.
  static bool is_count_only(const Selection& aggregate) {
    return !aggregate.selections.empty() && aggregate.arguments.empty() &&
           std::all_of(aggregate.selections.begin(), aggregate.selections.end(), [](const Selection& part) {
             return part.kind == Selection::Kind::kField && part.name.text == "count" && part.arguments.empty() &&
                    part.directives.empty() && !part.has_selections;
           });
  }

  Status append_counts(const Selection& aggregate, std::string& out) {
    AURORA_ASSIGN(const auto all, total());
    AURORA_ASSIGN(const auto parts,
                  expand_selections(aggregate.selections, collection().name, bindings_, context_.fragments));
    out += '{';
    for (std::size_t i = 0; i < parts.size(); ++i)
      out += (i > 0 ? "," : "") + json_key(parts[i]->key()) + std::to_string(all);
    out += '}';
    return {};
  }

  View& view_;
  const Selection& field_;
  const QueryContext& context_;
  const Bindings& bindings_;
  DocumentQuery query_;
  Page page_{view_, query_, context_.settings};
  QueryOutput output_;
  plan::Explanation page_pass_;
  std::vector<plan::Explanation> passes_;
  std::vector<RowPlace>* places_ = nullptr;
  const aql::Directive* use_index_ = nullptr;
  bool explain_ = false;
  bool analyze_ = false;
};

}  // namespace

Result<QueryOutput> run_query(View& view, const Selection& field, const QueryContext& context) {
  const bool gives_json = context.documents == nullptr && context.fields == nullptr;
  if (gives_json && context.places == nullptr && PointRead::may_suit(field, context)) {
    const auto collection = view.catalog().find(field.name.text);
    const auto point =
        collection ? context.bindings.compiled->find<PointRead>(PointRead::place_of(field), collection.get()) : nullptr;
    if (point) {
      AURORA_ASSIGN(auto json, point->answer(view, *collection, context.bindings));
      if (json) return QueryOutput{*std::move(json), std::nullopt, true};
    }
  }
  return RootField(view, field, context).run();
}

}  // namespace aurora::exec
