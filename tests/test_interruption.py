"""Signals ask for a stop at a safe point; handlers are restored."""

import os
import signal
import threading

import pytest

from connector.errors import ConnectorError, ErrorKind
from connector.process.interruption import interruption_on_signals


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_asks_for_a_stop(number: signal.Signals) -> None:
    before = signal.getsignal(number)
    with interruption_on_signals() as interruption:
        interruption.check()
        os.kill(os.getpid(), number)
        with pytest.raises(ConnectorError) as caught:
            interruption.check()
    assert caught.value.kind is ErrorKind.INTERRUPTED
    assert caught.value.kind.exit_code == 75
    assert number.name in str(caught.value)
    assert signal.getsignal(number) is before


def test_a_second_interrupt_breaks_off() -> None:
    with interruption_on_signals():
        signal.raise_signal(signal.SIGINT)
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)


def test_outside_the_main_thread_code_can_still_ask() -> None:
    seen: list[bool] = []

    def work() -> None:
        with interruption_on_signals() as interruption:
            interruption.request("SIGTERM")
            seen.append(interruption.is_requested)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert seen == [True]
