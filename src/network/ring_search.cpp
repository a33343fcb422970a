#include "ring_search.hpp"

#include <algorithm>
#include <limits>

namespace lbs::network {

namespace {

ImageShift operator+(const ImageShift &a, const ImageShift &b)
{
  return {static_cast<std::int8_t>(a[0] + b[0]), static_cast<std::int8_t>(a[1] + b[1]),
          static_cast<std::int8_t>(a[2] + b[2])};
}

ImageShift operator-(const ImageShift &a, const ImageShift &b)
{
  return {static_cast<std::int8_t>(a[0] - b[0]), static_cast<std::int8_t>(a[1] - b[1]),
          static_cast<std::int8_t>(a[2] - b[2])};
}

std::uint64_t pack(int atom, const ImageShift &s)
{
  auto const byte = [](std::int8_t v) { return static_cast<std::uint64_t>(v) & 0xFF; };
  return static_cast<std::uint64_t>(atom) << 24 | byte(s[0]) << 16 | byte(s[1]) << 8 | byte(s[2]);
}

// Whether two paths share no node; they are a few atoms long.
bool disjoint(const std::vector<int> &a, const std::vector<int> &b)
{
  return std::none_of(a.begin(), a.end(),
                      [&b](int node) { return std::find(b.begin(), b.end(), node) != b.end(); });
}

}    // namespace

bool operator<(const Ring &a, const Ring &b)
{
  return a.atom != b.atom ? a.atom < b.atom : a.shift < b.shift;
}

bool operator==(const Ring &a, const Ring &b)
{
  return a.atom == b.atom && a.shift == b.shift;
}

RingSearch::RingSearch(const PeriodicGraph &graph, const std::vector<std::int64_t> &key,
                       int max_formers)
    : graph_(graph), key_(key), max_formers_(max_formers)
{
}

int RingSearch::place_of(int atom, const ImageShift &shift, int depth)
{
  auto const [entry, added] = place_.try_emplace(pack(atom, shift), static_cast<int>(ball_.size()));
  if (added) ball_.push_back({atom, shift, depth});
  return entry->second;
}

// All images within max_formers bonds of the root: the far side of the largest ring, and every
// shortcut that could spoil one, lie inside.
void RingSearch::grow_ball(int root)
{
  ball_.clear();
  place_.clear();
  place_of(root, {0, 0, 0}, 0);
  for (std::size_t i = 0; i < ball_.size(); ++i) {
    if (bonds_.size() <= i) bonds_.emplace_back();
    bonds_[i].clear();
    Node const node = ball_[i];
    bool const grows = node.depth < max_formers_;
    for (auto e = graph_.start[node.atom]; e < graph_.start[node.atom + 1]; ++e) {
      auto const shift = node.shift + graph_.shift[e];
      if (grows) {
        bonds_[i].push_back(place_of(graph_.neighbor[e], shift, node.depth + 1));
      } else {
        auto const found = place_.find(pack(graph_.neighbor[e], shift));
        if (found != place_.end()) bonds_[i].push_back(found->second);
      }
    }
  }
  if (distances_.size() < ball_.size()) distances_.resize(ball_.size());
  for (std::size_t i = 0; i < ball_.size(); ++i) distances_[i].clear();
}

int RingSearch::distance(int from, int to)
{
  auto &row = distances_[from];
  if (row.empty()) {
    row.assign(ball_.size(), std::numeric_limits<int>::max());
    std::vector<int> queue{from};
    row[from] = 0;
    for (std::size_t head = 0; head < queue.size(); ++head) {
      int const node = queue[head];
      for (int const next : bonds_[node])
        if (row[next] == std::numeric_limits<int>::max()) {
          row[next] = row[node] + 1;
          queue.push_back(next);
        }
    }
  }
  return row[to];
}

// Shortest ways from the root to `node`, without both ends, through formers of larger key.
void RingSearch::collect_paths(int node, std::vector<int> &path,
                               std::vector<std::vector<int>> &paths) const
{
  int const depth = ball_[node].depth;
  for (int const previous : bonds_[node]) {
    if (ball_[previous].depth != depth - 1) continue;
    if (depth == 1) {
      paths.emplace_back(path.rbegin(), path.rend());
      return;
    }
    bool const former = (depth - 1) % 2 == 0;
    if (former && key_[ball_[previous].atom] < key_[ball_[0].atom]) continue;
    path.push_back(previous);
    collect_paths(previous, path, paths);
    path.pop_back();
  }
}

// For a ring of even length it is enough that opposite atoms have no shortcut: any other one would
// shorten the way between some opposite atoms, too.
bool RingSearch::is_primitive(const std::vector<int> &cycle)
{
  int const half = static_cast<int>(cycle.size()) / 2;
  for (int k = 0; k < half; ++k)
    if (distance(cycle[k], cycle[k + half]) < half) return false;
  return true;
}

Ring RingSearch::to_ring(const std::vector<int> &cycle, std::size_t first, bool forward) const
{
  Ring ring;
  std::size_t const n = cycle.size();
  auto const origin = ball_[cycle[first]].shift;
  for (std::size_t k = 0; k < n; ++k) {
    auto const &node = ball_[cycle[(forward ? first + k : first + n - k) % n]];
    ring.atom.push_back(node.atom);
    ring.shift.push_back(node.shift - origin);
  }
  return ring;
}

// In a small cell a ring can pass several images of its first atom and is then met from each; the
// smallest of these forms, in both directions, stands for all.
Ring RingSearch::canonical(const std::vector<int> &cycle) const
{
  Ring best = to_ring(cycle, 0, true);
  for (std::size_t first = 0; first < cycle.size(); first += 2) {
    if (ball_[cycle[first]].atom != ball_[cycle[0]].atom) continue;
    for (bool const forward : {true, false}) {
      Ring const other = to_ring(cycle, first, forward);
      if (other < best) best = other;
    }
  }
  return best;
}

std::vector<Ring> RingSearch::rings_of(int root)
{
  grow_ball(root);
  std::vector<Ring> rings;
  std::vector<std::vector<int>> paths;
  for (std::size_t node = 1; node < ball_.size(); ++node) {
    int const depth = ball_[node].depth;    // the far side of a ring of `depth` formers
    if (depth < 2) continue;
    bool const former = depth % 2 == 0;
    if (former && key_[ball_[node].atom] < key_[ball_[0].atom]) continue;
    paths.clear();
    std::vector<int> path;
    collect_paths(static_cast<int>(node), path, paths);
    for (std::size_t a = 0; a < paths.size(); ++a)
      for (std::size_t b = a + 1; b < paths.size(); ++b) {
        if (!disjoint(paths[a], paths[b])) continue;
        std::vector<int> cycle{0};
        cycle.insert(cycle.end(), paths[a].begin(), paths[a].end());
        cycle.push_back(static_cast<int>(node));
        cycle.insert(cycle.end(), paths[b].rbegin(), paths[b].rend());
        if (is_primitive(cycle)) rings.push_back(canonical(cycle));
      }
  }
  std::sort(rings.begin(), rings.end());
  rings.erase(std::unique(rings.begin(), rings.end()), rings.end());
  return rings;
}

}    // namespace lbs::network
