// Pictures dropped in a folder become documents with a thumbnail: a file is seen, a document and a job are written in one
// commit, a worker reads the picture and completes the job together with what it writes. Killed at any time and started
// again, it goes on where it was, and no picture is forgotten or done twice.
//
// usage: thumbnailer FOLDER DATABASE     watches FOLDER for pictures (PPM, "P6") until it is interrupted
//        thumbnailer --sample            makes three pictures and one that is broken, and shows what becomes of them
#include <aurora/aurora.hpp>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <stdlib.h>  // mkdtemp

namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

constexpr std::size_t kSide = 8;   // of a thumbnail, at most

struct Picture {
  std::size_t width = 0;
  std::size_t height = 0;
  std::vector<std::uint8_t> rgb;
};

Picture read_picture(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::string magic;
  Picture picture;
  std::size_t most = 0;
  in >> magic >> picture.width >> picture.height >> most;
  in.get();
  constexpr std::size_t kLargest = 20'000;
  if (!in || magic != "P6" || most != 255 || picture.width == 0 || picture.height == 0 || picture.width > kLargest ||
      picture.height > kLargest)
    throw std::runtime_error(path.filename().string() + " is no picture of the kind P6");
  picture.rgb.resize(3 * picture.width * picture.height);
  if (!in.read(reinterpret_cast<char*>(picture.rgb.data()), static_cast<std::streamsize>(picture.rgb.size())))
    throw std::runtime_error(path.filename().string() + " ends too early");
  return picture;
}

// One value from 0 to 255 for each square of the thumbnail.
aurora::List thumbnail(const Picture& picture, aurora::Job& job) {
  const auto columns = std::min(kSide, picture.width);
  const auto rows = std::min(kSide, picture.height);
  aurora::List squares;
  for (std::size_t row = 0; row < rows; ++row) {
    for (std::size_t column = 0; column < columns; ++column) {
      std::uint64_t sum = 0;
      std::uint64_t count = 0;
      for (auto y = row * picture.height / rows; y < (row + 1) * picture.height / rows; ++y)
        for (auto x = column * picture.width / columns; x < (column + 1) * picture.width / columns; ++x)
          for (std::size_t colour = 0; colour < 3; ++colour, ++count) sum += picture.rgb[3 * (y * picture.width + x) + colour];
      squares.emplace_back(static_cast<std::int64_t>(sum / count));
    }
    job.progress(aurora::Value(static_cast<double>(row + 1) / static_cast<double>(rows)));
  }
  return squares;
}

void register_handler(aurora::Database& db) {
  db.workers().register_handler("thumbnail", [&db](aurora::Job& job) {
    const auto name = job.payload()["name"].as<std::string>();
    const auto picture = read_picture(job.payload()["path"].as<std::string>());
    auto squares = thumbnail(picture, job);
    auto transaction = db.begin_transaction();
    transaction.update("pictures", name, {{"width", static_cast<std::int64_t>(picture.width)},
                                          {"height", static_cast<std::int64_t>(picture.height)},
                                          {"thumbnail", aurora::Value(std::move(squares))}});
    job.commit(transaction);   // the document and the end of the job: both, or neither
  });
}

// A document and a job for each picture that is new. Files are to be moved into the folder whole.
void look_into(const fs::path& folder, aurora::Database& db) {
  for (const auto& file : fs::directory_iterator(folder)) {
    const auto name = file.path().filename().string();
    if (file.path().extension() != ".ppm" || db.get("pictures", name)) continue;
    auto transaction = db.begin_transaction();
    transaction.insert("pictures", {{"name", name}});
    db.workers().enqueue_in(transaction, "thumbnail",
                            aurora::Object{{"name", aurora::Value(name)}, {"path", aurora::Value(fs::absolute(file.path()).string())}},
                            {.max_retries = 1, .unique_key = name});
    transaction.commit();
  }
}

aurora::Database open(const fs::path& path) {
  aurora::Config config;
  config.workers.threads = 2;
  config.workers.backoff_base = 100ms;
  auto db = aurora::Database::open(path.string(), config);
  db.execute("schema { define collection pictures if not exists { name: String! @primary  width: Int  height: Int  thumbnail: [Int] } }");
  register_handler(db);
  db.workers().start();
  return db;
}

void write_sample(const fs::path& folder, const std::string& name, std::size_t side, std::size_t bytes) {
  {
    std::ofstream out(folder / (name + ".part"), std::ios::binary);
    out << "P6\n" << side << ' ' << side << "\n255\n";
    for (std::size_t i = 0; i < bytes; ++i) out.put(static_cast<char>(i / 3 % side * 255 / side));
  }
  fs::rename(folder / (name + ".part"), folder / name);
}

int run_sample() {
  std::string scratch = (fs::temp_directory_path() / "aurora-thumbnailer-XXXXXX").string();
  if (mkdtemp(scratch.data()) == nullptr) throw std::runtime_error("no scratch directory");
  const auto folder = fs::path(scratch) / "pictures";
  fs::create_directory(folder);
  for (const std::size_t side : {16, 64, 256}) write_sample(folder, "square" + std::to_string(side) + ".ppm", side, 3 * side * side);
  write_sample(folder, "torn.ppm", 64, 100);
  bool good = false;
  {
    auto db = open(fs::path(scratch) / "db");
    look_into(folder, db);
    const auto ended = [&](const char* status) { return db.query("_jobs").where(aurora::field("status") == status).count(); };
    for (int i = 0; i < 600 && ended("COMPLETED") + ended("FAILED") < 4; ++i) std::this_thread::sleep_for(50ms);
    look_into(folder, db);   // nothing is new
    for (const auto& picture : db.query("pictures").where(!aurora::field("width").is_null()).order_by("name"))
      std::printf("%s: %lld x %lld, thumbnail %s\n", picture["name"].as<std::string>().c_str(),
                  static_cast<long long>(picture["width"].as<std::int64_t>()), static_cast<long long>(picture["height"].as<std::int64_t>()),
                  aurora::to_json(picture["thumbnail"]).substr(0, 32).c_str());
    for (const auto& job : db.query("_jobs").where(aurora::field("status") == "FAILED"))
      std::printf("failed: %s\n", job["error"].as<std::string>().c_str());
    good = ended("COMPLETED") == 3 && ended("FAILED") == 1 && db.query("_jobs").count() == 4;
  }
  fs::remove_all(scratch);
  std::puts(good ? "every picture was seen once" : "something is missing");
  return good ? 0 : 1;
}

std::atomic<bool> interrupted{false};

int run(const fs::path& folder, const fs::path& database) {
  std::signal(SIGINT, [](int) { interrupted = true; });
  auto db = open(database);
  while (!interrupted) {
    look_into(folder, db);
    std::this_thread::sleep_for(200ms);
  }
  return 0;
}

}  // namespace

int main(int count, char** arguments) {
  try {
    if (count == 2 && std::string(arguments[1]) == "--sample") return run_sample();
    if (count == 3) return run(arguments[1], arguments[2]);
    std::fputs("usage: thumbnailer FOLDER DATABASE | thumbnailer --sample\n", stderr);
    return 2;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "thumbnailer: %s\n", error.what());
    return 1;
  }
}
