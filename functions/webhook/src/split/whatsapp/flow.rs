//! A completed WhatsApp Flow: its answers are JSON inside a string.

use serde_json::Value;

use crate::split::lenient::TEXT_CHARS_MAX;

/// The answers as lines, `question: answer`. `None` where the string holds none.
pub fn answers(response: &Value) -> Option<String> {
    let parsed: Value = serde_json::from_str(response.as_str()?).ok()?;
    let lines = parsed.as_object()?.iter().filter(|(question, _)| *question != "flow_token").map(
        |(question, answer)| match answer {
            Value::String(answer) => format!("{question}: {answer}"),
            other => format!("{question}: {other}"),
        },
    );
    let text: String = lines.collect::<Vec<_>>().join("\n").chars().take(TEXT_CHARS_MAX).collect();
    (!text.is_empty()).then_some(text)
}
