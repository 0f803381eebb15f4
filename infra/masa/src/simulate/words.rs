//! A condition as a reader says it.

use shared::domain::playbook::Condition;

/// `say` is the reader's language.
pub fn condition(condition: &Condition, say: &dyn Fn(&str) -> String) -> String {
    let all = |parts: &[Condition], joint: &str| {
        let parts = parts.iter().map(|part| self::condition(part, say));
        parts.collect::<Vec<_>>().join(&format!(" {} ", say(joint)))
    };
    match condition {
        Condition::All(parts) => all(parts, "and"),
        Condition::Any(parts) => all(parts, "or"),
        Condition::Not(part) => format!("{} {}", say("not"), self::condition(part, say)),
        Condition::Tag(tag) => format!("{} {tag}", say("tag")),
        Condition::Field { name, is } => format!("{name}: {}", is.join(" / ")),
        Condition::Knows(known) => format!("{} {}", say("has"), say(known.as_str())),
        Condition::Replied => say("has replied"),
        Condition::Active(_) => say("was active lately"),
        Condition::Deal(stage) => format!("{} {}", say("deal"), say(stage.as_str())),
    }
}
