//! Words that all lists have alike.

/// The type, in a column: what is not real stands out.
pub fn type_word(message_type: &str) -> String {
    if message_type == "real" {
        "real".to_owned()
    } else {
        message_type.to_uppercase()
    }
}

/// The type in capitals before other words; nothing if it is real.
pub fn type_mark(message_type: &str) -> String {
    match message_type {
        "real" => String::new(),
        other => format!("{} ", other.to_uppercase()),
    }
}

/// In capitals before what rings or has come: its type if it is not real, and whether lives are concerned.
pub fn alarm_mark(message_type: &str, is_for_life: bool) -> String {
    let life = if is_for_life { "SAFETY OF LIFE " } else { "" };
    format!("{}{life}", type_mark(message_type))
}

/// With a capital letter first.
pub fn capital(words: &str) -> String {
    let mut chars = words.chars();
    chars.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(chars).collect()
    })
}
