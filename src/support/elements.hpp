// The symbols of the chemical elements.
#pragma once

#include <string>

namespace lbs {

// Whether the word is an element's symbol, in its usual capitals.
bool is_element_symbol(const std::string &word);

}    // namespace lbs
