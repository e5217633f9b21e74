//! Older contacts as a spreadsheet writes them: CSV (RFC 4180) with a first row of names.

/// Most rows of a file.
pub const ROWS_MAX: usize = 1000;
/// Longest file, bytes.
pub const CSV_MAX: usize = 1 << 20;

const NEEDED: [&str; 4] = ["date", "kind", "level", "what"];
const KNOWN: [&str; 7] = ["date", "kind", "level", "what", "host", "place", "words"];

/// One contact, as typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// The line of the file on which it begins, from 1.
    pub line: usize,
    /// `2018`, `2018-10` or `2018-10-08`.
    pub date: String,
    /// `call`, `meeting` or `visit`.
    pub kind: String,
    /// At which level.
    pub level: String,
    /// What it was.
    pub what: String,
    /// The host's name.
    pub host: Option<String>,
    /// Where.
    pub place: Option<String>,
    /// Where it is known from, or other words.
    pub words: Option<String>,
}

/// What is wrong with a file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CsvError {
    /// Too long.
    #[error("the file has over {CSV_MAX} bytes or {ROWS_MAX} rows; divide it")]
    TooLong,
    /// No or wrong names.
    #[error(
        "the first row must name the columns date, kind, level, what, and perhaps host, place, words; \"{0}\" is missing, twice or unknown"
    )]
    Columns(String),
    /// A row with more or fewer cells than there are names.
    #[error("line {0}: the row does not have as many cells as the first row")]
    Cells(usize),
    /// Quotation marks that do not match.
    #[error(
        "line {0}: a quotation mark stands inside a cell or is not closed; double it inside quotes"
    )]
    Quotes(usize),
}

/// The rows of a file. Empty lines are left out.
///
/// # Errors
/// [`CsvError`] names the line.
pub fn rows(text: &str) -> Result<Vec<Row>, CsvError> {
    if text.len() > CSV_MAX {
        return Err(CsvError::TooLong);
    }
    let mut records = records(text.strip_prefix('\u{feff}').unwrap_or(text))?.into_iter();
    let names: Vec<String> = records
        .next()
        .map(|(_, cells)| {
            cells
                .iter()
                .map(|cell| cell.trim().to_lowercase())
                .collect()
        })
        .unwrap_or_default();
    check_names(&names)?;
    let rows: Vec<Row> = records
        .map(|(line, cells)| row(line, &cells, &names))
        .collect::<Result<_, _>>()?;
    if rows.len() > ROWS_MAX {
        return Err(CsvError::TooLong);
    }
    Ok(rows)
}

fn check_names(names: &[String]) -> Result<(), CsvError> {
    let count = |name: &str| names.iter().filter(|other| *other == name).count();
    let wrong = NEEDED.into_iter().find(|name| count(name) != 1);
    let odd = names
        .iter()
        .find(|name| !KNOWN.contains(&name.as_str()) || count(name) > 1);
    match wrong.or(odd.map(String::as_str)) {
        Some(name) => Err(CsvError::Columns(name.to_owned())),
        None => Ok(()),
    }
}

fn row(line: usize, cells: &[String], names: &[String]) -> Result<Row, CsvError> {
    if cells.len() != names.len() {
        return Err(CsvError::Cells(line));
    }
    let cell = |name: &str| {
        let at = names.iter().position(|other| other == name);
        let text = at.map_or("", |at| cells[at].trim());
        (!text.is_empty()).then(|| text.to_owned())
    };
    let needed = |name| cell(name).unwrap_or_default();
    Ok(Row {
        line,
        date: needed("date"),
        kind: needed("kind"),
        level: needed("level"),
        what: needed("what"),
        host: cell("host"),
        place: cell("place"),
        words: cell("words"),
    })
}

type Record = (usize, Vec<String>);

fn records(text: &str) -> Result<Vec<Record>, CsvError> {
    let mut records = Vec::new();
    let (mut line, mut begun) = (1, 1);
    let (mut cells, mut cell): (Vec<String>, String) = (Vec::new(), String::new());
    let mut chars = text.chars().peekable();
    let (mut is_quoted, mut was_quoted) = (false, false);
    while let Some(c) = chars.next() {
        match c {
            '"' if is_quoted && chars.peek() == Some(&'"') => {
                chars.next();
                cell.push('"');
            }
            '"' if is_quoted => is_quoted = false,
            '"' if cell.is_empty() && !was_quoted => (is_quoted, was_quoted) = (true, true),
            '"' => return Err(CsvError::Quotes(line)),
            ',' if !is_quoted => {
                cells.push(std::mem::take(&mut cell));
                was_quoted = false;
            }
            '\r' if !is_quoted && chars.peek() == Some(&'\n') => {}
            '\n' if !is_quoted => {
                end(&mut records, begun, &mut cells, &mut cell);
                (line, begun, was_quoted) = (line + 1, line + 1, false);
            }
            c => {
                line += usize::from(c == '\n');
                cell.push(c);
            }
        }
    }
    if is_quoted {
        return Err(CsvError::Quotes(begun));
    }
    end(&mut records, begun, &mut cells, &mut cell);
    Ok(records)
}

fn end(records: &mut Vec<Record>, begun: usize, cells: &mut Vec<String>, cell: &mut String) {
    let is_empty = cells.is_empty() && cell.trim().is_empty();
    cells.push(std::mem::take(cell));
    let cells = std::mem::take(cells);
    if !is_empty {
        records.push((begun, cells));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_may_be_quoted_and_hold_commas_and_lines() {
        let text = "\u{feff}Date,kind,level,what,host\r\n2018,visit,minister,\"talks, \"\"frank\"\"\nand long\",Beta\r\n\r\n2022-11,meeting,president,at a summit,\r\n";
        let rows = rows(text).expect("rows");
        assert_eq!(rows.len(), 2);
        assert_eq!(rows[0].what, "talks, \"frank\"\nand long");
        assert_eq!(
            (rows[0].host.as_deref(), rows[1].host.as_deref()),
            (Some("Beta"), None)
        );
        assert_eq!((rows[0].line, rows[1].line), (2, 5));
    }

    #[test]
    fn what_is_wrong_is_named_with_its_line() {
        let refused = |text: &str| rows(text).expect_err("refused");
        assert_eq!(refused(""), CsvError::Columns("date".to_owned()));
        let odd = refused("date,kind,level,what,colour\n");
        assert_eq!(odd, CsvError::Columns("colour".to_owned()));
        let head = "date,kind,level,what\n";
        assert_eq!(
            refused(&format!("{head}2018,visit,x\n")),
            CsvError::Cells(2)
        );
        assert_eq!(
            refused(&format!("{head}2018,visit,x,a\"b\n")),
            CsvError::Quotes(2)
        );
        assert_eq!(
            refused(&format!("{head}2018,visit,x,\"b\n")),
            CsvError::Quotes(2)
        );
    }
}
