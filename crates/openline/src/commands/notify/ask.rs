//! Questions at a terminal: a field at a time, with help and example, again until the answer is right.

use std::io::{BufRead, Write};

use openline_desk::template::{Around, Template, TemplateField};

use super::values::Given;
use crate::failure::Failure;
use crate::words::capital;

/// Where questions are put and answers come from.
pub(super) struct Terminal<I, O> {
    input: I,
    output: O,
}

impl<I: BufRead, O: Write> Terminal<I, O> {
    pub(super) fn new(input: I, output: O) -> Self {
        Self { input, output }
    }

    pub(super) fn say(&mut self, words: &str) -> Result<(), Failure> {
        writeln!(self.output, "{words}")
            .and_then(|()| self.output.flush())
            .map_err(broken_off)
    }

    pub(super) fn introduce(&mut self, template: &Template) -> Result<(), Failure> {
        self.say(&format!(
            "{} ({})\n{}\n{}\nAn empty answer leaves a field out. Ctrl-C ends without releasing anything.\n",
            template.title(),
            template.name(),
            template.purpose(),
            template.claim()
        ))
    }

    /// Asks for what is missing or wrong; optional fields that nobody has given only if `asks_all`.
    pub(super) fn ask_missing(
        &mut self,
        template: &Template,
        around: &Around,
        given: &mut Given,
        asks_all: bool,
    ) -> Result<(), Failure> {
        for field in template.fields() {
            match given.values.get(&field.key) {
                Some(answer) => {
                    if let Err(problem) = template.check(&field.key, answer, around) {
                        self.say(&problem.to_string())?;
                        self.ask(template, field, around, given)?;
                    }
                }
                None if asks_all || field.is_required => {
                    self.ask(template, field, around, given)?;
                }
                None => {}
            }
        }
        Ok(())
    }

    /// Asks again for fields; where one of a group is missing, for the whole group.
    pub(super) fn ask_again(
        &mut self,
        template: &Template,
        around: &Around,
        given: &mut Given,
        keys: &[&str],
    ) -> Result<(), Failure> {
        let is_meant = |field: &&TemplateField| {
            let groups = template.one_of().iter();
            let in_group = groups
                .filter(|group| group.contains(&field.key))
                .flatten()
                .any(|key| keys.contains(&key.as_str()));
            keys.contains(&field.key.as_str()) || in_group
        };
        for field in template.fields().iter().filter(is_meant) {
            self.ask(template, field, around, given)?;
        }
        Ok(())
    }

    /// Asks for one field until the answer is right, or empty where that is allowed.
    fn ask(
        &mut self,
        template: &Template,
        field: &TemplateField,
        around: &Around,
        given: &mut Given,
    ) -> Result<(), Failure> {
        self.say(&question(template, field))?;
        loop {
            let answer = self.answer(field.kind.is_list())?;
            if answer.is_empty() && !field.is_required {
                given.values.remove(&field.key);
                return Ok(());
            }
            match template.check(&field.key, &answer, around) {
                Ok(value) => {
                    given.values.insert(field.key.clone(), value.text());
                    return Ok(());
                }
                Err(problem) => self.say(&format!("  {problem}"))?,
            }
        }
    }

    /// A line, or for a list the lines before an empty one.
    fn answer(&mut self, is_list: bool) -> Result<String, Failure> {
        let mut lines = Vec::new();
        loop {
            let line = self.line("> ")?;
            if line.is_empty() && is_list {
                return Ok(lines.join("\n"));
            }
            lines.push(line);
            if !is_list {
                return Ok(lines.concat());
            }
        }
    }

    fn line(&mut self, prompt: &str) -> Result<String, Failure> {
        write!(self.output, "{prompt}")
            .and_then(|()| self.output.flush())
            .map_err(broken_off)?;
        let mut line = String::new();
        match self.input.read_line(&mut line) {
            Ok(0) => Err(Failure::unusable(
                "the answers ended before the form was complete; nothing was released",
                "run the command again, or give the fields with --file or --set",
            )),
            Ok(_) => Ok(line.trim().to_owned()),
            Err(error) => Err(broken_off(error)),
        }
    }

    /// Whether the notification that was shown may go: only the whole word counts.
    pub(super) fn is_released(&mut self) -> Result<bool, Failure> {
        let answer = self.line("Release it? Type yes, or anything else to stop: ")?;
        Ok(answer.eq_ignore_ascii_case("yes"))
    }

    /// Whether what was filled in is kept as a draft.
    pub(super) fn is_kept(&mut self) -> Result<bool, Failure> {
        let answer = self.line("Keep it as a draft? Type yes, or anything else to drop it: ")?;
        Ok(answer.eq_ignore_ascii_case("yes"))
    }
}

fn question(template: &Template, field: &TemplateField) -> String {
    let number = template.fields().iter().position(|f| f.key == field.key);
    let mut marks = vec![if field.is_required {
        "required"
    } else {
        "may be left out"
    }];
    if field.is_critical {
        marks.push("typed again by whoever reads it back");
    }
    let lines = if field.kind.is_list() {
        "\n  One on each line; an empty line ends the list."
    } else {
        ""
    };
    format!(
        "\n[{}/{}] {} ({}; {})\n  {}\n  {}{lines}\n  Example: {}",
        number.unwrap_or(0) + 1,
        template.fields().len(),
        field.label,
        field.key,
        marks.join("; "),
        field.help,
        capital(&field.kind.shape()),
        field.example.replace('\n', "\n           ")
    )
}

fn broken_off(error: std::io::Error) -> Failure {
    Failure::unusable(
        format!("the terminal can't be used: {error}; nothing was released"),
        "give the fields with --file or --set",
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use openline_desk::template::Templates;

    /// Asks for a whole form with these answers; what was said, and what was given.
    fn ask(id: &str, answers: &str, mut given: Given, asks_all: bool) -> (String, Given) {
        let templates = Templates::shipped();
        let template = &templates.find(id).expect("there").template;
        let around = Around {
            now: 1_795_521_600_000,
            seats: vec![],
        };
        let mut output = Vec::new();
        let mut terminal = Terminal::new(answers.as_bytes(), &mut output);
        terminal
            .ask_missing(template, &around, &mut given, asks_all)
            .expect("answered");
        (String::from_utf8(output).expect("UTF-8"), given)
    }

    #[test]
    fn a_bad_answer_is_asked_for_again_with_what_it_should_look_like() {
        let answers = "\n2026-13-01\n2026-12-20\nmaybe\nyes\n\n";
        let (said, given) = ask("major-strategic-exercise", answers, Given::default(), true);
        assert!(said.contains("[1/3] Date on which the exercise begins (begins; required; typed again by whoever reads it back)"), "{said}");
        assert!(
            said.contains("A day in UTC, YYYY-MM-DD\n  Example: 2026-12-20"),
            "{said}"
        );
        assert!(said.contains("it is empty; give a day in UTC"), "{said}");
        assert!(said.contains("no 2026-13-01 in the calendar"), "{said}");
        assert!(
            said.contains("\"maybe\" is not on the list; give one of: yes, no"),
            "{said}"
        );
        assert_eq!(given.values["begins"], "2026-12-20");
        assert!(!given.values.contains_key("remarks"), "left out");
    }

    #[test]
    fn a_list_ends_at_an_empty_line_and_what_was_given_is_not_asked_for() {
        let mut given = Given::default();
        for (key, value) in [
            ("purpose", "Towing"),
            ("vessel_type", "Tug"),
            ("number", "two"),
            ("stay", "2026-12-01T04:00Z/2026-12-04T16:00Z"),
            ("place", "Landing stage"),
            ("position", "48-22.40N 135-02.10E"),
        ] {
            given.values.insert(key.to_owned(), value.to_owned());
        }
        let (said, given) = ask("border-vessel-entry", "PSK-1\nPSK-2\n\n2\n", given, false);
        assert!(said.contains("an empty line ends the list"), "{said}");
        assert!(!said.contains("Why the vessel enters"), "{said}");
        assert!(said.contains("\"two\" is not a number"), "{said}");
        assert_eq!(given.values["hull_number"], "PSK-1\nPSK-2");
        assert_eq!(given.values["number"], "2");
    }

    #[test]
    fn only_the_whole_word_releases_and_an_end_of_input_releases_nothing() {
        let released = |answer: &str| Terminal::new(answer.as_bytes(), Vec::new()).is_released();
        assert!(released("yes\n").expect("an answer"));
        assert!(released("YES\n").expect("an answer"));
        for no in ["y\n", "\n", "no\n", "yes please\n"] {
            assert!(!released(no).expect("an answer"), "{no}");
        }
        let ended = released("").expect_err("the end");
        assert!(ended.title.contains("nothing was released"));
    }
}
