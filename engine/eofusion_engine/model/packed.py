"""Linear layers for inference by oneDNN, which reaches a processor's full width where MKL does not.

On AMD processors MKL takes its AVX2 kernels: with AVX-512 oneDNN's are twice as fast (measured on Zen 5: 200 against 94
GFLOP/s of one thread), and elsewhere as fast. PyTorch itself uses it in compiled models.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F


class PackedLinear:
    """``x @ weight.T + bias`` in float32, with GELU upon it if asked; the weights must not change afterwards.

    Falls back to PyTorch's own where oneDNN is missing, and on a GPU. A row's result does not hang on other rows.
    """

    def __init__(self, weight: Tensor, bias: Tensor, gelu: bool = False) -> None:
        """``weight`` (N, K), ``bias`` (N,)."""
        self.weight, self.bias, self.gelu = weight.detach().contiguous(), bias.detach().contiguous(), gelu
        self.packed: Tensor | None = None
        if weight.device.type == "cpu" and weight.dtype == torch.float32 and available():
            self.packed = torch.ops.mkldnn._reorder_linear_weight(self.weight)

    def __call__(self, x: Tensor) -> Tensor:
        """(M, K) to (M, N)."""
        if self.packed is None:
            out = F.linear(x, self.weight, self.bias)
            return F.gelu(out) if self.gelu else out
        kind, way = ("gelu", "none") if self.gelu else ("none", "")
        return torch.ops.mkldnn._linear_pointwise(x, self.packed, self.bias, kind, [], way)


def state_of(*parts: Tensor) -> tuple[int, ...]:
    """What changes when one of the tensors is replaced or written to."""
    return (*map(id, parts), *(0 if part.is_inference() else part._version for part in parts))


def available() -> bool:
    """Whether this PyTorch has oneDNN's linear layers."""
    names = ("_linear_pointwise", "_reorder_linear_weight")
    return torch.backends.mkldnn.is_available() and all(hasattr(torch.ops.mkldnn, name) for name in names)


class _FrozenLinear(nn.Linear):
    """A linear layer that is packed where no gradient is asked, and packed again should its weights have changed."""

    def __init__(self, layer: nn.Linear, gelu: bool) -> None:
        nn.Module.__init__(self)
        self.in_features, self.out_features = layer.in_features, layer.out_features
        self.weight, self.bias, self.gelu = layer.weight, layer.bias, gelu
        self._packed: PackedLinear | None = None
        self._packed_of: tuple[int, ...] = ()

    def forward(self, x: Tensor) -> Tensor:
        """As of the layer, with the GELU that followed it."""
        if torch.is_grad_enabled() or x.dtype != torch.float32 or torch.is_autocast_enabled(x.device.type):
            out = F.linear(x, self.weight, self.bias)
            return F.gelu(out) if self.gelu else out
        return self._pack()(x)

    def _pack(self) -> PackedLinear:
        now = state_of(self.weight, self.bias)
        packed = self._packed
        if packed is None or now != self._packed_of:
            packed = PackedLinear(self.weight, self.bias, self.gelu)
            self._packed, self._packed_of = packed, now
        return packed

    def __getstate__(self) -> dict[str, object]:
        return self.__dict__ | {"_packed": None}  # what is packed cannot be copied


def freeze(module: nn.Module) -> None:
    """Make every linear layer in ``module`` a packed one, for a model that is only applied.

    A GELU that follows one in a ``Sequential`` is joined to it. Gradients with respect to inputs are as before.
    """
    for name, child in list(module.named_children()):
        if type(child) is nn.Linear and child.bias is not None:
            follower = module._modules.get(str(int(name) + 1)) if isinstance(module, nn.Sequential) else None
            joined = isinstance(follower, nn.GELU) and follower.approximate == "none"
            setattr(module, name, _FrozenLinear(child, joined))
            if joined:
                setattr(module, str(int(name) + 1), nn.Identity())
        else:
            freeze(child)
