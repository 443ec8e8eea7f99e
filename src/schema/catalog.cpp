// Body of the catalog. Called by every statement (look-up) and by schema commits (new versions).
#include <aurora/schema/catalog.hpp>

#include "schema/describe_value.hpp"

#include <aurora/base/nearest.hpp>

#include <algorithm>

namespace aurora {

namespace {

std::string_view name_of(const Catalog::Entry& entry) { return entry->name; }
CollectionId id_of(const Catalog::Entry& entry) { return entry->id; }

}  // namespace

Catalog::Catalog(std::uint64_t version, std::vector<Entry> collections)
    : version_(version), by_name_(std::move(collections)), by_id_(by_name_) {
  std::ranges::sort(by_name_, {}, name_of);
  std::ranges::sort(by_id_, {}, id_of);
  for (const auto& collection : by_id_)
    for (const auto& field : collection->fields)
      if (field.relation) references_.push_back({field.relation->to, collection->id, field.id});
  std::ranges::stable_sort(references_, {}, &Reference::to);
}

std::span<const Reference> Catalog::references_to(std::string_view name) const noexcept {
  const auto found = std::ranges::equal_range(references_, name, {}, [](const Reference& reference) {
    return std::string_view(reference.to);
  });
  return {found.begin(), found.end()};
}

Catalog::Entry Catalog::find(std::string_view name) const noexcept {
  const auto at = std::ranges::lower_bound(by_name_, name, {}, name_of);
  return at != by_name_.end() && (*at)->name == name ? *at : nullptr;
}

Catalog::Entry Catalog::find(CollectionId id) const noexcept {
  const auto at = std::ranges::lower_bound(by_id_, id, {}, id_of);
  return at != by_id_.end() && (*at)->id == id ? *at : nullptr;
}

Result<Catalog::Entry> Catalog::require(std::string_view name) const {
  auto entry = find(name);
  if (entry) return entry;
  std::vector<std::string_view> names;
  names.reserve(by_name_.size());
  for (const auto& known : by_name_) names.emplace_back(known->name);
  return Error(ErrorCode::kCollectionNotFound,
               "unknown collection " + in_quotes(name) + did_you_mean(name, names));
}

std::shared_ptr<const Catalog> Catalog::with(CollectionDef definition) const {
  return with(std::make_shared<const CollectionDef>(std::move(definition)));
}

std::shared_ptr<const Catalog> Catalog::with(Entry definition) const {
  auto collections = by_name_;
  std::erase_if(collections, [&](const Entry& entry) { return entry->id == definition->id; });
  collections.push_back(std::move(definition));
  return std::make_shared<const Catalog>(version_ + 1, std::move(collections));
}

std::shared_ptr<const Catalog> Catalog::without(std::string_view name) const {
  auto collections = by_name_;
  std::erase_if(collections, [&](const Entry& entry) { return entry->name == name; });
  return std::make_shared<const Catalog>(version_ + 1, std::move(collections));
}

}  // namespace aurora
