"""Takes encounters through a calendar server: put with CalDAV into Radicale, read back, and printed as JSON.

usage: through_radicale.py CALENDAR.ics STORAGE
"""

import json
import sys
import threading
from pathlib import Path
from wsgiref.simple_server import WSGIRequestHandler, make_server

import caldav
import icalendar
from radicale import config
from radicale.app import Application


def events_of(path):
    """Each event as an object of its own, without METHOD, as RFC 4791 section 4.1 wants them stored."""
    whole = icalendar.Calendar.from_ical(Path(path).read_bytes())
    for event in whole.walk("VEVENT"):
        one = icalendar.Calendar()
        one.add("prodid", whole["PRODID"])
        one.add("version", "2.0")
        one.add_component(event)
        yield one.to_ical().decode()


class Silent(WSGIRequestHandler):
    def log_message(self, *args):
        """Says nothing of each request."""


def serve(storage):
    """Radicale on loopback at a port that the system picks."""
    configuration = config.load()
    options = {"auth": {"type": "none"}, "storage": {"filesystem_folder": storage}}
    configuration.update(options, "this program", privileged=True)
    return make_server("127.0.0.1", 0, Application(configuration), handler_class=Silent)


def plain(event):
    """What an event says."""
    def people(name):
        them = event.get(name, [])
        them = them if isinstance(them, list) else [them]
        return [{"address": str(one), **{key: str(value) for key, value in one.params.items()}} for one in them]

    fields = ["UID", "SUMMARY", "LOCATION", "STATUS", "CLASS", "RELATED-TO", "COMMENT"]
    return {
        **{name: str(event[name]) for name in fields if name in event},
        "SEQUENCE": int(event["SEQUENCE"]),
        "DTSTART": event["DTSTART"].dt.isoformat(),
        "DTEND": event["DTEND"].dt.isoformat(),
        "ORGANIZER": people("ORGANIZER"),
        "ATTENDEE": people("ATTENDEE"),
        "repeats": "RRULE" in event or "RDATE" in event,
    }


def main(path, storage):
    with serve(storage) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{server.server_port}/"
        with caldav.DAVClient(url, username="desk", password="any") as client:
            calendar = client.principal().make_calendar(name="Encounters")
            for event in events_of(path):
                calendar.save_event(event)
            back = [icalendar.Calendar.from_ical(event.data) for event in calendar.events()]
        server.shutdown()
    events = [plain(event) for one in back for event in one.walk("VEVENT")]
    print(json.dumps(sorted(events, key=lambda event: event["SUMMARY"])))


if __name__ == "__main__":
    main(*sys.argv[1:])
