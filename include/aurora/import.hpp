// Reading records from files: JSON arrays, JSON lines and CSV, streamed, with names, types and line numbers.
// Public; what `aurora import` is made of. Includes only std and the vocabulary headers.
#pragma once

#include <aurora/io/cells.hpp>
#include <aurora/io/field_names.hpp>
#include <aurora/io/format.hpp>
#include <aurora/io/infer.hpp>
#include <aurora/io/lines.hpp>
#include <aurora/io/record_reader.hpp>
#include <aurora/io/source.hpp>
