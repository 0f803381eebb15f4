//! Under what condition something is written.

use aws_sdk_dynamodb::types::AttributeValue;

use super::keys::PK;
use super::row::Attributes;

#[derive(Clone, Debug)]
pub struct Condition {
    pub expression: &'static str,
    /// Names that DynamoDB keeps for itself need another in the expression.
    pub names: &'static [(&'static str, &'static str)],
    pub values: Vec<(&'static str, AttributeValue)>,
}

impl Condition {
    /// There is no such item yet.
    pub fn absent() -> Self {
        Self { expression: "attribute_not_exists(#pk)", names: &[("#pk", PK)], values: Vec::new() }
    }

    pub fn values(&self) -> Option<Attributes> {
        let values = self.values.iter().map(|(name, value)| ((*name).to_owned(), value.clone()));
        (!self.values.is_empty()).then(|| values.collect())
    }
}
