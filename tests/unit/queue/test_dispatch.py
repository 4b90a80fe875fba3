"""Our messages and arguments are those of dramatiq's own broker."""

from __future__ import annotations

from typing import Any

import dramatiq
import orjson
from dramatiq.brokers.redis import RedisBroker

from shared.queue.acknowledge import acknowledge, current_delivery
from shared.queue.broker import build_broker, dispatch_of
from shared.queue.delivery import Delivery
from shared.queue.dispatch import dispatch_script
from shared.queue.ring import encode_message
from shared.queue.routes import COUNT_USAGE


def broker() -> RedisBroker:
    return build_broker("redis://127.0.0.1:1")  # Connects only when used.


def test_the_script_is_the_one_that_dramatiq_registers() -> None:
    assert dispatch_script().sha == broker().scripts["dispatch"].sha


def test_the_arguments_carry_the_brokers_own_identity_and_limits() -> None:
    built = broker()
    arguments = dispatch_of(built).arguments("fetch", "completions", 7, maintenance=True)
    assert arguments[:3] == (1, "dramatiq", "fetch")
    assert arguments[4:] == ("completions", built.broker_id, 30_000, 3_600_000, 1, 2_000, 7)


def test_the_broker_has_no_middleware() -> None:
    assert broker().middleware == []


def test_acknowledging_outside_of_an_actor_does_nothing_and_inside_it_acks_once() -> None:
    acknowledge()
    acked: list[Delivery] = []
    delivery = Delivery("completions", "1", "complete_turn", (), {}, acked.append)
    token = current_delivery.set(delivery)
    acknowledge()
    acknowledge()
    current_delivery.reset(token)
    assert acked == [delivery]


def test_a_message_of_ours_reads_as_dramatiqs_own_would() -> None:
    message = encode_message(COUNT_USAGE, ({"attempts": [["turn", 1]]},))
    read: dramatiq.Message[Any] = dramatiq.Message.decode(message.data)
    assert (read.queue_name, read.actor_name) == (COUNT_USAGE.queue, COUNT_USAGE.actor)
    assert read.args == ({"attempts": [["turn", 1]]},)
    assert read.options == {"redis_message_id": message.redis_id}
    assert set(orjson.loads(message.data)) == set(read.asdict())
