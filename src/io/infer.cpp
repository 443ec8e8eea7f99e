// Bodies of infer.hpp. Called by imports into a new collection.
#include <aurora/io/infer.hpp>

#include "io/number_text.hpp"

#include <bit>

namespace aurora::io {

namespace {

// What a value can be, as bits, so that a field's values add up to a set.
enum Kind : std::uint32_t {
  kBool = 1u << 0,
  kInt = 1u << 1,
  kBigInt = 1u << 2,   // an Int that no Float holds exactly; always with kInt
  kFloat = 1u << 3,
  kText = 1u << 4,
  kUuid = 1u << 5,
  kDate = 1u << 6,
  kDateTime = 1u << 7,
  kList = 1u << 8,
  kObject = 1u << 9,
};

constexpr std::uint32_t kTexts = kText | kUuid | kDate | kDateTime;

std::uint32_t kind_of_int(std::int64_t value) noexcept {
  constexpr std::int64_t kExact = std::int64_t{1} << 53;
  return value >= -kExact && value <= kExact ? kInt : kInt | kBigInt;
}

std::uint32_t kind_of_text(std::string_view text) noexcept {
  constexpr std::size_t kUuidBytes = 36;
  constexpr std::size_t kDateBytes = 10;
  if (text.size() == kUuidBytes && Uuid::parse(text)) return kUuid;
  if (text.size() == kDateBytes && Date::parse(text)) return kDate;
  if (text.size() > kDateBytes && text.size() < 40 && DateTime::parse(text)) return kDateTime;
  return kText;
}

bool is_plain_number(std::string_view text) noexcept {
  if (text.starts_with('-')) text.remove_prefix(1);
  if (text.empty() || text[0] < '0' || text[0] > '9') return false;
  return !(text.size() > 1 && text[0] == '0' && text[1] >= '0' && text[1] <= '9');
}

// A cell; what would not come out as it went in (007, +1) is text.
std::uint32_t kind_of_cell(std::string_view text) noexcept {
  if (text == "true" || text == "false") return kBool;
  if (is_plain_number(text)) {
    if (const auto number = read_int(text)) return kind_of_int(*number);
    if (text.find_first_of(".eE") != std::string_view::npos && read_float(text)) return kFloat;
  }
  return kind_of_text(text);
}

std::uint32_t kind_of(const Value& value) noexcept {
  switch (value.type()) {
    case Type::kNull: return 0;
    case Type::kBool: return kBool;
    case Type::kInt: return kind_of_int(*value.if_int());
    case Type::kFloat: return kFloat;
    case Type::kString: return kind_of_text(*value.if_string());
    case Type::kUuid: return kUuid;
    case Type::kDate: return kDate;
    case Type::kTime: return kText;
    case Type::kDateTime: return kDateTime;
    case Type::kList: return kList;
    case Type::kObject: return kObject;
  }
  return kText;
}

// The one type that holds all of `kinds`, lists aside; empty when there is none.
std::string_view scalar_type(std::uint32_t kinds) noexcept {
  if (kinds == kBool) return "Boolean";
  if (kinds == kInt || kinds == (kInt | kBigInt)) return "Int";
  if (kinds == kFloat || kinds == (kFloat | kInt)) return "Float";
  if (kinds == kUuid) return "Uuid";
  if (kinds == kDate) return "Date";
  if (kinds == kDateTime) return "DateTime";
  if (kinds != 0 && (kinds & ~kTexts) == 0) return "String";
  if (kinds != 0 && (kinds & ~(kList | kObject)) == 0) return "JSON";
  return {};
}

}  // namespace

void Inference::add(const Object& record) {
  ++records_;
  for (const auto& [name, value] : record) {
    const auto [place, is_new] = places_.try_emplace(name, seen_.size());
    if (is_new) seen_.push_back({.name = name});
    Seen& field = seen_[place->second];
    const std::string* text = value.if_string();
    if (cells_) {
      if (text != nullptr) field.kinds |= kind_of_cell(*text);
    } else {
      field.kinds |= kind_of(value);
      if (const List* list = value.if_list())
        for (const Value& element : *list) field.elements |= kind_of(element);
    }
    if (name == "id") note_id(value);
  }
}

void Inference::note_id(const Value& value) {
  if (value.is_null() || (value.if_string() != nullptr && value.if_string()->empty())) return;
  ++ids_count_;
  if (!ids_unique_) return;
  std::string text;
  const auto* written = value.if_string();
  const auto uuid = written != nullptr ? Uuid::parse(*written) : std::nullopt;
  if (uuid) {
    text = uuid->text();  // either case is the same id
  } else {
    text = to_json(value);
  }
  ids_unique_ = ids_.insert(std::move(text)).second;
}

std::string Inference::type_of(const Seen& field) const {
  if (cells_) {
    const std::string_view type = scalar_type(field.kinds);
    return std::string(type.empty() ? "String" : type);
  }
  if (field.kinds == kList) {
    if (field.elements == kObject) return "[JSON]";
    if ((field.elements & kList) != 0) return "JSON";
    const std::string_view type = scalar_type(field.elements);
    return type.empty() || type == "JSON" ? "[Any]" : "[" + std::string(type) + "]";
  }
  const std::string_view type = scalar_type(field.kinds);
  return std::string(type.empty() ? "Any" : type);
}

std::vector<InferredField> Inference::fields() const {
  std::vector<InferredField> out;
  out.reserve(seen_.size());
  const bool ids = ids_unique_ && ids_count_ == records_ && records_ > 0;
  for (const Seen& field : seen_) {
    InferredField inferred{.name = field.name, .type = type_of(field)};
    inferred.primary = ids && field.name == "id" &&
                       (inferred.type == "Int" || inferred.type == "String" || inferred.type == "Uuid");
    out.push_back(std::move(inferred));
  }
  return out;
}

std::string definition_text(std::string_view collection, std::span<const InferredField> fields) {
  std::string out = "define collection " + std::string(collection) + " {\n";
  for (const auto& field : fields)
    out += "  " + field.name + ": " + field.type + (field.primary ? "! @primary\n" : "\n");
  return out + "}";
}

}  // namespace aurora::io
