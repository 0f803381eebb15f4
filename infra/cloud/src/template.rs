//! A template as a tree: its resources by type, and its values as text.
//!
//! What only AWS knows stays a name in braces: `Fn::Sub: masa-${Installation}` is read as `masa-{Installation}`.

use serde_json::Value;

pub struct Template(Value);

/// A resource by the name that the template gives it.
#[derive(Clone, Copy)]
pub struct Resource<'t> {
    pub name: &'t str,
    pub body: &'t Value,
}

impl<'t> Resource<'t> {
    pub fn kind(&self) -> &'t str {
        self.body["Type"].as_str().unwrap_or_default()
    }

    pub fn properties(&self) -> &'t Value {
        &self.body["Properties"]
    }
}

impl Template {
    pub fn read(text: &str) -> Result<Self, serde_saphyr::Error> {
        serde_saphyr::from_str(text).map(Self)
    }

    /// `Parameters`, `Outputs` and the like.
    pub fn part(&self, name: &str) -> &Value {
        &self.0[name]
    }

    pub fn resources(&self) -> impl Iterator<Item = Resource<'_>> {
        let resources = self.part("Resources").as_object();
        resources.into_iter().flatten().map(|(name, body)| Resource { name, body })
    }

    pub fn of_kind(&self, kind: &str) -> impl Iterator<Item = Resource<'_>> {
        self.resources().filter(move |resource| resource.kind() == kind)
    }

    pub fn resource(&self, name: &str) -> Option<Resource<'_>> {
        self.resources().find(|resource| resource.name == name)
    }

    /// The resource that a `Ref` or an `Fn::GetAtt` points at.
    pub fn pointed_at(&self, value: &Value) -> Option<Resource<'_>> {
        let name = value["Ref"].as_str().or_else(|| value["Fn::GetAtt"][0].as_str())?;
        self.resource(name)
    }
}

/// A value as text. Of an `Fn::If` it is the first branch.
pub fn text(value: &Value) -> String {
    if let Some(name) = value["Ref"].as_str() {
        return format!("{{{name}}}");
    }
    if let Some(of) = value["Fn::GetAtt"].as_array() {
        let parts: Vec<&str> = of.iter().filter_map(Value::as_str).collect();
        return format!("{{{}}}", parts.join("."));
    }
    if let Some(text) = value["Fn::Sub"].as_str() {
        // `${!name}` is how a template writes `${name}` for somebody else.
        return text.replace("${!", "\u{0}").replace("${", "{").replace('\u{0}', "${");
    }
    match &value["Fn::If"][1] {
        Value::Null => value.as_str().map_or_else(|| value.to_string(), str::to_owned),
        first => text(first),
    }
}

/// One value or a list of them, as a list.
pub fn list(value: &Value) -> Vec<&Value> {
    match value {
        Value::Null => Vec::new(),
        Value::Array(values) => values.iter().collect(),
        one => vec![one],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_value_is_read_as_text() {
        let cases = [
            (json!("as it is"), "as it is"),
            (json!(30), "30"),
            (json!({ "Ref": "Table" }), "{Table}"),
            (json!({ "Fn::GetAtt": ["BulkQueue", "Arn"] }), "{BulkQueue.Arn}"),
            (json!({ "Fn::Sub": "masa-${Installation} ${!PROP}" }), "masa-{Installation} ${PROP}"),
            (
                json!({ "Fn::If": ["Reserves", { "Ref": "Reserved" }, { "Ref": "AWS::NoValue" }] }),
                "{Reserved}",
            ),
        ];
        for (value, expected) in cases {
            assert_eq!(text(&value), expected);
        }
    }
}
