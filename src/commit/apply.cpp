// What a commit does to the published state: live sets, indexes, document lengths, definitions.
// Called by the pipeline while it publishes; calls the indexes.
#include <aurora/base/bytes.hpp>
#include <aurora/index/extract.hpp>
#include <aurora/text/entries.hpp>

#include "engine_parts.hpp"

#include <algorithm>

namespace aurora::commit {

namespace {

// Keys held before they are applied; bounds the memory of a large commit.
constexpr std::size_t kEditsAtOnce = 1u << 18;

// Keys that only one of two sorted lists holds.
template <class Visit>
void diff_keys(const std::vector<std::string>& before, const std::vector<std::string>& after, const Visit& visit) {
  std::size_t i = 0;
  std::size_t j = 0;
  while (i < before.size() || j < after.size()) {
    if (j == after.size() || (i < before.size() && before[i] < after[j])) {
      visit(before[i++], false);
    } else if (i == before.size() || after[j] < before[i]) {
      visit(after[j++], true);
    } else {
      ++i;
      ++j;
    }
  }
}

// The first eight bytes of a key as a number that orders as they do.
std::uint64_t head_of(std::string_view key) noexcept {
  char padded[8] = {};
  key.copy(padded, sizeof padded);
  return load_be<std::uint64_t>(padded);
}

// Calls `edit(index place, key, add)` for what one change does to the indexes, but those that are built anew, and
// `length(index place, length)` for full-text ones.
template <class Edit, class Length>
void visit_edits(const Change& change, const CollectionDef& old_definition, const CollectionDef& definition,
                 const std::vector<std::uint32_t>& built, const Edit& edit, const Length& set_length) {
  thread_local std::vector<std::string> before;
  thread_local std::vector<std::string> after;
  thread_local std::string old_key;
  thread_local std::string new_key;
  const bool same_definition = &old_definition == &definition;
  for (std::size_t i = 0; i < definition.indexes.size(); ++i) {
    const auto& index = definition.indexes[i];
    if (std::find(built.begin(), built.end(), index.id) != built.end()) continue;
    if (same_definition && change.before && change.after &&
        is_same_in(definition, index, change.before.view(), change.after.view()))
      continue;
    if (index.kind != IndexKind::kSearch) {
      // Most often there is one key, which then is made where the last one was.
      const auto old_keys = change.before ? extract_key(old_definition, index, change.before.view(), old_key) : 0;
      const auto new_keys = change.after ? extract_key(definition, index, change.after.view(), new_key) : 0;
      if (old_keys && new_keys) {
        if (*old_keys == *new_keys && (*old_keys == 0 || old_key == new_key)) continue;
        if (*old_keys > 0) edit(i, old_key, false);
        if (*new_keys > 0) edit(i, new_key, true);
        continue;
      }
    }
    before.clear();
    after.clear();
    if (change.before) text::extract_index_keys(old_definition, index, change.before.view(), before);
    if (change.after) text::extract_index_keys(definition, index, change.after.view(), after);
    if (index.kind == IndexKind::kSearch) {
      const auto length = text::length_of(after);
      if (length != text::length_of(before)) set_length(i, length);
    }
    diff_keys(before, after, [&](std::string_view key, bool add) { edit(i, key, add); });
  }
}

void gather(const Change& change, const CollectionDef& old_definition, const CollectionDef& definition,
            const std::vector<std::uint32_t>& built, IndexEdits& edits) {
  edits.indexes.resize(definition.indexes.size());
  visit_edits(
      change, old_definition, definition, built,
      [&](std::size_t index, std::string_view key, bool add) {
        auto& mine = edits.indexes[index];
        mine.edits.push_back({head_of(key), static_cast<std::uint32_t>(mine.keys.size()),
                              static_cast<std::uint32_t>(key.size()), change.ordinal, add});
        mine.keys += key;
        ++edits.count;
      },
      [&](std::size_t index, std::uint32_t length) {
        edits.indexes[index].lengths.emplace_back(change.ordinal, length);
      });
}

bool is_searched(const CollectionDef& definition) {
  return std::any_of(definition.indexes.begin(), definition.indexes.end(),
                     [](const IndexDef& index) { return index.kind == IndexKind::kSearch; });
}

}  // namespace

// Tells the hints where new documents stand; those that a key changes for are found through the index once.
void Engine::hint_keys(const GroupCommit& commit) {
  std::shared_ptr<const CollectionDef> definition;
  const FieldDef* primary = nullptr;
  for (const auto& change : commit.changes) {
    if (change.before || !change.after) continue;
    if (!definition || definition->id != change.collection) {
      definition = commit.catalog->find(change.collection);
      primary = definition ? definition->primary() : nullptr;
    }
    if (primary == nullptr) continue;
    const auto key = change.after.view().field(primary->id);
    if (KeyHints::is_hinted(key.type()))
      records_.hints().put(KeyHints::hash(change.collection, key), {change.ordinal, change.after.bytes().data()});
  }
}

void Engine::find_heads(GroupCommit& commit) {
  std::lock_guard lock(heads_mutex_);
  for (const auto& change : commit.changes) {
    if (!commit.heads.empty() && commit.heads.back().first == change.collection) continue;
    if (const auto found = heads_.find(change.collection); found != heads_.end())
      commit.heads.emplace_back(change.collection, found->second.get());
  }
}

std::size_t Engine::gather_edits(GroupCommit& commit) {
  std::size_t count = 0;
  std::shared_ptr<const CollectionDef> definition;
  for (const auto& change : commit.changes) {
    if (!definition || definition->id != change.collection) definition = commit.catalog->find(change.collection);
    if (!is_searched(*definition)) continue;
    auto at = std::find_if(commit.edits.begin(), commit.edits.end(),
                           [&](const IndexEdits& edits) { return edits.collection == change.collection; });
    if (at == commit.edits.end()) {
      at = commit.edits.emplace(at);
      at->collection = change.collection;
    }
    const auto had = at->count;
    gather(change, *definition, *definition, {}, *at);
    count += at->count - had;
  }
  return count;
}

void Engine::apply_edits(IndexEdits& edits, const std::vector<std::pair<CollectionId, Heads*>>& known_heads,
                         Snapshot& next, const EditScope& scope) {
  auto* slot = next.find(edits.collection);
  const auto heads = std::find_if(known_heads.begin(), known_heads.end(),
                                  [&](const auto& entry) { return entry.first == edits.collection; });
  if (slot != nullptr && heads != known_heads.end()) {
    auto& version = SnapshotList::own(*slot);
    for (std::size_t i = 0; i < edits.indexes.size(); ++i) {
      auto& mine = edits.indexes[i];
      if (!mine.edits.empty()) {
        std::sort(mine.edits.begin(), mine.edits.end(), [&mine](const auto& a, const auto& b) {
          if (a.head != b.head) return a.head < b.head;
          const auto order = mine.key(a).compare(mine.key(b));
          return order != 0 ? order < 0 : a.ordinal < b.ordinal;
        });
        auto& head = heads->second->indexes.at(version.definition->indexes[i].id);
        for (const auto& edit : mine.edits) {
          if (edit.add)
            head.add(mine.key(edit), edit.ordinal, scope);
          else
            head.remove(mine.key(edit), edit.ordinal, scope);
        }
        version.indexes[i] = head.version();
      }
      if (!mine.lengths.empty()) {
        text::LengthsEdit lengths(version.lengths[i]);
        for (const auto& [ordinal, length] : mine.lengths) lengths.set(ordinal, length);
        version.lengths[i] = lengths.finish();
      }
    }
  }
  edits = IndexEdits{edits.collection, {}, 0};
}

void Engine::apply(GroupCommit& commit, Snapshot& next, const EditScope& scope) {
  const auto old_catalog = next.catalog;
  // apply_schema moves the built indexes away.
  std::vector<std::uint32_t> built;
  for (const auto& [id, index] : commit.schema.built) built.push_back(id);
  if (commit.schema.catalog) {
    apply_schema(commit, next);
    find_heads(commit);
  }
  // The keys of many changes are put in order first; those of a few go where they belong at once.
  constexpr std::size_t kWorthOrdering = 16;
  const bool in_order = commit.changes.size() > kWorthOrdering;
  CollectionId at = 0;
  CollectionVersion* version = nullptr;
  Heads* heads = nullptr;
  std::shared_ptr<const CollectionDef> old_definition;
  bool gathered = false;
  IndexEdits edits;
  const auto leave = [&] {
    if (version == nullptr || gathered) return;
    apply_edits(edits, commit.heads, next, scope);
    for (std::size_t i = 0; i < version->definition->indexes.size(); ++i)
      version->indexes[i] = heads->indexes.at(version->definition->indexes[i].id).version();
  };
  for (const auto& change : commit.changes) {
    if (version == nullptr || at != change.collection) {
      leave();
      at = edits.collection = change.collection;
      auto* slot = next.find(at);
      version = slot != nullptr ? &SnapshotList::own(*slot) : nullptr;
      if (version == nullptr) continue;   // dropped in the same commit
      version->changed_at = commit.sequence;
      old_definition = old_catalog->find(at);
      if (!old_definition) old_definition = version->definition;
      heads = std::find_if(commit.heads.begin(), commit.heads.end(),
                           [&](const auto& entry) { return entry.first == at; })
                  ->second;
      gathered = std::any_of(commit.edits.begin(), commit.edits.end(),
                             [&](const IndexEdits& known) { return known.collection == at; });
    }
    if (!change.after)
      version->live.remove(change.ordinal);
    else if (!change.before)
      version->live.add(change.ordinal);
    version->next_ordinal = std::max(version->next_ordinal, change.ordinal + 1);
    if (gathered) continue;
    const auto& definition = *version->definition;
    if (in_order || is_searched(definition)) {
      gather(change, *old_definition, definition, built, edits);
      if (edits.count > kEditsAtOnce) apply_edits(edits, commit.heads, next, scope);
      continue;
    }
    visit_edits(
        change, *old_definition, definition, built,
        [&](std::size_t index, std::string_view key, bool add) {
          auto& head = heads->indexes.at(definition.indexes[index].id);
          if (add)
            head.add(key, change.ordinal, scope);
          else
            head.remove(key, change.ordinal, scope);
        },
        [](std::size_t, std::uint32_t) {});
  }
  leave();
  for (auto& known : commit.edits) apply_edits(known, commit.heads, next, scope);
}

void Engine::apply_schema(GroupCommit& commit, Snapshot& next) {
  next.catalog = commit.schema.catalog;
  std::lock_guard lock(heads_mutex_);
  for (const auto id : commit.schema.dropped) {
    std::erase_if(next.collections, [&](const auto& entry) { return entry.first == id; });
    heads_.erase(id);
  }
  for (const auto id : commit.schema.changed) {
    auto& heads = heads_[id];
    if (!heads) heads = std::make_unique<Heads>();
    auto* slot = next.find(id);
    if (slot == nullptr) {
      next.collections.emplace_back(id, std::make_shared<CollectionVersion>());
      std::sort(next.collections.begin(), next.collections.end(),
                [](const auto& a, const auto& b) { return a.first < b.first; });
      slot = next.find(id);
    }
    auto& version = SnapshotList::own(*slot);
    version.definition = commit.schema.catalog->find(id);
    version.changed_at = commit.sequence;
    std::map<std::uint32_t, OrderedIndex> kept;
    version.indexes.clear();
    version.lengths.clear();
    for (const auto& index : version.definition->indexes) {
      OrderedIndex head;
      if (const auto found = commit.schema.built.find(index.id); found != commit.schema.built.end()) {
        head = std::move(found->second.index);
        heads->unsaved.insert(index.id);
      } else if (const auto old = heads->indexes.find(index.id); old != heads->indexes.end()) {
        head = std::move(old->second);
        head.forget_column();
      }
      version.add_index(index, head.version());
      kept.emplace(index.id, std::move(head));
    }
    heads->indexes = std::move(kept);
  }
}

}  // namespace aurora::commit
