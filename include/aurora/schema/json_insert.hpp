// New documents straight from JSON text into a record builder, with no values between: for bulk loads.
// Called by document writing; calls coercion's own parts for what is not in the text.
//
// It reads what needs no thought and leaves everything else, errors above all, to parse_json and complete_insert: whoever
// is refused here goes that way. So there is one body of rules for what a document may be, and what is read here is only
// what they would store just so.
#pragma once

#include <aurora/document/container_builder.hpp>
#include <aurora/document/record.hpp>
#include <aurora/schema/coerce.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace aurora {

/// Reads one text after another, for one collection, into builders. Threads: one thread at a time.
class JsonInsert {
 public:
  JsonInsert(const CollectionDef& collection, const InsertContext& insert);

  /// Adds to `builder` the fields that complete_insert would give of parse_json(text). False: go that way; the builder
  /// may then hold some of them.
  [[nodiscard]] bool read(std::string_view text, RecordBuilder& builder);

 private:
  using Tag = std::optional<std::uint8_t>;   // of what was appended to payloads_; nullopt: not read here

  [[nodiscard]] bool members(RecordBuilder& builder);
  [[nodiscard]] bool field(const FieldDef& field, RecordBuilder& builder);
  [[nodiscard]] bool add_absent(RecordBuilder& builder);

  [[nodiscard]] Tag value(const TypeDef& type, std::uint32_t depth);
  [[nodiscard]] Tag scalar(FieldType type);
  [[nodiscard]] Tag free_value(std::uint32_t depth);
  [[nodiscard]] Tag list(const TypeDef& element, std::uint32_t depth);
  /// `type` null: any members.
  [[nodiscard]] Tag object(const TypeDef* type, std::uint32_t depth);
  [[nodiscard]] Tag member(const TypeDef* type, std::string_view name, std::uint32_t depth);
  [[nodiscard]] Tag number(FieldType type);
  [[nodiscard]] Tag close(codec::ContainerKind kind, std::size_t first_part, std::size_t first_payload);
  [[nodiscard]] bool has_all(const TypeDef& type, std::size_t first_part) const;

  // Of the text:
  void skip_blanks() noexcept;
  [[nodiscard]] bool take(char wanted) noexcept;
  [[nodiscard]] bool take_word(std::string_view word) noexcept;
  [[nodiscard]] bool take_null() noexcept { return at_ != end_ && *at_ == 'n' && take_word("null"); }
  enum class Escapes : std::uint8_t { kRefused, kRead };
  /// In the text itself, or in unescaped_ until the next one.
  [[nodiscard]] std::optional<std::string_view> text(Escapes escapes);
  [[nodiscard]] std::optional<std::string_view> unescape(const char* begin);

  const CollectionDef& collection_;
  const InsertContext& insert_;
  const CoerceContext context_;
  const char* at_ = nullptr;
  const char* end_ = nullptr;
  std::vector<bool> given_;                  // by place in the definition
  std::string payloads_;                     // of the field being read
  std::vector<codec::EncodedPart> parts_;    // of the containers being read, the inner ones last
  std::string encoded_;
  std::string unescaped_;
};

}  // namespace aurora
