# The rules about #include: [direction], [third-party], [public].
# Called by tests/rules/check with the files as arguments and allowed=<file of exceptions>.

function split_words(text, set,   words, count, i) {
  count = split(text, words, " ")
  for (i = 1; i <= count; ++i) set[words[i]] = 1
}

function level(number, rooms,   words, count, i) {
  count = split(rooms, words, " ")
  for (i = 1; i <= count; ++i) rank[words[i]] = number
}

function home(prefix, rooms) { homes[++home_count] = prefix; rooms_of[prefix] = " " rooms " " }

BEGIN {
  # The order of the rooms: a room includes what is above it in this list, never beside or below.
  level(0, "base"); level(1, "document"); level(2, "schema storage aql runtime")
  level(3, "cache index expr"); level(4, "text events"); level(5, "plan"); level(6, "exec")
  level(7, "commit"); level(8, "reactive jobs io observe"); level(9, "facade"); level(10, "cli")

  # Headers directly in include/aurora/ that are words of the whole code, not the facade.
  split_words("error.hpp error_codes.def result.hpp value.hpp value-inl.hpp version.hpp fwd.hpp config.hpp eviction_policy.hpp cache_stats.hpp job_status.hpp worker_config.hpp",
              vocabulary)

  # Where other libraries may appear: the longest matching prefix decides. "*" is every room.
  home("nlohmann/json_fwd.hpp", "*")
  home("nlohmann/", "document io facade cli")
  home("rocksdb/", "storage")
  home("roaring/", "index text")
  home("asio/", "runtime"); home("asio.hpp", "runtime")
  home("spdlog/", "base")
  home("fmt/", "base cli")
  home("xxhash.h", "base")
  home("re2/", "schema expr")
  home("utf8proc.h", "expr")
  home("date/", "expr")
  home("unicode/", "text schema"); home("libstemmer.h", "text")
  home("boost/unordered/", "cache")
  home("boost/url", "schema expr")
  home("CLI/", "cli"); home("histedit.h", "cli")
  # POSIX is not a library of somebody else.
  home("sys/", "*")
}

function room_of_file(path,   parts) {
  split(path, parts, "/")
  if (parts[1] == "src") return parts[2]
  return path ~ /^include\/aurora\/[^\/]+$/ ? (parts[3] in vocabulary ? "base" : "facade") : parts[3]
}

# The room that an include names, or "" when it is not one of ours.
function room_of_include(name, quoted, own,   parts, count) {
  count = split(name, parts, "/")
  if (parts[1] == "aurora") {
    if (count == 2) return parts[2] in vocabulary ? "vocabulary" : "facade"
    return parts[2]
  }
  if (!quoted) return ""
  return count == 1 ? own : parts[count - 1] in rank ? parts[count - 1] : parts[1]
}

function report(rule, text) {
  print FILENAME ":" FNR ": [" rule "] " text
}

function check_own(target) {
  if (target == "vocabulary" || target == room || (room " " target) in edge) return
  if (room == "cli") {
    if (target != "facade") report("direction", "cli uses the public door only, not " target)
  } else if (!(target in rank)) {
    report("direction", "there is no room called " target)
  } else if (target == "runtime" && room != "facade") {
    report("direction", room " sees runtime as base/executor only")
  } else if (rank[target] >= rank[room]) {
    report("direction", room " may not include " target ", which is not below it")
  }
}

function check_foreign(name,   i, best) {
  best = ""
  for (i = 1; i <= home_count; ++i)
    if (index(name, homes[i]) == 1 && length(homes[i]) > length(best)) best = homes[i]
  if (best == "") {
    # Standard and POSIX headers have no directory; those named after a library have a home above.
    if (name ~ /\//) report("third-party", "<" name "> has no room yet: see tests/rules/includes.awk")
    return
  }
  if (rooms_of[best] == " * ") return
  if (index(rooms_of[best], " " room " ") == 0)
    report("third-party", "<" name "> belongs to:" rooms_of[best] "and not to " room)
  else if (header)
    report("third-party", "<" name "> in a header that users see: keep it in src/" room)
}

FNR == 1 {
  room = room_of_file(FILENAME)
  header = FILENAME ~ /^include\//
  public = FILENAME ~ /^include\/aurora\/[^\/]+$/
  short_name = FILENAME
  sub(/^include\//, "", short_name)
  if (!exceptions_read) {
    exceptions_read = 1
    while ((getline line < allowed) > 0) {
      count = split(line, word, " ")
      if (word[1] == "edge") edge[word[2] " " word[3]] = 1
      if (word[1] == "include") exception[word[2] " " word[3]] = 1
    }
  }
  if (!(room in rank)) report("direction", "there is no room called " room)
}

/^[ \t]*#[ \t]*include[ \t]*[<"]/ {
  quoted = $0 ~ /^[ \t]*#[ \t]*include[ \t]*"/
  name = $0
  sub(/^[ \t]*#[ \t]*include[ \t]*[<"]/, "", name)
  sub(/[>"].*$/, "", name)
  if ((short_name " " name) in exception) next
  target = room_of_include(name, quoted, room)
  if (target != "") {
    if (public && target != "vocabulary" && target != "facade")
      report("public", "a public header shows the room " target ": move what it needs, or forward-declare")
    else
      check_own(target)
  } else if (public) {
    if (name != "nlohmann/json_fwd.hpp" && name !~ /^[a-z_0-9]+$/)
      report("public", "a public header includes <" name ">; only std and nlohmann/json_fwd.hpp may be")
  } else {
    check_foreign(name)
  }
}
