# What goes over a line: messages, their ladder, drafts, notifications, search.
