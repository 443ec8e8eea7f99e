// The syntax tree of AQL: what the parser makes and the planner reads. Knows only text, no schema.
// Every node carries the offset of its first byte in the text, so that later errors can name the
// place.
#pragma once

#include <aurora/value.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace aurora::aql {

/// Byte offset in the text; `locate` (parser.hpp) turns it into line and column.
using Offset = std::uint32_t;

struct Name {
  std::string text;
  Offset at = 0;
};

// ---------------------------------------------------------------- literals

struct Literal;

struct LiteralMember {
  Name name;  ///< bare or quoted key, without quotes
  std::unique_ptr<Literal> value;
};

/// A value as written: a constant, a variable, or a list or object that may hold variables.
struct Literal {
  enum class Kind : std::uint8_t {
    kNull,
    kBool,
    kInt,
    kFloat,
    kString,
    kEnum,      ///< a bare word; `text`
    kVariable,  ///< `text` without the dollar sign
    kList,      ///< `items`
    kObject,    ///< `members`
  };
  Kind kind = Kind::kNull;
  Offset at = 0;
  bool boolean = false;
  std::int64_t integer = 0;
  double number = 0;
  std::string text;
  std::vector<Literal> items;
  std::vector<LiteralMember> members;

  [[nodiscard]] const Literal* find(std::string_view name) const noexcept {
    for (const auto& member : members)
      if (member.name.text == name) return member.value.get();
    return nullptr;
  }
};

struct Argument {
  Name name;
  Literal value;
};

struct Directive {
  Name name;  ///< without '@'
  std::vector<Argument> arguments;
};

// ---------------------------------------------------------------- expressions (computed fields)

struct NamedExpression;

/// An expression of a computed field or of a migration's `set`. "a | f(x)" is a call f(a, x).
struct Expression {
  enum class Kind : std::uint8_t {
    kLiteral,   ///< `literal` (a constant or a variable)
    kTemplate,  ///< string with ${…} parts: `children` are the parts, literals and expressions,
                ///< concatenated
    kPath,      ///< a field, dotted: `path`
    kCall,      ///< function `path[0]` of `children` (positional) and `named`
    kUnary,     ///< `op` '!' or '-' of children[0]
    kBinary,    ///< `op` of children[0], children[1]: || && == != < <= > >= + - * / %
    kConditional,  ///< children[0] ? children[1] : children[2]
    kList,         ///< [children…]
  };
  Kind kind = Kind::kLiteral;
  Offset at = 0;
  Literal literal;
  std::vector<std::string> path;
  std::string op;
  std::vector<Expression> children;
  std::vector<NamedExpression> named;
};

/// A named argument of a call. Not a std::pair: that cannot hold a type that holds it.
struct NamedExpression {
  Name first;
  Expression second;
};

// ---------------------------------------------------------------- selections

struct Selection {
  enum class Kind : std::uint8_t {
    kField,  ///< name [(arguments)] [{ selections }], e.g. `users(limit: 3) { name }`, `count`,
             ///< `address.city` under an alias
    kExpression,  ///< alias: expression — anything that is not just a name, a dotted path or a call
                  ///< with named arguments only
    kSpread,          ///< ...Name
    kInlineFragment,  ///< ... [on collection] { selections }
  };
  Kind kind = Kind::kField;
  Offset at = 0;
  std::optional<Name> alias;
  Name name;  ///< field, or fragment; dotted path joined by '.' (kField with an alias only)
  std::vector<Argument> arguments;
  std::optional<Expression> expression;  ///< kExpression
  Name on;                               ///< kInlineFragment: collection, text empty when not given
  std::vector<Directive> directives;
  bool has_selections = false;  ///< braces were written
  std::vector<Selection> selections;

  /// The result key: the alias, else the name.
  [[nodiscard]] const std::string& key() const noexcept { return alias ? alias->text : name.text; }
};

// ---------------------------------------------------------------- types and schema statements

struct TypeReference {
  enum class Kind : std::uint8_t { kNamed, kList, kObject };
  Kind kind = Kind::kNamed;
  Offset at = 0;
  Name name;                                   ///< kNamed
  bool required = false;                       ///< '!'
  std::unique_ptr<TypeReference> element;      ///< kList
  std::vector<struct FieldDefinition> fields;  ///< kObject
};

struct FieldDefinition {
  Name name;
  TypeReference type;
  std::optional<Literal> default_value;
  std::vector<Directive> directives;
};

struct CollectionDefinition {
  Name name;
  bool if_not_exists = false;
  std::vector<Directive> directives;  ///< @open
  std::vector<FieldDefinition> fields;
  std::vector<Directive> rules;  ///< @@index, @@unique, @@ttl (name without '@@')
};

struct AlterStep {
  enum class Kind : std::uint8_t { kAdd, kDrop, kRename, kModify, kAddRule };
  Kind kind = Kind::kAdd;
  Offset at = 0;
  FieldDefinition field;  ///< kAdd, kModify
  Name name;              ///< kDrop, kRename: the field
  Name new_name;          ///< kRename
  Directive rule;         ///< kAddRule: @@…
};

struct SchemaStatement {
  enum class Kind : std::uint8_t { kDefine, kAlter, kDrop };
  Kind kind = Kind::kDefine;
  Offset at = 0;
  CollectionDefinition definition;  ///< kDefine
  Name collection;                  ///< kAlter, kDrop
  bool if_exists = false;           ///< kDrop
  std::vector<AlterStep> steps;     ///< kAlter
};

struct MigrationSet {
  Name field;
  Expression value;
};

/// `migrate data in c { set a = expr where {…} … }`
struct MigrationData {
  Offset at = 0;
  Name collection;
  struct Rule {
    std::vector<MigrationSet> sets;
    std::optional<Literal> where;
  };
  std::vector<Rule> rules;
};

struct MigrationStep {
  std::optional<SchemaStatement> schema;
  std::optional<MigrationData> data;
};

struct MigrationVersion {
  Name version;             ///< text of the quoted name
  std::string normal_text;  ///< its tokens joined by one blank, for the checksum
  std::vector<MigrationStep> steps;
};

// ---------------------------------------------------------------- operations

struct VariableDefinition {
  Name name;  ///< without '$'
  TypeReference type;
  std::optional<Literal> default_value;
};

struct HandlerDefinition {
  Offset at = 0;
  Name name;
  std::string on;  ///< as written
  Offset on_at = 0;
  std::optional<Literal> where;
  Selection action;         ///< a mutation field
  std::string action_text;  ///< its source, as stored
};

/// What a schedule has beside a name and an action, which are those of the operation's `handler`.
struct ScheduleDefinition {
  Name cron;       ///< texts of the quoted names
  Name time_zone;  ///< text empty when not given
  Name catch_up;   ///< text empty when not given
};

struct Operation {
  enum class Kind : std::uint8_t {
    kQuery,
    kMutation,
    kSubscription,
    kSchema,
    kMigrate,
    kDefineHandler,
    kDropHandler,
    kSchedule,
    kDropSchedule,
    kDefineQuery,
    kDropQuery,
  };
  Kind kind = Kind::kQuery;
  Offset at = 0;
  Name name;  ///< text empty when not given
  std::vector<VariableDefinition> variables;
  std::vector<Directive> directives;
  std::vector<Selection> selections;         ///< query, mutation, subscription: root fields; kDefineQuery: its one
  std::vector<SchemaStatement> schema;       ///< kSchema
  std::vector<MigrationVersion> migrations;  ///< kMigrate
  HandlerDefinition handler;                 ///< kDefineHandler; kDrop… and kDefineQuery use handler.name
  ScheduleDefinition schedule;               ///< kSchedule
};

struct FragmentDefinition {
  Name name;
  Name on;
  std::vector<Selection> selections;
};

/// One parsed text.
struct Document {
  /// In source order. `mutation { a schema {…} b }` is split into kMutation, kSchema, kMutation,
  /// each with the name, variables and directives of the whole.
  std::vector<Operation> operations;
  std::vector<FragmentDefinition> fragments;
};

}  // namespace aurora::aql
