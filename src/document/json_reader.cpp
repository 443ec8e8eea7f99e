// Reading JSON text as a Value, with a limit on depth and a place for every error.
// Called by import, variables, the command line and callers; calls nlohmann's streaming (SAX)
// parser, which keeps its own stack, as does the builder here: no recursion depends on the text.
#include <aurora/value.hpp>

#include <aurora/base/utf8.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <iterator>
#include <memory>
#include <unordered_map>

namespace aurora {

namespace {

using Json = nlohmann::json;

constexpr std::uint32_t kDeepest = 500;

// Objects with more members than this find repeated names by a table, so that reading stays linear.
constexpr std::size_t kLinearMembers = 16;

// Walks the text and lets the reader see how far the parser has come.
class TrackedIterator {
 public:
  using iterator_category = std::input_iterator_tag;
  using value_type = char;
  using difference_type = std::ptrdiff_t;
  using pointer = const char*;
  using reference = const char&;

  TrackedIterator(const char* at, const char** seen) noexcept : at_(at), seen_(seen) {}

  reference operator*() const noexcept { return *at_; }
  TrackedIterator& operator++() noexcept {
    *seen_ = ++at_;
    return *this;
  }
  TrackedIterator operator++(int) noexcept {
    TrackedIterator before = *this;
    ++*this;
    return before;
  }
  friend bool operator==(const TrackedIterator& a, const TrackedIterator& b) noexcept {
    return a.at_ == b.at_;
  }

 private:
  const char* at_;
  const char** seen_;
};

// The list or object that is being read: its parts are those from `start` on the stack of its kind.
struct Frame {
  bool is_object;
  std::size_t start;
  std::size_t target = 0;  // the member whose value comes next
  std::unique_ptr<std::unordered_map<std::string, std::size_t>> places;  // beyond kLinearMembers
};

// What the parser found wrong, out of "… syntax error while parsing X - FAULT; last read: 'text'".
[[nodiscard]] std::string syntax_fault(std::string_view reason) {
  const std::size_t dash = reason.find(" - ");
  if (dash != std::string_view::npos) reason.remove_prefix(dash + 3);
  return std::string(reason.substr(0, reason.find("; last read")));
}

// Builds the value from the parser's events. An event that gives false ends the reading.
class Builder {
 public:
  explicit Builder(std::uint32_t max_depth) : max_depth_(std::min(max_depth, kDeepest)) {}

  bool null() { return put(Value()); }
  bool boolean(bool value) { return put(Value(value)); }
  bool number_integer(Json::number_integer_t value) { return put(Value(value)); }
  bool number_unsigned(Json::number_unsigned_t value) {
    if (!std::in_range<std::int64_t>(value))
      return fail_at_number("the integer does not fit 64 bits");
    return put(Value(value));
  }
  bool number_float(Json::number_float_t value, const std::string& text) {
    // The parser turns integers it cannot hold into Floats; here a number never changes its kind.
    if (text.find_first_of(".eE") == std::string::npos) {
      return fail_at_number("the integer does not fit 64 bits");
    }
    return put(Value(value));
  }
  bool string(std::string& text) { return put(Value(std::string_view(text))); }
  bool binary(Json::binary_t&) { return fail("binary data"); }

  bool start_object(std::size_t) { return open(true); }
  bool start_array(std::size_t) { return open(false); }
  bool key(std::string& name) {
    open_.back().target = place_of(open_.back(), name);
    return true;
  }
  bool end_object() { return close(); }
  bool end_array() { return close(); }

  bool parse_error(std::size_t position, const std::string&, const Json::exception& reason) {
    position_ = position;
    constexpr int kOutOfRange = 406;
    if (reason.id == kOutOfRange) return fail_at_number("the number does not fit a Float");
    return fail(syntax_fault(reason.what()));
  }

  [[nodiscard]] const std::string& fault() const noexcept { return fault_; }
  [[nodiscard]] bool is_number_fault() const noexcept { return is_number_fault_; }
  /// The byte at fault, for a parser that has read `seen` bytes: the last it looked at. Where the
  /// parser itself objects, it says how many that were; looking past the end counts as one.
  [[nodiscard]] std::size_t fault_place(std::size_t seen) const noexcept {
    const std::size_t position = position_.value_or(seen);
    return position == 0 ? 0 : position - 1;
  }
  [[nodiscard]] Value take() { return std::move(root_); }

 private:
  bool fail(std::string fault) {
    fault_ = std::move(fault);
    return false;
  }
  bool fail_at_number(std::string fault) {
    is_number_fault_ = true;
    return fail(std::move(fault));
  }
  bool put(Value value) {
    if (open_.empty()) {
      root_ = std::move(value);
    } else if (open_.back().is_object) {
      members_[open_.back().target].value = std::move(value);
    } else {
      items_.push_back(std::move(value));
    }
    return true;
  }
  bool open(bool is_object) {
    if (open_.size() >= max_depth_) return fail("lists and objects nest too deep");
    if (is_object && members_.capacity() == 0) members_.reserve(kLinearMembers);
    open_.push_back(Frame{is_object, is_object ? members_.size() : items_.size(), 0, nullptr});
    return true;
  }
  bool close() {
    const Frame& frame = open_.back();
    Value value =
        frame.is_object ? Value(take_members(frame.start)) : Value(take_items(frame.start));
    open_.pop_back();
    return put(std::move(value));
  }

  // Where the member `name` of the object being read is, added when it is new.
  std::size_t place_of(Frame& frame, const std::string& name) {
    const std::size_t next = members_.size();
    if (next - frame.start < kLinearMembers) {
      for (std::size_t i = frame.start; i < next; ++i) {
        if (members_[i].name == name) return i;
      }
    } else {
      if (!frame.places) {
        frame.places = std::make_unique<std::unordered_map<std::string, std::size_t>>();
        for (std::size_t i = frame.start; i < next; ++i) frame.places->emplace(members_[i].name, i);
      }
      const auto [known, is_new] = frame.places->try_emplace(name, next);
      if (!is_new) return known->second;
    }
    members_.push_back(Object::Member{name, Value()});
    return next;
  }
  [[nodiscard]] Object take_members(std::size_t start) {
    Object object;
    object.reserve(members_.size() - start);
    for (std::size_t i = start; i < members_.size(); ++i) {
      object.append(std::move(members_[i].name), std::move(members_[i].value));
    }
    members_.resize(start);
    return object;
  }
  [[nodiscard]] List take_items(std::size_t start) {
    const auto first = items_.begin() + static_cast<std::ptrdiff_t>(start);
    List list(std::make_move_iterator(first), std::make_move_iterator(items_.end()));
    items_.resize(start);
    return list;
  }

  std::uint32_t max_depth_;
  std::vector<Frame> open_;
  std::vector<Object::Member> members_;
  List items_;
  Value root_;
  std::string fault_;
  std::optional<std::size_t> position_;
  bool is_number_fault_ = false;
};

[[nodiscard]] bool is_number_part(char c) noexcept {
  return (c >= '0' && c <= '9') || c == '-' || c == '+' || c == '.' || c == 'e' || c == 'E';
}

// Where the number begins that ends at `at`, or one byte before it.
[[nodiscard]] std::size_t start_of_number(std::string_view text, std::size_t at) noexcept {
  if (at > 0 && !is_number_part(text[at - 1])) --at;
  while (at > 0 && is_number_part(text[at - 1])) --at;
  return at;
}

// The error `fault` at byte `at` of `text`; the end of the text is one past its last character.
[[nodiscard]] Error fault_at(std::string_view text, std::size_t at, std::string_view fault) {
  const std::string_view before = text.substr(0, at);
  const auto lines = std::count(before.begin(), before.end(), '\n');
  const std::size_t line_start = before.rfind('\n') + 1;  // npos + 1 is 0
  const std::size_t column = count_code_points(before.substr(line_start)) + 1;
  return Error(ErrorCode::kInvalidInput, std::string("invalid JSON: ").append(fault))
      .at(static_cast<std::uint32_t>(lines) + 1, static_cast<std::uint32_t>(column));
}

}  // namespace

Result<Value> parse_json(std::string_view text, std::uint32_t max_depth) {
  const char* const begin = text.data();
  const char* const end = begin + text.size();
  const char* seen = begin;
  Builder builder(max_depth);
  const bool read =
      Json::sax_parse(TrackedIterator(begin, &seen), TrackedIterator(end, &seen), &builder);
  const auto at = static_cast<std::size_t>(seen - begin);
  if (!read) {
    if (builder.is_number_fault())
      return fault_at(text, start_of_number(text, at), builder.fault());
    return fault_at(text, builder.fault_place(at), builder.fault());
  }
  // The parser takes a NUL for the end of the text.
  if (const std::size_t nul = text.find('\0'); nul != std::string_view::npos) {
    return fault_at(text, nul, "a NUL character");
  }
  return builder.take();
}

}  // namespace aurora
