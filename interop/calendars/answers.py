"""Writes what a calendar program sends about an invitation, with the icalendar package.

usage: answers.py INVITATION.ics FOLDER

Writes accept.ics, decline.ics and counter.ics about the invitation, and new.ics, an invitation in a local time.
"""

import sys
from datetime import datetime, timedelta, timezone
from pathlib import Path
from zoneinfo import ZoneInfo

import icalendar

LONG = "Встреча министров: вопросы, которые остались открытыми; порядок дня, состав участников и место — 北京"


def calendar(method, event):
    whole = icalendar.Calendar()
    whole.add("prodid", "-//a calendar program//EN")
    whole.add("version", "2.0")
    whole.add("method", method)
    whole.add_component(event)
    whole.add_missing_timezones()
    return whole.to_ical()


def answer(invitation, said, **more):
    event = icalendar.Event()
    for name in ["UID", "SEQUENCE", "ORGANIZER", "DTSTART", "DTEND", "SUMMARY"]:
        event[name] = invitation[name]
    event.add("dtstamp", datetime(2026, 11, 1, tzinfo=timezone.utc))
    who = icalendar.vCalAddress("urn:uuid:00000000-0000-8000-a000-000000000000")
    who.params["PARTSTAT"] = said
    event.add("attendee", who)
    for name, value in more.items():
        event.pop(name.upper(), None)
        event.add(name, value)
    return event


def main(path, folder):
    invitation = icalendar.Calendar.from_ical(Path(path).read_bytes()).walk("VEVENT")[0]
    start = datetime(2026, 12, 2, 20, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
    times = {"dtstart": start, "dtend": start + timedelta(hours=2)}
    new = icalendar.Event()
    new.add("uid", "elsewhere-1")
    new.add("dtstamp", datetime(2026, 11, 1, tzinfo=timezone.utc))
    new.add("summary", LONG)
    new.add("categories", ["Call"])
    for name, value in times.items():
        new.add(name, value)
    files = {
        "accept": ("REPLY", answer(invitation, "ACCEPTED")),
        "decline": ("REPLY", answer(invitation, "DECLINED", comment="Not that week; a later one,\nperhaps")),
        "counter": ("COUNTER", answer(invitation, "TENTATIVE", location="Hall 2; east wing", **times)),
        "new": ("REQUEST", new),
    }
    for name, (method, event) in files.items():
        Path(folder, f"{name}.ics").write_bytes(calendar(method, event))


if __name__ == "__main__":
    main(*sys.argv[1:])
