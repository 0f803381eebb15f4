//! The clicks in Meta's App Dashboard. They are Meta's words of November 2026, and Meta moves them.

/// Webhook fields that Masa reads, by the object that they belong to.
const SUBSCRIPTIONS: [(&str, &[&str]); 3] = [
    (
        "WhatsApp Business Account",
        &["messages", "user_preferences", "smb_message_echoes", "message_template_status_update"],
    ),
    ("Page", &PAGE_FIELDS),
    ("Instagram", &["comments", "messages", "messaging_postbacks"]),
];

/// Those of a Page, which are subscribed to for each Page besides.
pub const PAGE_FIELDS: [&str; 5] = ["feed", "leadgen", "messages", "messaging_postbacks", "message_echoes"];

pub fn clicks(webhook_url: &str, verify_token: &str) -> String {
    let deletion_url = webhook_url.replace("/meta/webhook", "/meta/data-deletion");
    let mut text = format!(
        "In Meta's App Dashboard (https://developers.facebook.com/apps → your app):
  1. Add the product Webhooks. For each object below: choose it in the list, `Subscribe to this object`, and give
       Callback URL   {webhook_url}
       Verify token   {verify_token}
     `Verify and save`. Meta asks Masa at once; an error there means that URL or token was not pasted whole.
  2. Subscribe to these fields of each object, with `Include values` on:
"
    );
    for (object, fields) in SUBSCRIPTIONS {
        text.push_str(&format!("       {object}: {}\n", fields.join(", ")));
    }
    text.push_str(&format!(
        "  3. Connect what is yours: the WhatsApp account and the Page each need the app subscribed (`subscribed_apps`);
     in Messenger → Settings and Instagram → Settings: `Add subscriptions` beside the Page and the account.
  4. App settings → Basic: the address of your privacy policy, and under `User data deletion` choose
     `Data deletion callback URL` and give
       Callback URL   {deletion_url}
     Then switch the app to Live. What waits for App Review is in docs/deploy.md.
"
    ));
    text
}
