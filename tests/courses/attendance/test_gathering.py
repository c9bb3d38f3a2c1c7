"""Callers who come together are served together, each with its own result."""

import threading
import time

import pytest

from courses.attendance.gathering import Gathering


def bring_all(gathering, items):
    """Bring every item in a thread of its own and return what each got, result or error."""
    got = {}

    def bring(item):
        try:
            got[item] = gathering.bring(item)
        except Exception as error:
            got[item] = error

    threads = [threading.Thread(target=bring, args=(item,)) for item in items]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=20)
    assert not any(thread.is_alive() for thread in threads)
    return got


class Counter:
    """Serves slowly enough that others come meanwhile, and remembers whom it served together."""

    def __init__(self, refuses=()):
        self.served, self.refuses = [], refuses

    def __call__(self, items):
        self.served.append(list(items))
        time.sleep(0.02)
        for item in items:
            if item in self.refuses:
                raise ValueError(item)
        return [item * 10 for item in items]


def test_a_lone_caller_is_served_at_once_and_alone():
    counter = Counter()
    gathering = Gathering(counter, most=8, patience_s=10)
    assert [gathering.bring(1), gathering.bring(2)] == [10, 20]
    assert counter.served == [[1], [2]]


@pytest.mark.parametrize("patience", [0, 0.01])
def test_everybody_gets_their_own_result_and_company_is_served_together(patience):
    counter = Counter()
    got = bring_all(Gathering(counter, most=8, patience_s=patience), range(40))
    assert got == {item: item * 10 for item in range(40)}
    assert sorted(item for items in counter.served for item in items) == list(range(40))
    assert 1 < max(len(items) for items in counter.served) <= 8
    assert len(counter.served) < 40


def test_one_callers_trouble_is_not_the_others():
    counter = Counter(refuses=(7,))
    got = bring_all(Gathering(counter, most=16), range(20))
    assert str(got.pop(7)) == "7"
    assert got == {item: item * 10 for item in range(20) if item != 7}


def test_after_a_failure_the_next_one_is_served():
    gathering = Gathering(Counter(refuses=(1,)), most=4)
    with pytest.raises(ValueError, match="1"):
        gathering.bring(1)
    assert gathering.bring(2) == 20


def test_a_thread_that_is_stopped_leaves_nobody_waiting():
    began = threading.Event()

    def stopped(items):
        began.set()
        time.sleep(0.05)
        if 1 in items:
            raise SystemExit
        return list(items)

    gathering = Gathering(stopped, most=4)

    def bring_and_stop():
        with pytest.raises(SystemExit):
            gathering.bring(1)

    first = threading.Thread(target=bring_and_stop)
    first.start()
    began.wait(5)
    assert bring_all(gathering, [2, 3]) == {2: 2, 3: 3}
    first.join(5)
    assert not first.is_alive()
