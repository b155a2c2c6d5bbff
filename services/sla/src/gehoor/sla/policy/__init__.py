"""The organisation's promises as numbers: calendars, clocks, the ladder, and who stands on it.

    sla:
      calendars:
        office:
          zone: Europe/Brussels
          hours: {mon-fri: ["09:00-12:30", "13:00-17:00"]}
          holidays: [BE]
      calendar: office
      clocks:
        acknowledgement: {within: 10 calendar days, basis: decree, calendar: office}
        first-answer: {within: 1 working day}
        …
      ladder:
        - {role: deputy, answer_within: 2 working hours}
        - {role: coordinator, answer_within: 4 working hours}
      addressees:
        deputy: {mail: deputy@example.org, desks: {newsroom: {mail: newsroom@example.org}}}

A deadline stays with the version of the policy that set it: change a number, change the version.
"""

from gehoor.sla.policy.deliveries import Address, Addressee, Deliveries, Hook
from gehoor.sla.policy.policy import Policy, Sla
from gehoor.sla.policy.reading import PolicyError, read

__all__ = ["Address", "Addressee", "Deliveries", "Hook", "Policy", "PolicyError", "Sla", "read"]
