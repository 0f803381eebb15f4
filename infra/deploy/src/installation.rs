//! The name of an installation, and the names on AWS that follow from it.

/// Tells installations in one account and Region from each other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Installation(String); // Invariant: what the templates' `AllowedPattern` takes.

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "an installation's name has lower-case letters, digits and dashes, begins with a letter and has at most 16 characters, such as `masa`"
)]
pub struct InvalidInstallation;

impl Installation {
    pub fn parse(name: &str) -> Result<Self, InvalidInstallation> {
        let known = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        let begins = name.bytes().next().is_some_and(|byte| byte.is_ascii_lowercase());
        if begins && name.len() <= 16 && name.bytes().all(known) {
            Ok(Self(name.to_owned()))
        } else {
            Err(InvalidInstallation)
        }
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The stack of `data.yaml`.
    pub fn data_stack(&self) -> String {
        format!("masa-{}-data", self.0)
    }

    /// The stack of `app.yaml`.
    pub fn app_stack(&self) -> String {
        format!("masa-{}-app", self.0)
    }

    /// The name that `data.yaml` gives the table.
    pub fn table(&self) -> String {
        format!("masa-{}", self.0)
    }

    pub fn function(&self, name: &str) -> String {
        format!("masa-{}-{name}", self.0)
    }

    pub fn queue(&self, name: &str) -> String {
        format!("masa-{}-{name}", self.0)
    }

    /// What `MASA_SECRETS` tells the functions.
    pub fn secrets_path(&self) -> String {
        format!("/masa/{}", self.0)
    }

    pub fn secret(&self, name: &str) -> String {
        format!("/masa/{}/{name}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_what_the_templates_take() {
        for name in ["masa", "a", "agency-2", "sixteen-letters-"] {
            assert!(Installation::parse(name).is_ok(), "{name}");
        }
        for name in ["", "Masa", "2nd", "-a", "seventeen-letters", "מסע", "a_b", "a/b"] {
            assert_eq!(Installation::parse(name), Err(InvalidInstallation), "{name}");
        }
    }

    #[test]
    fn the_templates_name_table_and_functions_alike() {
        let installation = Installation::parse("agency").unwrap();
        let named = |text: &str| text.replace("{Installation}", installation.as_str());
        let data = cloud::template::Template::read(cloud::DATA).unwrap();
        let table = data.of_kind("AWS::DynamoDB::Table").next().unwrap();
        assert_eq!(named(&cloud::template::text(&table.properties()["TableName"])), installation.table());
        let app = cloud::template::Template::read(cloud::APP).unwrap();
        let functions: Vec<String> = app
            .of_kind("AWS::Lambda::Function")
            .map(|function| named(&cloud::template::text(&function.properties()["FunctionName"])))
            .collect();
        for function in cloud::FUNCTIONS {
            assert!(functions.contains(&installation.function(function.name)), "{}", function.name);
        }
    }
}
