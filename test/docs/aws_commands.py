"""Says of command lines of the AWS CLI what would be wrong with them, by the service models of botocore.

Reads a JSON list of {"arguments": [...], "fragment": bool} and writes a list of the faults of each. A fragment leaves
options out that the operation requires.
"""

import json
import sys

import botocore.session
import jmespath
from botocore import xform_name
from botocore.exceptions import DataNotFoundError, UnknownServiceError

GLOBAL_OPTIONS = {"region", "profile", "query", "output", "no-cli-pager", "no-paginate", "cli-input-json"}
PAGING_OPTIONS = {"max-items", "page-size", "starting-token"}
# What the CLI calls otherwise than the service does.
SERVICES = {"s3api": "s3"}
# Options and commands that the CLI adds by itself.
SHORTHANDS = {("cloudfront", "create-invalidation"): {"paths": "invalidation-batch"}}
OWN_COMMANDS = {
    ("s3", "cp"): {"recursive", "exclude", "include", "sse", "sse-kms-key-id"},
    ("s3", "ls"): {"recursive", "summarize"},
    ("s3", "sync"): {"delete", "exclude", "include", "source-region"},
    ("sso", "login"): {"sso-session"},
    ("configure", "sso"): set(),
}
PLACEHOLDER = "PLACEHOLDER"

session = botocore.session.get_session()


def faults(arguments, fragment):
    options = options_of(arguments)
    if len(arguments) < 2:
        return [] if fragment else ["names no operation"]
    service, operation = arguments[:2]
    if (service, operation) in OWN_COMMANDS:
        return unknown(options, OWN_COMMANDS[service, operation] | GLOBAL_OPTIONS)
    try:
        model = session.get_service_model(SERVICES.get(service, service))
    except (UnknownServiceError, DataNotFoundError):
        return [f"there is no service {service}"]
    if operation == "wait":
        return waiter_faults(service, arguments, options)
    name = operation_named(model, operation)
    if name is None:
        return [f"{service} has no operation {operation}"]
    found = operation_faults(service, model.operation_model(name), operation, options, fragment)
    words = words_beside(model.operation_model(name), options)
    # Where the answer is a stream, the CLI is told the file to write it to.
    expected = 1 if model.operation_model(name).has_streaming_output and not fragment else 0
    if len(words) != expected:
        found.append(f"takes {expected} words beside its options, not {len(words)}: {' '.join(words)}")
    return found


def words_beside(model, options):
    """Words that belong to no option: all but one after an option that takes one value, and what comes before all."""
    lists = {xform_name(name, "-") for name, member in members_of(model) if member.type_name == "list"} | {"paths"}
    flags = {xform_name(name, "-") for name, member in members_of(model) if member.type_name == "boolean"}
    flags |= {f"no-{name}" for name in flags} | {"no-cli-pager", "no-paginate"}
    beside = []
    for name, values in options.items():
        beside += values if name in flags | {None} else [] if name in lists else values[1:]
    return beside


def members_of(model):
    return model.input_shape.members.items() if model.input_shape else []


def options_of(arguments):
    """Options with the words that follow each; those before the first option belong to None."""
    options, current = {}, None
    for word in arguments[2:]:
        if word.startswith("--"):
            current = word[2:]
            options.setdefault(current, [])
        else:
            options.setdefault(current, []).append(word)
    return options


def unknown(options, known):
    return [f"has no option --{name}" for name in options if name is not None and name not in known]


def operation_named(model, operation):
    return next((name for name in model.operation_names if xform_name(name, "-") == operation), None)


def waiter_faults(service, arguments, options):
    if len(arguments) < 3:
        return ["names nothing to wait for"]
    waiters = session.get_waiter_model(SERVICES.get(service, service))
    waiter = next((name for name in waiters.waiter_names if xform_name(name, "-") == arguments[2]), None)
    if waiter is None:
        return [f"{service} cannot wait for {arguments[2]}"]
    model = session.get_service_model(SERVICES.get(service, service))
    operation = waiters.get_waiter(waiter).operation
    return operation_faults(service, model.operation_model(operation), "wait", options, False)


def operation_faults(service, model, operation, options, fragment):
    shape = model.input_shape
    members = {xform_name(name, "-"): (name, member) for name, member in (shape.members if shape else {}).items()}
    # The CLI takes an output file as a word where the answer is a stream, and `--version` for itself.
    short = SHORTHANDS.get((service, operation), {})
    negations = {f"no-{name}" for name, (_, member) in members.items() if member.type_name == "boolean"}
    found = unknown(options, set(members) | negations | set(short) | GLOBAL_OPTIONS | PAGING_OPTIONS)
    given = (
        set(options)
        | {short[name] for name in options if name in short}
        | {name[3:] for name in options if name in negations}
    )
    if shape and not fragment and "cli-input-json" not in options:
        for name in shape.required_members:
            option = xform_name(name, "-")
            if option not in given and not members[option][1].metadata.get("idempotencyToken"):
                found.append(f"requires --{option}")
    for name, values in options.items():
        if name in members:
            found += value_faults(name, members[name][1], values, fragment)
    return found + query_faults(model, options)


def value_faults(name, shape, values, fragment):
    if shape.type_name == "boolean":
        return []
    if not values:
        return [] if fragment else [f"--{name} has no value"]
    values = [value for value in values if PLACEHOLDER not in value]
    if shape.type_name in ("integer", "long"):
        return [f"--{name} takes a whole number, not {value}" for value in values if not value.lstrip("-").isdigit()]
    inner = shape.member if shape.type_name == "list" else shape
    allowed = getattr(inner, "enum", [])
    return [
        f"--{name} takes one of {', '.join(allowed)}, not {value}"
        for value in values
        if allowed and value not in allowed
    ]


def query_faults(model, options):
    found = []
    for query in options.get("query", []):
        try:
            expression = jmespath.compile(query)
        except jmespath.exceptions.JMESPathError as error:
            found.append(f"--query {query}: {str(error).splitlines()[0]}")
            continue
        # What a filter or a function finds depends on values.
        if "?" not in query and "(" not in query and holes(expression.search(sample(model.output_shape))):
            found.append(f"--query {query} finds nothing in an answer")
    return found


def sample(shape, depth=0):
    """An answer in which everything is there, once."""
    if shape is None or depth > 8:
        return "text"
    if shape.type_name == "structure":
        return {name: sample(member, depth + 1) for name, member in shape.members.items()}
    if shape.type_name == "list":
        return [sample(shape.member, depth + 1)]
    if shape.type_name == "map":
        return {"key": sample(shape.value, depth + 1)}
    return 1 if shape.type_name in ("integer", "long", "float", "double") else "text"


def holes(result):
    if isinstance(result, list):
        return not result or any(holes(one) for one in result)
    if isinstance(result, dict):
        return any(holes(one) for one in result.values())
    return result is None


json.dump([faults(one["arguments"], one["fragment"]) for one in json.load(sys.stdin)], sys.stdout)
