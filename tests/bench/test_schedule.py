"""The simulation of a schedule against what can be computed by hand."""

from __future__ import annotations

import math
import random

import pytest
from schedule import Cluster, simulate

_RNG = random.Random(3)
UNEVEN = [_RNG.uniform(1, 9) for _ in range(200)]


def test_one_worker_takes_the_sum_of_all_times_and_of_the_scheduler() -> None:
    outcome = simulate(UNEVEN, Cluster(1, overhead=0.25))
    assert outcome.makespan == pytest.approx(sum(UNEVEN) + 0.25 * len(UNEVEN))
    assert outcome.utilisation == pytest.approx(sum(UNEVEN) / outcome.makespan)


@pytest.mark.parametrize(("tasks", "workers"), [(12, 4), (13, 4), (3, 8), (100, 7)])
def test_equal_tiles_come_in_whole_rounds(tasks: int, workers: int) -> None:
    outcome = simulate([5.0] * tasks, Cluster(workers))
    assert outcome.makespan == pytest.approx(5.0 * math.ceil(tasks / workers))
    assert outcome.utilisation == pytest.approx(tasks / (workers * math.ceil(tasks / workers)))


@pytest.mark.parametrize("workers", [2, 5, 30])
def test_list_scheduling_keeps_grahams_bound(workers: int) -> None:
    makespan = simulate(UNEVEN, Cluster(workers)).makespan
    assert makespan >= sum(UNEVEN) / workers * (1 - 1e-9)
    assert makespan <= sum(UNEVEN) / workers + (1 - 1 / workers) * max(UNEVEN)


def test_with_more_workers_than_work_the_scheduler_decides() -> None:
    assert simulate([1.0] * 500, Cluster(1000, overhead=0.1)).makespan == pytest.approx(500 * 0.1 + 1.0)


def test_a_lost_worker_costs_what_the_formula_for_restarts_says() -> None:
    """A task of t seconds that starts anew at each loss takes (1 / rate + r) (e^(rate t) - 1) on average."""
    rate, seconds, back, tasks = 1 / 50, 30.0, 10.0, 4000
    outcome = simulate([seconds] * tasks, Cluster(1, losses_per_hour=3600 * rate, replaced_after=back), seed=1)
    expected = (1 / rate + back) * (math.exp(rate * seconds) - 1)
    assert outcome.makespan / tasks == pytest.approx(expected, rel=0.05)
    assert outcome.abandoned == 0


def test_a_task_is_given_up_after_its_retries() -> None:
    rate, seconds, tasks = 1 / 50, 100.0, 400
    outcome = simulate([seconds] * tasks, Cluster(4, losses_per_hour=3600 * rate, retries=1), seed=2)
    # Given up when the worker is lost in both attempts.
    assert outcome.abandoned / tasks == pytest.approx((1 - math.exp(-rate * seconds)) ** 2, abs=0.05)


def test_stragglers_lengthen_the_work_by_their_share() -> None:
    outcome = simulate([2.0] * 5000, Cluster(1, slow_share=0.1, slow_factor=6.0), seed=4)
    assert outcome.makespan / (2.0 * 5000) == pytest.approx(1 + 0.1 * 5, rel=0.03)


def test_copies_shorten_the_tail_and_cost_work() -> None:
    slow = Cluster(20, slow_share=0.05, slow_factor=20.0)
    helped = Cluster(20, slow_share=0.05, slow_factor=20.0, speculation=True)
    plain, copied = simulate([10.0] * 200, slow, seed=5), simulate([10.0] * 200, helped, seed=5)
    assert plain.copies == 0 < copied.copies
    assert copied.makespan < 0.8 * plain.makespan
    assert copied.makespan >= copied.ideal


def test_without_stragglers_copies_change_nothing() -> None:
    plain, copied = (simulate(UNEVEN, Cluster(6, speculation=chosen)) for chosen in (False, True))
    assert copied.makespan == plain.makespan
    assert copied.utilisation == pytest.approx(plain.utilisation)


def test_the_same_seed_gives_the_same_schedule_and_another_one_does_not() -> None:
    cluster = Cluster(5, losses_per_hour=20, replaced_after=30, slow_share=0.1, slow_factor=3)
    first, again, other = (simulate(UNEVEN, cluster, seed) for seed in (1, 1, 2))
    assert first == again
    assert first != other


@pytest.mark.parametrize(("times", "workers"), [([], 1), ([1.0], 0), ([1.0, 0.0], 1)])
def test_what_is_no_schedule_is_refused(times: list[float], workers: int) -> None:
    with pytest.raises(ValueError, match="schedule"):
        simulate(times, Cluster(workers))
