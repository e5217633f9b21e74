"""A Radicale server with one calendar, for whoever reads calendars: prints the calendar's address, and serves until its input ends.

usage: serve_radicale.py CALENDAR.ics STORAGE USER PASSWORD
"""

import sys
import threading
from pathlib import Path
from wsgiref.simple_server import make_server

import caldav
from radicale import config
from radicale.app import Application

from through_radicale import Silent, events_of


def serve(storage, user, password):
    """Radicale on loopback at a port that the system picks, for one user."""
    users = Path(storage) / "users"
    users.parent.mkdir(parents=True, exist_ok=True)
    users.write_text(f"{user}:{password}\n")
    configuration = config.load()
    options = {
        "auth": {"type": "htpasswd", "htpasswd_filename": str(users), "htpasswd_encryption": "plain", "delay": "0"},
        "storage": {"filesystem_folder": storage},
    }
    configuration.update(options, "this program", privileged=True)
    return make_server("127.0.0.1", 0, Application(configuration), handler_class=Silent)


def main(path, storage, user, password):
    with serve(storage, user, password) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{server.server_port}/"
        with caldav.DAVClient(url, username=user, password=password) as client:
            calendar = client.principal().make_calendar(name="Minister")
            for event in events_of(path):
                calendar.save_event(event)
            print(calendar.url, flush=True)
        sys.stdin.read()
        server.shutdown()


if __name__ == "__main__":
    main(*sys.argv[1:])
