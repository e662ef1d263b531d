"""The flows are all the business there is: no command stands outside of them unseen."""

import importlib
import pkgutil

import trio

import crdt_models
from crdt_models.documents.command import Command
from simulations.disk.counter import at_work, start
from simulations.disk.flows import FLOWS

# Families of documents whose flows are still to come, with the reason.
NOT_YET = {
    "staff": "who acts is not said by any flow yet; it comes with the rest of the staff",
}


def every_command():
    """The modules of those that somebody may send, by tag. The bases have no tag of their own."""
    for module in pkgutil.walk_packages(crdt_models.__path__, "crdt_models."):
        importlib.import_module(module.name)
    found, waiting = {}, [Command]
    while waiting:
        for each in waiting.pop().__subclasses__():
            waiting.append(each)
            tag = each.__struct_config__.tag
            if each.__module__.startswith("crdt_models.") and tag != each.__name__:
                found[tag] = each.__module__
    return found


def family(module):
    """`orders` of `crdt_models.documents.orders.bill_commands`."""
    return module.removeprefix("crdt_models.").removeprefix("documents.").split(".")[0]


async def wrote(flow, log):
    """The tags of the commands that had something to write, at a terminal of its own."""
    async with at_work(log, "first") as counter:
        await flow(counter)
        return {each.__struct_config__.tag for each in counter.wrote}


def test_every_command_writes_something_in_some_flow(tmp_path):
    written = set()
    for name, flow in FLOWS.items():
        home = tmp_path / name
        home.mkdir()
        log = start(home, create=True)
        try:
            written |= trio.run(wrote, flow, log)
        finally:
            log.close()
    known = {tag for tag, module in every_command().items() if family(module) not in NOT_YET}
    assert known - written == set(), "give it a flow in simulations/disk/flows"
