// Body of import and export. Called by the statement runner.
#include "transfer.hpp"

#include "storage/database_directory.hpp"

#include <aurora/base/nearest.hpp>
#include <aurora/base/try.hpp>
#include <aurora/exec/arguments.hpp>
#include <aurora/exec/document_write.hpp>
#include <aurora/exec/projection.hpp>
#include <aurora/exec/relations.hpp>
#include <aurora/io/record_reader.hpp>
#include <aurora/io/record_writer.hpp>
#include <aurora/plan/filter_compiler.hpp>

#include <algorithm>
#include <array>
#include <filesystem>
#include <optional>
#include <set>

namespace aurora::facade {

namespace {

using aql::Selection;
using plan::Bindings;

constexpr std::array<std::string_view, 3> kFormats{"JSON", "JSONL", "CSV"};
constexpr std::size_t kBatchDocuments = 1'000;

/// What both name: a collection and a file.
struct Transfer {
  Catalog::Entry collection;
  std::string path;
  io::Format format = io::Format::kJson;
};

Result<std::string> needed(const Selection& field, std::string_view name, const Bindings& bindings) {
  AURORA_ASSIGN(auto text, exec::text_argument(field.arguments, {name}, bindings));
  if (text) return *std::move(text);
  return bindings.error(field.name.at, ErrorCode::kInvalidQuery,
                        "'" + field.name.text + "' needs the argument '" + std::string(name) + "'");
}

// Named, or told by the extension of the path.
Result<io::Format> format_argument(const Selection& field, const std::string& path, const Bindings& bindings) {
  const auto argument = exec::find_argument(field.arguments, {"format"}, bindings);
  const auto* written = argument.get();
  if (written == nullptr || written->kind == aql::Literal::Kind::kNull) {
    if (const auto format = io::format_of_path(path)) return *format;
    return bindings.error(field.name.at, ErrorCode::kInvalidQuery,
                          "'" + field.name.text + "' needs the argument 'format': JSON, JSONL or CSV");
  }
  const bool word = written->kind == aql::Literal::Kind::kEnum || written->kind == aql::Literal::Kind::kString;
  if (word)
    if (const auto format = io::format_named(written->text)) return *format;
  return bindings.error(written->at, ErrorCode::kInvalidQuery,
                        (word ? "unknown format '" + written->text + "'" + did_you_mean(written->text, kFormats)
                              : std::string("'format' is a word")) +
                            "; the formats are JSON, JSONL and CSV");
}

Result<Transfer> read_arguments(const Catalog& catalog, const Selection& field,
                                std::span<const std::string_view> known, const Bindings& bindings) {
  AURORA_TRY(exec::check_arguments(field.arguments, known, "'" + field.name.text + "'", bindings));
  Transfer transfer;
  AURORA_ASSIGN(const auto name, needed(field, "collection", bindings));
  auto found = catalog.require(name);
  if (!found) return bindings.error(field.name.at, found.error().code(), found.error().message());
  transfer.collection = *std::move(found);
  AURORA_ASSIGN(transfer.path, needed(field, "path", bindings));
  AURORA_ASSIGN(transfer.format, format_argument(field, transfer.path, bindings));
  return transfer;
}

using Counts = std::vector<std::pair<std::string_view, std::uint64_t>>;

/// The selected counts, all of them without a selection.
Result<std::string> answer(const Selection& field, const Counts& counts, const exec::MutationContext& context) {
  std::string out = "{";
  const auto append = [&](std::string_view key, std::uint64_t count) {
    if (out.size() > 1) out += ',';
    out += exec::json_key(key) + std::to_string(count);
  };
  if (!field.has_selections) {
    for (const auto& [name, count] : counts) append(name, count);
    return out + "}";
  }
  AURORA_ASSIGN(const auto parts,
                exec::expand_selections(field.selections, field.name.text, context.bindings, context.fragments));
  std::vector<std::string_view> names;
  for (const auto& count : counts) names.push_back(count.first);
  for (const auto* part : parts) {
    const auto at = std::find(names.begin(), names.end(), part->name.text);
    if (at == names.end() || part->has_selections || !part->arguments.empty())
      return context.bindings.error(part->name.at, ErrorCode::kInvalidQuery,
                                    "unknown field '" + part->name.text + "' in '" + field.name.text + "'" +
                                        did_you_mean(part->name.text, names));
    append(part->key(), counts[static_cast<std::size_t>(at - names.begin())].second);
  }
  return out + "}";
}

// Checked before a file is opened.
Status check_selection(const Selection& field, Counts counts, const exec::MutationContext& context) {
  const auto unused = answer(field, counts, context);
  return unused ? Status() : Status(unused.error());
}

class Import {
 public:
  Import(WriteView& view, const Transfer& transfer) : view_(view), collection_(*transfer.collection) {
    if (transfer.format != io::Format::kCsv) return;
    for (const auto& field : collection_.fields) cells_.declare(field.name, field.type.text());
  }

  Status run(io::RecordReader& reader) {
    io::Record record;
    for (;;) {
      AURORA_ASSIGN(const bool more, reader.next(record));
      if (!more) return flush();
      if (record.problem || !cells_.convert(record.fields)) {
        ++failed;
        continue;
      }
      batch_.push_back(std::move(record.fields));
      if (batch_.size() >= kBatchDocuments) AURORA_TRY(flush());
    }
  }

  std::uint64_t imported = 0, skipped = 0, failed = 0;

 private:
  // All of the batch at once; when one is refused, one by one.
  Status flush() {
    const auto mark = view_.savepoint();
    bool whole = true;
    for (const auto& fields : batch_) {
      const auto written = write(fields);
      whole = written.has_value();
      if (!whole) break;
    }
    if (whole && exec::end_statement(view_, mark)) {
      imported += batch_.size();
    } else {
      view_.rollback(mark);
      for (const auto& fields : batch_) AURORA_TRY(add_alone(fields));
    }
    batch_.clear();
    return {};
  }

  Status write(const Object& fields) {
    AURORA_ASSIGN(auto record, exec::make_record(view_, collection_, fields));
    const auto inserted = view_.insert(collection_, std::move(record));
    return inserted ? Status() : Status(inserted.error());
  }

  Status add_alone(const Object& fields) {
    const auto mark = view_.savepoint();
    auto done = write(fields);
    if (done) done = exec::end_statement(view_, mark);
    if (done) {
      ++imported;
      return {};
    }
    view_.rollback(mark);
    if (done.error().code() == ErrorCode::kUniqueConstraintViolation)
      ++skipped;
    else if (io::is_of_record(done.error().code()))
      ++failed;
    else
      return done;
    return {};
  }

  WriteView& view_;
  const CollectionDef& collection_;
  io::CellConverter cells_;
  std::vector<Object> batch_;
};

// The files of a database are never an export's, be it this one's or another's.
Status check_target(const std::string& given, const io::FileRoots& roots) {
  std::string path = given;
  if (!roots.unbounded()) {
    AURORA_ASSIGN(path, roots.locate(given));
  }
  std::error_code unknown;
  const auto directory = std::filesystem::weakly_canonical(path, unknown).parent_path();
  if (unknown || !std::filesystem::exists(directory / storage::kMarkerFileName, unknown)) return {};
  return Error(ErrorCode::kIoError, "cannot write '" + path + "': '" + directory.string() +
                                        "' is the directory of a database; name a file elsewhere");
}

class Export {
 public:
  Export(View& view, const exec::DocumentQuery& query, const exec::ExecSettings& settings)
      : view_(view), query_(query), settings_(settings), collection_(*query.collection) {}

  Status run(const Transfer& transfer, const io::FileRoots& roots) {
    std::vector<io::Column> columns;
    for (const auto& field : collection_.fields)
      if (!field.computed) columns.push_back({field.name, io::cell_type_of(field.type.text())});
    const bool csv = transfer.format == io::Format::kCsv;
    if (csv && collection_.open) {
      AURORA_TRY(collect_open_names());
      for (const auto& name : open_names_) columns.push_back({name, io::CellType::kAny});
    }
    AURORA_TRY(check_target(transfer.path, roots));
    AURORA_ASSIGN(const auto sink, io::FileSink::create(transfer.path, roots));
    const auto writer = io::make_record_writer(transfer.format, *sink, std::move(columns));
    AURORA_TRY(exec::visit_matches(view_, query_, false, settings_, nullptr, [&](const exec::Row& row) -> Status {
      ++exported;
      return writer->add(fields_of(row.record.view(), csv));
    }));
    AURORA_TRY(writer->finish());
    return sink->finish();
  }

  std::uint64_t exported = 0;

 private:
  // CSV names every column in its first line.
  Status collect_open_names() {
    return exec::visit_matches(view_, query_, false, settings_, nullptr, [&](const exec::Row& row) -> Status {
      const auto open = open_fields(row.record.view());
      for (std::uint32_t i = 0; open && i < open->size(); ++i)
        if (collection_.find(open->name(i)) == nullptr) open_names_.emplace(open->name(i));
      return {};
    });
  }

  static std::optional<ObjectView> open_fields(RecordView record) {
    const auto value = record.field(kOpenFields);
    return value.type() == Type::kObject ? std::optional(value.object()) : std::nullopt;
  }

  // Declared fields, null ones too: a default must not fill them when they are read back.
  const std::vector<io::Field>& fields_of(RecordView record, bool csv) {
    fields_.clear();
    for (const auto& field : collection_.fields)
      if (!field.computed) fields_.push_back({field.name, read_field(collection_, field, record)});
    const auto open = open_fields(record);
    if (csv) {
      for (const auto& name : open_names_) fields_.push_back({name, open ? open->find(name) : ValueView()});
    } else if (open) {
      for (std::uint32_t i = 0; i < open->size(); ++i)
        if (collection_.find(open->name(i)) == nullptr) fields_.push_back({open->name(i), open->value(i)});
    }
    return fields_;
  }

  View& view_;
  const exec::DocumentQuery& query_;
  const exec::ExecSettings& settings_;
  const CollectionDef& collection_;
  std::set<std::string> open_names_;
  std::vector<io::Field> fields_;
};

}  // namespace

Result<std::string> run_import(WriteView& view, const Selection& field, const exec::MutationContext& context,
                               const io::FileRoots& roots) {
  constexpr std::array<std::string_view, 3> kArguments{"collection", "path", "format"};
  const auto& bindings = context.bindings;
  AURORA_ASSIGN(const auto transfer, read_arguments(view.catalog(), field, kArguments, bindings));
  if (transfer.collection->system)
    return bindings.error(field.name.at, ErrorCode::kInvalidOperation,
                          "the system collection '" + transfer.collection->name + "' can only be read");
  AURORA_TRY(check_selection(field, {{"imported", 0}, {"skipped", 0}, {"failed", 0}}, context));
  // An import is part of a commit, which holds up other writers: a pipe or a terminal must not hold up the commit.
  auto source = io::open_regular_source(transfer.path, roots);
  if (!source) return bindings.error(field.name.at, source.error().code(), source.error().message());
  const auto reader = io::make_record_reader(transfer.format, **source);
  Import import(view, transfer);
  if (const auto done = import.run(*reader); !done)
    return done.error().with_prefix("import of '" + transfer.path + "': ");
  return answer(field, {{"imported", import.imported}, {"skipped", import.skipped}, {"failed", import.failed}},
                context);
}

Result<std::string> run_export(View& view, const Selection& field, const exec::MutationContext& context,
                               const io::FileRoots& roots) {
  constexpr std::array<std::string_view, 5> kArguments{"collection", "path", "format", "where", "filter"};
  const auto& bindings = context.bindings;
  AURORA_ASSIGN(const auto transfer, read_arguments(view.catalog(), field, kArguments, bindings));
  AURORA_TRY(check_selection(field, {{"exported", 0}}, context));
  const auto where = exec::find_argument(field.arguments, {"where", "filter"}, bindings);
  exec::DocumentQuery query;
  query.collection = transfer.collection;
  query.filter = plan::match_all(query.collection);
  if (where.get() != nullptr && where.get()->kind != aql::Literal::Kind::kNull) {
    AURORA_ASSIGN(query.filter, plan::filter_of(query.collection, where, bindings));
  }
  Export run(view, query, context.settings);
  if (const auto done = run.run(transfer, roots); !done)
    return bindings.error(field.name.at, done.error().code(), done.error().message());
  return answer(field, {{"exported", run.exported}}, context);
}

Result<std::string> run_transfer(WriteView& view, const Selection& field, const exec::MutationContext& context,
                                 const io::FileRoots& roots) {
  return field.name.text == "import" ? run_import(view, field, context, roots) : run_export(view, field, context, roots);
}

}  // namespace aurora::facade
