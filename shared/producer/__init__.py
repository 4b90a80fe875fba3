"""The queue producers' library (docs/producers.md)."""

from shared.admission.admission import Admitted
from shared.admission.refusal import Refusal
from shared.domain.refusal_code import RefusalCode
from shared.domain.turn_status import TurnStatus
from shared.producer.errors import ProducerError
from shared.producer.producer import TurnProducer
from shared.producer.reply import Reply
from shared.producer.request import TurnRequest
from shared.producer.submitting import Submission
from shared.producer.sync import SyncTurnProducer

__all__ = [
    "Admitted",
    "ProducerError",
    "Refusal",
    "RefusalCode",
    "Reply",
    "Submission",
    "SyncTurnProducer",
    "TurnProducer",
    "TurnRequest",
    "TurnStatus",
]
