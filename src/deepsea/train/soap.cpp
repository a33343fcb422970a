// SPDX-License-Identifier: GPL-2.0-only
#include "soap.hpp"

#include "linalg/blas.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <omp.h>

namespace lbs::deepsea {

namespace {

std::size_t area(int rows, int columns)
{
  return static_cast<std::size_t>(rows) * static_cast<std::size_t>(columns);
}

// A layer's part of the state.
struct Arrays {
  float *average, *square;            // of the gradient in the basis, rows x columns
  float *by_row, *by_column;          // lower triangles of the covariances
  float *row_basis, *column_basis;    // each row is a vector

  Arrays(float *numbers, int rows, int columns)
      : average(numbers), square(average + area(rows, columns)),
        by_row(square + area(rows, columns)), by_column(by_row + area(rows, rows)),
        row_basis(by_column + area(columns, columns)), column_basis(row_basis + area(rows, rows))
  {
  }

  static std::size_t size(int rows, int columns)
  {
    return 2 * (area(rows, columns) + area(rows, rows) + area(columns, columns));
  }
};

// Of the root of the mean square in a layer's basis: below this a number is made of rounding, and
// Adam would make as large a move of it as of any other.
constexpr double ROUNDING = 1.0e-5;

void set_unit_matrix(int n, float *matrix)
{
  for (int k = 0; k < n; ++k) matrix[area(k, n + 1)] = 1.0F;
}

}    // namespace

struct Soap::Work {
  std::vector<float> gradient, half, move;    // rows x columns
  std::vector<float> basis;                   // of one side
  std::vector<float> eigenvalue;
  std::vector<int> row_order, column_order;

  // What the bases make of a matrix, or (`back`) the matrix that they make `in` of.
  void change_basis(const Layer &layer, const Arrays &arrays, bool back, const float *in,
                    float *out)
  {
    int const rows = layer.rows;
    int const columns = layer.columns;
    if (back) {
      blas::multiply_first_transposed(rows, rows, columns, arrays.row_basis, rows, in, false,
                                      half.data());
      blas::multiply(rows, columns, columns, half.data(), arrays.column_basis, out);
    } else {
      blas::multiply(rows, rows, columns, arrays.row_basis, in, half.data());
      blas::multiply_transposed(rows, columns, columns, half.data(), arrays.column_basis, out);
    }
  }

  // Turns a basis toward the eigenvectors of the covariance, by one power iteration; those of the
  // largest eigenvalues first. `order` has the old place of each vector.
  void turn(int n, float *covariance, float *of_side, std::vector<int> &order)
  {
    for (int i = 0; i < n; ++i)
      for (int j = 0; j < i; ++j) covariance[area(j, n) + i] = covariance[area(i, n) + j];
    blas::multiply(n, n, n, of_side, covariance, basis.data());
    eigenvalue.resize(n);
    for (int i = 0; i < n; ++i)
      eigenvalue[i] = std::inner_product(basis.data() + area(i, n), basis.data() + area(i + 1, n),
                                         of_side + area(i, n), 0.0F);
    order.resize(n);
    std::iota(order.begin(), order.end(), 0);
    std::stable_sort(order.begin(), order.end(),
                     [&](int i, int j) { return eigenvalue[i] > eigenvalue[j]; });
    for (int i = 0; i < n; ++i)
      std::copy_n(basis.data() + area(order[i], n), n, of_side + area(i, n));
    blas::make_rows_orthonormal(n, of_side);
  }

  void turn(const Layer &layer, Arrays arrays)
  {
    std::size_t const size = area(layer.rows, layer.columns);
    change_basis(layer, arrays, true, arrays.average, move.data());
    turn(layer.rows, arrays.by_row, arrays.row_basis, row_order);
    turn(layer.columns, arrays.by_column, arrays.column_basis, column_order);
    change_basis(layer, arrays, false, move.data(), arrays.average);
    std::copy_n(arrays.square, size, move.data());
    for (int i = 0; i < layer.rows; ++i)
      for (int j = 0; j < layer.columns; ++j)
        arrays.square[area(i, layer.columns) + j] =
            move[area(row_order[i], layer.columns) + column_order[j]];
  }
};

Soap::Soap(const Model &model, const AdamSettings &settings, int turn_every,
           const Ranges &trainable, int threads)
    : settings_(settings), turn_every_(turn_every), work_(std::max(1, threads))
{
  blas::one_thread();
  std::size_t place = 0;
  std::size_t numbers = 0;
  const auto is_trainable = [&](std::size_t first) {
    return std::any_of(trainable.begin(), trainable.end(), [&](const auto &range) {
      return range.first <= first && first < range.second;
    });
  };
  for (const auto *nets : {&model.embedding, &model.fitting})
    for (const DenseNet &net : *nets)
      for (const DenseLayer &layer : net) {
        int const rows = layer.inputs + (layer.timestep.empty() ? 1 : 2);
        if (is_trainable(place)) {
          layers_.push_back({place, numbers, rows, layer.outputs});
          numbers += Arrays::size(rows, layer.outputs);
        }
        place += area(rows, layer.outputs);
      }
  state.numbers.assign(numbers, 0.0F);
  std::size_t widest = 0;
  std::size_t largest = 0;
  for (const Layer &layer : layers_) {
    Arrays const arrays(state.numbers.data() + layer.numbers, layer.rows, layer.columns);
    set_unit_matrix(layer.rows, arrays.row_basis);
    set_unit_matrix(layer.columns, arrays.column_basis);
    widest = std::max({widest, area(layer.rows, layer.rows), area(layer.columns, layer.columns)});
    largest = std::max(largest, area(layer.rows, layer.columns));
  }
  for (Work &work : work_) {
    for (auto *array : {&work.gradient, &work.half, &work.move}) array->resize(largest);
    work.basis.resize(widest);
  }
  std::stable_sort(layers_.begin(), layers_.end(), [](const Layer &a, const Layer &b) {
    return Arrays::size(a.rows, a.columns) > Arrays::size(b.rows, b.columns);
  });
}

Soap::~Soap() = default;

void Soap::step(double rate, const std::vector<double> &gradient, std::vector<double> &parameters)
{
  ++state.steps;
  auto const threads = static_cast<int>(work_.size());
#pragma omp parallel num_threads(threads) if (threads > 1)
  {
    Work &work = work_[omp_get_thread_num()];
#pragma omp for schedule(dynamic, 1)
    for (std::size_t l = 0; l < layers_.size(); ++l)
      move(layers_[l], rate, gradient.data() + layers_[l].place,
           parameters.data() + layers_[l].place, work);
  }
}

void Soap::move(const Layer &layer, double rate, const double *gradient, double *parameters,
                Work &work)
{
  int const rows = layer.rows;
  int const columns = layer.columns;
  std::size_t const size = area(rows, columns);
  Arrays const arrays(state.numbers.data() + layer.numbers, rows, columns);
  auto const beta1 = static_cast<float>(settings_.beta1);
  auto const beta2 = static_cast<float>(settings_.beta2);
  std::copy_n(gradient, size, work.gradient.data());
  blas::average_products(rows, columns, work.gradient.data(), beta2, arrays.by_row,
                         arrays.by_column);
  if (state.steps % turn_every_ == 0) work.turn(layer, arrays);
  work.change_basis(layer, arrays, false, work.gradient.data(), work.move.data());

  auto const t = static_cast<double>(state.steps);
  auto const first = static_cast<float>(1.0 / (1.0 - std::pow(settings_.beta1, t)));
  auto const second = static_cast<float>(1.0 / std::sqrt(1.0 - std::pow(settings_.beta2, t)));
  double sum = 0.0;
  for (std::size_t k = 0; k < size; ++k) {
    float const g = work.move[k];
    arrays.average[k] = beta1 * arrays.average[k] + (1.0F - beta1) * g;
    arrays.square[k] = beta2 * arrays.square[k] + (1.0F - beta2) * g * g;
    sum += arrays.square[k];
  }
  auto const least = static_cast<float>(
      settings_.epsilon + ROUNDING * second * std::sqrt(sum / static_cast<double>(size)));
  for (std::size_t k = 0; k < size; ++k)
    work.move[k] = first * arrays.average[k] / (second * std::sqrt(arrays.square[k]) + least);
  work.change_basis(layer, arrays, true, work.move.data(), work.gradient.data());
  for (std::size_t k = 0; k < size; ++k)
    parameters[k] -=
        rate * (settings_.decay * parameters[k] + static_cast<double>(work.gradient[k]));
}

}    // namespace lbs::deepsea
