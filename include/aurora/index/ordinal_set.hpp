// Sets of ordinals: the common currency of indexes, search and filters (Roaring bitmaps).
// Called by index, text, plan, exec; the only header through which CRoaring is used (I10).
// Lack of memory throws std::bad_alloc; nothing else throws.
#pragma once

#include <aurora/document/record.hpp>

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

namespace aurora {

/// A set of 32-bit ordinals. Copying copies (no shared state inside); moving is cheap.
/// Threads: const calls may run together; others need exclusive access.
class OrdinalSet {
 public:
  OrdinalSet();
  OrdinalSet(const OrdinalSet& other);
  OrdinalSet(OrdinalSet&& other) noexcept;
  OrdinalSet& operator=(const OrdinalSet& other);
  OrdinalSet& operator=(OrdinalSet&& other) noexcept;
  ~OrdinalSet();

  /// [begin, end)
  [[nodiscard]] static OrdinalSet range(Ordinal begin, std::uint64_t end);
  /// Requires: rising; repeats count once.
  [[nodiscard]] static OrdinalSet of_sorted(std::span<const Ordinal> ordinals);
  /// In any order, repeats count once. Cost: linear, no sort unless they are few and far apart.
  [[nodiscard]] static OrdinalSet of_unsorted(std::span<const Ordinal> ordinals);
  /// Cost: less than uniting them one after another.
  [[nodiscard]] static OrdinalSet union_of(std::span<const OrdinalSet* const> sets);

  bool add(Ordinal ordinal);                         ///< true when it was not there
  bool remove(Ordinal ordinal);                      ///< true when it was there
  void add_many(std::span<const Ordinal> ordinals);  ///< in any order
  void clear();

  [[nodiscard]] bool contains(Ordinal ordinal) const;
  [[nodiscard]] bool empty() const;
  [[nodiscard]] std::uint64_t size() const;
  /// Requires: !empty().
  [[nodiscard]] Ordinal min() const;
  [[nodiscard]] Ordinal max() const;

  OrdinalSet& operator&=(const OrdinalSet& other);
  OrdinalSet& operator|=(const OrdinalSet& other);
  OrdinalSet& operator-=(const OrdinalSet& other);
  friend OrdinalSet operator&(const OrdinalSet& a, const OrdinalSet& b);
  friend OrdinalSet operator|(const OrdinalSet& a, const OrdinalSet& b);
  friend OrdinalSet operator-(const OrdinalSet& a, const OrdinalSet& b);
  friend bool operator==(const OrdinalSet& a, const OrdinalSet& b);
  [[nodiscard]] std::uint64_t intersection_size(const OrdinalSet& other) const;

  /// Calls `visit` in rising order until it returns false.
  void for_each(const std::function<bool(Ordinal)>& visit) const;
  void append_to(std::vector<Ordinal>& out) const;  ///< rising order

  /// Forward iteration in rising order; the set must not change meanwhile.
  class Iterator {
   public:
    explicit Iterator(const OrdinalSet& set);
    ~Iterator();
    Iterator(const Iterator&) = delete;
    Iterator& operator=(const Iterator&) = delete;
    [[nodiscard]] bool valid() const;
    [[nodiscard]] Ordinal value() const;
    void next();
    /// To the first ordinal >= `ordinal`.
    void seek(Ordinal ordinal);
    /// Fills `out` from here on, at most out.size(), and moves past them; returns how many.
    std::size_t read(std::span<Ordinal> out);

   private:
    void* cursor_;
  };

  /// Turns long runs into run containers (after bulk changes).
  void optimize();
  [[nodiscard]] std::size_t memory_bytes() const;
  /// Portable Roaring format.
  void append_bytes(std::string& out) const;
  /// Reads what append_bytes wrote, validating every container before use: 0.2.66 trusts its input.
  /// Errors: Corruption. All of `bytes` must be consumed.
  [[nodiscard]] static Result<OrdinalSet> from_bytes(std::string_view bytes);

 private:
  void* bitmap_;  // roaring_bitmap_t; null: the empty set
};

}  // namespace aurora
