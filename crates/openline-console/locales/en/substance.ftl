# What a line is for: topics, texts, encounters, dates, readouts, history, the glossary.
