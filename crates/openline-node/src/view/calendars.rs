//! Encounters in the files of calendar programs.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{EncounterRequest, StepRequest};

/// Encounters as an iCalendar object.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CalendarFileView {
    /// `PUBLISH`, `REQUEST`, `CANCEL` or `REPLY`.
    pub method: String,
    /// How many events it has.
    pub events: usize,
    /// Encounters that are not in it: no time has been proposed.
    pub without_time: Vec<String>,
    /// The object.
    pub calendar: String,
}

/// To ask what acts a calendar program's file stands for.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CalendarFileRequest {
    /// The post that would act.
    pub post: String,
    /// The file.
    pub calendar: String,
    /// The zone of times that name none.
    pub zone: String,
    /// `real`, `exercise` or `test`: of an encounter that is new.
    #[serde(default = "super::real")]
    pub message_type: String,
    /// At which level an encounter is asked for that is new.
    #[serde(default)]
    pub level: Option<String>,
    /// The reason for declining or putting off, where the file gives none.
    #[serde(default)]
    pub reason: Option<String>,
}

/// What an event of a file stands for. Nothing of it has been done.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ActProposalView {
    /// Which event of the file, from 1.
    pub event: usize,
    /// The file's method.
    pub method: String,
    /// The encounter, where it is one of the record.
    pub encounter: Option<String>,
    /// What would be done, or why nothing.
    pub words: String,
    /// An encounter to ask for.
    pub ask: Option<EncounterRequest>,
    /// A step to put on the record. Where `of` is empty it is about the encounter that `ask` makes.
    pub step: Option<StepRequest>,
    /// A schedule of another party to agree to.
    pub agree: Option<String>,
}
