//! What a function is told at its start, on this machine as on AWS.

use super::aws::{Aws, TABLE};

/// The app secret with which the files of `events/` are signed.
pub const APP_SECRET: &str = "sandbox-app-secret";

/// The queues, by the variables that hold their addresses.
const QUEUES: [(&str, &str); 6] = [
    ("MASA_QUEUE_LEAD_INTAKE", "lead-intake"),
    ("MASA_QUEUE_COMMENTS", "comments"),
    ("MASA_QUEUE_TAGS", "tags"),
    ("MASA_QUEUE_MESSAGES", "messages"),
    ("MASA_QUEUE_CONVERSATION", "conversation"),
    ("MASA_QUEUE_BULK", "bulk"),
];

const SETTINGS: [(&str, &str); 9] = [
    ("AWS_REGION", "il-central-1"),
    ("AWS_ACCESS_KEY_ID", "bench"),
    ("AWS_SECRET_ACCESS_KEY", "bench"),
    ("MASA_INSTALLATION", "bench"),
    ("MASA_TABLE", TABLE),
    ("MASA_SECRETS", SECRETS_PATH),
    ("MASA_BUS", "bench"),
    ("MASA_PUBLIC_URL", "https://api.example.com"),
    ("MASA_MAIL_EVENTS", "masa-bench"),
];

const SECRETS_PATH: &str = "/masa/bench";

/// Made up, and the same as those of the files of `events/`.
const SECRETS: [(&str, &str); 6] = [
    ("MASA_PEPPER", "0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f"),
    ("MASA_META_APP_SECRET", APP_SECRET),
    ("MASA_META_VERIFY_TOKEN", "sandbox-verify-token"),
    ("MASA_META_TOKEN", "sandbox-token"),
    ("MASA_API_KEY", "sandbox-api-key"),
    ("MASA_FORM_KEY", "sandbox-form-key"),
];

/// A secret by its whole path, as Systems Manager names it.
pub fn secret(path: &str) -> Option<&'static str> {
    let wanted = path.strip_prefix(SECRETS_PATH)?.strip_prefix('/')?;
    SECRETS.iter().find(|(name, _)| *name == wanted).map(|(_, value)| *value)
}

/// Everything that is set. The secrets are there a second time, for who reads them from the environment.
pub fn environment(aws: &Aws, graph_port: u16) -> Vec<(String, String)> {
    let owned = |(name, value): (&str, &str)| (name.to_owned(), value.to_owned());
    let queues = QUEUES.map(|(variable, queue)| (variable.to_owned(), aws.queue_url(queue)));
    let addresses = [
        ("AWS_ENDPOINT_URL".to_owned(), aws.url()),
        ("MASA_GRAPH_URL".to_owned(), format!("http://127.0.0.1:{graph_port}")),
    ];
    SETTINGS.map(owned).into_iter().chain(SECRETS.map(owned)).chain(queues).chain(addresses).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEMPLATE: &str = include_str!("../../../../infra/cloud/templates/app.yaml");

    #[test]
    fn a_function_is_told_here_what_the_template_tells_it() {
        let known = || SETTINGS.iter().chain(&QUEUES).map(|(name, _)| *name).chain(["MASA_GRAPH_URL"]);
        let told = TEMPLATE.lines().filter_map(|line| line.trim().split_once(':')).map(|(name, _)| name);
        // Without these a function has a default.
        let optional = ["MASA_GRAPH_VERSION", "MASA_TRUST"];
        let missing: Vec<&str> = told
            .filter(|name| name.starts_with("MASA_") && !optional.contains(name))
            .filter(|name| known().all(|known| known != *name))
            .collect();
        assert_eq!(missing, Vec::<&str>::new());
    }
}
