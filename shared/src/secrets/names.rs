//! The names of the secrets that every installation has. Tokens are named by the playbooks.

/// Of derived ids: 64 hexadecimal digits. It is never changed, or nobody is recognised again.
pub const PEPPER: &str = "MASA_PEPPER";

/// What Meta signs its deliveries with.
pub const META_APP_SECRET: &str = "MASA_META_APP_SECRET";

/// The one before, while a new one is being brought in. An Instagram app's own secret may stand here, too.
pub const META_APP_SECRET_PREVIOUS: &str = "MASA_META_APP_SECRET_PREVIOUS";

/// What Meta shows when the webhook's URL is entered.
pub const META_VERIFY_TOKEN: &str = "MASA_META_VERIFY_TOKEN";

/// What the token of a business is called unless its playbook says otherwise.
pub const META_TOKEN: &str = "MASA_META_TOKEN";

/// For machines that report calls: secret.
pub const API_KEY: &str = "MASA_API_KEY";

/// What Calendly signs its webhooks with, where a business's calendar is there.
pub const CALENDLY_KEY: &str = "MASA_CALENDLY_KEY";

/// For the business's site: public, and only a hurdle for passers-by.
pub const FORM_KEY: &str = "MASA_FORM_KEY";
