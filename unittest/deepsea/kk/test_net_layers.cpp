// SPDX-License-Identifier: GPL-2.0-only
#include "deepsea/kk/net_layers.hpp"
#include "device_chunk.hpp"

#include "deepsea/host/dense_net.hpp"

using namespace lbs::deepsea;
using namespace lbs::deepsea::testing;

namespace {

template <class Case> class NetLayersTest : public OnDevice<Case> {
};
TYPED_TEST_SUITE(NetLayersTest, Everywhere);

// Energies of a segment's centers and gradients by their descriptors, by the CPU's net.
template <class Real>
void run_on_cpu(const DenseNet &net, const device::Segment &segment, int numbers,
                std::vector<Real> &descriptor, std::vector<double> &energy)
{
  constexpr int LANE = lbs::LANES<Real>;
  ScalarNet<Real> const scalar(net);
  typename ScalarNet<Real>::Workspace work;
  int const packs = lbs::padded<Real>(segment.count) / LANE;
  scalar.start(packs, work);
  auto const over = [&](const lbs::RowBlock<Real> &block, auto visit) {
    for (int c = 0; c < segment.count; ++c)
      for (int i = 0; i < block.count; ++i)
        visit(descriptor[segment.descriptor + std::size_t(c) * numbers + block.first + i],
              block.numbers[(std::size_t(c / LANE) * block.room + i) * LANE + c % LANE]);
  };
  for (const auto &block : work.blocks) {
    std::fill_n(block.numbers, std::size_t(packs) * block.room * LANE, Real(0));
    over(block, [](Real number, Real &to) { to = number; });
    scalar.multiply(packs, block, work);
  }
  std::vector<double> value(std::size_t(packs) * LANE);
  scalar.forward(packs, value.data(), work);
  scalar.backward(packs, work);
  for (const auto &block : work.blocks) {
    scalar.multiply_back(packs, block, work);
    over(block, [](Real &number, Real from) { number = from; });
  }
  for (int c = 0; c < segment.count; ++c) energy[segment.first + c] = value[c];
}

// All activations, layers that double and pass on, also from the descriptor; nets of different
// depth in one model; a net without hidden layers.
std::vector<Model> models()
{
  std::vector<Model> all;
  RandomModel random(8);
  for (const ModelShape &shape : smooth_shapes()) all.push_back(random.make(shape));
  ModelShape shape;
  shape.fitting = {40, 40, 80};
  shape.axis = 2;
  shape.fitting_activation = Activation::RELU6;
  Model deep = random.make(shape);
  shape.fitting = {12};
  shape.fitting_activation = Activation::RELU;
  deep.fitting[1] = random.make(shape).fitting[1];
  DenseLayer last = deep.fitting[2].back();
  last.inputs = deep.descriptor_size();
  last.weight.assign(last.inputs, 0.25);
  last.activation = Activation::TANH;
  deep.fitting[2] = {last};
  all.push_back(deep);
  return all;
}

TYPED_TEST(NetLayersTest, AgreeWithTheCpu)
{
  using Real = typename TestFixture::Real;
  for (const Model &model : models()) {
    typename TestFixture::Chunk at(model, Form::GENERAL, 1.7);
    auto descriptor = at.fill(at.buffers.descriptor, at.chunk.sizes.descriptor);
    at.evaluator.evaluate_nets(at.chunk, at.centers, at.buffers);
    std::vector<double> energy(at.chunk.count);
    for (int t = 0; t < at.model.types(); ++t)
      run_on_cpu(at.form.fitting_input[t].net, at.chunk.segments[t],
                 at.form.fitting_input[t].rows.back(), descriptor, energy);
    EXPECT_LT(relative_difference(energy, device::to_host(at.buffers.energy)), ROUNDING<Real>);
    EXPECT_LT(relative_difference(descriptor, device::to_host(at.buffers.descriptor)),
              ROUNDING<Real>);
  }
}

}    // namespace
