#include "packed_descriptor.hpp"

namespace lbs::deepsea {

namespace {

// Calls visit(place in a packed row, place of [m][a] in a whole one, the other place or the same).
template <class Visit> void for_each_place(int channels, int axis, Visit visit)
{
  std::size_t packed = 0;
  for (int a = 0; a < axis; ++a)
    for (int m = a; m < channels; ++m) {
      auto const place = static_cast<std::size_t>(m) * axis + a;
      visit(packed++, place, m < axis ? static_cast<std::size_t>(a) * axis + m : place);
    }
}

}    // namespace

DenseNet packed_input(const DenseNet &net, int channels, int axis)
{
  DenseNet packed = net;
  DenseLayer &first = packed.front();
  auto const width = static_cast<std::size_t>(first.outputs);
  first.weight.clear();
  for_each_place(channels, axis, [&](std::size_t, std::size_t place, std::size_t twin) {
    const double *const one = net.front().weight.data() + place * width;
    const double *const other = net.front().weight.data() + twin * width;
    for (std::size_t o = 0; o < width; ++o)
      first.weight.push_back(place == twin ? one[o] : one[o] + other[o]);
  });
  first.inputs = static_cast<int>(first.weight.size() / width);
  first.skip = false;
  return packed;
}

bool needs_whole_descriptor(const DenseNet &net)
{
  const DenseLayer &first = net.front();
  return first.skip && (first.outputs == first.inputs || first.outputs == 2 * first.inputs);
}

template <class Real>
void unpack_descriptor(int channels, int axis, const Real *packed, Real *whole)
{
  for_each_place(channels, axis, [&](std::size_t from, std::size_t place, std::size_t twin) {
    whole[place] = whole[twin] = packed[from];
  });
}

template <class Real> void pack_gradient(int channels, int axis, const Real *whole, Real *packed)
{
  for_each_place(channels, axis, [&](std::size_t to, std::size_t place, std::size_t twin) {
    packed[to] = place == twin ? whole[place] : whole[place] + whole[twin];
  });
}

template void unpack_descriptor(int, int, const double *, double *);
template void unpack_descriptor(int, int, const float *, float *);
template void pack_gradient(int, int, const double *, double *);
template void pack_gradient(int, int, const float *, float *);

}    // namespace lbs::deepsea
