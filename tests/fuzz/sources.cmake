# The fuzz targets: <name>_fuzz.cpp with seeds in corpus/<name>/ and, if there is one, <name>.dict.

set(AURORA_FUZZ_TARGETS
  aql
  cursor
  csv
  json
  jsonl
  page
  record
  roaring
  template)
