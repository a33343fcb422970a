// SPDX-License-Identifier: GPL-2.0-only
// Exceptions as values, for what must not let them out.
#pragma once

#include "deepsea/file/torch_library.hpp"

#include <exception>
#include <new>
#include <string>

namespace lbs::deepsea {

// Runs what may throw and tells what it threw; libtorch throws much beside its own c10::Error, also
// without a text.
template <class Action> Failure failure_of(const Action &action)
{
  try {
    action();
    return {};
  } catch (const std::bad_alloc &) {
    return "not enough memory";
  } catch (const std::exception &e) {
    std::string const text = e.what();
    return text.empty() ? "libtorch failed and gives no reason" : text;
  } catch (...) {
    return "libtorch failed for an unknown reason";
  }
}

}    // namespace lbs::deepsea
