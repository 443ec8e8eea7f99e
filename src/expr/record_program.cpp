// Body of expressions over records. Called by projections and computed fields; calls the definition
// for names and ComputedValues for values.
#include <aurora/expr/record_program.hpp>

#include "expr/value_at.hpp"

#include <aurora/aql/parser.hpp>
#include <aurora/base/nearest.hpp>
#include <aurora/base/try.hpp>
#include <aurora/expr/computed_fields.hpp>
#include <aurora/schema/path.hpp>

#include <algorithm>

namespace aurora::expr {

namespace {

Error error_in(std::string_view text, aql::Offset at, ErrorCode code, std::string message) {
  if (text.empty()) return Error(code, std::move(message));
  return aql::error_at(text, at, code, std::move(message));
}

std::string dotted(const std::vector<std::string>& path) {
  std::string text;
  for (const auto& name : path) {
    if (!text.empty()) text += '.';
    text += name;
  }
  return text;
}

Value variable_of(const Surroundings& around, std::string_view name) {
  const auto* found = around.variables != nullptr ? around.variables->find(name) : nullptr;
  return found != nullptr ? *found : Value();
}

class FieldScope final : public Scope {
 public:
  FieldScope(const CollectionDef& collection, const Source& source,
             std::span<const BesideName> beside)
      : collection_(collection), source_(source), beside_(beside) {}

  Result<Slot> resolve(const std::vector<std::string>& path, aql::Offset at) override {
    const auto name = dotted(path);
    for (std::size_t i = 0; i < names_.size(); ++i)
      if (names_[i] == name) return static_cast<Slot>(i);
    AURORA_ASSIGN(auto read, find(path, name, at));
    names_.push_back(name);
    reads.push_back(std::move(read));
    return static_cast<Slot>(reads.size() - 1);
  }

  Error error(aql::Offset at, std::string message) const override {
    return error_in(source_.text, at, source_.refused, std::move(message));
  }

  std::vector<RecordProgram::Read> reads;

 private:
  Result<RecordProgram::Read> find(const std::vector<std::string>& path, const std::string& name,
                                   aql::Offset at) const {
    RecordProgram::Read read;
    read.sid = name == "_sid";
    if (read.sid) return read;
    auto found = resolve_path(collection_, name, source_.refused);
    const bool declared = found && found->field != kOpenFields;
    const auto place = declared ? beside_.size() : place_beside(path.front());
    if (place < beside_.size()) {
      AURORA_TRY(check_beside(beside_[place], path, at));
      read.beside = place;
      read.path.rest.assign(path.begin() + 1, path.end());
      return read;
    }
    if (!found) return error_in(source_.text, at, found.error().code(), found.error().message());
    read.path = *std::move(found);
    return read;
  }

  std::size_t place_beside(std::string_view name) const {
    std::size_t place = 0;
    while (place < beside_.size() && beside_[place].name != name) ++place;
    return place;
  }

  Status check_beside(const BesideName& beside, const std::vector<std::string>& path, aql::Offset at) const {
    if (path.size() == 1 || path[1] == "_sid") return {};
    if (std::find(beside.more.begin(), beside.more.end(), path[1]) != beside.more.end()) return {};
    const auto found = resolve_path(*beside.collection, dotted({path.begin() + 1, path.end()}), source_.refused);
    if (found) return {};
    return error_in(source_.text, at, found.error().code(), found.error().message());
  }

  const CollectionDef& collection_;
  const Source& source_;
  std::span<const BesideName> beside_;
  std::vector<std::string> names_;
};

class RecordInputs final : public Inputs {
 public:
  RecordInputs(const std::vector<RecordProgram::Read>& reads, ComputedValues& values,
               const Surroundings& around)
      : reads_(reads), values_(values), around_(around) {}

  Result<Value> value(Slot slot) override {
    const auto& read = reads_[slot];
    if (read.sid) return Value(values_.record().sid());
    if (read.beside) {
      const auto& rest = read.path.rest;
      const std::string_view member = rest.empty() ? std::string_view() : rest.front();
      AURORA_ASSIGN(auto found, around_.beside->value(*read.beside, member));
      if (rest.empty()) return found;
      const EncodedValue encoded(found);
      return value_at(encoded.view(), rest);
    }
    return values_.at(read.path);
  }
  Value variable(std::string_view name) override { return variable_of(around_, name); }
  DateTime now() const override { return values_.now(); }
  Error error(aql::Offset at, ErrorCode code, std::string message) const override {
    return error_in(around_.text, at, code, std::move(message));
  }

 private:
  const std::vector<RecordProgram::Read>& reads_;
  ComputedValues& values_;
  const Surroundings& around_;
};

// Members of a nested type; every name is a member of an undeclared one.
class PartScope final : public Scope {
 public:
  PartScope(const TypeDef* type, std::string_view of, const Source& source)
      : type_(type), of_(of), source_(source) {}

  Result<Slot> resolve(const std::vector<std::string>& path, aql::Offset at) override {
    const auto* type = type_;
    for (const auto& name : path) {
      while (type != nullptr && type->type == FieldType::kList) type = type->element.get();
      if (type == nullptr || holds_anything(type->type)) break;
      const auto* member = type->type == FieldType::kNested ? find(*type, name) : nullptr;
      if (member == nullptr) return unknown(*type, name, at);
      type = &member->type;
    }
    paths.push_back(path);
    return static_cast<Slot>(paths.size() - 1);
  }

  Error error(aql::Offset at, std::string message) const override {
    return error_in(source_.text, at, source_.refused, std::move(message));
  }

  std::vector<std::vector<std::string>> paths;

 private:
  static bool holds_anything(FieldType type) {
    return type == FieldType::kJson || type == FieldType::kObject || type == FieldType::kAny;
  }
  static const FieldDef* find(const TypeDef& type, std::string_view name) {
    for (const auto& field : type.fields)
      if (field.name == name) return &field;
    return nullptr;
  }
  Error unknown(const TypeDef& type, std::string_view name, aql::Offset at) const {
    std::vector<std::string_view> names;
    for (const auto& field : type.fields) names.push_back(field.name);
    return error(at, "unknown field '" + std::string(name) + "' in '" + std::string(of_) + "'" +
                         did_you_mean(name, names));
  }

  const TypeDef* type_;
  std::string_view of_;
  const Source& source_;
};

class PartInputs final : public Inputs {
 public:
  PartInputs(const std::vector<std::vector<std::string>>& paths, ValueView object, DateTime now,
             const Surroundings& around)
      : paths_(paths), object_(object), now_(now), around_(around) {}

  Result<Value> value(Slot slot) override { return value_at(object_, paths_[slot]); }
  Value variable(std::string_view name) override { return variable_of(around_, name); }
  DateTime now() const override { return now_; }
  Error error(aql::Offset at, ErrorCode code, std::string message) const override {
    return error_in(around_.text, at, code, std::move(message));
  }

 private:
  const std::vector<std::vector<std::string>>& paths_;
  ValueView object_;
  DateTime now_;
  const Surroundings& around_;
};

}  // namespace

Value value_at(ValueView value, const std::vector<std::string>& names, std::size_t depth) {
  if (depth == names.size()) return Value(value);
  if (value.type() == Type::kObject)
    return value_at(value.object().find(names[depth]), names, depth + 1);
  if (value.type() != Type::kList) return {};
  List all;
  const auto list = value.list();
  all.reserve(list.size());
  for (std::uint32_t i = 0; i < list.size(); ++i) all.push_back(value_at(list[i], names, depth));
  return Value(std::move(all));
}

Result<PartProgram> PartProgram::compile(const aql::Expression& expression, const TypeDef* type,
                                         std::string_view of, const Source& source) {
  PartScope scope(type, of, source);
  PartProgram compiled;
  AURORA_ASSIGN(compiled.program_, Program::compile(expression, scope));
  compiled.paths_ = std::move(scope.paths);
  return compiled;
}

Result<Value> PartProgram::evaluate(ValueView object, DateTime now,
                                    const Surroundings& around) const {
  PartInputs inputs(paths_, object, now, around);
  return program_.evaluate(inputs);
}

Result<RecordProgram> RecordProgram::compile(const aql::Expression& expression,
                                             const CollectionDef& collection,
                                             const Source& source,
                                             std::span<const BesideName> beside) {
  FieldScope scope(collection, source, beside);
  RecordProgram compiled;
  AURORA_ASSIGN(compiled.program_, Program::compile(expression, scope));
  compiled.reads_ = std::move(scope.reads);
  return compiled;
}

Result<Value> RecordProgram::evaluate(ComputedValues& values, const Surroundings& around) const {
  RecordInputs inputs(reads_, values, around);
  return program_.evaluate(inputs);
}

}  // namespace aurora::expr
