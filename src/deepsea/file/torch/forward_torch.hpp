// SPDX-License-Identifier: GPL-2.0-only
// The code of a model file: se_a as TorchScript, for any libtorch from 1.13 on.
#pragma once

namespace lbs::deepsea {

// Its type in TorchScript; the file's code lies under this name.
constexpr const char *SCRIPT_NAME = "__torch__.lbs.deepsea.Model";

// forward(coord, type, first, neighbor) -> energies. Shapes and formulas: doc/deepsea_model_format.
//
// This is the reference that everything else is measured against, so it is written for reading:
// loops over pairs of types, no table, everything in the dtype of the weights. A neighbor slot of
// `selection` that no atom fills still carries the normalized row of "nothing there".
constexpr const char *FORWARD_SCRIPT = R"JIT(
def activate(self, name: str, x: Tensor) -> Tensor:
    if name == "tanh":
        return torch.tanh(x)
    elif name == "gelu":
        return 0.5 * x * (1.0 + torch.tanh(0.79788456080286535588 * (x + 0.044715 * x * x * x)))
    elif name == "relu":
        return torch.relu(x)
    elif name == "relu6":
        return torch.clamp(x, 0.0, 6.0)
    elif name == "softplus":
        return torch.logaddexp(x, torch.zeros_like(x))
    elif name == "sigmoid":
        return torch.sigmoid(x)
    elif name == "silu":
        return x * torch.sigmoid(x)
    assert name == "linear", "unknown activation function"
    return x

def network(self, x: Tensor, layers: List[int], weight: List[Tensor], bias: List[Tensor],
            timestep: List[Tensor], activation: List[str], skip: List[bool], net: int) -> Tensor:
    start = 0
    for k in range(net):
        start += layers[k]
    for k in range(start, start + layers[net]):
        y = self.activate(activation[k], torch.matmul(x, weight[k]) + bias[k])
        if timestep[k].numel() > 0:
            y = y * timestep[k]
        if skip[k] and y.size(1) == x.size(1):
            y = y + x
        elif skip[k] and y.size(1) == 2 * x.size(1):
            y = y + torch.cat([x, x], 1)
        x = y
    return x

def embed(self, s: Tensor, net: int) -> Tensor:
    return self.network(s, self.embedding_layers, self.embedding_weight, self.embedding_bias,
                        self.embedding_timestep, self.embedding_activation, self.embedding_skip,
                        net)

def fit(self, descriptor: Tensor, net: int) -> Tensor:
    return self.network(descriptor, self.fitting_layers, self.fitting_weight, self.fitting_bias,
                        self.fitting_timestep, self.fitting_activation, self.fitting_skip, net)

def environment(self, relative: Tensor, distance: Tensor) -> Tensor:
    u = torch.clamp((distance - self.smooth_from) / (self.cutoff - self.smooth_from), 0.0, 1.0)
    weight = 1.0 + u * u * u * (-6.0 * u * u + 15.0 * u - 10.0)
    q = distance + self.protection
    return torch.cat([(weight / q).unsqueeze(1), relative * (weight / (q * q)).unsqueeze(1)], 1)

def forward(self, coord: Tensor, type: Tensor, first: Tensor, neighbor: Tensor) -> Tensor:
    types = len(self.elements)
    average = self.average.reshape([-1, 4])
    deviation = self.deviation.reshape([-1, 4])
    excluded = self.excluded.reshape([-1])
    centers = first.size(0) - 1
    center_type = type[:centers]
    center = torch.repeat_interleave(torch.arange(centers, device=first.device),
                                     first[1:] - first[:-1])

    relative = coord[neighbor] - coord[center]
    square = torch.sum(relative * relative, 1)
    inside = torch.nonzero((square < self.cutoff * self.cutoff)
                           & (type[center] >= 0) & (type[neighbor] >= 0)).reshape([-1])
    center = center[inside]
    pair = type[center] * types + type[neighbor[inside]]
    rows = self.environment(relative[inside], torch.sqrt(square[inside]))
    rows = (rows - average[pair]) / deviation[pair]

    sums = torch.zeros([centers, 4, self.channels], dtype=coord.dtype, device=coord.device)
    for p in range(types * types):
        net = p % types if self.one_side else p
        chosen = torch.nonzero(pair == p).reshape([-1])
        owner = center[chosen]
        if not bool(excluded[p]):
            row = rows[chosen]
            g = self.embed(row[:, 0:1], net)
            sums = sums.index_add(0, owner, row.unsqueeze(2) * g.unsqueeze(1))
        nothing = (-average[p] / deviation[p]).reshape([1, 4])
        if bool(torch.any(nothing != 0.0)):
            free = self.selection[p % types] - torch.bincount(owner, minlength=centers)
            free = free * (center_type == p // types)
            g = self.embed(nothing[:, 0:1], net)
            share = nothing.unsqueeze(2) * g.unsqueeze(1)
            sums = sums + free.to(coord.dtype).reshape([-1, 1, 1]) * share

    mean = sums / float(sum(self.selection))
    descriptor = torch.matmul(mean.transpose(1, 2), mean[:, :, :self.axis_neurons])
    descriptor = descriptor.reshape([centers, self.channels * self.axis_neurons])
    energy = torch.zeros([centers], dtype=coord.dtype, device=coord.device)
    for t in range(types):
        chosen = torch.nonzero(center_type == t).reshape([-1])
        fitted = self.fit(descriptor[chosen], t).reshape([-1]) + self.energy_bias[t]
        energy = energy.index_add(0, chosen, fitted)
    return energy
)JIT";

}    // namespace lbs::deepsea
