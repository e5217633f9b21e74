//! The specification of the diagnosis: each trouble alone, and every two together, put into a healthy world; what each side then
//! says of the line within one contact interval, on what it rests, and that both say *open* again once all is mended.

use std::time::Duration;

use openline_proto::state::{Assessment, Cause, Finding, State};
use openline_sim::scene::{Scene, Trouble};

/// The two sides: where the trouble is, and the other, which only sees it.
const HERE: usize = 1;
const THERE: usize = 0;

/// Letters for the troubles, in the order of [`Trouble::ALL`]; they are put in one second apart, in this order.
const TROUBLES: &str = "UODFLSNBXQICKHR";

/// What the other side says, by the cause of its first finding (see [`letter`]): each trouble alone on the diagonal, with a later one
/// to the right of it.
const THERE_SAYS: [&str; 15] = [
    // U O D F L S N B X Q I C K H R
    "U O D U U S N U X Q I C C C R", // U nobody on watch
    "  O D O O S N O X Q I C C C R", // O off watch, by notice
    "    D D D S N D X Q I C C C R", // D declining, by notice
    "      f f S N f F F F F F F F", // F technical fault, by notice: why nothing is heard, once nothing is
    "        o S N B X Q I C C C R", // L drill, by notice
    "          S N S S S S S S S S", // S suspended
    "            N N N N N N N N N", // N narrowed
    "              B X Q I C C C R", // B one kind of bearer down
    "                X X I X X X X", // X stopped in good order: said while there was a way to say it
    "                  Q C C C C C", // Q the way swallows everything, attempts too
    "                    I C I I I", // I something else answers at its addresses
    "                      C C C C", // C no way
    "                        C C C", // K its way out is broken: from here the same as no way
    "                          C C", // H its machine is off: the same again
    "                            R", // R its process has ended
];

/// What the side of the trouble says itself; nothing where it does not run.
const HERE_SAYS: [&str; 15] = [
    // U O D F L S N B X Q I C K H R
    "U O D U U S N U - Q C C K - -",
    "  O D O O S N O - Q C C K - -",
    "    D D D S N D - Q C C K - -",
    "      f f S N f - Q C C K - -",
    "        o S N B - Q C C K - -",
    "          S N S - S S S S - -",
    "            N N - N N N N - -",
    "              B - Q C C K - -",
    "                - - - - - - -",
    "                  Q C C K - -",
    "                    C C K - -",
    "                      C K - -",
    "                        K - -",
    "                          - -",
    "                            -",
];

/// With one trouble at each side: what the side of the row says. The columns are the troubles of the other side. What is between
/// the two is no side's, and stands in the tables above.
const ACROSS: &str = "U O D F L S N X I K H R";
const ROW_SAYS: [(char, &str); 9] = [
    ('U', "U U D U U S N X I C C R"),
    ('O', "O O D O O S N X I C C R"),
    ('D', "D D D D D S N X I C C R"),
    ('F', "U O D f f S N X I C C R"),
    ('L', "U O D f o S N X I C C R"),
    ('S', "S S S S S S S S S S S S"),
    ('N', "N N N N N N N N N N N N"),
    ('I', "C C C F C S N X C C C C"),
    ('K', "K K K K K S N K K K K K"),
];

/// The letter for what a side says first of a line.
fn letter(assessment: Option<&Assessment>) -> char {
    let Some(first) = assessment.and_then(|assessment| assessment.findings.first()) else {
        return '-';
    };
    match (&first.cause, first.state) {
        (Cause::NobodyOnWatch, State::Unattended) => 'U',
        (Cause::OffWatch(_), State::Unattended) => 'O',
        (Cause::Declining(_), State::Declining) => 'D',
        (Cause::FaultNotice(_), State::Degraded) => 'f',
        (Cause::FaultNotice(_), State::NodeDown) => 'F',
        (Cause::Closed(closure), State::Suspended) if closure.is_narrowed => 'N',
        (Cause::Closed(_), State::Suspended) => 'S',
        (Cause::BearerDown(_), State::Degraded) => 'B',
        (Cause::Farewell, State::NodeDown) => 'X',
        (Cause::Silent, State::Unknown) => 'Q',
        (Cause::NotProved, State::Unknown) => 'I',
        (Cause::NothingAnswers, State::Cut) => 'C',
        (Cause::OwnUplink, State::Cut) => 'K',
        (Cause::Refused, State::NodeDown) => 'R',
        (Cause::HeardElsewhere { .. }, State::Cut) => 'E',
        (Cause::Contact(_), State::Open) => 'o',
        // The first attempt to reach it has not ended.
        (Cause::NotReachable, State::Unknown) => '?',
        (cause, state) => panic!("{cause:?} never speaks for {state:?}"),
    }
}

fn trouble(letter: char) -> Trouble {
    let at = TROUBLES.find(letter).expect("a letter of a trouble");
    Trouble::ALL[at]
}

/// What a table has for a trouble and a later one, or for one alone.
fn entry(table: [&str; 15], first: char, second: char) -> char {
    let at = |letter| TROUBLES.find(letter).expect("a letter of a trouble");
    let row = table[at(first)].as_bytes();
    char::from(row[2 * at(second)])
}

/// What a party has said, and so has signed, whatever came after.
fn is_said(trouble: char) -> bool {
    "ODFSN".contains(trouble)
}

/// Without contact: nothing more is learnt of the other side.
fn breaks_contact(trouble: char) -> bool {
    "XQICKHR".contains(trouble)
}

fn scene(seed: usize) -> Scene {
    let scene = Scene::new(2, seed as u64).expect("a healthy world");
    assert_eq!(
        [HERE, THERE].map(|side| letter(scene.says(side))),
        ['o', 'o']
    );
    scene
}

fn strike(scene: &mut Scene, trouble_of: char, at: usize) {
    let struck = scene.strike(trouble(trouble_of), at, 1 - at);
    struck
        .and_then(|()| scene.pass(Duration::from_secs(1)))
        .expect("no invariant breaks");
}

/// One contact interval after the last frame that was under way has come.
fn wait(scene: &mut Scene) {
    let interval = scene.interval() + Duration::from_millis(100);
    scene.pass(interval).expect("no invariant breaks");
}

/// Everything is mended, last what people have said: within one contact interval both sides say *open*.
fn mend(scene: &mut Scene, troubles: &[(char, usize)]) {
    let (said, broken): (Vec<_>, Vec<_>) = troubles
        .iter()
        .partition(|(of, _)| !breaks_contact(*of) && *of != 'B');
    for (of, at) in broken.into_iter().chain(said) {
        scene
            .mend(trouble(of), at, 1 - at)
            .expect("no invariant breaks");
    }
    wait(scene);
    for side in [HERE, THERE] {
        assert_eq!(
            letter(scene.says(side)),
            'o',
            "{troubles:?} mended, side {side}: {:?}",
            scene.says(side)
        );
    }
}

fn has(findings: &[Finding], of: char, party: usize) -> bool {
    findings.iter().any(|finding| {
        let is_it = match (of, &finding.cause) {
            ('O', Cause::OffWatch(_))
            | ('D', Cause::Declining(_))
            | ('F', Cause::FaultNotice(_)) => true,
            ('S', Cause::Closed(closure)) => !closure.is_narrowed,
            ('N', Cause::Closed(closure)) => closure.is_narrowed,
            _ => false,
        };
        is_it && finding.is_signed && finding.party.at() == party
    })
}

/// Nothing that is inferred is shown as signed, and the first finding is signed exactly where its party has said so.
fn check_signed(assessment: &Assessment, of: char, side: usize) {
    let first = &assessment.findings[0];
    let is_own = first.party.at() == side;
    let is_signed = is_said(of) || of == 'f' || of == 'U' && !is_own;
    assert_eq!(first.is_signed, is_signed, "{first:?}");
}

/// Both sides say what the tables have, and each still shows what has been signed.
fn check(scene: &Scene, troubles: &[char], there: char, here: char) {
    for (side, expected) in [(THERE, there), (HERE, here)] {
        let says = scene.says(side);
        assert_eq!(
            letter(says),
            expected,
            "{troubles:?}, side {side}: {says:#?}"
        );
        let Some(says) = says else { continue };
        check_signed(says, expected, side);
        // A status takes the place of the one before it.
        let is_replaced = |of: &char| *of == 'S' && troubles.contains(&'N');
        for of in troubles
            .iter()
            .filter(|of| is_said(**of) && !is_replaced(of))
        {
            assert!(
                has(&says.findings, *of, HERE),
                "{troubles:?}, side {side}: {of} is not shown: {says:#?}"
            );
        }
    }
}

#[test]
fn each_trouble_alone_and_every_two_at_one_side_are_named_rightly_by_both() {
    for (at, first) in TROUBLES.char_indices() {
        for second in TROUBLES[at..].chars() {
            let mut scene = scene(at);
            strike(&mut scene, first, HERE);
            if second != first {
                strike(&mut scene, second, HERE);
            }
            wait(&mut scene);
            let expected = |table| entry(table, first, second);
            check(
                &scene,
                &[first, second],
                expected(THERE_SAYS),
                expected(HERE_SAYS),
            );
            let troubles = [(first, HERE), (second, HERE)];
            let count = if first == second { 1 } else { 2 };
            mend(&mut scene, &troubles[..count]);
        }
    }
}

#[test]
fn what_is_said_when_nobody_can_hear_it_is_not_known_there() {
    for broken in "QICK".chars() {
        for said in "UODFLSN".chars() {
            let mut scene = scene(3);
            strike(&mut scene, broken, HERE);
            strike(&mut scene, said, HERE);
            wait(&mut scene);
            let there = scene.says(THERE).expect("it runs");
            assert_eq!(
                letter(Some(there)),
                entry(THERE_SAYS, broken, broken),
                "{broken} then {said}"
            );
            assert!(
                there.findings.iter().all(|finding| !finding.is_signed),
                "{there:?}"
            );
            let here = letter(scene.says(HERE));
            assert_eq!(here, entry(HERE_SAYS, said, broken), "{broken} then {said}");
            mend(&mut scene, &[(broken, HERE), (said, HERE)]);
        }
    }
}

#[test]
fn one_trouble_at_each_side_is_named_rightly_by_whoever_runs() {
    for (own, row) in ROW_SAYS {
        for (theirs, expected) in ACROSS.chars().zip(row.chars()).step_by(2) {
            let mut scene = scene(7);
            let mut troubles = [(own, THERE), (theirs, HERE)];
            troubles.sort_by_key(|(of, _)| TROUBLES.find(*of));
            for (of, at) in troubles {
                strike(&mut scene, of, at);
            }
            wait(&mut scene);
            let says = scene.says(THERE);
            assert_eq!(
                letter(says),
                expected,
                "own {own}, theirs {theirs}: {says:#?}"
            );
            mend(&mut scene, &troubles);
        }
    }
}

/// Three parties; 0 is asked about the others.
fn three() -> Scene {
    let scene = Scene::new(3, 5).expect("a healthy world");
    assert_eq!([0, 1, 2].map(|side| letter(scene.says(side))), ['o'; 3]);
    scene
}

/// How 0 accounts for not hearing a party.
fn account(scene: &Scene, of: usize) -> char {
    let says = scene.says(0).expect("it runs");
    let findings = says
        .findings
        .iter()
        .filter(|finding| finding.party.at() == of)
        .cloned();
    let about = Assessment {
        state: says.with(openline_core::PartyIndex(u8::try_from(of).expect("few"))),
        findings: findings.collect(),
    };
    letter(Some(&about))
}

#[test]
fn a_third_party_tells_a_way_that_is_cut_from_a_node_that_is_dead() {
    let cases = [
        // No way from 0 to 1: at once *cut*, since nothing answers; within a second interval because 2 hears it.
        (Trouble::PathCut, 'C', 'E'),
        // The way swallows everything: with two parties nobody could say why.
        (Trouble::Silenced, 'Q', 'E'),
        (Trouble::HostDown, 'C', 'C'),
        (Trouble::CutOff, 'C', 'C'),
        (Trouble::Crashed, 'R', 'R'),
        (Trouble::SwitchedOff, 'X', 'X'),
    ];
    for (trouble, soon, later) in cases {
        let mut scene = three();
        scene.strike(trouble, 1, 0).expect("no invariant breaks");
        wait(&mut scene);
        let first = account(&scene, 1);
        assert!([soon, later].contains(&first), "{trouble:?}: {first}");
        assert_eq!(account(&scene, 2), 'o', "{trouble:?}");
        wait(&mut scene);
        assert_eq!(account(&scene, 1), later, "{trouble:?}");
        scene.mend(trouble, 1, 0).expect("no invariant breaks");
        wait(&mut scene);
        assert_eq!(
            [0, 1, 2].map(|side| letter(scene.says(side))),
            ['o'; 3],
            "{trouble:?} mended"
        );
    }
}

#[test]
fn a_dead_node_is_never_taken_for_a_cut_on_a_third_partys_word() {
    for trouble in [Trouble::HostDown, Trouble::Crashed, Trouble::SwitchedOff] {
        let mut scene = three();
        scene.strike(trouble, 1, 0).expect("no invariant breaks");
        for _ in 0..120 {
            scene
                .pass(Duration::from_millis(250))
                .expect("no invariant breaks");
            assert_ne!(account(&scene, 1), 'E', "{trouble:?}");
        }
    }
}
