// Body of import.hpp: from the reader of the format, through names and types, to the target, in batches.
// Calls the io room and the facade.
#include "cli/import.hpp"

#include "cli/error_report.hpp"
#include "cli/import_target.hpp"
#include "cli/progress.hpp"
#include "cli/schema_view.hpp"
#include "cli/text.hpp"


#include <aurora/import.hpp>

#include <algorithm>
#include <fmt/core.h>
#include <iterator>
#include <set>
#include <unistd.h>

namespace aurora::cli {

namespace {

constexpr std::size_t kBatchDocuments = 1'000;
// Bounds memory where documents are large.
constexpr std::uint64_t kBatchBytes = 16u << 20;
constexpr std::uint64_t kMostReports = 100;
// What a strict import into a new collection reads before it defines it.
constexpr std::uint64_t kMostStrictBytes = 256u << 20;

class Import {
 public:
  Import(Database& database, const ImportOptions& options, io::Format format, io::Source& source, Terminal& terminal)
      : database_(database),
        options_(options),
        format_(format),
        terminal_(terminal),
        progress_(terminal, source.size()),
        reader_(io::make_record_reader(format, source)),
        source_name_(printable(options.file == "-" ? "standard input" : options.file)) {}

  int run() {
    const auto status = attempt([&] { import_all(); });
    progress_.hide();
    if (!status) {
      if (status.error().code() != ErrorCode::kInvalidInput || !stopped_) complain(status.error());
      if (options_.strict) undo();
    }
    show_counts(status.has_value());
    return status && failed() == 0 ? kOk : kFailed;
  }

 private:
  // Errors: throws what ends the import.
  void import_all() {
    const bool is_new = !exists();
    std::vector<Incoming> batch;
    bool more = true;
    if (is_new && options_.strict) {
      read_everything(batch);
      more = false;
    } else {
      more = read_batch(batch);
    }
    if (is_new && batch.empty()) {
      terminal_.print("there is nothing to define the collection from\n");
      return;
    }
    if (is_new) {
      define(batch);
    } else {
      learn_types();
    }
    make_target();
    for (;;) {
      if (is_new) add_fields(batch);
      convert_cells(batch);
      if (const auto added = target_->add(batch); !added) give_up(added.error());
      progress_.show(reader_->bytes_read(), target_->counts().imported);
      if (!more) break;
      more = read_batch(batch);
    }
    if (const auto finished = target_->finish(); !finished) throw finished.error();
  }

  void make_target() {
    const auto on_failure = [this](std::uint64_t line, const Error& error) { report(line, error); };
    target_ = options_.strict ? make_atomic_target(database_, options_.collection, on_failure).value()
                              : make_batched_target(database_, options_.collection, on_failure);
  }

  // A transaction cannot change the schema, so a strict import must know all fields beforehand.
  void read_everything(std::vector<Incoming>& all) {
    std::vector<Incoming> batch;
    for (bool more = true; more;) {
      more = read_batch(batch);
      std::move(batch.begin(), batch.end(), std::back_inserter(all));
      if (reader_->bytes_read() > kMostStrictBytes)
        throw Error(ErrorCode::kLimitExceeded,
                    fmt::format("a strict import into a new collection reads at most {} MiB; define the collection "
                                "first, or import without --strict", kMostStrictBytes >> 20));
    }
  }

  // With one transaction a document's error has been reported already.
  [[noreturn]] void give_up(const Error& error) {
    stopped_ = options_.strict && target_->counts().failed > 0;
    throw stopped_ ? Error(ErrorCode::kInvalidInput, "stopped by a bad record") : error;
  }

  // False when this was the last one.
  bool read_batch(std::vector<Incoming>& batch) {
    batch.clear();
    const std::uint64_t start = reader_->bytes_read();
    while (batch.size() < kBatchDocuments && reader_->bytes_read() - start <= kBatchBytes) {
      const auto got = reader_->next(record_);
      if (!got) {
        ++unread_;
        if (options_.strict) throw got.error();
        complain(got.error());
        return false;
      }
      if (!*got) return false;
      if (record_.problem) {
        fail(record_.line, *record_.problem);
        continue;
      }
      const std::size_t changes = names_.changes().size();
      names_.rename(record_.fields);
      for (std::size_t i = changes; i < names_.changes().size(); ++i) tell_name(names_.changes()[i]);
      batch.push_back({record_.line, std::move(record_.fields)});
    }
    return true;
  }

  bool exists() {
    const auto names = database_.collections();
    return std::find(names.begin(), names.end(), options_.collection) != names.end();
  }

  void learn_types() {
    if (format_ != io::Format::kCsv) return;
    const List found = describe_collections(database_, options_.collection).value();
    for (const Value& field : list_of(*found.front().if_object(), "fields"))
      cells_.declare(text_of(*field.if_object(), "name"), text_of(*field.if_object(), "type"));
  }

  void define(const std::vector<Incoming>& sample) {
    io::Inference inference(format_);
    for (const auto& incoming : sample) inference.add(incoming.fields);
    const auto fields = inference.fields();
    const std::string definition = io::definition_text(options_.collection, fields);
    database_.execute("schema { " + definition + " }");
    defined_ = true;
    for (const auto& field : fields) declare(field);
    known_names_ = names_.count();
    terminal_.print(definition + "\n");
  }

  // Fields that the sample did not have join the definition that this import has made.
  void add_fields(const std::vector<Incoming>& batch) {
    if (names_.count() == known_names_) return;
    known_names_ = names_.count();
    io::Inference inference(format_);
    for (const auto& incoming : batch) inference.add(incoming.fields);
    std::string change = "alter collection " + options_.collection + " {";
    bool any = false;
    for (const auto& field : inference.fields()) {
      if (fields_.contains(field.name)) continue;
      change += " add " + field.name + ": " + field.type;
      declare(field);
      any = true;
    }
    if (!any) return;
    change += " }";
    database_.execute("schema { " + change + " }");
    progress_.hide();
    terminal_.print(change + "\n");
  }

  void declare(const io::InferredField& field) {
    fields_.insert(field.name);
    cells_.declare(field.name, field.type);
  }

  void convert_cells(std::vector<Incoming>& batch) {
    if (format_ != io::Format::kCsv) return;
    std::erase_if(batch, [this](Incoming& incoming) {
      const auto status = cells_.convert(incoming.fields);
      if (!status) fail(incoming.line, status.error());
      return !status;
    });
  }

  // A record that never reached the target. Throws when that ends the import.
  void fail(std::uint64_t line, const Error& error) {
    ++unread_;
    report(line, error);
    if (!options_.strict) return;
    stopped_ = true;
    throw Error(ErrorCode::kInvalidInput, "stopped by a bad record");
  }

  void report(std::uint64_t line, const Error& error) {
    if (++reports_ > kMostReports + 1) return;
    progress_.hide();
    if (reports_ > kMostReports) return terminal_.complain("further errors are counted, but not shown\n");
    terminal_.complain(fmt::format("{}:{}{}: {}: {}\n", source_name_, line,
                                   error.line() != 0 ? fmt::format(":{}", error.column()) : std::string(),
                                   to_string(error.code()), printable(error.message())));
  }

  void tell_name(const std::pair<std::string, std::string>& change) {
    if (++told_names_ > kMostReports) return;
    progress_.hide();
    terminal_.complain(fmt::format("the field '{}' becomes '{}', which AQL can name\n", printable(change.first),
                                   change.second));
  }

  void complain(const Error& error) {
    progress_.hide();
    terminal_.complain(error_report(error, {}, source_name_, terminal_));
  }

  // A strict import that failed leaves no collection behind that it has defined itself.
  void undo() {
    target_.reset();
    if (!defined_) return;
    const auto dropped = database_.try_execute("schema { drop collection " + options_.collection + " }");
    if (!dropped) complain(dropped.error());
  }

  std::uint64_t failed() const { return unread_ + (target_ ? target_->counts().failed : 0); }

  void show_counts(bool finished) {
    if (!finished && options_.strict) {
      terminal_.print("nothing was imported\n");
      return;
    }
    const ImportCounts counts = target_ ? target_->counts() : ImportCounts{};
    const double seconds = progress_.seconds();
    terminal_.print(fmt::format("imported {}, skipped {} (already there), failed {} in {:.2f} s ({:.0f} documents/s)\n",
                                counts.imported, counts.duplicates, failed(), seconds,
                                static_cast<double>(counts.imported) / std::max(seconds, 1e-6)));
  }

  Database& database_;
  const ImportOptions& options_;
  io::Format format_;
  Terminal& terminal_;
  Progress progress_;
  std::unique_ptr<io::RecordReader> reader_;
  std::string source_name_;

  io::Record record_;
  io::FieldNames names_;
  io::CellConverter cells_;
  std::unique_ptr<ImportTarget> target_;
  bool defined_ = false;          // by this import
  std::set<std::string> fields_;  // of that definition
  std::size_t known_names_ = 0;   // when it was last looked after
  bool stopped_ = false;          // by a record that was reported
  std::uint64_t unread_ = 0;      // failures before the target
  std::uint64_t reports_ = 0;
  std::uint64_t told_names_ = 0;
};

int refuse(Terminal& terminal, const std::string& message) {
  terminal.complain("aurora: " + message + "\n");
  return kUsage;
}

}  // namespace

int import_file(Database& database, const ImportOptions& options, Terminal& terminal) {
  if (!io::is_identifier(options.collection))
    return refuse(terminal, "'" + printable(options.collection) + "' is no name of a collection");
  const auto format = options.format.empty() ? io::format_of_path(options.file) : io::format_named(options.format);
  if (!format)
    return refuse(terminal, options.format.empty()
                                ? "the name of the file does not tell its format: say jsonl, json or csv"
                                : "unknown format '" + printable(options.format) + "': say jsonl, json or csv");
  auto source = options.file == "-" ? Result<std::unique_ptr<io::Source>>(io::descriptor_source(STDIN_FILENO))
                                    : io::open_source(options.file);
  if (!source) {
    terminal.complain(error_report(source.error(), {}, {}, terminal));
    return kFailed;
  }
  return Import(database, options, *format, **source, terminal).run();
}

int run_import(const ImportOptions& options, Terminal& terminal) {
  // What the arguments say is checked before a database is made.
  if (options.file == "-" && options.format.empty())
    return refuse(terminal, "standard input has no extension: give its --format");
  auto database = open_database(options.place, Missing::kCreate);
  if (!database) {
    terminal.complain(error_report(database.error(), {}, options.place.path, terminal));
    return kCannotOpen;
  }
  return import_file(*database, options, terminal);
}

}  // namespace aurora::cli
