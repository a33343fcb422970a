#include "elements.hpp"

#include <algorithm>
#include <iterator>

namespace lbs {

namespace {

// In the order of their atomic numbers.
const char *const SYMBOLS[] = {
    "H",  "He", "Li", "Be", "B",  "C",  "N",  "O",  "F",  "Ne", "Na", "Mg", "Al", "Si", "P",
    "S",  "Cl", "Ar", "K",  "Ca", "Sc", "Ti", "V",  "Cr", "Mn", "Fe", "Co", "Ni", "Cu", "Zn",
    "Ga", "Ge", "As", "Se", "Br", "Kr", "Rb", "Sr", "Y",  "Zr", "Nb", "Mo", "Tc", "Ru", "Rh",
    "Pd", "Ag", "Cd", "In", "Sn", "Sb", "Te", "I",  "Xe", "Cs", "Ba", "La", "Ce", "Pr", "Nd",
    "Pm", "Sm", "Eu", "Gd", "Tb", "Dy", "Ho", "Er", "Tm", "Yb", "Lu", "Hf", "Ta", "W",  "Re",
    "Os", "Ir", "Pt", "Au", "Hg", "Tl", "Pb", "Bi", "Po", "At", "Rn", "Fr", "Ra", "Ac", "Th",
    "Pa", "U",  "Np", "Pu", "Am", "Cm", "Bk", "Cf", "Es", "Fm", "Md", "No", "Lr",
};

}    // namespace

int atomic_number(const std::string &symbol)
{
  const auto *const found = std::find(std::begin(SYMBOLS), std::end(SYMBOLS), symbol);
  return found == std::end(SYMBOLS) ? 0 : static_cast<int>(found - std::begin(SYMBOLS)) + 1;
}

bool is_element_symbol(const std::string &word)
{
  return atomic_number(word) > 0;
}

}    // namespace lbs
