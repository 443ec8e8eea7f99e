// Body of key search. Called by relations and lookups; asks indexes and the view.
#include <aurora/exec/key_search.hpp>

#include <aurora/base/ids.hpp>
#include <aurora/base/try.hpp>
#include <aurora/expr/computed_fields.hpp>
#include <aurora/index/extract.hpp>
#include <aurora/index/key.hpp>
#include <aurora/schema/path.hpp>
#include <aurora/schema/ttl.hpp>

#include <algorithm>
#include <array>
#include <unordered_map>

namespace aurora::exec {

namespace {

const TypeDef& uuid_type() {
  static const TypeDef type = [] {
    TypeDef made;
    made.type = FieldType::kUuid;
    return made;
  }();
  return type;
}

enum class Class : std::uint8_t { kAny, kNumber, kBoolean, kText, kUuid, kDate, kTime, kDateTime, kNested };

Class class_of(const TypeDef* type) {
  if (type == nullptr) return Class::kAny;
  switch (type->type) {
    case FieldType::kInt:
    case FieldType::kFloat: return Class::kNumber;
    case FieldType::kBoolean: return Class::kBoolean;
    case FieldType::kUuid: return Class::kUuid;
    case FieldType::kDate: return Class::kDate;
    case FieldType::kTime: return Class::kTime;
    case FieldType::kDateTime: return Class::kDateTime;
    case FieldType::kJson:
    case FieldType::kObject:
    case FieldType::kAny:
    case FieldType::kList: return Class::kAny;
    case FieldType::kNested: return Class::kNested;
    default: return Class::kText;
  }
}

bool is_written_as_text(Class type) {
  return type == Class::kUuid || type == Class::kDate || type == Class::kTime || type == Class::kDateTime;
}

// Uuid, Date, Time or DateTime out of a text; null when it is none.
Value read_text(FieldType type, std::string_view text) {
  switch (type) {
    case FieldType::kUuid: return Value(Uuid::parse(text));
    case FieldType::kDate: return Value(Date::parse(text));
    case FieldType::kTime: return Value(Time::parse(text));
    case FieldType::kDateTime: return Value(DateTime::parse(text));
    default: return {};
  }
}

// The documents that stand in the store alone, without those that the view lays over them.
OrdinalSet untouched(const CollectionVersion& version, const PendingDocuments* pending) {
  return pending != nullptr ? version.live - pending->touched : version.live;
}

class Search {
 public:
  using Visit = std::function<bool(std::size_t, Ordinal, const RecordRef&)>;

  Search(View& view, const KeyField& field, std::span<const std::string> keys, KeySearchReport* report,
         const Visit& visit)
      : view_(view), field_(field), keys_(keys), report_(report), visit_(visit), id_(field.collection->id) {}

  Status run(bool use_indexes) {
    AURORA_ASSIGN(version_, view_.collection(id_));
    pending_ = view_.pending(id_);
    const auto* index = key_index(field_, use_indexes);
    if (index != nullptr && index->paths.size() > 1 && has_long_keys()) index = nullptr;
    const auto* committed = index != nullptr ? version_->index(index->id) : nullptr;
    if (field_.subject == plan::Subject::kSid && use_indexes) {
      AURORA_TRY(probe_sids());
    } else if (committed != nullptr) {
      if (report_ != nullptr) report_->index = index->name;
      AURORA_TRY(probe(*committed, *index));
    } else {
      return pass();
    }
    if (stopped_ || pending_ == nullptr) return {};
    collect_places();
    for (const auto& [ordinal, record] : pending_->documents)
      if (!each(ordinal, record)) break;
    return {};
  }

 private:
  // A long key of several parts is cut somewhere, and what it begins with may be cut with it.
  [[nodiscard]] bool has_long_keys() const {
    return std::any_of(keys_.begin(), keys_.end(), [](const auto& key) { return key.size() > kMaxKeyBytes / 2; });
  }

  Status probe(const IndexVersion& index, const IndexDef& definition) {
    const KeyProbe probe(view_, *field_.collection, definition, index, pending_ != nullptr ? &pending_->touched : nullptr);
    for (std::size_t place = 0; place < keys_.size() && !stopped_; ++place) {
      if (report_ != nullptr) ++report_->probes;
      AURORA_TRY(probe.find(keys_[place], [&](Ordinal ordinal, const RecordRef& record) {
        if (report_ != nullptr) ++report_->examined;
        stopped_ = !visit_(place, ordinal, record);
        return !stopped_;
      }));
    }
    return {};
  }

  Status probe_sids() {
    if (report_ != nullptr) report_->index = "_sid";
    const auto stored = untouched(*version_, pending_);
    for (std::size_t place = 0; place < keys_.size() && !stopped_; ++place) {
      if (report_ != nullptr) ++report_->probes;
      const auto sid = sid_of_key(keys_[place]);
      if (!sid) continue;
      AURORA_ASSIGN(const auto at, first_by_sid(view_, id_, stored, *sid));
      if (at > UINT32_MAX) continue;
      const auto ordinal = static_cast<Ordinal>(at);
      AURORA_ASSIGN(const auto record, view_.record(id_, ordinal));
      if (!record || record.view().sid() != *sid || is_expired(*field_.collection, record.view(), view_.now())) continue;
      if (report_ != nullptr) ++report_->examined;
      stopped_ = !visit_(place, ordinal, record);
    }
    return {};
  }

  // A Uuid's key holds its bytes behind a tag.
  static std::optional<Uuid> sid_of_key(const std::string& key) {
    Uuid sid;
    std::string tag;
    append_key(tag, ValueView::of(sid));
    if (key.size() != tag.size() || key.front() != tag.front()) return std::nullopt;
    std::copy(key.begin() + 1, key.end(), sid.bytes.begin());
    return sid;
  }

  Status pass() {
    collect_places();
    return view_.scan(id_, all_documents(*version_, pending_), [&](Ordinal ordinal, const RecordRef& record) { return each(ordinal, record); });
  }

  void collect_places() {
    places_.reserve(keys_.size());
    for (std::size_t place = 0; place < keys_.size(); ++place) places_.emplace(keys_[place], place);
  }

  // Elements of a list may be equal: each key counts once.
  bool each(Ordinal ordinal, const RecordRef& record) {
    if (is_expired(*field_.collection, record.view(), view_.now())) return true;
    if (report_ != nullptr) ++report_->examined;
    seen_.clear();
    visit_keys(field_, record.view(), [&](const std::string& key, ValueView) {
      const auto at = places_.find(key);
      if (at == places_.end() || std::find(seen_.begin(), seen_.end(), at->second) != seen_.end()) return true;
      seen_.push_back(at->second);
      stopped_ = !visit_(at->second, ordinal, record);
      return !stopped_;
    });
    return !stopped_;
  }

  View& view_;
  const KeyField& field_;
  std::span<const std::string> keys_;
  KeySearchReport* report_;
  const Visit& visit_;
  const CollectionId id_;
  const CollectionVersion* version_ = nullptr;
  const PendingDocuments* pending_ = nullptr;
  std::unordered_map<std::string_view, std::size_t> places_;
  std::vector<std::size_t> seen_;
  bool stopped_ = false;
};

}  // namespace

Result<KeyField> key_field(Catalog::Entry collection, std::string_view dotted, ErrorCode code) {
  KeyField field;
  if (dotted == "_sid") {
    field.subject = plan::Subject::kSid;
  } else {
    AURORA_ASSIGN(field.path, resolve_path(*collection, dotted, code));
  }
  field.collection = std::move(collection);
  return field;
}

const TypeDef* element_type(const KeyField& field) {
  if (field.subject == plan::Subject::kSid) return &uuid_type();
  const auto* type = type_at(*field.collection, field.path);
  while (type != nullptr && type->type == FieldType::kList) type = type->element.get();
  return type;
}

bool match_types(KeyField& a, KeyField& b) {
  const auto* type_a = element_type(a);
  const auto* type_b = element_type(b);
  const auto class_a = class_of(type_a);
  const auto class_b = class_of(type_b);
  const auto is_open = [](Class type) { return type == Class::kText || type == Class::kAny; };
  if (is_open(class_a) && is_written_as_text(class_b)) a.reads = type_b->type;
  if (is_open(class_b) && is_written_as_text(class_a)) b.reads = type_a->type;
  return class_a == class_b || class_a == Class::kAny || class_b == Class::kAny || a.reads || b.reads;
}

void make_join_key(const KeyField& field, ValueView value, std::string& key) {
  key.clear();
  if (field.reads && value.type() == Type::kString) {
    if (const auto read = read_text(*field.reads, value.string_value()); !read.is_null()) return append_key(key, read);
  }
  append_key(key, value);
  cut_key(key);
}

std::string join_key(const KeyField& field, ValueView value) {
  std::string key;
  make_join_key(field, value, key);
  return key;
}

Status KeyProbe::find(const std::string& key, const Visit& visit) const {
  if (index_->kind != IndexKind::kOrdered) {
    const auto ordinal = version_->find_one(key);
    if (!ordinal) return {};
    const auto more = found(*ordinal, visit);
    return more ? Status() : Status(more.error());
  }
  Status failed;
  const bool compound = index_->paths.size() > 1;
  (compound ? version_->find(KeyRange{key, prefix_end(key)}) : version_->find(key)).for_each([&](Ordinal ordinal) {
    auto more = found(ordinal, visit);
    if (more) return *more;
    failed = more.error();
    return false;
  });
  return failed;
}

Result<bool> KeyProbe::found(Ordinal ordinal, const Visit& visit) const {
  if (leave_out_ != nullptr && leave_out_->contains(ordinal)) return true;
  AURORA_ASSIGN(const auto record, view_->record(collection_->id, ordinal));
  if (!record || is_expired(*collection_, record.view(), view_->now())) return true;
  return visit(ordinal, record);
}

void visit_keys(const KeyField& field, RecordView record,
                const std::function<bool(std::string key, ValueView value)>& visit) {
  if (field.subject == plan::Subject::kSid) {
    visit(join_key(field, record.sid_view()), record.sid_view());
    return;
  }
  const auto each = [&](RecordView complete) {
    visit_values(*field.collection, field.path, complete, [&](ValueView value) {
      return value.is_null() || visit(join_key(field, value), value);
    });
  };
  if (!is_virtual(*field.collection, field.path.field)) return each(record);
  // A value that cannot be made joins nothing.
  const std::array<FieldId, 1> computed{field.path.field};
  if (const auto made = with_computed(*field.collection, record, computed, system_now())) each(made->view());
}

const IndexDef* key_index(const KeyField& field, bool use_indexes) {
  // An index holds texts as they are written, not as they are read.
  if (!use_indexes || field.subject == plan::Subject::kSid || field.reads) return nullptr;
  const auto& collection = *field.collection;
  if (const auto* index = collection.index_on(field.path)) return index;
  // A compound index that begins with the field, as long as it holds every document: those without another part, too.
  const auto begins = [&](const IndexDef& index) {
    const auto& first = index.paths.front();
    return index.kind == IndexKind::kOrdered && first.field == field.path.field && first.rest == field.path.rest &&
           (first.field != kOpenFields || first.name == field.path.name) &&
           std::none_of(index.paths.begin() + 1, index.paths.end(),
                        [&](const FieldPath& path) { return is_multi_valued(collection, path); });
  };
  const auto found = std::find_if(collection.indexes.begin(), collection.indexes.end(), begins);
  return found != collection.indexes.end() ? &*found : nullptr;
}

Status find_by_keys(View& view, const KeyField& field, std::span<const std::string> keys, bool use_indexes,
                    KeySearchReport* report,
                    const std::function<bool(std::size_t, Ordinal, const RecordRef&)>& visit) {
  if (keys.empty()) return {};
  return Search(view, field, keys, report, visit).run(use_indexes);
}

std::shared_ptr<const plan::Filter> key_filter(const KeyField& field, std::span<const Value> values) {
  plan::FilterNode node;
  if (!field.reads) {
    node.kind = plan::FilterNode::Kind::kCompare;
    node.op = plan::FilterOp::kIn;
    node.subject = field.subject;
    node.path = field.path;
    node.name = field.name();
    node.multi_valued = field.subject == plan::Subject::kPath && is_multi_valued(*field.collection, field.path);
    for (const auto& value : values) node.operands.emplace_back(value);
  }
  return std::make_shared<const plan::Filter>(field.collection, std::move(node));
}

std::shared_ptr<const plan::Filter> holder_filter(const Catalog::Entry& collection, const IndexDef& index,
                                                  RecordView record) {
  plan::FilterNode all;
  all.kind = plan::FilterNode::Kind::kAnd;
  for (const auto& path : index.paths) {
    plan::FilterNode node;
    node.kind = plan::FilterNode::Kind::kCompare;
    node.op = plan::FilterOp::kIn;
    node.path = path;
    node.name = path.text();
    node.multi_valued = is_multi_valued(*collection, path);
    visit_values(*collection, path, record, [&](ValueView value) {
      if (!value.is_null()) node.operands.emplace_back(Value(value));
      return true;
    });
    if (node.operands.empty()) return nullptr;
    all.children.push_back(std::move(node));
  }
  return std::make_shared<const plan::Filter>(collection, std::move(all));
}

Result<std::uint64_t> first_by_sid(View& view, CollectionId id, const OrdinalSet& ordinals, const Uuid& sid) {
  constexpr std::uint64_t kNone = std::uint64_t{UINT32_MAX} + 1;
  if (ordinals.empty()) return kNone;
  std::uint64_t low = ordinals.min();                       // the documents before `low` have smaller ones
  std::uint64_t high = std::uint64_t{ordinals.max()} + 1;   // those from `high` on have none smaller
  while (low < high) {
    const auto middle = static_cast<Ordinal>(low + (high - low) / 2);
    OrdinalSet::Iterator at(ordinals);
    at.seek(middle);
    if (!at.valid() || at.value() >= high) {
      high = middle;
      continue;
    }
    AURORA_ASSIGN(const auto record, view.record(id, at.value()));
    if (record && record.view().sid() < sid)
      low = std::uint64_t{at.value()} + 1;
    else
      high = middle;
  }
  OrdinalSet::Iterator at(ordinals);
  if (low > UINT32_MAX) return kNone;
  at.seek(static_cast<Ordinal>(low));
  return at.valid() ? std::uint64_t{at.value()} : kNone;
}

}  // namespace aurora::exec
