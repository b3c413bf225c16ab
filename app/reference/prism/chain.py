"""The chain of models: the first that is free answers, the next one where it is busy or fails."""

import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass

import boto3
import redis
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from structured_logs import log_event

from .settings import Model, Settings
from .storage import reason_of

# How long a model is left alone after a failure: until quotas of a minute have room again, until a fault is likely
# over, until somebody has had time to grant access.
COOLDOWN_SECONDS = {
    "ThrottlingException": 20,
    "AccessDeniedException": 300,
    "ResourceNotFoundException": 300,
}
OTHER_COOLDOWN_SECONDS = 60

# Answers 0 and counts the call, or the milliseconds until the model can be called. Runs inside Redis, in one step and
# by one clock, because the limit holds for all processes of all instances together.
ENTER = """
local cooling = redis.call('PTTL', KEYS[2])
if cooling > 0 then return cooling end
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
redis.call('ZREMRANGEBYSCORE', KEYS[1], 0, now - 60000)
if redis.call('ZCARD', KEYS[1]) >= tonumber(ARGV[1]) then
  return redis.call('ZRANGE', KEYS[1], 0, 0, 'WITHSCORES')[2] + 60000 - now
end
redis.call('ZADD', KEYS[1], now, ARGV[2])
redis.call('PEXPIRE', KEYS[1], 60000)
return 0
"""


class NoModelFree(Exception):
    """Every model is at its limit, cools down or has just failed; `seconds` later it may be different."""

    def __init__(self, seconds: float):
        super().__init__(f"no model is free for the next {seconds:.0f} seconds")
        self.seconds = seconds


class RequestRefused(Exception):
    """The models find the request itself wrong, for example a document that they cannot open."""


@dataclass(frozen=True)
class Answer:
    """What a model said, and which one it was."""

    text: str
    model: str


class ModelChain:
    """Models in order of preference, each with a limit of calls a minute that holds for the whole fleet."""

    def __init__(self, settings: Settings, client: redis.Redis, seconds: float):
        self._models = settings.models
        self._redis = client
        self._enter = client.register_script(ENTER)
        # No retries of boto's own: the next model is the better second try.
        config = Config(connect_timeout=3, read_timeout=seconds, retries={"total_max_attempts": 1})
        self._bedrock = boto3.client("bedrock-runtime", region_name=settings.region, config=config)

    def ask(self, content: list[dict], max_tokens: int) -> Answer:
        """The answer of the first model that gives one. Raises NoModelFree or RequestRefused when none does."""
        waits: list[float] = []
        for model in self._free_models(waits):
            try:
                return self._call(model, content, max_tokens)
            except (BotoCoreError, ClientError) as error:
                # The fault of the request, and no reason to leave the model alone.
                if reason_of(error) != "ValidationException":
                    waits.append(self._cool(model, reason_of(error)))
        if not waits:
            raise RequestRefused("no model of the chain accepts the request")
        raise NoModelFree(min(waits))

    def probe(self) -> None:
        """Raises what the last model said when none answers. Being impatient, it has no model left alone for that."""
        waits: list[float] = []
        failure: Exception | None = None
        for model in self._free_models(waits):
            try:
                self._call(model, [{"text": "ok"}], max_tokens=1)
                return
            except (BotoCoreError, ClientError) as error:
                failure = error
        raise failure or NoModelFree(min(waits))

    def _free_models(self, waits: list[float]) -> Iterator[Model]:
        """The models in order, each when its turn comes. Of those that are not free, waits gets how long."""
        for model in self._models:
            wait = self._seconds_until_free(model)
            if wait > 0:
                waits.append(wait)
            else:
                yield model

    def _call(self, model: Model, content: list[dict], max_tokens: int) -> Answer:
        started = time.monotonic()
        outcome = "ok"
        try:
            response = self._bedrock.converse(
                modelId=model.id,
                messages=[{"role": "user", "content": content}],
                inferenceConfig={"maxTokens": max_tokens},
            )
        except (BotoCoreError, ClientError) as error:
            outcome = reason_of(error)
            raise
        finally:
            log_event("model_called", model=model.id, outcome=outcome, seconds=round(time.monotonic() - started, 3))
        parts = response["output"]["message"]["content"]
        return Answer("".join(part.get("text", "") for part in parts), model.id)

    def _seconds_until_free(self, model: Model) -> float:
        """0 when the model may be called now, which is then counted."""
        keys = [f"model:{model.id}:calls", _cooldown_key(model)]
        return self._enter(keys=keys, args=[model.requests_per_minute, uuid.uuid4().hex]) / 1000

    def _cool(self, model: Model, reason: str) -> float:
        seconds = COOLDOWN_SECONDS.get(reason, OTHER_COOLDOWN_SECONDS)
        self._redis.set(_cooldown_key(model), reason, ex=seconds)
        return seconds


def _cooldown_key(model: Model) -> str:
    return f"model:{model.id}:cooldown"
