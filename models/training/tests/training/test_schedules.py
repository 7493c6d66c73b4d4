"""Learning rates and the plan of steps under a time budget."""

from __future__ import annotations

import pytest

from railscope_training.training.experiment import ScheduleSettings
from railscope_training.training.experiment_file import load_experiment
from railscope_training.training.plan import StepPlan, TimeBudget
from railscope_training.training.schedules import learning_rate_factor


def test_cosine_rises_in_warm_up_and_ends_at_its_final_value() -> None:
    settings = ScheduleSettings("cosine", warmup_steps=4, final=0.05)
    factors = [learning_rate_factor(settings, step, step / 100, 100) for step in range(101)]
    assert factors[0] == pytest.approx(0.2)
    assert factors[:5] == sorted(factors[:5])
    assert factors[4:] == sorted(factors[4:], reverse=True)
    assert factors[-1] == pytest.approx(0.05)


def test_the_published_ocinet_schedule_drops_when_epoch_30_and_epoch_60_begin() -> None:
    schedule = load_experiment("configs/ocinet-nrsd-mn.yaml").schedule
    for epoch, expected in ((1, 1.0), (29, 1.0), (30, 0.1), (59, 0.1), (60, 0.01), (69, 0.01)):
        middle = (epoch - 0.5) / 69
        assert learning_rate_factor(schedule, 10_000, middle, 69) == pytest.approx(expected), epoch


def test_poly_is_the_published_power() -> None:
    assert learning_rate_factor(ScheduleSettings("poly", power=0.9), 9, 0.25, 1) == pytest.approx(0.75**0.9)


def test_a_new_end_never_makes_the_fraction_jump() -> None:
    plan = StepPlan(end_step=100)
    assert plan.fraction(50) == pytest.approx(0.5)
    assert plan.replan(50, 80)
    assert plan.fraction(50) == pytest.approx(0.5)
    assert plan.fraction(65) == pytest.approx(0.75)
    assert plan.fraction(80) == 1.0
    assert not plan.replan(60, 80)


def test_an_unknown_end_holds_the_fraction_until_it_is_known() -> None:
    plan = StepPlan(end_step=None)
    assert plan.fraction(500) == 0.0
    assert plan.replan(10, 110)
    assert plan.fraction(60) == pytest.approx(0.5)
    assert StepPlan(**plan.state()) == plan


def test_the_budget_counts_validations_and_reserves_the_end() -> None:
    budget = TimeBudget(total_seconds=100.0, reserve_seconds=20.0, spent_seconds=10.0)
    assert budget.estimate_end(0) is None
    for _ in range(20):
        budget.add_step(0.5)
    assert budget.estimate_end(20) == 20 + 120
    budget.add_other(10.0)
    # 50 seconds left, a step and its share of the checkpoints cost one
    assert budget.estimate_end(20) == 20 + 50
    assert not budget.exhausted
    budget.add_validation(5.0)
    # 45 left; two more validations of 5 take 10 of them, or one every 10 steps makes a step cost 1.5
    assert budget.estimate_end(20, validations_left=2) == 20 + 35
    assert budget.estimate_end(20, validation_every=10) == 20 + 30
    budget.add_other(45.0)
    assert budget.exhausted


def test_expensive_validations_become_fewer() -> None:
    budget = TimeBudget(total_seconds=100.0, reserve_seconds=0.0)
    assert budget.affordable_validations(10) == 10
    budget.add_validation(5.0)
    assert budget.affordable_validations(10) == 3
    budget.add_validation(50.0)
    assert budget.affordable_validations(10) == 1


def test_slow_steps_are_estimated_early() -> None:
    budget = TimeBudget(total_seconds=100.0, reserve_seconds=0.0)
    budget.add_step(10.0)
    assert budget.estimate_end(1) == 1 + 9
