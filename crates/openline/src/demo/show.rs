//! What is shown while a story is told.

use std::io::IsTerminal as _;
use std::time::Duration;

use crate::output::Output;

/// Between two steps, for people who watch.
const PACE: Duration = Duration::from_millis(350);

/// The screen of a story.
pub struct Show {
    output: Output,
    has_colour: bool,
    is_paced: bool,
}

impl Show {
    pub fn new(output: Output, is_headless: bool) -> Self {
        let is_terminal = std::io::stdout().is_terminal();
        let has_colour = is_terminal && !is_headless && std::env::var_os("NO_COLOR").is_none();
        Self {
            output,
            has_colour,
            is_paced: is_terminal && !is_headless,
        }
    }

    /// Whether somebody watches on a terminal.
    pub fn is_watched(&self) -> bool {
        self.is_paced && std::io::stdin().is_terminal()
    }

    fn paint(&self, code: &str, text: &str) -> String {
        if self.has_colour {
            format!("\x1b[{code}m{text}\x1b[0m")
        } else {
            text.to_owned()
        }
    }

    pub fn title(&self, title: &str, source: &str) {
        self.output.say(&self.paint("1", title));
        self.output.say(source);
    }

    pub fn heading(&self, text: &str) {
        self.output.say(&format!("\n{}", self.paint("1;36", text)));
    }

    pub fn line(&self, text: &str) {
        self.output.say(&format!("  {text}"));
    }

    /// What the story says itself.
    pub fn note(&self, text: &str) {
        self.output.say(&format!("\n  {}", self.paint("33", text)));
    }

    /// What a side's node says, in its own words.
    pub fn says(&self, side: &str, text: &str) {
        self.output
            .say(&format!("       {side:<12} {}", self.paint("36", text)));
    }

    /// Leaves time to read.
    pub async fn pause(&self) {
        if self.is_paced {
            tokio::time::sleep(PACE).await;
        }
    }

    pub fn verdict(&self, is_good: bool) {
        let text = if is_good {
            self.paint("1;32", "One and the same record on every side, accepted by two programs that share no code.")
        } else {
            self.paint(
                "1;31",
                "The sides do not hold one record that both verifiers accept.",
            )
        };
        self.output.say(&format!("\n{text}"));
    }
}

/// A time as milliseconds, or as seconds where it is long.
pub fn ms(time: Duration) -> String {
    if time < Duration::from_secs(1) {
        format!("{:.1} ms", time.as_secs_f64() * 1000.0)
    } else {
        format!("{:.0} ms", time.as_secs_f64() * 1000.0)
    }
}

/// From which side something comes.
pub fn arrow(side: usize) -> &'static str {
    if side == 0 { "─▶" } else { "◀─" }
}
