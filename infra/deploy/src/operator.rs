//! Whoever typed the command: is told, is asked, and gives secrets.

use secrecy::SecretString;

/// The other side of the terminal.
pub trait Operator {
    /// Shows a line, or several.
    fn tell(&self, text: &str);
    /// Asks a question that is answered with yes or no. `None` where nobody can be asked.
    fn agrees(&self, question: &str) -> Option<bool>;
    /// Asks for a line of text. `None` where nobody can be asked.
    fn line(&self, question: &str) -> Option<String>;
    /// Asks for a secret without showing it. `None` where nobody can be asked.
    fn secret(&self, question: &str) -> Option<SecretString>;
    /// A variable of the environment.
    fn env(&self, name: &str) -> Option<String>;
}
