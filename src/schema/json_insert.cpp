// Body of json_insert.hpp. Called by document writing; calls the codec, the formats and the defaults.
#include <aurora/schema/json_insert.hpp>

#include "schema/coerce_parts.hpp"
#include "schema/formats.hpp"

#include <aurora/base/bytes.hpp>
#include <aurora/base/utf8.hpp>
#include <aurora/document/codec.hpp>
#include <aurora/schema/validate.hpp>

#include <algorithm>
#include <bit>
#include <charconv>

namespace aurora {

namespace {

// Deeper, or with more members, values are looked through for their limits and repeated names elsewhere.
constexpr std::uint32_t kDeepest = 16;
constexpr std::size_t kMostMembers = 64;

bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }

const char* skip_digits(const char* at, const char* end) noexcept {
  while (at != end && is_digit(*at)) ++at;
  return at;
}

const TypeDef& free_type() {
  static const TypeDef type{.type = FieldType::kAny, .required = false, .element = nullptr, .fields = {}};
  return type;
}

// The byte that a short escape stands for; 0 for `u` and what is none.
char short_escape(char c) noexcept {
  switch (c) {
    case '"':
    case '\\':
    case '/': return c;
    case 'b': return '\b';
    case 'f': return '\f';
    case 'n': return '\n';
    case 'r': return '\r';
    case 't': return '\t';
    default: return 0;
  }
}

// How many bytes from `at` on are plain: no quote, backslash or control character. `high` gathers the bits of bytes
// beyond ASCII.
std::size_t plain_length(const char* at, const char* end, std::uint64_t& high) noexcept {
  constexpr std::uint64_t kOnes = 0x0101'0101'0101'0101u;
  constexpr std::uint64_t kTops = kOnes * 0x80;
  const char* const begin = at;
  // The lowest flag of each test is exact: borrows spread upwards only.
  for (; end - at >= 8; at += 8) {
    const auto word = load_le<std::uint64_t>(at);
    const auto flags_zero = [](std::uint64_t w) { return (w - kOnes) & ~w & kTops; };
    const auto found = flags_zero(word ^ kOnes * '"') | flags_zero(word ^ kOnes * '\\') |
                       ((word - kOnes * 0x20) & ~word & kTops);
    if (found != 0) {
      const auto before = static_cast<unsigned>(std::countr_zero(found)) & ~7u;
      high |= word & ((std::uint64_t{1} << before) - 1);
      return static_cast<std::size_t>(at - begin) + before / 8;
    }
    high |= word;
  }
  for (; at != end; ++at) {
    const auto byte = static_cast<unsigned char>(*at);
    if (byte == '"' || byte == '\\' || byte < 0x20) break;
    high |= byte;
  }
  return static_cast<std::size_t>(at - begin);
}

constexpr std::uint64_t kHighBits = 0x8080'8080'8080'8080u;

}  // namespace

JsonInsert::JsonInsert(const CollectionDef& collection, const InsertContext& insert)
    : collection_(collection), insert_(insert), context_{insert.now, collection.validators.get()} {}

bool JsonInsert::read(std::string_view text, RecordBuilder& builder) {
  at_ = text.data();
  end_ = at_ + text.size();
  given_.assign(collection_.fields.size(), false);
  parts_.clear();
  skip_blanks();
  if (!take('{') || !members(builder)) return false;
  skip_blanks();
  return at_ == end_ && add_absent(builder);
}

// After the brace, up to and with the one that closes it.
bool JsonInsert::members(RecordBuilder& builder) {
  skip_blanks();
  if (take('}')) return true;
  for (std::size_t expected = 0;; ++expected) {
    skip_blanks();
    const auto name = text(Escapes::kRefused);
    if (!name) return false;
    const auto& fields = collection_.fields;
    const auto* declared = expected < fields.size() && fields[expected].name == *name ? &fields[expected]
                                                                                      : collection_.find(*name);
    if (declared == nullptr || declared->computed) return false;
    expected = static_cast<std::size_t>(declared - fields.data());
    if (given_[expected]) return false;
    given_[expected] = true;
    skip_blanks();
    if (!take(':')) return false;
    skip_blanks();
    if (!field(*declared, builder)) return false;
    skip_blanks();
    if (take('}')) return true;
    if (!take(',')) return false;
  }
}

bool JsonInsert::field(const FieldDef& field, RecordBuilder& builder) {
  if (take_null()) return !field.type.required;
  payloads_.clear();
  const auto tag = value(field.type, 1);
  if (!tag) return false;
  const auto view = codec::view_payload(*tag, payloads_);
  if (field.validation && !satisfies(*field.validation, view, context_.validators)) return false;
  builder.add(field.id, view);
  return true;
}

bool JsonInsert::add_absent(RecordBuilder& builder) {
  for (std::size_t i = 0; i < given_.size(); ++i) {
    const auto& field = collection_.fields[i];
    if (given_[i] || field.computed) continue;
    const auto made = absent_value(field, insert_, context_);
    if (!made) return false;
    builder.add(field.id, *made);
  }
  return true;
}

// `depth` counts the lists and objects around the value, the document included.
JsonInsert::Tag JsonInsert::value(const TypeDef& type, std::uint32_t depth) {
  if (at_ == end_) return std::nullopt;
  switch (type.type) {
    case FieldType::kList: return take('[') ? list(*type.element, depth) : std::nullopt;
    case FieldType::kNested: return take('{') ? object(&type, depth) : std::nullopt;
    case FieldType::kObject: return take('{') ? object(nullptr, depth) : std::nullopt;
    case FieldType::kJson: return *at_ == '{' || *at_ == '[' ? free_value(depth) : std::nullopt;
    case FieldType::kAny: return free_value(depth);
    default: return scalar(type.type);
  }
}

JsonInsert::Tag JsonInsert::scalar(FieldType type) {
  const auto append = [this](const auto& read) -> Tag {
    if (!read) return std::nullopt;
    return codec::append_payload(payloads_, ValueView::of(*read));
  };
  if (type == FieldType::kInt || type == FieldType::kFloat) return number(type);
  if (type == FieldType::kBoolean) {
    const bool truth = *at_ == 't';
    if (!take_word(truth ? "true" : "false")) return std::nullopt;
    return codec::append_payload(payloads_, ValueView::of(truth));
  }
  const auto read = text(Escapes::kRead);
  if (!read) return std::nullopt;
  switch (type) {
    case FieldType::kString:
    case FieldType::kId: return append(read);
    case FieldType::kEmail: return is_email(*read) ? append(read) : std::nullopt;
    case FieldType::kUrl: return is_url(*read) ? append(read) : std::nullopt;
    case FieldType::kPhoneNumber: return is_phone_number(*read) ? append(read) : std::nullopt;
    case FieldType::kUuid: return append(Uuid::parse(*read));
    case FieldType::kDateTime: return append(DateTime::parse(*read));
    case FieldType::kDate: return append(Date::parse(*read));
    case FieldType::kTime: return append(Time::parse(*read));
    default: return std::nullopt;
  }
}

JsonInsert::Tag JsonInsert::free_value(std::uint32_t depth) {
  if (at_ == end_) return std::nullopt;
  switch (*at_) {
    case '{': return take('{') ? object(nullptr, depth) : std::nullopt;
    case '[': return take('[') ? list(free_type(), depth) : std::nullopt;
    case '"': return scalar(FieldType::kString);
    case 't':
    case 'f': return scalar(FieldType::kBoolean);
    default: return number(FieldType::kAny);
  }
}

JsonInsert::Tag JsonInsert::list(const TypeDef& element, std::uint32_t depth) {
  if (depth >= kDeepest) return std::nullopt;
  const auto first_part = parts_.size();
  const auto first_payload = payloads_.size();
  skip_blanks();
  if (take(']')) return close(codec::ContainerKind::kList, first_part, first_payload);
  for (;;) {
    skip_blanks();
    Tag tag;
    if (!take_null())
      tag = value(element, depth + 1);
    else if (!element.required)
      tag = codec::append_payload(payloads_, ValueView());
    if (!tag) return std::nullopt;
    parts_.push_back({*tag, {}, static_cast<std::uint32_t>(payloads_.size() - first_payload)});
    skip_blanks();
    if (take(']')) return close(codec::ContainerKind::kList, first_part, first_payload);
    if (!take(',')) return std::nullopt;
  }
}

JsonInsert::Tag JsonInsert::object(const TypeDef* type, std::uint32_t depth) {
  if (depth >= kDeepest) return std::nullopt;
  const auto first_part = parts_.size();
  const auto first_payload = payloads_.size();
  const auto end = [&]() -> Tag {
    if (type != nullptr && !has_all(*type, first_part)) return std::nullopt;
    return close(codec::ContainerKind::kObject, first_part, first_payload);
  };
  skip_blanks();
  if (take('}')) return end();
  for (;;) {
    skip_blanks();
    const auto name = text(Escapes::kRefused);
    if (!name || parts_.size() - first_part == kMostMembers) return std::nullopt;
    for (auto i = first_part; i < parts_.size(); ++i)
      if (parts_[i].name == *name) return std::nullopt;
    skip_blanks();
    if (!take(':')) return std::nullopt;
    skip_blanks();
    const auto tag = member(type, *name, depth);
    if (!tag) return std::nullopt;
    parts_.push_back({*tag, *name, static_cast<std::uint32_t>(payloads_.size() - first_payload)});
    skip_blanks();
    if (take('}')) return end();
    if (!take(',')) return std::nullopt;
  }
}

JsonInsert::Tag JsonInsert::member(const TypeDef* type, std::string_view name, std::uint32_t depth) {
  const FieldDef* part = nullptr;
  if (type != nullptr) {
    const auto found = std::find_if(type->fields.begin(), type->fields.end(),
                                    [&](const FieldDef& known) { return known.name == name; });
    if (found == type->fields.end()) return std::nullopt;
    part = &*found;
  }
  if (take_null()) {
    if (part != nullptr && part->type.required) return std::nullopt;
    return codec::append_payload(payloads_, ValueView());
  }
  const auto begin = payloads_.size();
  const auto tag = part != nullptr ? value(part->type, depth + 1) : free_value(depth + 1);
  if (tag && part != nullptr && part->validation) {
    const auto view = codec::view_payload(*tag, std::string_view(payloads_).substr(begin));
    if (!satisfies(*part->validation, view, context_.validators)) return std::nullopt;
  }
  return tag;
}

// Whether nothing is to be filled in for the parts that were not given.
bool JsonInsert::has_all(const TypeDef& type, std::size_t first_part) const {
  if (parts_.size() - first_part == type.fields.size()) return true;
  return std::all_of(type.fields.begin(), type.fields.end(), [&](const FieldDef& part) {
    if (!part.type.required && !part.default_value && !part.default_is_now) return true;
    return std::any_of(parts_.begin() + static_cast<std::ptrdiff_t>(first_part), parts_.end(),
                       [&](const codec::EncodedPart& given) { return given.name == part.name; });
  });
}

JsonInsert::Tag JsonInsert::close(codec::ContainerKind kind, std::size_t first_part, std::size_t first_payload) {
  encoded_.clear();
  const auto tag = codec::append_container(encoded_, kind, std::span(parts_).subspan(first_part),
                                           std::string_view(payloads_).substr(first_payload));
  payloads_.resize(first_payload);
  payloads_ += encoded_;
  parts_.resize(first_part);
  return tag;
}

// An Int where a Float is declared is one; a Float where an Int is declared is looked at elsewhere.
JsonInsert::Tag JsonInsert::number(FieldType type) {
  const char* at = at_;
  if (at != end_ && *at == '-') ++at;
  const char* const digits = at;
  at = skip_digits(at, end_);
  if (at == digits || (*digits == '0' && at != digits + 1)) return std::nullopt;
  bool whole = true;
  if (at != end_ && *at == '.') {
    const char* const fraction = ++at;
    at = skip_digits(at, end_);
    if (at == fraction) return std::nullopt;
    whole = false;
  }
  if (at != end_ && (*at == 'e' || *at == 'E')) {
    if (++at != end_ && (*at == '+' || *at == '-')) ++at;
    const char* const exponent = at;
    at = skip_digits(at, end_);
    if (at == exponent) return std::nullopt;
    whole = false;
  }
  const char* const begin = std::exchange(at_, at);
  if (whole) {
    std::int64_t read = 0;
    if (std::from_chars(begin, at, read).ec != std::errc()) return std::nullopt;
    return codec::append_payload(payloads_, type == FieldType::kFloat ? ValueView::of(static_cast<double>(read))
                                                                      : ValueView::of(read));
  }
  double read = 0;
  if (type == FieldType::kInt || std::from_chars(begin, at, read).ec != std::errc()) return std::nullopt;
  return codec::append_payload(payloads_, ValueView::of(read));
}

void JsonInsert::skip_blanks() noexcept {
  while (at_ != end_ && (*at_ == ' ' || *at_ == '\n' || *at_ == '\r' || *at_ == '\t')) ++at_;
}

bool JsonInsert::take(char wanted) noexcept {
  if (at_ == end_ || *at_ != wanted) return false;
  ++at_;
  return true;
}

bool JsonInsert::take_word(std::string_view word) noexcept {
  if (!std::string_view(at_, static_cast<std::size_t>(end_ - at_)).starts_with(word)) return false;
  at_ += word.size();
  return true;
}

std::optional<std::string_view> JsonInsert::text(Escapes escapes) {
  if (!take('"')) return std::nullopt;
  const char* const begin = at_;
  std::uint64_t high = 0;
  at_ += plain_length(at_, end_, high);
  if (at_ == end_) return std::nullopt;
  if (*at_ == '\\' && escapes == Escapes::kRead) return unescape(begin);
  const std::string_view read(begin, static_cast<std::size_t>(at_ - begin));
  if (!take('"') || ((high & kHighBits) != 0 && !is_valid_utf8(read))) return std::nullopt;
  return read;
}

// From the first backslash on; `begin` is where the text begins.
std::optional<std::string_view> JsonInsert::unescape(const char* begin) {
  unescaped_.assign(begin, at_);
  std::uint64_t high = 0;
  while (at_ != end_ && *at_ == '\\') {
    const char read = at_ + 1 != end_ ? short_escape(at_[1]) : '\0';
    if (read == 0) return std::nullopt;
    unescaped_ += read;
    at_ += 2;
    const char* const plain = at_;
    at_ += plain_length(at_, end_, high);
    unescaped_.append(plain, at_);
  }
  if (!take('"') || !is_valid_utf8(unescaped_)) return std::nullopt;
  return unescaped_;
}

}  // namespace aurora
