# What stands around every page.
skip = Skip to the content
ways = Pages
lines = Lines
line-pages = Pages of this line
to-board = Board
to-drafts = Drafts
to-watch = Watch
to-bearers = Bearers
to-search = Search
to-administration = Administration
line-messages = Messages
line-topics = Topics
line-texts = Texts
line-encounters = Encounters
line-slots = Dates
line-readouts = Readouts
line-history = History
line-glossary = Glossary
line-health = Tests
line-record = Record

language = Language
theme = Appearance
theme-system = As the system
theme-light = Light
theme-dark = Dark
choose = Apply
sign-in = Sign in
administrator-here = the administrator of this machine
sign-out = Sign out

clocks = Clocks
clock-utc = UTC
clock-ours = Here

# { $length } is a length of time, such as "5 min".
ago = { $length } ago
in-time = in { $length }
length-seconds = { $count } s
length-minutes = { $count } min
length-hours = { $count } h
length-days = { $count ->
    [one] { $count } day
   *[other] { $count } days
}
# A date as a clock has it, without its year.
date-short = { $weekday } { $day } { $month }
date = { $weekday } { $day } { $month } { $year }
weekday-1 = Mon
weekday-2 = Tue
weekday-3 = Wed
weekday-4 = Thu
weekday-5 = Fri
weekday-6 = Sat
weekday-7 = Sun
month-1 = January
month-2 = February
month-3 = March
month-4 = April
month-5 = May
month-6 = June
month-7 = July
month-8 = August
month-9 = September
month-10 = October
month-11 = November
month-12 = December

yes = yes
no = no
since = since

live-lost = The connection to the node is lost: this page may be out of date. Trying again.
live-ended = The session has ended: this page is no longer kept up to date.

alarms = Alarms
alarms-count = { $count ->
    [0] All alarms are silenced
    [one] { $count } alarm rings
   *[other] { $count } alarms ring
}
alarm-since = Since
alarm-calls = It calls:
alarm-offers = It can be taken to:
alarm-look = Look
alarm-silence = Silence
alarm-silence-for = for
alarm-silenced = Silenced until
sound-on = Sound is on
sound-off = Sound is off: press to let alarms be heard

done = Done: { $act }.
done-place = It is entry { $place }.

failed-title = This was not done
failed-code = Code:
failed-not-allowed = Ask an officer who has the role, or an administrator.
failed-needs-others = Let the persons that the sentence names do their part.
failed-conflict = Look at what is there, and decide.
failed-unusable = Go back, and give it in the form that the sentence names.
failed-not-found = Check the name against the lists of this console.
failed-unavailable = Mend what the sentence names, or wait for it, and try again.
failed-unmarked = Open the page again and send the form once more.
failed-rule = A rule of the record is broken: change what breaks it. The specification says what it asks.

signed-out-title = You are signed out
signed-out-words = The session has ended; nothing of what was sent was done. Sign in, and send it again.

sign-in-title = Sign in
sign-in-link = The first time, or without a passkey: at the node's machine, one of these commands prints a link that opens once, within 15 minutes.
link-title = One-time link
link-words = This link signs you in once, on this browser.
link-button = Sign in
too-many-title = Too many wrong tries
too-many-words = The next try is taken in { $length }.

review-words = This is exactly what will go on the record. Nothing has been released yet.
review-readers = Who will be able to read it:
review-go = Release it
review-back = Back, release nothing
secret-words = This link opens once, within 15 minutes. Give it to nobody else but the officer.
secret-back = Back
stands-still = As it was at { $time } UTC. Without JavaScript this page does not change by itself and can’t ring: load it again.
