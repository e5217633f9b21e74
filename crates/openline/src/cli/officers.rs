//! Arguments about officers, the release policy and the audit log.

use std::path::PathBuf;

use clap::{Args, Subcommand};

#[derive(Subcommand, Debug)]
pub enum OfficerCommand {
    /// Register an officer. His access token is printed once; only its hash is kept.
    #[command(
        after_help = "Example:\n  openline officer add watch-1 --role drafter --role \"duty officer\" --line \"Watch line\"\n  openline officer add head --role releaser --line level:leaders --line \"Watch line\" --token-out head.token"
    )]
    Add {
        #[command(flatten)]
        officer: OfficerArgs,
        /// Write the token into a new file that only its owner can read, and do not print it.
        #[arg(long, value_name = "FILE")]
        token_out: Option<PathBuf>,
    },
    /// Every officer, revoked ones too.
    #[command(after_help = "Example:\n  openline officer list")]
    List,
    /// Give an officer other roles and lines, in place of those he has.
    #[command(
        after_help = "Example:\n  openline officer change watch-1 --role releaser --line \"*\""
    )]
    Change {
        #[command(flatten)]
        officer: OfficerArgs,
    },
    /// Make an officer's token void at once.
    #[command(after_help = "Example:\n  openline officer revoke watch-1")]
    Revoke {
        /// His name.
        name: String,
    },
    /// An officer's passkeys. He makes them himself, at the console.
    #[command(
        after_help = "Example:\n  openline officer passkeys watch-1\n  openline officer passkeys watch-1 --remove pq1xN3zQ"
    )]
    Passkeys {
        /// His name.
        name: String,
        /// Remove the one whose id begins so: it signs nobody in and nothing any more, and his sessions at the console end.
        // An id is base64url (RFC 4648), which may begin with a hyphen.
        #[arg(long, value_name = "ID", allow_hyphen_values = true)]
        remove: Option<String>,
    },
    /// Give an officer a new token; the old one is void at once.
    #[command(after_help = "Example:\n  openline officer renew watch-1 --token-out watch-1.token")]
    Renew {
        /// His name.
        name: String,
        /// Write the token into a new file that only its owner can read, and do not print it.
        #[arg(long, value_name = "FILE")]
        token_out: Option<PathBuf>,
    },
}

#[derive(Args, Debug)]
pub struct OfficerArgs {
    /// His name on this node; never on the record.
    pub name: String,
    /// A role: drafter, clearer, releaser, duty officer, linguist, auditor, administrator. May be given more than once.
    #[arg(long = "role", required = true)]
    pub roles: Vec<String>,
    /// A line: its title or id, level:NAME for every line of a level, or * for all. May be given more than once.
    #[arg(long = "line", required = true)]
    pub lines: Vec<String>,
}

#[derive(Subcommand, Debug)]
pub enum PolicyCommand {
    /// The rules that the node runs with.
    #[command(after_help = "Example:\n  openline policy show")]
    Show,
    /// Read a policy file and say what is wrong with it. Needs no node.
    #[command(after_help = "Example:\n  openline policy check ~/.openline/policy.toml")]
    Check {
        /// The file, or - for standard input.
        file: PathBuf,
    },
    /// What a message would need, by which rule, and who could give it.
    #[command(
        after_help = "Example:\n  openline policy explain --line \"Watch line\" --form notification --precedence flash"
    )]
    Explain {
        /// The line: its title, its id, or the beginning of its id.
        #[arg(long)]
        line: String,
        /// The form.
        #[arg(long, default_value = "message")]
        form: String,
        /// The precedence.
        #[arg(long, default_value = "routine")]
        precedence: String,
        /// The message type.
        #[arg(long = "type", default_value = "real")]
        message_type: String,
        /// The class of traffic.
        #[arg(long)]
        class: Option<String>,
    },
}

#[derive(Subcommand, Debug)]
pub enum AuditCommand {
    /// What was done, oldest first; the last items if there are more.
    #[command(after_help = "Example:\n  openline audit list --line \"Watch line\" --limit 50")]
    List {
        /// Only what this officer did.
        #[arg(long)]
        officer: Option<String>,
        /// Only this line: its title, its id, or the beginning of its id.
        #[arg(long)]
        line: Option<String>,
        /// At most this many.
        #[arg(long, default_value_t = 100)]
        limit: usize,
    },
    /// Compute the chain anew and name the first item that is not right.
    #[command(after_help = "Example:\n  openline audit verify")]
    Verify,
    /// Write the whole log into a file, one JSON object a line.
    #[command(after_help = "Example:\n  openline audit export audit.jsonl")]
    Export {
        /// Where to write it.
        file: PathBuf,
    },
}
