# The board.
board-title = Board
board-no-lines = No lines yet. A relation is confirmed by reading a phrase aloud, then a charter is signed by both sides: see Administration.
level = Level
evidence = What this rests on
evidence-signed = (signed by that side)
evidence-inferred = (inferred here)
bearers = Bearers
round-trip = round trip { $ms } ms
no-bearer = None stands.
last-heard = Last heard:
watch-here = On watch here
post-unattended = unattended
take-watch = Take the watch
holds-of-ours = holds { $held } of our { $all } entries
waiting = What waits for whom
nothing-waits = Nothing waits.
post-attended = on watch
watch-signed = As it signed
alarms-more = { $count ->
    [one] One more rings or is silenced: see it.
   *[other] { $count } more ring or are silenced: see them.
}
board-no-line = No line that you may look at
relation = Relation
charter = Charter
charter-has-signed = has signed
charter-has-not-signed = has not signed yet
nothing-rings = Nothing rings.
awaited-of = { $party } is waited for:
awaited-more = { $count ->
    [one] and one more
   *[other] and { $count } more
}
handover-offered = { $from } offers the watch to { $to }:
