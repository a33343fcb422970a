// SPDX-License-Identifier: GPL-2.0-only
#include "minimizer.hpp"

#include "support/input_error.hpp"

#include <ceres/ceres.h>

#include <cmath>

namespace lbs::fmp::fit {

namespace {

// About one for every parameter at the start, so that the steps do not depend on units.
double unit_of(const FreeParameter &p)
{
  if (p.width) return *p.width;
  if (p.start != 0.0) return std::fabs(p.start);
  return std::isfinite(p.upper - p.lower) ? p.upper - p.lower : 1.0;
}

// The loss as Ceres takes it, half the sum of squares of as many numbers as there are parameters
// and one. They stand for all rows, which have the same loss, gradient and normal equations.
class Rows final : public ceres::CostFunction {
 public:
  Rows(const Loss &loss, const std::vector<FreeParameter> &parameters)
      : loss_(loss), parameters_(parameters)
  {
    auto const n = static_cast<int>(parameters.size());
    set_num_residuals(n + 1);
    mutable_parameter_block_sizes()->push_back(n);
  }

  bool Evaluate(double const *const *blocks, double *residuals, double **jacobians) const override
  {
    auto const n = static_cast<Eigen::Index>(parameters_.size());
    FitState state;
    state.scaled.assign(blocks[0], blocks[0] + n);
    auto const values = values_of(parameters_, state);
    Eigen::Map<Eigen::VectorXd> out(residuals, n + 1);
    try {
      if (jacobians == nullptr || jacobians[0] == nullptr) {
        out.setZero();
        out[n] = std::sqrt(loss_.value(values));
        return std::isfinite(out[n]);
      }
      auto const triangle = loss_.triangle(values);
      using RowMajor = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
      Eigen::Map<RowMajor> slopes(jacobians[0], n + 1, n);
      out = triangle.col(n);
      slopes = triangle.leftCols(n);
      for (Eigen::Index k = 0; k < n; ++k)
        slopes.col(k) *= unit_of(parameters_[static_cast<std::size_t>(k)]);
      return triangle.allFinite();
    } catch (const InputError &) {
      return false;    // a step to where the potential does not exist is not taken
    }
  }

 private:
  const Loss &loss_;
  const std::vector<FreeParameter> &parameters_;
};

// Hands out the state after each success.
class Watch final : public ceres::IterationCallback {
 public:
  Watch(FitState &state, const std::vector<double> &scaled, double negligible,
        const std::function<bool(const FitState &, double)> &after_step)
      : state_(state), scaled_(scaled), negligible_(negligible), before_(state.steps),
        after_step_(after_step)
  {
  }

  ceres::CallbackReturnType operator()(const ceres::IterationSummary &summary) override
  {
    // The first call is before any step.
    if (summary.iteration == 0 || !summary.step_is_successful) return ceres::SOLVER_CONTINUE;
    state_.scaled = scaled_;
    state_.radius = summary.trust_region_radius;
    state_.steps = before_ + summary.iteration;
    double const loss = 2.0 * summary.cost;
    stopped_ = !after_step_(state_, loss);
    if (stopped_) return ceres::SOLVER_ABORT;
    return loss < negligible_ ? ceres::SOLVER_TERMINATE_SUCCESSFULLY : ceres::SOLVER_CONTINUE;
  }
  [[nodiscard]] bool stopped() const { return stopped_; }

 private:
  FitState &state_;
  const std::vector<double> &scaled_;
  double negligible_;
  int before_;
  const std::function<bool(const FitState &, double)> &after_step_;
  bool stopped_ = false;
};

ceres::Solver::Options options_of(const FitInput &input, const FitState &state)
{
  ceres::Solver::Options options;
  options.linear_solver_type = ceres::DENSE_QR;
  options.dense_linear_algebra_library_type = ceres::EIGEN;
  options.logging_type = ceres::SILENT;
  options.initial_trust_region_radius = state.radius;
  options.max_num_iterations = input.steps - state.steps;
  options.function_tolerance = input.tolerance;
  // Both depend on units or on the steps before, so a fit that goes on would end elsewhere.
  options.gradient_tolerance = 0.0;
  options.parameter_tolerance = 0.0;
  options.jacobi_scaling = false;
  options.update_state_every_iteration = true;
  return options;
}

}    // namespace

FitState start_of(const std::vector<FreeParameter> &parameters)
{
  FitState state;
  for (auto const &p : parameters) state.scaled.push_back(p.start / unit_of(p));
  return state;
}

std::vector<double> values_of(const std::vector<FreeParameter> &parameters, const FitState &state)
{
  std::vector<double> values;
  for (std::size_t k = 0; k < parameters.size(); ++k)
    values.push_back(state.scaled[k] * unit_of(parameters[k]));
  return values;
}

FitOutcome minimize(const Loss &loss, const FitInput &input, const FitState &state,
                    const std::function<bool(const FitState &, double)> &after_step)
{
  // Deviations of this size are rounding errors.
  constexpr double ROUNDING = 1.0e-10;
  FitOutcome outcome;
  outcome.state = state;
  outcome.loss = loss.value(values_of(input.free, state));    // an error here is the user's to know
  if (state.steps >= input.steps) return outcome;

  std::vector<double> scaled = state.scaled;
  ceres::Problem problem;
  problem.AddResidualBlock(new Rows(loss, input.free), nullptr, scaled.data());
  for (std::size_t k = 0; k < scaled.size(); ++k) {
    auto const &p = input.free[k];
    auto const index = static_cast<int>(k);
    if (std::isfinite(p.lower))
      problem.SetParameterLowerBound(scaled.data(), index, p.lower / unit_of(p));
    if (std::isfinite(p.upper))
      problem.SetParameterUpperBound(scaled.data(), index, p.upper / unit_of(p));
  }
  auto options = options_of(input, state);
  Watch watch(outcome.state, scaled, static_cast<double>(loss.rows()) * ROUNDING * ROUNDING,
              after_step);
  options.callbacks.push_back(&watch);
  ceres::Solver::Summary summary;
  ceres::Solve(options, &problem, &summary);
  if (summary.termination_type == ceres::FAILURE)
    throw InputError("Ceres Solver gave up: " + summary.message);
  outcome.stopped = watch.stopped();
  outcome.converged = summary.termination_type == ceres::CONVERGENCE ||
                      summary.termination_type == ceres::USER_SUCCESS;
  outcome.loss = loss.value(values_of(input.free, outcome.state));
  return outcome;
}

}    // namespace lbs::fmp::fit
