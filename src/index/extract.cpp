// Body of key extraction. Called by the commit pipeline; calls the key encoding.
#include <aurora/index/extract.hpp>

#include <aurora/index/key.hpp>

#include <algorithm>
#include <bit>

namespace aurora {

namespace {

using Visitor = std::function<bool(ValueView)>;

// Returns false when the visitor stopped; sets `found` once a value that is not null was reached at the end
// of the path (a list there counts, empty or not).
bool descend(ValueView value, const std::vector<std::string>& rest, std::size_t depth, bool& found,
             const Visitor& visit) {
  if (value.is_null()) return true;
  if (value.type() == Type::kList) {
    if (depth == rest.size()) found = true;
    const auto list = value.list();
    for (std::uint32_t i = 0; i < list.size(); ++i) {
      const auto item = list[i];
      if (depth == rest.size() ? !visit(item) : !descend(item, rest, depth, found, visit)) return false;
    }
    return true;
  }
  if (depth == rest.size()) {
    found = true;
    return visit(value);
  }
  if (value.type() != Type::kObject) return true;
  return descend(value.object().find(rest[depth]), rest, depth + 1, found, visit);
}

ValueView root_value(const CollectionDef& collection, const FieldPath& path, RecordView record) {
  if (path.field == kOpenFields) {
    const auto open = record.field(kOpenFields);
    return open.type() == Type::kObject ? open.object().find(path.name) : ValueView();
  }
  const auto* field = collection.find(path.field);
  return field != nullptr ? read_field(collection, *field, record) : ValueView();
}

// The same bytes; stricter than equality, which takes 1 for 1.0.
bool is_identical(ValueView a, ValueView b) {
  if (a.type() != b.type()) return false;
  switch (a.type()) {
    case Type::kNull: return true;
    case Type::kBool:
    case Type::kInt: return a.int_value() == b.int_value();
    case Type::kFloat: return std::bit_cast<std::uint64_t>(a.float_value()) == std::bit_cast<std::uint64_t>(b.float_value());
    case Type::kDate: return a.date_value() == b.date_value();
    case Type::kTime: return a.time_value() == b.time_value();
    case Type::kDateTime: return a.datetime_value() == b.datetime_value();
    case Type::kString:
    case Type::kUuid:
    case Type::kList:
    case Type::kObject: return a.encoded() == b.encoded();
  }
  return false;
}

const TypeDef* inner_type(const TypeDef& type, std::string_view name) {
  const auto* at = &type;
  while (at->type == FieldType::kList && at->element) at = at->element.get();
  if (at->type != FieldType::kNested) return nullptr;
  for (const auto& field : at->fields)
    if (field.name == name) return &field.type;
  return nullptr;
}

void add_key(std::string key, std::vector<std::string>& keys) {
  cut_key(key);
  keys.push_back(std::move(key));
}

void combine(const std::vector<std::vector<std::string>>& parts, std::size_t at, const std::string& prefix,
             std::vector<std::string>& keys) {
  if (at == parts.size()) return add_key(prefix, keys);
  for (const auto& part : parts[at]) combine(parts, at + 1, prefix + part, keys);
}

}  // namespace

void visit_values(const CollectionDef& collection, const FieldPath& path, RecordView record,
                  const Visitor& visit) {
  bool found = false;
  if (!descend(root_value(collection, path, record), path.rest, 0, found, visit)) return;
  if (!found) visit(ValueView());
}

void extract_keys(const CollectionDef& collection, const IndexDef& index, RecordView record,
                  std::vector<std::string>& keys) {
  keys.clear();
  const bool unique = is_unique(index.kind);
  if (index.paths.size() == 1) {
    visit_values(collection, index.paths.front(), record, [&](ValueView value) {
      if (unique && value.is_null()) return true;
      std::string key;
      append_key(key, value);
      add_key(std::move(key), keys);
      return true;
    });
  } else {
    std::vector<std::vector<std::string>> parts(index.paths.size());
    for (std::size_t i = 0; i < index.paths.size(); ++i)
      visit_values(collection, index.paths[i], record, [&](ValueView value) {
        if (unique && value.is_null()) return true;
        append_key(parts[i].emplace_back(), value);
        return true;
      });
    combine(parts, 0, std::string(), keys);
  }
  if (keys.size() > 1) {
    std::sort(keys.begin(), keys.end());
    keys.erase(std::unique(keys.begin(), keys.end()), keys.end());
  }
}

std::optional<std::size_t> extract_key(const CollectionDef& collection, const IndexDef& index, RecordView record,
                                       std::string& key) {
  const auto& path = index.paths.front();
  if (index.paths.size() != 1 || !path.rest.empty()) return std::nullopt;
  const auto value = root_value(collection, path, record);
  if (value.type() == Type::kList) return std::nullopt;
  if (value.is_null() && is_unique(index.kind)) return 0;
  key.clear();
  append_key(key, value);
  cut_key(key);
  return 1;
}

bool is_same_in(const CollectionDef& collection, const IndexDef& index, RecordView a, RecordView b) {
  return std::all_of(index.paths.begin(), index.paths.end(), [&](const FieldPath& path) {
    return is_identical(root_value(collection, path, a), root_value(collection, path, b));
  });
}

const TypeDef* type_at(const CollectionDef& collection, const FieldPath& path) {
  if (path.field == kOpenFields) return nullptr;
  const auto* field = collection.find(path.field);
  const TypeDef* type = field != nullptr ? &field->type : nullptr;
  for (const auto& name : path.rest) {
    if (type == nullptr) return nullptr;
    type = inner_type(*type, name);
  }
  return type;
}

bool is_multi_valued(const CollectionDef& collection, const FieldPath& path) {
  if (path.field == kOpenFields) return true;
  const auto* field = collection.find(path.field);
  const TypeDef* type = field != nullptr ? &field->type : nullptr;
  const auto may_hold_list = [](const TypeDef& t) {
    return t.type == FieldType::kList || t.type == FieldType::kJson || t.type == FieldType::kAny ||
           t.type == FieldType::kObject;
  };
  for (const auto& name : path.rest) {
    if (type == nullptr || may_hold_list(*type)) return true;
    type = inner_type(*type, name);
  }
  return type == nullptr || may_hold_list(*type);
}

}  // namespace aurora
