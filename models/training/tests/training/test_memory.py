"""The memory fit: plans from a known cost, counted bytes against known tensors, and recovery when memory ends."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace

import pytest
import torch
from blob_pack import BlobPack
from conftest import FAST
from torch import nn

from railscope_training.errors import TrainingError
from railscope_training.networks import create_network
from railscope_training.training.distributed import World
from railscope_training.training.experiment_file import load_experiment
from railscope_training.training.live_bytes import LiveBytes
from railscope_training.training.memory import USABLE, Probe, choose_plan, parse_memory
from railscope_training.training.session import Session, build_session

GIB = 1024**3


def _cost(base: float, plain: float, saving: float) -> Probe:
    return lambda micro, checkpointing: int(GIB * (base + micro * (saving if checkpointing else plain)))


@pytest.mark.parametrize(
    ("limit", "micro_batch", "accumulation", "checkpointing"),
    [
        (24, 16, 1, False),  # everything at once
        (12, 8, 2, False),  # equal parts
        (8, 6, 3, False),  # 16 in three parts of at most six
        (4, 6, 3, True),  # fewer than four without checkpointing
        (2, 2, 8, True),
        (1.8, 1, 16, True),  # the last resort
    ],
)
def test_the_fastest_plan_that_fits(limit: float, micro_batch: int, accumulation: int, checkpointing: bool) -> None:
    plan = choose_plan(_cost(1.0, 1.0, 0.4), 16, limit * GIB)
    assert (plan.micro_batch, plan.accumulation, plan.checkpointing) == (micro_batch, accumulation, checkpointing)
    assert plan.bytes <= USABLE * limit * GIB
    assert plan.micro_batch * plan.accumulation >= 16


def test_a_curved_cost_is_measured_not_believed() -> None:
    def curved(micro: int, checkpointing: bool) -> int | None:
        return int(GIB * (1 + 0.1 * micro**2)) if micro < 9 else None

    plan = choose_plan(curved, 32, 6 * GIB)
    assert plan.bytes == curved(plan.micro_batch, plan.checkpointing)
    assert plan.bytes <= USABLE * 6 * GIB


def test_too_little_memory_says_what_it_would_take() -> None:
    with pytest.raises(TrainingError, match=r"it takes 1\.40 GiB"):
        choose_plan(_cost(1.0, 1.0, 0.4), 4, GIB)


@pytest.mark.parametrize(("text", "expected"), [("8GiB", 8 * GIB), ("1.5 g", 1.5 * GIB), ("900MB", 900 * 2**20)])
def test_amounts_of_memory(text: str, expected: float) -> None:
    assert parse_memory(text) == int(expected)


def test_an_amount_that_is_none() -> None:
    with pytest.raises(TrainingError, match="write for example 8GiB"):
        parse_memory("eight")


def test_live_bytes_count_what_autograd_keeps() -> None:
    side = 256
    x = torch.randn(side, side)
    with LiveBytes() as counter:
        kept = [x + 1.0 for _ in range(3)]
        views = [one.view(-1)[10:] for one in kept]
        del kept, views
        held = x * 2.0
    assert counter.peak == 3 * side * side * 4
    assert counter.current == held.nbytes


def test_checkpointing_and_smaller_parts_take_less() -> None:
    network = create_network("unet", widths=[8, 16, 32])
    peaks = {}
    for checkpointing in (False, True):
        for size in (1, 4):
            network.checkpointing = checkpointing
            with LiveBytes() as counter:
                network(torch.randn(size, 3, 64, 64))[0].mean().backward()
            network.zero_grad(set_to_none=True)
            peaks[checkpointing, size] = counter.peak
    assert peaks[True, 4] < 0.8 * peaks[False, 4]
    assert peaks[False, 4] > 3 * peaks[False, 1]


def _session(*settings: str) -> Session:
    return build_session(load_experiment("configs/tiny.yaml", [*FAST, *settings]), BlobPack(), World())


def test_the_probe_leaves_the_training_untouched() -> None:
    session = _session()
    before = {name: value.clone() for name, value in session.core.state_dict().items()}
    probe = session.probe()
    small, large = probe.working_bytes(1, False), probe.working_bytes(4, False)
    assert small is not None
    assert large is not None
    assert large > 2 * small
    assert all(torch.equal(value, before[name]) for name, value in session.core.state_dict().items())
    assert all(one.grad is None for one in session.core.parameters())


class _Limited(nn.Module):
    """A network on a device that has memory for `limit` pictures."""

    def __init__(self, inner: nn.Module, limit: int) -> None:
        super().__init__()
        self.inner, self.limit, self.checkpointing = inner, limit, False

    def forward(self, x: torch.Tensor) -> tuple[torch.Tensor, ...]:
        if len(x) > (2 * self.limit if self.checkpointing else self.limit):
            raise torch.OutOfMemoryError("simulated")
        return self.inner(x)  # type: ignore[no-any-return]


@pytest.fixture
def limited() -> Callable[[Session, int], None]:
    """Puts a limit on the network of a session."""

    def put(session: Session, limit: int) -> None:
        network = _Limited(session.core, limit)
        session.runner.core = session.runner.network = network

    return put


def test_when_memory_ends_the_same_batch_is_trained_in_smaller_parts(limited: Callable[[Session, int], None]) -> None:
    frozen = "freeze_batch_norm=true"
    whole, small = _session("batch=8", frozen), _session("batch=8", frozen)
    limited(small, 2)
    noted: list[tuple[int, bool]] = []
    small.runner.on_shrink = lambda micro, checkpointing: noted.append((micro, checkpointing))
    expected = whole.runner.run(whole.feed.batch(0), 0)
    result = small.runner.run(small.feed.batch(0), 0)
    assert noted == [(4, False), (2, False)]
    assert float(result.loss) == pytest.approx(float(expected.loss), rel=1e-5)
    assert result.gradient_norm == pytest.approx(expected.gradient_norm, rel=1e-4)
    for a, b in zip(whole.core.parameters(), small.core.parameters(), strict=True):
        assert torch.allclose(a, b, atol=1e-6)


def test_when_one_picture_does_not_fit_it_says_so(limited: Callable[[Session, int], None]) -> None:
    session = _session("batch=4")
    limited(session, 0)
    with pytest.raises(TrainingError, match="memory ends with one picture"):
        session.runner.run(session.feed.batch(0), 0)
    assert session.runner.checkpointing


@pytest.mark.parametrize("kind", ["fp32", "bf16", "fp16"])
def test_each_precision_trains(kind: str) -> None:
    session = _session(f"precision.kind={kind}", "precision.initial_scale=64", "gradients={clamp: 0.5}")
    losses = [float(session.runner.run(session.feed.batch(step), step).loss) for step in range(12)]
    assert all(math.isfinite(loss) for loss in losses)
    assert sum(losses[-3:]) < sum(losses[:3])
    assert session.precision.scale == (64.0 if kind == "fp16" else 1.0)


def test_fp16_leaves_out_steps_whose_gradients_overflow() -> None:
    session = _session("precision={kind: fp16, initial_scale: 1.0e+38}")
    before = [one.detach().clone() for one in session.core.parameters()]
    result = session.runner.run(session.feed.batch(0), 0)
    assert not result.taken
    assert session.precision.scale == pytest.approx(0.5e38)
    assert all(torch.equal(a, b) for a, b in zip(before, session.core.parameters(), strict=True))


def test_gradients_are_clamped_after_unscaling() -> None:
    session = _session("precision={kind: fp16, initial_scale: 1024}", "gradients={clamp: 1e-4}")
    session.runner.run(session.feed.batch(0), 0)
    largest = max(float(one.grad.abs().max()) for one in session.core.parameters() if one.grad is not None)
    assert largest == pytest.approx(1e-4, rel=1e-3)


def test_frozen_parts_stay_as_they_are() -> None:
    session = _session("freeze=[encoders]", "freeze_batch_norm=true")
    before = {name: value.clone() for name, value in session.core.state_dict().items() if name.startswith("encoders")}
    session.runner.run(session.feed.batch(0), 0)
    after = session.core.state_dict()
    assert before
    assert all(torch.equal(value, after[name]) for name, value in before.items())


def test_a_world_that_does_not_divide_the_batch_is_refused() -> None:
    experiment = load_experiment("configs/tiny.yaml", [*FAST, "batch=3"])
    with pytest.raises(TrainingError, match="multiple of the 2 processes"):
        build_session(experiment, BlobPack(), replace(World(), size=2))
