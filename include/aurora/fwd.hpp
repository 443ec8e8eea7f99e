// Names of the public types, for headers that only mention them.
#pragma once

namespace aurora {

class Database;
class Document;
class Error;
class Job;
class Listener;
class Object;
class Query;
class QueryResult;
class Statement;
class Stream;
class Transaction;
class Value;
class Workers;
class ValueView;
class Watcher;
struct Config;
template <class T>
class Result;

}  // namespace aurora
