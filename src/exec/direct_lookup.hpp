// Lookups answered while the rows are read: an index is asked for each key that a row brings, and the text of its answer
// kept for the next row with that key. Made by queries whose rows nobody needs together; LookupResults does all others.
#pragma once

#include <aurora/exec/lookup.hpp>

#include <memory>
#include <string>
#include <vector>

namespace aurora::exec {

/// Borrows what it is made with. Threads: one thread at a time.
class DirectLookups {
 public:
  /// Null when some lookup of the projection, or who reads it, asks for more than a key and the plain fields of what it
  /// finds by an index. Errors: those of the view.
  [[nodiscard]] static Result<std::unique_ptr<DirectLookups>> of(View& view, const Projection& projection,
                                                                 const ExecSettings& settings);
  ~DirectLookups();
  DirectLookups(const DirectLookups&) = delete;
  DirectLookups& operator=(const DirectLookups&) = delete;

  /// Appends what lookup `lookup` (its place in Projection::lookups) finds for the row, as JSON. Errors: those of reading.
  [[nodiscard]] Status append(std::string& out, std::size_t lookup, RecordView row);
  /// To be called after the last row: tells what was read to whom it may concern (ExecSettings::shapes).
  void finish() const;

 private:
  class One;
  explicit DirectLookups(const ExecSettings& settings);

  const ExecSettings& settings_;
  std::vector<std::unique_ptr<One>> each_;
};

}  // namespace aurora::exec
