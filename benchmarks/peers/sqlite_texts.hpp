// What SQLite is asked, in the two forms that people use for documents: a table with a column a
// field, and a column of JSON with indexes on expressions. Used by sqlite.cpp.
#pragma once

#include <string_view>

namespace aurora::bench::sqlite {

struct Texts {
  std::string_view schema, index_active, insert, get, city, count_two, range_count, range_fetch,
      top_indexed, top_plain, scan, group_indexed, group_plain, page, page_end, update, upsert,
      read_amount, add_amount;
};

inline constexpr Texts kColumns{
    "CREATE TABLE IF NOT EXISTS orders(id BLOB PRIMARY KEY, customer TEXT, city TEXT, active "
    "INTEGER,"
    " status TEXT, score REAL, amount INTEGER, tags TEXT, street TEXT, zip TEXT, note TEXT);"
    "CREATE INDEX IF NOT EXISTS by_city ON orders(city); CREATE INDEX IF NOT EXISTS by_score ON "
    "orders(score);",
    "CREATE INDEX by_active ON orders(active)",
    "INSERT INTO orders VALUES(?,?,?,?,?,?,?,?,?,?,?)",
    "SELECT customer, city, amount FROM orders WHERE id = ?",
    "SELECT customer, city, amount FROM orders WHERE city = ?",
    "SELECT count(*) FROM orders WHERE city = ? AND active = 1",
    "SELECT count(*) FROM orders WHERE score BETWEEN ? AND ?",
    "SELECT customer, city, amount FROM orders WHERE score BETWEEN ? AND ?",
    "SELECT customer, city, amount FROM orders ORDER BY score DESC LIMIT 10",
    "SELECT customer, city, amount FROM orders ORDER BY amount DESC LIMIT 10",
    "SELECT count(*) FROM orders WHERE amount < ?",
    "SELECT city, count(*), avg(score) FROM orders GROUP BY city",
    "SELECT status, count(*), avg(amount) FROM orders GROUP BY status",
    "SELECT customer, city, amount FROM orders WHERE score > ? ORDER BY score LIMIT ?",
    "SELECT score FROM orders ORDER BY score LIMIT 1 OFFSET ?",
    "UPDATE orders SET score = ? WHERE id = ?",
    "INSERT INTO orders VALUES(?,?,?,?,?,?,?,?,?,?,?) ON CONFLICT(id) DO UPDATE SET"
    " customer = excluded.customer, city = excluded.city, active = excluded.active,"
    " status = excluded.status, score = excluded.score, amount = excluded.amount,"
    " tags = excluded.tags, street = excluded.street, zip = excluded.zip, note = excluded.note",
    "SELECT amount FROM orders WHERE id = ?",
    "UPDATE orders SET amount = amount + ? WHERE id = ?"};

#define AURORA_BENCH_JSON_FIELDS                                         \
  "SELECT json_extract(doc, '$.customer'), json_extract(doc, '$.city')," \
  " json_extract(doc, '$.amount') FROM orders "

inline constexpr Texts kJson{
    "CREATE TABLE IF NOT EXISTS orders(id BLOB PRIMARY KEY, doc TEXT);"
    "CREATE INDEX IF NOT EXISTS by_city ON orders(json_extract(doc, '$.city'));"
    "CREATE INDEX IF NOT EXISTS by_score ON orders(json_extract(doc, '$.score'));",
    "CREATE INDEX by_active ON orders(json_extract(doc, '$.active'))",
    "INSERT INTO orders VALUES(?,?)",
    AURORA_BENCH_JSON_FIELDS "WHERE id = ?",
    AURORA_BENCH_JSON_FIELDS "WHERE json_extract(doc, '$.city') = ?",
    "SELECT count(*) FROM orders WHERE json_extract(doc, '$.city') = ?"
    " AND json_extract(doc, '$.active') = 1",
    "SELECT count(*) FROM orders WHERE json_extract(doc, '$.score') BETWEEN ? AND ?",
    AURORA_BENCH_JSON_FIELDS "WHERE json_extract(doc, '$.score') BETWEEN ? AND ?",
    AURORA_BENCH_JSON_FIELDS "ORDER BY json_extract(doc, '$.score') DESC LIMIT 10",
    AURORA_BENCH_JSON_FIELDS "ORDER BY json_extract(doc, '$.amount') DESC LIMIT 10",
    "SELECT count(*) FROM orders WHERE json_extract(doc, '$.amount') < ?",
    "SELECT json_extract(doc, '$.city'), count(*), avg(json_extract(doc, '$.score'))"
    " FROM orders GROUP BY json_extract(doc, '$.city')",
    "SELECT json_extract(doc, '$.status'), count(*), avg(json_extract(doc, '$.amount'))"
    " FROM orders GROUP BY json_extract(doc, '$.status')",
    AURORA_BENCH_JSON_FIELDS
    "WHERE json_extract(doc, '$.score') > ? ORDER BY json_extract(doc, '$.score') LIMIT ?",
    "SELECT json_extract(doc, '$.score') FROM orders"
    " ORDER BY json_extract(doc, '$.score') LIMIT 1 OFFSET ?",
    "UPDATE orders SET doc = json_set(doc, '$.score', ?) WHERE id = ?",
    "INSERT INTO orders VALUES(?,?) ON CONFLICT(id) DO UPDATE SET doc = excluded.doc",
    "SELECT json_extract(doc, '$.amount') FROM orders WHERE id = ?",
    "UPDATE orders SET doc = json_set(doc, '$.amount', json_extract(doc, '$.amount') + ?)"
    " WHERE id = ?"};

#undef AURORA_BENCH_JSON_FIELDS

}  // namespace aurora::bench::sqlite
