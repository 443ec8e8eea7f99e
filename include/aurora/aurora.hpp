// Everything public: #include <aurora/aurora.hpp>. The nlohmann forms are in <aurora/json.hpp>, those of Asio in <aurora/async.hpp>.
#pragma once

#include <aurora/bind.hpp>
#include <aurora/build_info.hpp>
#include <aurora/computed.hpp>
#include <aurora/condition.hpp>
#include <aurora/config.hpp>
#include <aurora/database.hpp>
#include <aurora/delivery.hpp>
#include <aurora/document.hpp>
#include <aurora/error.hpp>
#include <aurora/field_query.hpp>
#include <aurora/listener.hpp>
#include <aurora/optimize.hpp>
#include <aurora/query.hpp>
#include <aurora/query_result.hpp>
#include <aurora/repair.hpp>
#include <aurora/result.hpp>
#include <aurora/rows.hpp>
#include <aurora/statement.hpp>
#include <aurora/topic.hpp>
#include <aurora/transaction.hpp>
#include <aurora/value.hpp>
#include <aurora/version.hpp>
#include <aurora/watcher.hpp>
#include <aurora/watcher_group.hpp>
#include <aurora/workers.hpp>
