//! Faults planted in the system around the machine, to prove that the checkers notice them.
//!
//! None of this is in production code: each stands for a mistake that a node's shell, store or disk could make.

/// A planted fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sabotage {
    /// Frames leave before what they tell of is committed.
    TransmitFirst,
    /// The machine is told that facts are durable, and they are never committed.
    NeverCommit,
    /// Entries of other parties are left out of the commit, and what rests on them; the cosignature leaves all the same.
    CosignWithoutEntries,
    /// Cosignatures of others are not stored, though they are shown.
    ForgetCosignatures,
    /// The disk says that it has synced, and a crash loses what came after the snapshot before.
    LostSync,
    /// A node is put back to an old copy without being told so.
    RestoredUnaware,
    /// Two entries that settle together change places on their way to the store.
    SwappedOrder,
    /// Entries read for others have changed bytes.
    RottenReads,
    /// Evidence of forks is neither stored nor passed on.
    HushedFork,
    /// The node sleeps: its deadlines are never kept.
    NoTimers,
    /// Cosignatures never leave, nor do beacons that repeat them.
    SilentCosigner,
    /// A release is told with the place after the one where the entry stands.
    MisplacedRelease,
    /// A party counts as heard when something has been sent to it.
    ContactFromSent,
    /// What a party first said of its watch is shown for good.
    StaleWatch,
    /// Suspensions in force are left out of the evidence.
    IgnoredSuspension,
    /// A suspension counts from when it arrives, not from its effective time.
    EarlySuspension,
    /// A suspension closes the line to everything, whatever the charter keeps open.
    ClosedToAll,
    /// The node acknowledges messages for its people.
    AutomaticReceipt,
    /// What the other node has stored is shown as shown to a person there.
    StoredAsShown,
    /// The desk goes through entries in the order in which they came.
    ArrivalOrder,
    /// The desk of a node that starts again knows nothing of what came before.
    ForgetfulDesk,
    /// Initials and signatures count for the draft that stands, whatever they name.
    AnyHash,
    /// A slot counts as agreed when one's own side has confirmed it.
    OwnWord,
}

impl Sabotage {
    /// Every one.
    pub const ALL: &'static [Self] = &[
        Self::TransmitFirst,
        Self::NeverCommit,
        Self::CosignWithoutEntries,
        Self::ForgetCosignatures,
        Self::LostSync,
        Self::RestoredUnaware,
        Self::SwappedOrder,
        Self::RottenReads,
        Self::HushedFork,
        Self::NoTimers,
        Self::SilentCosigner,
        Self::MisplacedRelease,
        Self::ContactFromSent,
        Self::StaleWatch,
        Self::IgnoredSuspension,
        Self::EarlySuspension,
        Self::ClosedToAll,
        Self::AutomaticReceipt,
        Self::StoredAsShown,
        Self::ArrivalOrder,
        Self::ForgetfulDesk,
        Self::AnyHash,
        Self::OwnWord,
    ];
}

impl Sabotage {
    /// Makes sure that a plan gives the fault an occasion.
    pub(crate) fn arrange(self, plan: &mut crate::plan::Plan) {
        match self {
            Self::LostSync => plan.has_crashes = true,
            Self::RestoredUnaware => {
                plan.restored = Some(0);
                (plan.villain, plan.rough, plan.has_pouches) = (None, None, false);
            }
            Self::HushedFork => {
                plan.restored = None;
                let villain = plan.parties - 1;
                plan.villain = (villain > 1).then_some((villain, crate::plan::Villain::Twin));
                plan.changes_key = plan.changes_key.filter(|party| *party != villain);
            }
            Self::ForgetfulDesk => (plan.has_talks, plan.has_crashes) = (true, true),
            Self::ArrivalOrder | Self::AnyHash | Self::OwnWord => plan.has_talks = true,
            Self::StaleWatch => plan.has_duty = true,
            Self::IgnoredSuspension | Self::EarlySuspension | Self::ClosedToAll => {
                plan.has_statuses = true;
            }
            Self::ContactFromSent
            | Self::AutomaticReceipt
            | Self::StoredAsShown
            | Self::TransmitFirst
            | Self::NeverCommit
            | Self::CosignWithoutEntries
            | Self::ForgetCosignatures
            | Self::SwappedOrder
            | Self::RottenReads
            | Self::NoTimers
            | Self::SilentCosigner
            | Self::MisplacedRelease => {}
        }
    }
}
