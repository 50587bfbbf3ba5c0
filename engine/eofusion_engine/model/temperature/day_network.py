"""The correlation model's day logits, for many sample paths of few conditions at once, without gradients.

The same function as :meth:`.correlation.CorrelationModel.forward` to rounding, arranged for a processor's caches: what
does not change from path to path and from step to step is computed once a condition, logits only where they are asked,
the last layer only for the tokens that they hang on, and all large arrays in memory that is kept from call to call.
"""

from __future__ import annotations

import math
import threading
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ..packed import PackedLinear
from .correlation import CorrelationModel, Inputs
from .sequence import IMAGES, WINDOW

_LOG2E = math.log2(math.e)
#: Attention scores whose powers of two neither overflow nor vanish in float32, with room to spare.
_SAFE_SCORE = 100.0


@dataclass(frozen=True)
class Context:
    """What C conditions keep through all steps.

    ``patches`` (C, 1, T, width): tokens of the T day patches without the days' ids. ``rest`` (C, 1, K, width): place,
    climate and image tokens, and ``heads`` (3, C, 1, heads, K, d) their queries, keys and values in the first layer.
    ``base`` (C * WINDOW, bins): the logits that the climatology and the mean head give, in bits.
    """

    patches: Tensor
    rest: Tensor
    heads: Tensor
    base: Tensor


@dataclass(frozen=True)
class _Layer:
    """A block's layers; queries come out scaled for the scores.

    ``bounded``: scores are in bits, and none can leave +-_SAFE_SCORE.
    """

    norm1: nn.LayerNorm
    norm2: nn.LayerNorm
    qkv: PackedLinear
    out: PackedLinear
    wide: PackedLinear
    narrow: PackedLinear
    bounded: bool


class _Memory:
    """A thread's arrays for R rows of T patches and K other tokens: those first, these after them."""

    def __init__(self, net: DayNetwork, rows: int, device: torch.device) -> None:
        heads, size, patches, rest = net.heads, net.width // net.heads, net.patches, net.rest
        own, tokens = rows * patches, patches + rest

        def room(*shape: int) -> Tensor:
            return torch.empty(shape, device=device)

        def parts(array: Tensor, *shape: int) -> tuple[Tensor, Tensor]:
            return array[:own].view(rows, patches, *shape), array[own:].view(rows, rest, *shape)

        self.x, self.attended = room(rows * tokens, net.width), room(rows * tokens, net.width)
        self.x_patches, self.x_rest = parts(self.x, net.width)
        self.attended_patches, self.attended_rest = parts(self.attended, heads, size)
        joined = room(3, rows, heads, tokens, size)
        self.heads_patches, self.heads_rest = joined[:, :, :, :patches], joined[:, :, :, patches:]
        q, k, self.v = joined.flatten(1, 2)
        self.k = k.transpose(1, 2)
        scores, mixed = room(rows * heads, tokens, tokens), room(rows * heads, tokens, size)
        # Queries, scores and outcome of all tokens, and in the same memory of the patches alone.
        self.whole = q, scores, mixed
        self.own = (
            q[:, :patches],
            scores.view(-1)[: own * heads * tokens].view(-1, patches, tokens),
            mixed.view(-1)[: own * heads * size].view(-1, patches, size),
        )
        self.asked = room(rows * WINDOW, net.model.day_head.in_features)
        self.logits = room(rows * WINDOW, net.model.day_head.out_features)


class DayNetwork:
    """Made of a trained model, whose weights must not change afterwards."""

    def __init__(self, model: CorrelationModel) -> None:
        config = model.config
        self.model, self.width, self.heads, self.patch = model, config.width, config.heads, config.patch
        self.patches, self.rest = WINDOW // config.patch, 2 + IMAGES
        assert isinstance(model.blocks.norm, nn.LayerNorm)  # nosec B101: for the type checker
        self.norm = model.blocks.norm
        with torch.inference_mode():
            self.layers = [_layer(block, config.heads) for block in model.blocks.layers]
            # A patch's convolution of embedded days is a sum over its taps of one row each: a table of all rows. The
            # last row is the border's, where the convolution is padded with nothing.
            table = torch.einsum("ve,wek->kvw", model.day.weight, model.patchify.weight)
            border = table.new_zeros(len(table), 1, self.width)
            self.taps = torch.cat((table, border), dim=1).flatten(0, 1)
            self.border = config.bins + 1
            self.first = torch.arange(len(table), device=table.device) * (config.bins + 2)
            self.to_days = PackedLinear(model.day_hidden.weight, model.day_hidden.bias)
            self.to_bins = PackedLinear(model.day_head.weight, model.day_head.bias)
        self._kept = threading.local()

    def context(self, seen: Inputs) -> Context:
        """What stays the same for C windows; their days are not looked at."""
        model, layer = self.model, self.layers[0]
        rest = model.fixed_tokens(seen)
        slot, when, moved = model.patch_terms(seen)
        patches = slot + when + moved + model.patchify.get_parameter("bias")
        heads = self._split(layer.qkv(_norm(layer.norm1, rest)), self.rest)[:, :, None].contiguous()
        return Context(patches[:, None], rest[:, None], heads, model.base_logits(seen).flatten(0, 1).mul_(_LOG2E))

    def bits(self, context: Context, days: Tensor, where: Tensor, trust: float) -> Tensor:
        """Day logits (N, bins) in bits: times log2(e). The memory is this thread's next call's.

        Args:
            context: of C conditions.
            days: (R, WINDOW) ids of R / C paths of each condition, one condition after the other.
            where: (N,) the asked days among the flattened (R * WINDOW).
            trust: the transformer's share.
        """
        rows = len(days)
        kept = self._memory(rows, days.device)
        window = len(context.base) // WINDOW
        place = where if window == rows else where % WINDOW
        if 1 < window < rows:
            place = place + where.div(rows // window * WINDOW, rounding_mode="floor").mul_(WINDOW)
        logits = torch.index_select(context.base, 0, place, out=kept.logits[: len(where)])
        if trust == 0:
            return logits
        self._tokens(context, days, kept)
        own = rows * self.patches
        hidden = self.to_days(_norm(self.norm, kept.x[:own])).view(rows * WINDOW, -1)
        asked = torch.index_select(hidden, 0, where, out=kept.asked[: len(where)])
        return logits.add_(self.to_bins(F.gelu(asked)), alpha=trust * _LOG2E)

    def _tokens(self, context: Context, days: Tensor, kept: _Memory) -> None:
        """Leave the patches' tokens after the last layer in the first part of ``kept.x``."""
        conditions = len(context.rest)
        own = kept.x_patches.shape[0] * self.patches
        torch.add(
            self._embed(days).unflatten(0, (conditions, -1)), context.patches,
            out=kept.x_patches.unflatten(0, (conditions, -1)),
        )  # fmt: skip
        kept.x_rest.unflatten(0, (conditions, -1)).copy_(context.rest)
        for number, layer in enumerate(self.layers):
            first, last = number == 0, number + 1 == len(self.layers)
            # In the first layer the other tokens are known, in the last only the patches' outcome is asked.
            qkv = layer.qkv(_norm(layer.norm1, kept.x[:own] if first else kept.x))
            kept.heads_patches.copy_(self._split(qkv[:own], self.patches))
            if first:
                kept.heads_rest.unflatten(1, (conditions, -1)).copy_(context.heads)
            else:
                kept.heads_rest.copy_(self._split(qkv[own:], self.rest))
            mixed = _attend(layer, kept, last).unflatten(0, (-1, self.heads)).transpose(1, 2)
            kept.attended_patches.copy_(mixed[:, : self.patches])
            if not last:
                kept.attended_rest.copy_(mixed[:, self.patches :])
            x, attended = (part[:own] if last else part for part in (kept.x, kept.attended))
            x.add_(layer.out(attended))
            x.add_(layer.narrow(layer.wide(_norm(layer.norm2, x))))

    def _split(self, qkv: Tensor, tokens: int) -> Tensor:
        """Queries, keys and values (R * tokens, 3 * width) as (3, R, heads, tokens, d)."""
        return qkv.view(-1, tokens, 3, self.heads, self.width // self.heads).permute(2, 0, 3, 1, 4)

    def _embed(self, days: Tensor) -> Tensor:
        """Patches (R, T, width) of day ids (R, WINDOW)."""
        edge = self.patch // 2
        index = F.pad(days, (edge, edge), value=self.border).unfold(1, 2 * self.patch, self.patch) + self.first
        return F.embedding_bag(index.flatten(0, 1), self.taps, mode="sum").unflatten(0, (len(days), -1))

    def _memory(self, rows: int, device: torch.device) -> _Memory:
        """This thread's memory for so many rows: of the first call, and of the others."""
        if not hasattr(self._kept, "by_rows"):
            self._kept.by_rows = {}
        by_rows: dict[int, _Memory] = self._kept.by_rows
        if rows not in by_rows:
            # The first step's and the other steps' rows; another request's take their place.
            if len(by_rows) > 1:
                by_rows.clear()
            by_rows[rows] = _Memory(self, rows, device)
        return by_rows[rows]


def _attend(layer: _Layer, kept: _Memory, own: bool) -> Tensor:
    """Attention to all tokens (R * heads, tokens, d), or the patches' alone (R * heads, patches, d)."""
    q, scores, mixed = kept.own if own else kept.whole
    torch.bmm(q, kept.k, out=scores)
    if not layer.bounded:
        return torch.bmm(torch.softmax(scores, dim=-1), kept.v, out=mixed)
    # Softmax by powers of two, without a search for the largest: several times as fast, and as exact.
    total = scores.exp2_().sum(dim=-1, keepdim=True)
    return torch.bmm(scores, kept.v, out=mixed).mul_(total.reciprocal_())


def _norm(norm: nn.LayerNorm, x: Tensor) -> Tensor:
    return F.layer_norm(x, norm.normalized_shape, norm.weight, norm.bias, norm.eps)


def _layer(block: nn.Module, heads: int) -> _Layer:
    assert isinstance(block, nn.TransformerEncoderLayer)  # nosec B101: for the type checker
    attention = block.self_attn
    weight, bias = attention.in_proj_weight.clone(), attention.in_proj_bias.clone()
    width = weight.shape[1]
    bounded = _score_bound(block.norm1, weight, bias, heads) < _SAFE_SCORE
    for part in (weight, bias):
        part[:width] *= (width // heads) ** -0.5 * (_LOG2E if bounded else 1.0)
    return _Layer(
        block.norm1,
        block.norm2,
        PackedLinear(weight, bias),
        PackedLinear(attention.out_proj.weight, attention.out_proj.bias),
        PackedLinear(block.linear1.weight, block.linear1.bias, gelu=True),
        PackedLinear(block.linear2.weight, block.linear2.bias),
        bounded,
    )


def _score_bound(norm: nn.LayerNorm, weight: Tensor, bias: Tensor, heads: int) -> float:
    """No attention score in bits is larger than this: what leaves a layer norm lies on a known ellipsoid."""
    width = weight.shape[1]
    weight, bias = weight.double().cpu(), bias.double().cpu()
    gain, shift = norm.weight.double().cpu(), norm.bias.double().cpu()
    parts = (weight * gain).unflatten(0, (3, heads, -1))[:2]
    offsets = (weight @ shift + bias).unflatten(0, (3, heads, -1))[:2]
    longest = torch.linalg.matrix_norm(parts, 2) * math.sqrt(width) + offsets.norm(dim=-1)
    return float((longest[0] * longest[1]).max()) * (width // heads) ** -0.5 * _LOG2E
