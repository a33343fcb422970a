// SPDX-License-Identifier: GPL-2.0-only
// Rings by their definitions, tried out walk by walk: slow, and as simple as it can be. It shares
// nothing with the search but the graph.
#pragma once

#include "network/graph/periodic_graph.hpp"
#include "network/rings/ring_list.hpp"

#include <algorithm>
#include <functional>
#include <map>
#include <set>
#include <utility>
#include <vector>

namespace lbs::test {

using network::Definition;
using network::ImageShift;
using network::PeriodicGraph;

class SlowRings {
 public:
  using Image = std::pair<int, ImageShift>;
  using Walk = std::vector<Image>;
  using Counts = std::map<int, int>;

  SlowRings(const PeriodicGraph &graph, int formers, int max_formers)
      : graph_(graph), formers_(formers), longest_(2 * max_formers)
  {
  }

  Counts rings(Definition definition) { return by_size(walks(definition)); }

  // The same rings one by one.
  std::set<Walk> walks(Definition definition)
  {
    std::set<Walk> found;
    for (int f = 0; f < formers_; ++f) {
      if (definition == Definition::PRIMITIVE) add_primitive(f, found);
      else add_shortest(f, definition == Definition::KING, found);
    }
    return found;
  }

  // Chains that lead to another image of their first atom and are straight.
  Counts wrapped()
  {
    std::set<Walk> found;
    for (int f = 0; f < formers_; ++f)
      each_walk({{f, 0}}, longest_, true, [&](const Walk &walk, const Image &end) {
        if (end.first != f || end.second == 0) return;
        int const n = static_cast<int>(walk.size());
        Walk twice = walk;
        for (const auto &[site, shift] : walk) twice.emplace_back(site, shift + end.second);
        for (int i = 0; i < 2 * n; ++i)
          for (int j = i; j < 2 * n && j - i <= n / 2; ++j)
            if (distance(twice[i], twice[j]) != j - i) return;
        found.insert(smallest_reading(walk, end.second));
      });
    return by_size(found);
  }

 private:
  const PeriodicGraph &graph_;
  int formers_, longest_;
  std::map<Image, int> known_;

  std::vector<Image> neighbors(const Image &image) const
  {
    std::vector<Image> out;
    for (auto e = graph_.start[image.first]; e < graph_.start[image.first + 1]; ++e)
      out.emplace_back(graph_.neighbor[e], image.second + graph_.shift[e]);
    return out;
  }

  int distance(const Image &a, const Image &b)
  {
    std::map<Image, int> seen{{a, 0}};
    std::vector<Image> queue{a};
    for (std::size_t head = 0; head < queue.size(); ++head) {
      Image const here = queue[head];
      if (here == b) return seen[here];
      if (seen[here] > longest_ / 2) break;
      for (const auto &next : neighbors(here))
        if (seen.emplace(next, seen[here] + 1).second) queue.push_back(next);
    }
    return 1 << 20;
  }

  // Calls visit(walk, end) for every walk of up to `longest` atoms without repeated images (or
  // atoms) and every neighbor `end` of its last atom.
  void each_walk(Walk walk, int longest, bool atoms_once,
                 const std::function<void(const Walk &, const Image &)> &visit) const
  {
    for (const auto &next : neighbors(walk.back())) {
      visit(walk, next);
      if (static_cast<int>(walk.size()) == longest) continue;
      auto const same = [&](const Image &i) {
        return atoms_once ? i.first == next.first : i == next;
      };
      if (std::any_of(walk.begin(), walk.end(), same)) continue;
      walk.push_back(next);
      each_walk(walk, longest, atoms_once, visit);
      walk.pop_back();
    }
  }

  void add_primitive(int f, std::set<Walk> &found)
  {
    each_walk({{f, 0}}, longest_, false, [&](const Walk &walk, const Image &end) {
      int const n = static_cast<int>(walk.size());
      if (end != walk[0] || n < 4) return;
      for (int i = 0; i < n; ++i)
        for (int j = i + 1; j < n; ++j)
          if (distance(walk[i], walk[j]) != std::min(j - i, n - j + i)) return;
      found.insert(smallest_reading(walk, 0));
    });
  }

  // Shortest closed walks through a former, and each pair of its neighbors (King) or each bond of
  // it (Guttman).
  void add_shortest(int f, bool king, std::set<Walk> &found)
  {
    std::map<std::pair<Image, Image>, std::vector<Walk>> closed;    // by second and last atom
    each_walk({{f, 0}}, longest_, false, [&](const Walk &walk, const Image &end) {
      if (end == walk[0] && walk.size() >= 4) closed[{walk[1], walk.back()}].push_back(walk);
    });
    for (const auto &first : neighbors({f, 0})) {
      std::vector<Walk> best;
      auto const keep_shortest = [&](const std::vector<Walk> &walks) {
        for (const auto &walk : walks) {
          if (!best.empty() && walk.size() > best[0].size()) continue;
          if (!best.empty() && walk.size() < best[0].size()) best.clear();
          best.push_back(walk);
        }
      };
      for (const auto &last : neighbors({f, 0})) {
        if (king) best.clear();
        auto const entry = closed.find({first, last});
        if (entry != closed.end()) keep_shortest(entry->second);
        if (king)
          for (const auto &walk : best) found.insert(smallest_reading(walk, 0));
      }
      if (!king)
        for (const auto &walk : best) found.insert(smallest_reading(walk, 0));
    }
  }

  // The smallest of all sequences that describe a closed walk; `period` is where it ends.
  static Walk smallest_reading(const Walk &walk, ImageShift period)
  {
    int const n = static_cast<int>(walk.size());
    Walk best;
    for (int first = 0; first < n; ++first)
      for (int const way : {1, -1}) {
        Walk other;
        for (int k = 0; k < n; ++k) {
          int const at = first + way * k;
          int const turn = at < 0 ? -1 : at >= n ? 1 : 0;
          auto const &[site, shift] = walk[at - n * turn];
          other.emplace_back(site, shift + turn * period - walk[first].second);
        }
        other.emplace_back(-1, way * period);    // rings can differ in nothing but this
        if (best.empty() || other < best) best = other;
      }
    return best;
  }

  static Counts by_size(const std::set<Walk> &found)
  {
    Counts counts;
    for (const auto &walk : found) ++counts[static_cast<int>(walk.size()) / 2];
    return counts;
  }
};

}    // namespace lbs::test
