// Body of Program::evaluate: a walk over the tree that evaluates only what is needed.
// Called for every document; calls the functions and the caller's Inputs.
#include "expr/node.hpp"

#include <aurora/base/try.hpp>

namespace aurora::expr {

namespace {

class Evaluator {
 public:
  explicit Evaluator(Inputs& inputs) : inputs_(inputs) {}

  Result<Value> run(const Node& node) {
    switch (node.kind) {
      case Node::Kind::kConstant:
        return node.constant;
      case Node::Kind::kVariable:
        return inputs_.variable(node.name);
      case Node::Kind::kSlot:
        return inputs_.value(node.slot);
      case Node::Kind::kTemplate:
        return join(node);
      case Node::Kind::kList: {
        List list;
        AURORA_TRY(run_all(node, list));
        return Value(std::move(list));
      }
      case Node::Kind::kCall:
        break;
    }
    return call(node);
  }

 private:
  Status run_all(const Node& node, List& values) {
    values.reserve(node.children.size());
    for (const auto& child : node.children) {
      AURORA_ASSIGN(auto value, run(child));
      values.push_back(std::move(value));
    }
    return {};
  }

  Result<Value> join(const Node& node) {
    std::string text;
    for (const auto& child : node.children) {
      AURORA_ASSIGN(const auto value, run(child));
      text += text_of(value);
      if (text.size() > kMaxTextBytes)
        return inputs_.error(
            node.at, ErrorCode::kLimitExceeded,
            "a text of an expression may hold at most " + std::to_string(kMaxTextBytes) + " bytes");
    }
    return Value(std::move(text));
  }

  Result<Value> call(const Node& node) {
    switch (node.function->evaluation) {
      case Evaluation::kIf: {
        AURORA_ASSIGN(const bool taken, condition(node, 0));
        return run(node.children[taken ? 1 : 2]);
      }
      case Evaluation::kAnd:
        return decide(node, false);
      case Evaluation::kOr:
        return decide(node, true);
      case Evaluation::kCoalesce:
        for (const auto& child : node.children) {
          AURORA_ASSIGN(auto value, run(child));
          if (!value.is_null()) return value;
        }
        return Value();
      default:
        break;
    }
    List arguments;
    AURORA_TRY(run_all(node, arguments));
    if (node.function->evaluation == Evaluation::kNullToNull)
      for (const auto& argument : arguments)
        if (argument.is_null()) return Value();
    Call call(inputs_, *node.function, node.name, node.at, arguments);
    return node.function->body(call);
  }

  // and / or: the first condition that equals `decisive` decides.
  Result<Value> decide(const Node& node, bool decisive) {
    for (std::size_t i = 0; i < node.children.size(); ++i) {
      AURORA_ASSIGN(const bool value, condition(node, i));
      if (value == decisive) return Value(decisive);
    }
    return Value(!decisive);
  }

  Result<bool> condition(const Node& node, std::size_t index) {
    AURORA_ASSIGN(const auto value, run(node.children[index]));
    if (const auto truth = truth_of(value)) return *truth;
    return inputs_.error(node.children[index].at, ErrorCode::kTypeError,
                         "'" + node.name + "' takes true or false, found " + describe(value));
  }

  Inputs& inputs_;
};

}  // namespace

Result<Value> Program::evaluate(Inputs& inputs) const { return Evaluator(inputs).run(*root_); }

}  // namespace aurora::expr
