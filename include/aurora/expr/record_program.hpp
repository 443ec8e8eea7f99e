// Expressions over the documents of one collection: names are its fields, values come from records.
// Called by projections, permanent computed fields and migrations; calls Program.
#pragma once

#include <aurora/document/record.hpp>
#include <aurora/expr/program.hpp>
#include <aurora/schema/definition.hpp>

#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace aurora::expr {

class ComputedValues;

/// Where an expression is written, and what its refusal is called.
struct Source {
  std::string_view text;  ///< for line and column; empty: errors have none
  ErrorCode refused = ErrorCode::kInvalidQuery;
};

/// A name that expressions may read beside the fields of a document: what a lookup found.
struct BesideName {
  std::string name;
  const CollectionDef* collection = nullptr;  ///< of what is found
  std::vector<std::string> more;              ///< names of its own, beside the fields of that collection
};

/// The values of such names for one document.
class BesideValues {
 public:
  virtual ~BesideValues() = default;
  /// `place`: in the names that the expression was compiled with. `member`: the only one of an
  /// object, or of the objects of a list, that is read; empty: all are.
  [[nodiscard]] virtual Result<Value> value(std::size_t place, std::string_view member) const = 0;
};

/// The circumstances of an evaluation.
struct Surroundings {
  const Object* variables = nullptr;  ///< null: there are none
  std::string_view text;              ///< for line and column of errors; empty: they have none
  const BesideValues* beside = nullptr;  ///< null: compiled without such names
};

/// Immutable, cheap to copy. Threads: const use from any thread.
class RecordProgram {
 public:
  /// What one slot reads.
  struct Read {
    bool sid = false;                   ///< `_sid`
    std::optional<std::size_t> beside;  ///< a name beside the fields, then `path.rest`
    FieldPath path;
  };

  /// A name is a declared field, else one of `beside`, else an undeclared field of an @open
  /// collection. Errors: `source.refused` for unknown fields and functions (with the nearest name),
  /// wrong arguments.
  [[nodiscard]] static Result<RecordProgram> compile(const aql::Expression& expression,
                                                     const CollectionDef& collection,
                                                     const Source& source,
                                                     std::span<const BesideName> beside = {});

  /// Over the record of `values`. Errors: as Program::evaluate.
  [[nodiscard]] Result<Value> evaluate(ComputedValues& values, const Surroundings& around) const;

  [[nodiscard]] const std::vector<Read>& reads() const noexcept { return reads_; }
  [[nodiscard]] const Program& program() const noexcept { return program_; }

 private:
  Program program_;
  std::vector<Read> reads_;
};

/// An expression beside the parts of a nested object: its names are members of that object.
/// Immutable, cheap to copy. Threads: const use from any thread.
class PartProgram {
 public:
  /// `type`: declared type of the object, null when undeclared; `of`: its name in messages.
  /// Errors: as RecordProgram::compile.
  [[nodiscard]] static Result<PartProgram> compile(const aql::Expression& expression,
                                                   const TypeDef* type, std::string_view of,
                                                   const Source& source);
  /// Errors: as Program::evaluate.
  [[nodiscard]] Result<Value> evaluate(ValueView object, DateTime now,
                                       const Surroundings& around) const;

 private:
  Program program_;
  std::vector<std::vector<std::string>> paths_;
};

/// The functions that the expressions of a text call, whatever their fields are: asked before
/// anything of the text runs. Errors: InvalidQuery (InvalidDefinition inside `schema`) for unknown
/// functions and wrong arguments, with their place.
[[nodiscard]] Status check_functions(const aql::Document& document, std::string_view text);

}  // namespace aurora::expr
