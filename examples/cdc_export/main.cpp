// cdc_export: the changes of a database as JSON lines, one a change, for other programs to take in.
//
// usage: cdc_export DATABASE FILE [--make N] [--stop-after N]
//
// Goes on where FILE ends: every change is in it once, in the order of the commits, whatever stopped an earlier run. Each
// line says its place in its commit, so that a commit of which not all was written is cut off and written again.
//   --make N         first makes N commits of its own in the collection `readings`, for trying it out
//   --stop-after N   ends after about N lines in the middle of whatever it does, as if it were killed
#include <aurora/aurora.hpp>

#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <stdexcept>
#include <string>

namespace {

namespace fs = std::filesystem;

struct Options {
  std::string database;
  std::string file;
  std::uint64_t make = 0;
  std::uint64_t stop_after = UINT64_MAX;
};

Options parse(int count, char** arguments) {
  Options options;
  if (count < 3) throw std::invalid_argument("usage: cdc_export DATABASE FILE [--make N] [--stop-after N]");
  options.database = arguments[1];
  options.file = arguments[2];
  for (int i = 3; i + 1 < count; i += 2) {
    const std::string name = arguments[i];
    auto& number = name == "--make"         ? options.make
                   : name == "--stop-after" ? options.stop_after
                                            : throw std::invalid_argument("unknown option " + name);
    number = std::strtoull(arguments[i + 1], nullptr, 10);
  }
  return options;
}

void make_changes(aurora::Database& db, std::uint64_t commits) {
  db.execute("schema { define collection readings if not exists { sensor: Int! @primary  value: Int  note: String } }");
  for (std::uint64_t i = 0; i < commits; ++i)
    db.transaction([&](aurora::Transaction& transaction) {
      for (std::int64_t sensor = 0; sensor < 3; ++sensor) {
        const aurora::Value key(sensor);
        const aurora::Object data{{"value", aurora::Value(static_cast<std::int64_t>(i))}};
        if (transaction.update("readings", key, data)) continue;
        auto reading = data;
        reading.set("sensor", key);
        transaction.insert("readings", reading);
      }
      if (i % 5 == 4) transaction.remove("readings", aurora::Value(2));
    });
}

std::int64_t number_in(const aurora::Object& line, const char* name) {
  const auto* value = line.find(name);
  if (value == nullptr || value->if_int() == nullptr) throw std::runtime_error(std::string("a line of the file has no ") + name);
  return *value->if_int();
}

// The last commit that is known to be in the file as a whole. What follows it is cut off.
std::uint64_t resume(const std::string& path) {
  std::ifstream in(path);
  std::uint64_t last = 0;
  std::uint64_t current = 0;
  std::uintmax_t whole = 0;   // bytes up to the end of that commit
  std::uintmax_t read = 0;
  for (std::string line; std::getline(in, line) && !in.eof();) {
    const auto event = aurora::parse_json(line).value();
    const auto& object = *event.if_object();
    const auto sequence = static_cast<std::uint64_t>(number_in(object, "sequence"));
    if (sequence != current) {
      last = current;
      whole = read;
      current = sequence;
    }
    read += line.size() + 1;
    if (number_in(object, "place") + 1 != number_in(object, "of")) continue;
    last = sequence;
    whole = read;
  }
  in.close();
  if (fs::exists(path)) fs::resize_file(path, whole);
  return last;
}

std::string line_of(const aurora::ChangeEvent& event) {
  auto line = event.to_json();
  line.pop_back();
  return line + ",\"place\":" + std::to_string(event.place) + ",\"of\":" + std::to_string(event.transaction_size) + "}\n";
}

}  // namespace

int main(int count, char** arguments) {
  try {
    const auto options = parse(count, arguments);
    auto db = aurora::Database::open(options.database);
    if (options.make > 0) make_changes(db, options.make);
    const auto after = resume(options.file);
    auto listener = db.listen_all({.after = after, .filter = {}});
    std::ofstream out(options.file, std::ios::app);
    std::uint64_t lines = 0;
    // All changes of a commit are among the lines, or none: filters would leave gaps in `place`.
    for (auto batch = listener.next_batch({}, 256); !batch.empty(); batch = listener.next_batch({}, 256)) {
      for (const auto& event : batch) {
        const auto line = line_of(event);
        if (lines == options.stop_after) {
          // In the middle of a line.
          out << line.substr(0, line.size() / 2);
          out.flush();
          std::cout << "stopped after " << lines << " lines\n";
          return 0;
        }
        out << line;
        ++lines;
      }
      out.flush();
      if (!out) throw std::runtime_error("cannot write " + options.file);
    }
    std::cout << "wrote " << lines << " lines, from after commit " << after << " to commit " << listener.resume_after() << '\n';
    return 0;
  } catch (const std::exception& error) {
    std::cerr << "cdc_export: " << error.what() << '\n';
    return 1;
  }
}
