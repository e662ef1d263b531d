"""All faults by name, and which of the numbered faults they are.

Rules of this file:
1. A fault stands in its family's FAULTS: one function and one line there.
2. What cannot be struck yet stands in WAITING with what it waits for; what others prove stands in
   ELSEWHERE with where. No number is left out.
"""

from simulations.faults import clocks, disks, hostile, network, process, relay
from simulations.faults.fault import Fault

FAULTS: dict[str, Fault] = {
    fault.name: fault
    for family in (network, process, clocks, disks, relay, hostile)
    for fault in family.FAULTS
}
