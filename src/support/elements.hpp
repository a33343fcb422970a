// SPDX-License-Identifier: GPL-2.0-only
// The chemical elements.
#pragma once

#include <string>

namespace lbs {

constexpr int ELEMENTS = 103;    // H to Lr

// Symbol of the element with that many protons, from 1 to ELEMENTS.
const char *element_symbol(int number);

// Protons of an element, 0 if the word is no element's symbol.
int atomic_number(const std::string &symbol);

// A; 0 if the word is no element's symbol, or none is known (beyond Cm).
double covalent_radius(const std::string &symbol);

// Whether the word is an element's symbol, in its usual capitals.
bool is_element_symbol(const std::string &word);

// Standard atomic weight (g/mol); 0 if the word is no element's symbol.
double atomic_mass(const std::string &symbol);

// Symbol of the element whose atomic weight is nearest to a mass (g/mol).
std::string element_of_mass(double mass);

}    // namespace lbs
