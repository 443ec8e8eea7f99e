// Bodies of columns: nodes, edits, making one from an index, and following it (C1 to C3).
// Called by ordered_index and index_version; calls the key encoding and the index's leaves.
#include "index/column_tree.hpp"

#include <aurora/index/key.hpp>

#include "index/tree.hpp"

namespace aurora {

ColumnType Column::type() const noexcept { return root_->type; }

const ColumnChunk* Column::chunk(std::uint32_t number) const noexcept {
  const auto section = number / index::ColumnSection::kChunks;
  if (section >= root_->sections.size() || !root_->sections[section]) return nullptr;
  const auto& chunk = root_->sections[section]->chunks[number % index::ColumnSection::kChunks];
  return chunk ? &*chunk : nullptr;
}

const std::vector<std::string>& Column::texts() const noexcept { return *root_->texts; }

}  // namespace aurora

namespace aurora::index {

namespace {

// Edits a reader may fall behind while it makes a column; then it starts anew some other time.
constexpr std::size_t kMostLate = 1u << 16;
constexpr Sequence kMadeByReader = 1;

ColumnNode& writable_chunk(std::shared_ptr<ColumnRoot>& root, Ordinal ordinal, const EditScope& scope) {
  const auto is_private = [&](Sequence made_at) { return made_at > scope.newest_reader; };
  if (!is_private(root->made_at)) {
    root = std::make_shared<ColumnRoot>(*root);
    root->made_at = scope.sequence;
  }
  const auto number = ordinal / ColumnChunk::kSize;
  const auto place = number / ColumnSection::kChunks;
  if (place >= root->sections.size()) root->sections.resize(place + 1);
  auto& section = root->sections[place];
  if (!section)
    section = Ref<ColumnSection>(new ColumnSection(scope.sequence));
  else if (!is_private(section->made_at))
    section = Ref<ColumnSection>(new ColumnSection(*section, scope.sequence));
  auto& chunk = section->chunks[number % ColumnSection::kChunks];
  if (!chunk)
    chunk = Ref<ColumnNode>(new ColumnNode(*root->pool, scope.sequence));
  else if (!is_private(chunk->made_at))
    chunk = Ref<ColumnNode>(new ColumnNode(*chunk, scope.sequence));
  return *chunk;
}

bool still_holds(const std::shared_ptr<ColumnRoot>& root, const ColumnEdit& edit) {
  const auto* chunk = Column(root).chunk(edit.ordinal / ColumnChunk::kSize);
  return chunk != nullptr && chunk->has(edit.ordinal) && chunk->bits[edit.ordinal % ColumnChunk::kSize] == edit.bits;
}

// A column that a reader may edit until it hands it over.
EditScope readers_scope() { return {kMadeByReader, 0}; }

// Null when a key is of another kind, or memory runs out.
std::shared_ptr<ColumnRoot> make_column(const IndexRoot& root, ColumnType type, ColumnPool& pool) {
  auto column = std::make_shared<ColumnRoot>(ColumnRoot{type, &pool, kMadeByReader, {}});
  const auto scope = readers_scope();
  std::string key;
  for (std::size_t c = 0; c < root.chunks.size(); ++c) {
    const auto& leaves = root.chunks[c].node->leaves;
    for (std::size_t l = 0; l < leaves.size(); ++l) {
      const Leaf& leaf = *leaves[l].node;
      for (std::uint32_t at = 0; at < leaf.size(); ++at) {
        key.clear();
        leaf.append_key(at, key);
        std::uint64_t bits = 0;
        const auto kind = read_column_key(key, type, bits);
        if (kind == KeyValue::kOther) return nullptr;
        if (kind == KeyValue::kNull) continue;
        const auto put = [&](Ordinal ordinal) {
          auto& chunk = writable_chunk(column, ordinal, scope);
          const auto place = ordinal % ColumnChunk::kSize;
          chunk.present[place / 64] |= std::uint64_t{1} << (place % 64);
          chunk.bits[place] = bits;
          return true;
        };
        const auto ordinals = leaf.ordinals(at);
        if (ordinals.posting != nullptr && ordinals.posting->set() != nullptr)
          ordinals.posting->set()->for_each(put);
        else
          for (const auto ordinal : ordinals.posting != nullptr ? ordinals.posting->list() : ordinals.listed)
            put(ordinal);
      }
      if (!pool.has_room(0)) return nullptr;
    }
  }
  return column;
}

// The writer's meeting with a reader's column. Requires: slot.mutex is held.
void meet_reader(IndexRoot& root, ColumnSlot& slot, const ColumnEdit& edit, const EditScope& scope) {
  if (slot.state == ColumnSlot::State::kBuilding) {
    slot.late.push_back(edit);
    if (slot.late.size() > kMostLate) slot.rest(ColumnSlot::State::kIdle);
  } else if (slot.state == ColumnSlot::State::kReady) {
    root.column = std::move(slot.built);
    for (const auto& earlier : slot.late) edit_column(root.column, earlier, scope);
    edit_column(root.column, edit, scope);
    slot.rest(ColumnSlot::State::kIdle);
  }
}

}  // namespace

void ColumnSlot::rest(State next) noexcept {
  state = next;
  built.reset();
  late.clear();
  late.shrink_to_fit();
  active.store(false);
}

KeyValue read_column_key(std::string_view key, ColumnType type, std::uint64_t& bits) noexcept {
  const auto value = read_scalar_key(key, type == ColumnType::kInt);
  if (!value) return KeyValue::kOther;
  if (value->is_null()) return KeyValue::kNull;
  switch (value->type()) {
    case Type::kInt: bits = static_cast<std::uint64_t>(value->int_value()); break;
    case Type::kFloat: bits = std::bit_cast<std::uint64_t>(value->float_value()); break;
    case Type::kBool: bits = value->bool_value() ? 1 : 0; break;
    case Type::kDate: bits = static_cast<std::uint64_t>(std::int64_t{value->date_value().days}); break;
    case Type::kTime: bits = static_cast<std::uint64_t>(value->time_value().micros); break;
    case Type::kDateTime: bits = static_cast<std::uint64_t>(value->datetime_value().micros); break;
    default: return KeyValue::kOther;
  }
  return column_value(type, bits).type() == value->type() ? KeyValue::kValue : KeyValue::kOther;
}

void edit_column(std::shared_ptr<ColumnRoot>& root, const ColumnEdit& edit, const EditScope& scope) {
  if (!edit.add && !still_holds(root, edit)) return;
  auto& chunk = writable_chunk(root, edit.ordinal, scope);
  const auto place = edit.ordinal % ColumnChunk::kSize;
  const auto bit = std::uint64_t{1} << (place % 64);
  if (edit.add) {
    chunk.present[place / 64] |= bit;
    chunk.bits[place] = edit.bits;
  } else {
    chunk.present[place / 64] &= ~bit;
  }
}

std::size_t column_bytes(const ColumnRoot& root) noexcept {
  std::size_t bytes = sizeof root + root.sections.capacity() * sizeof(Ref<ColumnSection>);
  for (const auto& section : root.sections) {
    if (!section) continue;
    bytes += sizeof(ColumnSection);
    for (const auto& chunk : section->chunks) bytes += chunk ? sizeof(ColumnNode) : 0;
  }
  return bytes;
}

std::shared_ptr<const ColumnRoot> find_or_make_column(const IndexRoot& root, ColumnType type, ColumnPool& pool,
                                                      bool may_make) {
  auto& slot = *root.slot;
  std::uint64_t ticket = 0;
  {
    const std::lock_guard lock(slot.mutex);
    if (slot.state == ColumnSlot::State::kReady && slot.type == type) {
      if (slot.built_at == root.edits) return slot.built;
      // Edits came while it was made, and none since. The writer may take it any moment, so it is left alone unless
      // this is the newest version: then it is made anew.
      if (slot.edits.load() == root.edits) slot.rest(ColumnSlot::State::kIdle);
    }
    if (!may_make || slot.state != ColumnSlot::State::kIdle || !pool.has_room(root.entries * sizeof(std::uint64_t))) return nullptr;
    slot.active.store(true);
    if (slot.edits.load() != root.edits) {
      slot.active.store(false);
      return nullptr;
    }
    slot.state = ColumnSlot::State::kBuilding;
    ticket = ++slot.ticket;
    slot.type = type;
    slot.built_at = root.edits;
  }
  std::shared_ptr<ColumnRoot> column;
  bool failed = true;
  try {
    column = make_column(root, type, pool);
    failed = false;
  } catch (const std::bad_alloc&) {
    // As when the pool has no room: the documents are read instead.
  } catch (const Error&) {
    // Of a page that cannot be read. As above.
  }
  const std::lock_guard lock(slot.mutex);
  // Given up by the writer, who may have met another reader since: this column is right for this version alone.
  if (slot.state != ColumnSlot::State::kBuilding || slot.ticket != ticket) return column;
  if (column == nullptr) {
    slot.rest(failed || !pool.has_room(0) ? ColumnSlot::State::kIdle : ColumnSlot::State::kUnfit);
    return nullptr;
  }
  slot.built = column;
  slot.state = ColumnSlot::State::kReady;
  return column;
}

void follow_edit(IndexRoot& root, std::string_view key, Ordinal ordinal, bool add, const EditScope& scope) {
  auto& slot = *root.slot;
  slot.edits.store(++root.edits);
  if (root.column == nullptr && !slot.active.load()) return;
  ColumnEdit edit{ordinal, add, 0};
  // A null stands for no value: the edit that takes the value away, or brings it, is another one.
  if (root.column != nullptr) {
    const auto kind = read_column_key(key, root.column->type, edit.bits);
    if (kind == KeyValue::kValue) edit_column(root.column, edit, scope);
    if (kind == KeyValue::kOther || !root.column->pool->has_room(0)) root.column.reset();
    return;
  }
  const std::lock_guard lock(slot.mutex);
  // The reader seen above has given up: what type it had in mind is not known.
  if (slot.state != ColumnSlot::State::kBuilding && slot.state != ColumnSlot::State::kReady) return;
  const auto kind = read_column_key(key, slot.type, edit.bits);
  if (kind == KeyValue::kOther)
    slot.rest(ColumnSlot::State::kUnfit);
  else if (kind == KeyValue::kValue)
    meet_reader(root, slot, edit, scope);
}

}  // namespace aurora::index
