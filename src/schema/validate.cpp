// Checking values against @validate. Called by coercion and by the `validate` argument of queries;
// the one file of the schema room that knows RE2.
#include <aurora/schema/validate.hpp>

#include "schema/describe_value.hpp"
#include "schema/formats.hpp"

#include <aurora/base/try.hpp>
#include <aurora/base/utf8.hpp>

#include <re2/re2.h>

#include <unordered_map>

namespace aurora {

namespace {

std::unique_ptr<RE2> compile(const std::string& pattern) {
  RE2::Options options;
  options.set_log_errors(false);
  return std::make_unique<RE2>(pattern, options);
}

bool search(const RE2& expression, std::string_view text) {
  return RE2::PartialMatch(re2::StringPiece(text.data(), text.size()), expression);
}

using PatternTable = std::unordered_map<std::string, std::unique_ptr<RE2>>;

Status add_pattern(PatternTable& table, const Validation& validation) {
  if (!validation.pattern || table.contains(*validation.pattern)) return {};
  auto expression = compile(*validation.pattern);
  if (!expression->ok())
    return Error(ErrorCode::kInvalidDefinition,
                 "pattern " + shortened(Value(*validation.pattern)) +
                     " is not a regular expression: " + expression->error());
  table.emplace(*validation.pattern, std::move(expression));
  return {};
}

Status add_patterns(PatternTable& table, const std::vector<FieldDef>& fields);

Status add_patterns(PatternTable& table, const TypeDef& type) {
  const auto* at = &type;
  while (at->type == FieldType::kList) at = at->element.get();
  return add_patterns(table, at->fields);
}

Status add_patterns(PatternTable& table, const std::vector<FieldDef>& fields) {
  for (const auto& field : fields) {
    if (field.validation) AURORA_TRY(add_pattern(table, *field.validation));
    AURORA_TRY(add_patterns(table, field.type));
  }
  return {};
}

std::string count_text(std::uint64_t count, bool of_list) {
  return "its length " + std::to_string(count) + (of_list ? " (elements)" : "");
}

// What the length breaks; empty when nothing.
std::string broken_length(const Validation& rules, std::uint64_t length, bool of_list) {
  if (rules.min_length && length < *rules.min_length)
    return count_text(length, of_list) + " is below the minLength " +
           std::to_string(*rules.min_length);
  if (rules.max_length && length > *rules.max_length)
    return count_text(length, of_list) + " is above the maxLength " +
           std::to_string(*rules.max_length);
  return {};
}

std::string broken_range(const Validation& rules, ValueView value) {
  const auto check = [&](const std::optional<Value>& limit, std::string_view name,
                         bool upper) -> std::string {
    if (!limit) return {};
    const auto bound = limit->scalar_view();
    if (same_class(value.type(), bound.type())) {
      const auto order = compare(value, bound);
      if (upper ? order <= 0 : order >= 0) return {};
      return std::string(upper ? "it is above the " : "it is below the ") + std::string(name) +
             " " + shortened(*limit);
    }
    return std::string(kind_with_article(value.type())) + " cannot be compared with the " +
           std::string(name) + " " + shortened(*limit);
  };
  auto broken = check(rules.min, "min", false);
  return broken.empty() ? check(rules.max, "max", true) : broken;
}

std::string broken_text(const Validation& rules, ValueView value, const Validators* validators) {
  if (!rules.pattern && !rules.format && !rules.min_length && !rules.max_length) return {};
  if (value.type() != Type::kString) {
    // A format that the field's own type guarantees (a Date with format: "date") has been checked
    // already.
    if (rules.format && !rules.pattern && !rules.min_length && !rules.max_length &&
        (value.type() == Type::kUuid || value.type() == Type::kDate ||
         value.type() == Type::kDateTime))
      return {};
    return std::string(kind_with_article(value.type())) + " is not a text";
  }
  const auto text = value.string_value();
  if (rules.min_length || rules.max_length)
    if (auto broken = broken_length(rules, count_code_points(text), false); !broken.empty())
      return broken;
  if (rules.pattern) {
    const bool found = validators != nullptr ? validators->found(*rules.pattern, text)
                                             : search(*compile(*rules.pattern), text);
    if (!found) return "it does not match the pattern " + shortened(Value(*rules.pattern));
  }
  if (rules.format && !has_format(*rules.format, text))
    return "it has not the format '" + *rules.format + "'";
  return {};
}

// For anything but a list, unless `in` lists lists.
std::string broken_single(const Validation& rules, ValueView value, const Validators* validators) {
  if (rules.in) {
    bool among = false;
    for (const auto& item : *rules.in) {
      if (item.type() == Type::kList || item.type() == Type::kObject) {
        among = compare(EncodedValue(item).view(), value) == 0;
      } else {
        among = compare(item.scalar_view(), value) == 0;
      }
      if (among) break;
    }
    if (!among) return "it is not one of " + shortened(Value(*rules.in));
  }
  if (rules.min || rules.max)
    if (auto broken = broken_range(rules, value); !broken.empty()) return broken;
  return broken_text(rules, value, validators);
}

Validation without_lengths(const Validation& rules) {
  auto inner = rules;
  inner.min_length.reset();
  inner.max_length.reset();
  return inner;
}

std::string broken_view(const Validation& rules, ValueView value, const Validators* validators) {
  if (value.is_null()) return {};
  if (value.type() != Type::kList) return broken_single(rules, value, validators);
  const auto list = value.list();
  if (auto broken = broken_length(rules, list.size(), true); !broken.empty()) return broken;
  const bool lengths = rules.min_length || rules.max_length;
  const auto inner = lengths ? without_lengths(rules) : Validation();
  const auto& rest = lengths ? inner : rules;
  if (rest.empty()) return {};
  for (std::uint32_t i = 0; i < list.size(); ++i)
    if (auto broken = broken_view(rest, list[i], validators); !broken.empty())
      return "element " + std::to_string(i) + ": " + broken;
  return {};
}

}  // namespace

struct Validators::Patterns {
  PatternTable table;
};

Validators::Validators(std::unique_ptr<Patterns> patterns) noexcept
    : patterns_(std::move(patterns)) {}
Validators::~Validators() = default;

Result<std::shared_ptr<const Validators>> Validators::make(const CollectionDef& collection) {
  auto patterns = std::make_unique<Patterns>();
  AURORA_TRY(add_patterns(patterns->table, collection.fields));
  if (patterns->table.empty()) return std::shared_ptr<const Validators>();
  return std::shared_ptr<const Validators>(new Validators(std::move(patterns)));
}

Result<std::shared_ptr<const Validators>> Validators::make(const Validation& validation) {
  auto patterns = std::make_unique<Patterns>();
  AURORA_TRY(add_pattern(patterns->table, validation));
  if (patterns->table.empty()) return std::shared_ptr<const Validators>();
  return std::shared_ptr<const Validators>(new Validators(std::move(patterns)));
}

bool Validators::found(const std::string& pattern, std::string_view text) const {
  const auto known = patterns_->table.find(pattern);
  return known != patterns_->table.end() ? search(*known->second, text)
                                         : search(*compile(pattern), text);
}

bool satisfies(const Validation& validation, ValueView value, const Validators* validators) {
  return broken_view(validation, value, validators).empty();
}

std::string broken_constraint(const Validation& validation, const Value& value,
                              const Validators* validators) {
  if (value.type() == Type::kList || value.type() == Type::kObject)
    return broken_view(validation, EncodedValue(value).view(), validators);
  return broken_view(validation, value.scalar_view(), validators);
}

Status validate(const FieldDef& field, const Value& value, const Validators* validators) {
  if (!field.validation) return {};
  auto broken = broken_constraint(*field.validation, value, validators);
  if (broken.empty()) return {};
  return Error(ErrorCode::kValidationError, "field " + in_quotes(field.name) + ": " +
                                                shortened(value) + " is not allowed: " + broken);
}

}  // namespace aurora
