// Documents found by the values of one field, many keys at a time: the common part of relations and
// lookups. By an index when there is one, else by one pass over the collection.
#pragma once

#include <aurora/exec/view.hpp>
#include <aurora/plan/filter.hpp>
#include <aurora/schema/catalog.hpp>

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace aurora::exec {

/// A field that documents are joined by. Of a list every element counts; null never does.
struct KeyField {
  Catalog::Entry collection;
  plan::Subject subject = plan::Subject::kPath;
  FieldPath path;
  /// Set by `match_types` on a field of text that meets a Uuid, Date, Time or DateTime: its texts are read as that.
  std::optional<FieldType> reads;

  [[nodiscard]] std::string name() const { return subject == plan::Subject::kSid ? "_sid" : path.text(); }
};

/// The field that `dotted` names; `_sid` too. Errors: `code` for an unknown one, with the nearest name.
[[nodiscard]] Result<KeyField> key_field(Catalog::Entry collection, std::string_view dotted, ErrorCode code);
/// Makes the two comparable. False when their declared types can never be equal.
bool match_types(KeyField& a, KeyField& b);
/// The type declared for the field, or for its elements; null when none is.
[[nodiscard]] const TypeDef* element_type(const KeyField& field);

/// The value as bytes that are the same for equal values of both fields that `match_types` was asked about.
/// Requires: not null.
[[nodiscard]] std::string join_key(const KeyField& field, ValueView value);
/// The same into `key`, whose room is used again.
void make_join_key(const KeyField& field, ValueView value, std::string& key);
/// Calls `visit` for each value of the document that is not null, until it returns false.
void visit_keys(const KeyField& field, RecordView record,
                const std::function<bool(std::string key, ValueView value)>& visit);

/// How keys were found, for explain.
struct KeySearchReport {
  std::string index;                ///< empty: by a pass over the collection
  std::uint64_t probes = 0;         ///< of the index
  std::uint64_t examined = 0;       ///< documents looked at
};

/// The index that finds documents by this field; null when there is none.
[[nodiscard]] const IndexDef* key_index(const KeyField& field, bool use_indexes);

/// Keys looked up in an index one by one. Borrows all it is made with. Threads: one thread at a time.
class KeyProbe {
 public:
  using Visit = std::function<bool(Ordinal, const RecordRef&)>;
  /// `leave_out`: ordinals that are passed over; null: none. Requires: an index that key_index gave, of the view's
  /// version of the collection; not a compound one for keys of which any is long (kMaxKeyBytes / 2).
  KeyProbe(View& view, const CollectionDef& collection, const IndexDef& index, const IndexVersion& version,
           const OrdinalSet* leave_out = nullptr)
      : view_(&view), collection_(&collection), index_(&index), version_(&version), leave_out_(leave_out) {}

  /// Calls `visit` for each committed document that holds the key and is not expired, in natural order, until it
  /// returns false. `key`: what make_join_key gave. Errors: those of reading.
  [[nodiscard]] Status find(const std::string& key, const Visit& visit) const;

 private:
  [[nodiscard]] Result<bool> found(Ordinal ordinal, const Visit& visit) const;

  View* view_;
  const CollectionDef* collection_;
  const IndexDef* index_;
  const IndexVersion* version_;
  const OrdinalSet* leave_out_;
};

/// Calls `visit` with the place in `keys` and the document for each document that holds it, once a pair, until it
/// returns false. Documents of one key come in natural order, committed ones first. Requires: distinct keys.
/// Cost: one probe a key with an index, else one pass.
[[nodiscard]] Status find_by_keys(View& view, const KeyField& field, std::span<const std::string> keys,
                                  bool use_indexes, KeySearchReport* report,
                                  const std::function<bool(std::size_t, Ordinal, const RecordRef&)>& visit);

/// The condition that a statement depends on when it looks for `values`, for View::on_read.
[[nodiscard]] std::shared_ptr<const plan::Filter> key_filter(const KeyField& field, std::span<const Value> values);

/// The condition that holds for whoever holds a key of `record` in the unique index; null when it has none.
[[nodiscard]] std::shared_ptr<const plan::Filter> holder_filter(const Catalog::Entry& collection, const IndexDef& index,
                                                                RecordView record);

/// The first ordinal of `ordinals` whose document's `_sid` is not below `sid`; 2^32 when there is none. Requires:
/// every one of them is a document of this view. Cost: O(log n) reads.
[[nodiscard]] Result<std::uint64_t> first_by_sid(View& view, CollectionId id, const OrdinalSet& ordinals,
                                                 const Uuid& sid);

}  // namespace aurora::exec
