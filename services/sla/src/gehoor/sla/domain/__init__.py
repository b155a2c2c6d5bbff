"""One watch per complaint: the clocks that run on it, and the escalations they raised.

| file        | says                                                             |
|-------------|------------------------------------------------------------------|
| watch.py    | the state                                                        |
| evolving.py | what a fact makes of it                                          |
| commands.py | what may be asked                                                |
| rules.py    | what it needs of the policy                                      |
| deciding.py | which facts follow from a command                                |
| hearing.py  | … from what others said                                          |
| clocks.py   | arming, meeting, missing, correcting, stopping one clock         |
| ladder.py   | raising, climbing, answering, ending, delivering one escalation  |
| decision.py | a decision under way: its facts so far, and the watch after them |
| words.py    | what a clock waits for, in words                                 |
"""

from gehoor.sla.domain.deciding import watch_decider
from gehoor.sla.domain.rules import Rules, Rung
from gehoor.sla.domain.watch import Clock, ClockState, Delivery, Escalation, EscalationState, Watch

__all__ = [
    "Clock",
    "ClockState",
    "Delivery",
    "Escalation",
    "EscalationState",
    "Rules",
    "Rung",
    "Watch",
    "watch_decider",
]
