// SPDX-License-Identifier: GPL-2.0-only
#include "quartered_matrix.hpp"

#include <algorithm>
#include <vector>

namespace lbs {

namespace {

// The packs of a batch are a left half and their partners in a right half, which may be fewer. A
// pack without a partner counts as one whose partner is zero, and what would be of the right half
// only is left out; four products do it then.
struct Halves {
  int left, right;

  explicit Halves(int packs) : left(packs < 4 ? packs : (packs + 1) / 2), right(packs - left) {}
};

// The quarters of a block of B: their first packs; `size` numbers from pack to pack, of which
// `used` are in use.
template <class Real> struct Quarters {
  Real *b11, *b12, *b21, *b22;
  std::size_t size, used;

  Quarters(const Halves &halves, const RowBlock<Real> &upper, const RowBlock<Real> &lower)
      : b11(upper.numbers), b21(lower.numbers),
        size(static_cast<std::size_t>(upper.room) * LANES<Real>),
        used(static_cast<std::size_t>(upper.count) * LANES<Real>)
  {
    b12 = b11 + halves.left * size;
    b22 = b21 + halves.left * size;
  }
};

// Seven arrays for the packs of the left half.
template <class Real> struct Products {
  Real *p1, *p2, *p3, *p4, *p5, *p6, *p7;
  std::size_t size;    // numbers in a pack

  Products(const Halves &halves, int half_outputs, Real *numbers)
      : size(static_cast<std::size_t>(half_outputs) * LANES<Real>)
  {
    for (Real **p : {&p1, &p2, &p3, &p4, &p5, &p6, &p7}) {
      *p = numbers;
      numbers += halves.left * size;
    }
  }
};

// T1 to T4, each like B11.
template <int, class Real>
LBS_ALWAYS_INLINE void sum_with(const Halves &halves, const Quarters<Real> &b, Real *t)
{
  std::size_t const next = halves.left * b.size;
  for (int pack = 0; pack < halves.left; ++pack) {
    std::size_t const begin = pack * b.size;
    std::size_t const end = begin + b.used;
    if (pack < halves.right) {
#pragma omp simd
      for (std::size_t i = begin; i < end; ++i) {
        Real const t1 = b.b11[i] + b.b12[i];
        Real const t2 = t1 + b.b22[i];
        t[i] = t1;
        t[next + i] = t2;
        t[2 * next + i] = b.b12[i] + b.b22[i];
        t[3 * next + i] = t2 + b.b21[i];
      }
    } else {
#pragma omp simd
      for (std::size_t i = begin; i < end; ++i) {
        t[i] = b.b11[i];
        t[3 * next + i] = b.b11[i] + b.b21[i];
      }
    }
  }
}

// C from P.
template <int, class Real>
LBS_ALWAYS_INLINE void combine_products_with(const Halves &halves, const Products<Real> &from,
                                             Real *out)
{
  Products<Real> const p = from;
  for (int pack = 0; pack < halves.left; ++pack) {
    Real *const left = out + 2 * pack * p.size;
    Real *const right = left + 2 * halves.left * p.size;
    std::size_t const begin = pack * p.size;
    if (pack < halves.right) {
#pragma omp simd
      for (std::size_t i = 0; i < p.size; ++i) {
        std::size_t const k = begin + i;
        Real const sum = p.p1[k] + p.p6[k];
        left[i] = p.p1[k] + p.p2[k];
        left[p.size + i] = sum + p.p4[k] + p.p7[k];
        right[i] = p.p3[k] + p.p5[k] - sum;
        right[p.size + i] = p.p5[k] - sum - p.p7[k];
      }
    } else {
#pragma omp simd
      for (std::size_t i = 0; i < p.size; ++i) {
        std::size_t const k = begin + i;
        left[i] = p.p1[k] + p.p2[k];
        left[p.size + i] = p.p4[k] + p.p5[k];
      }
    }
  }
}

// The derivative of that.
template <int, class Real>
LBS_ALWAYS_INLINE void divide_gradient_with(const Halves &halves, const Real *out,
                                            const Products<Real> &to)
{
  Products<Real> const p = to;
  for (int pack = 0; pack < halves.left; ++pack) {
    const Real *const left = out + 2 * pack * p.size;
    const Real *const right = left + 2 * halves.left * p.size;
    std::size_t const begin = pack * p.size;
    if (pack < halves.right) {
#pragma omp simd
      for (std::size_t i = 0; i < p.size; ++i) {
        std::size_t const k = begin + i;
        Real const difference = left[p.size + i] - right[p.size + i];
        p.p1[k] = left[i] + difference - right[i];
        p.p2[k] = left[i];
        p.p3[k] = right[i];
        p.p4[k] = left[p.size + i];
        p.p5[k] = right[i] + right[p.size + i];
        p.p6[k] = difference - right[i];
        p.p7[k] = difference;
      }
    } else {
#pragma omp simd
      for (std::size_t i = 0; i < p.size; ++i) {
        std::size_t const k = begin + i;
        p.p1[k] = p.p2[k] = left[i];
        p.p4[k] = p.p5[k] = left[p.size + i];
      }
    }
  }
}

// B12 = x + z, B22 += z
template <int, class Real>
LBS_ALWAYS_INLINE void add_last_with(const Halves &halves, const Real *x, const Real *z,
                                     const Quarters<Real> &b)
{
  for (int pack = 0; pack < halves.right; ++pack) {
    std::size_t const begin = pack * b.size;
    std::size_t const end = begin + b.used;
#pragma omp simd
    for (std::size_t i = begin; i < end; ++i) {
      b.b12[i] = x[i] + z[i];
      b.b22[i] += z[i];
    }
  }
}

// clang-format off
LBS_MACHINES(sum, in_double,
             (const Halves &halves, const Quarters<double> &b, double *t), (halves, b, t))
LBS_MACHINES(combine_products, in_double,
             (const Halves &halves, const Products<double> &from, double *out),
             (halves, from, out))
LBS_MACHINES(divide_gradient, in_double,
             (const Halves &halves, const double *out, const Products<double> &to),
             (halves, out, to))
LBS_MACHINES(add_last, in_double,
             (const Halves &halves, const double *x, const double *z, const Quarters<double> &b),
             (halves, x, z, b))
LBS_MACHINES(sum, in_float,
             (const Halves &halves, const Quarters<float> &b, float *t), (halves, b, t))
LBS_MACHINES(combine_products, in_float,
             (const Halves &halves, const Products<float> &from, float *out),
             (halves, from, out))
LBS_MACHINES(divide_gradient, in_float,
             (const Halves &halves, const float *out, const Products<float> &to),
             (halves, out, to))
LBS_MACHINES(add_last, in_float,
             (const Halves &halves, const float *x, const float *z, const Quarters<float> &b),
             (halves, x, z, b))
// clang-format on

}    // namespace

template <class Real>
QuarteredMatrix<Real>::QuarteredMatrix(int inputs, int outputs, const Real *matrix)
    : half_inputs_(whole_groups((inputs + 1) / 2)), half_outputs_(outputs / 2)
{
  std::vector<Real> factor[7];
  for (auto &numbers : factor)
    numbers.reserve(static_cast<std::size_t>(half_inputs_) * half_outputs_);
  for (int i = 0; i < half_inputs_; ++i)
    for (int o = 0; o < half_outputs_; ++o) {
      const Real *const upper = matrix + static_cast<std::size_t>(i) * outputs + o;
      const Real *const lower = upper + static_cast<std::size_t>(half_inputs_) * outputs;
      bool const both = half_inputs_ + i < inputs;
      Real const a11 = upper[0];
      Real const a21 = upper[half_outputs_];
      Real const a12 = both ? lower[0] : Real(0);
      Real const a22 = both ? lower[half_outputs_] : Real(0);
      Real const a6 = a21 - a22 - a11;
      Real const numbers[7] = {a11, a12, a12 + a6, a22, a21 - a22, a6, a11 - a21};
      for (int k = 0; k < 7; ++k) factor[k].push_back(numbers[k]);
    }
  for (int k = 0; k < 7; ++k)
    factor_[k] = PackedMatrix<Real>(half_inputs_, half_outputs_, factor[k].data());
}

template <class Real>
void QuarteredMatrix<Real>::multiply(int packs, const RowBlock<Real> &upper,
                                     const RowBlock<Real> &lower, bool add, Workspace &work) const
{
  Halves const halves(packs);
  Quarters<Real> const b(halves, upper, lower);
  for (int pack = 0; pack < packs; ++pack) {
    Real *const rows = lower.numbers + pack * b.size;
    std::fill(rows + lower.count * LANES<Real>, rows + b.used, Real(0));
  }
  std::size_t const next = halves.left * b.size;
  grow(work.sums, 4 * next);
  const Real *const t1 = work.sums.data();
  const Real *const t2 = t1 + next;
  const Real *const t3 = t2 + next;
  const Real *const t4 = t3 + next;
  sum(halves, b, work.sums.data());

  grow(work.products, products_size(packs));
  Products<Real> const p(halves, half_outputs_, work.products.data());
  const auto product = [&](int number, int count, const Real *in, Real *out) {
    factor_[number - 1].multiply(count, {upper.first, upper.count, in, upper.room}, out, add);
  };
  product(1, halves.left, b.b11, p.p1);
  product(2, halves.left, b.b21, p.p2);
  product(3, halves.right, b.b22, p.p3);
  product(4, halves.left, t4, p.p4);
  product(5, halves.left, t1, p.p5);
  product(6, halves.right, t2, p.p6);
  product(7, halves.right, t3, p.p7);
}

template <class Real>
void QuarteredMatrix<Real>::combine(int packs, Workspace &work, Real *out) const
{
  Halves const halves(packs);
  combine_products(halves, Products<Real>(halves, half_outputs_, work.products.data()), out);
}

template <class Real>
void QuarteredMatrix<Real>::divide(int packs, const Real *out, Workspace &work) const
{
  Halves const halves(packs);
  grow(work.products, products_size(packs));
  divide_gradient(halves, out, Products<Real>(halves, half_outputs_, work.products.data()));
}

// Most sums are made by letting a product begin with what is there of them.
template <class Real>
void QuarteredMatrix<Real>::multiply_transposed(int packs, const RowBlock<Real> &upper,
                                                const RowBlock<Real> &lower, Workspace &work) const
{
  Halves const halves(packs);
  Quarters<Real> const b(halves, upper, lower);
  Products<Real> const p(halves, half_outputs_, work.products.data());
  std::size_t const next = halves.left * b.size;
  grow(work.sums, 2 * next);
  Real *const x = work.sums.data();    // the gradient by T4, then that by T2, then that by T1
  Real *const z = x + next;            // that by T3
  const auto product = [&](int number, int count, const Real *out, const Real *start, Real *in) {
    factor_[number - 1].multiply_transposed(count, out, start,
                                            {upper.first, upper.count, in, upper.room});
  };
  product(4, halves.left, p.p4, nullptr, x);
  product(2, halves.left, p.p2, x, b.b21);
  product(6, halves.right, p.p6, x, x);
  product(3, halves.right, p.p3, x, b.b22);
  product(5, halves.left, p.p5, x, x);
  product(1, halves.left, p.p1, x, b.b11);
  product(7, halves.right, p.p7, nullptr, z);
  add_last(halves, x, z, b);
}

template <class Real> std::size_t QuarteredMatrix<Real>::products_size(int packs) const
{
  return 7 * static_cast<std::size_t>(Halves(packs).left) * half_outputs_ * LANES<Real>;
}

template <class Real> std::size_t QuarteredMatrix<Real>::memory_usage() const
{
  std::size_t bytes = 0;
  for (const auto &factor : factor_) bytes += factor.memory_usage();
  return bytes;
}

template class QuarteredMatrix<double>;
template class QuarteredMatrix<float>;

}    // namespace lbs
