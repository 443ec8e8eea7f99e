// Body of several root fields. Called by live queries.
#include <aurora/reactive/live_roots.hpp>

#include <aurora/base/try.hpp>
#include <aurora/exec/projection.hpp>

#include <algorithm>
#include <iterator>

namespace aurora::reactive {

LiveRoots::Root& LiveRoots::add(const aql::Selection& field) {
  const LiveText own{text_.operation, text_.fragments, text_.bindings, text_.settings, &field};
  return *roots_.emplace_back(new Root{own, nullptr, {}});
}

std::string LiveRoots::text_of(const LiveResult& result) {
  const auto rows = result.list();
  if (result.is_whole()) return *rows.front().text;
  std::string out = "[";
  for (const auto& row : rows) {
    if (out.size() > 1) out += ',';
    out += *row.text;
  }
  return out + "]";
}

RowText LiveRoots::text() const {
  std::string out = "{";
  for (const auto& root : roots_) {
    if (out.size() > 1) out += ',';
    out += exec::json_key(root->text.field->key());
    out += root->shown;
  }
  return std::make_shared<const std::string>(out + "}");
}

Status LiveRoots::read(View& view) {
  for (auto& root : roots_) {
    auto status = root->result->read(view);
    if (!status) return status.error().path().empty() ? status.error().under(root->text.field->key()) : status.error();
    root->shown = text_of(*root->result);
  }
  shown_ = text();
  return {};
}

Result<LiveResult::Effect> LiveRoots::apply(const commit::Commit& commit, const ViewAt& view_at,
                                            std::vector<LiveChange>& changes) {
  bool changed = false;
  bool reread = false;
  for (auto& root : roots_) {
    std::vector<LiveChange> own;
    AURORA_ASSIGN(auto effect, root->result->apply(commit, view_at, own));
    if (effect == Effect::kUnknown) {
      // The others are right as they are: this one alone is read again, if the state can be had.
      auto* const view = commit.catalog_changed ? nullptr : view_at(commit.sequence);
      if (view == nullptr) return Effect::kUnknown;
      AURORA_TRY(root->result->read(*view));
      effect = Effect::kReread;
    }
    if (effect == Effect::kNone) continue;
    reread = reread || effect == Effect::kReread;
    auto shown = text_of(*root->result);
    changed = changed || shown != root->shown;
    root->shown = std::move(shown);
  }
  if (changed) {
    auto next = text();
    changes.push_back({LiveChange::Kind::kModified, 0, 0, shown_, next});
    shown_ = std::move(next);
  }
  return reread ? Effect::kReread : changed ? Effect::kChanged : Effect::kNone;
}

bool LiveRoots::depends_on(CollectionId collection) const {
  return std::any_of(roots_.begin(), roots_.end(),
                     [&](const auto& root) { return root->result->depends_on(collection); });
}

std::vector<Route> LiveRoots::routes() const {
  std::vector<Route> routes;
  for (const auto& root : roots_) {
    auto own = root->result->routes();
    std::move(own.begin(), own.end(), std::back_inserter(routes));
  }
  return routes;
}

}  // namespace aurora::reactive
