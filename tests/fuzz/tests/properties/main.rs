//! What holds at the doors, whoever knocks: a file a topic.

mod calls;
mod forms;
mod hints;
mod phone_numbers;
mod playbooks;
mod refusals;
mod schedule;
mod signatures;
mod stored_items;
mod webhook_bodies;
