# Words of the record and of the field: one word for each thing, the same as in the glossary (docs/glossary.md).
state-open = Open
state-degraded = Degraded
state-cut = Cut
state-node-down = Node down
state-unattended = Unattended
state-declining = Declining
state-suspended = Suspended
state-unknown = Unknown

type-real = Real
type-exercise = EXERCISE
type-test = TEST

precedence-flash = Flash
precedence-immediate = Immediate
precedence-priority = Priority
precedence-routine = Routine

tone-life = SAFETY OF LIFE
tone-flash = FLASH
tone-real = Alarm
tone-exercise = Exercise
tone-test = Test

owed-stored = to be stored
owed-shown = to be shown
owed-acknowledged = to be acknowledged
owed-read-back = to be read back
owed-confirmed = to be confirmed
owed-answered = to be answered

store-sound = The store is sound
store-healing = The store is being healed
store-damaged = The store is damaged
store-cannot-write = The store can't be written to
