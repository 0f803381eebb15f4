//! Items as attributes.

use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::AttributeValue;
use jiff::Timestamp;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::items::{Damaged, from_body, to_body};
use super::keys::{Key, PK, SK};
use super::packing::{pack, unpack};

/// The SDK's own type. Nothing here depends on its order.
#[expect(clippy::disallowed_types, reason = "the SDK gives and takes items as this type")]
pub type Attributes = std::collections::HashMap<String, AttributeValue>;

pub const BODY: &str = "body";
/// A body that would need a second write unit is kept in fewer bytes, under this name.
const PACKED: &str = "packed";
const UNPACKED_BYTES_MAX: usize = 700;

/// An item: as read, or to be written.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Row(pub Attributes);

impl Row {
    pub fn at(key: &Key) -> Self {
        Self::default().with(PK, text(&key.pk)).with(SK, text(&key.sk))
    }

    pub fn with(mut self, name: &str, value: AttributeValue) -> Self {
        self.0.insert(name.to_owned(), value);
        self
    }

    pub fn with_body(self, item: &impl Serialize) -> Result<Self, Damaged> {
        let body = to_body(item)?;
        Ok(self.with(BODY, AttributeValue::S(body)))
    }

    /// For the record, which is written more often than anything else.
    pub fn with_body_in_few_bytes(self, item: &impl Serialize) -> Result<Self, Damaged> {
        let body = to_body(item)?;
        if body.len() <= UNPACKED_BYTES_MAX {
            return Ok(self.with(BODY, AttributeValue::S(body)));
        }
        let packed = pack(&body).map_err(|_| Damaged::Field(PACKED))?;
        Ok(self.with(PACKED, AttributeValue::B(Blob::new(packed))))
    }

    pub fn body<T: DeserializeOwned>(&self) -> Result<T, Damaged> {
        match self.bytes(PACKED) {
            Some(packed) => from_body(&unpack(packed).map_err(|_| Damaged::Field(PACKED))?),
            None => from_body(self.text(BODY).ok_or(Damaged::Missing(BODY))?),
        }
    }

    pub fn text(&self, name: &str) -> Option<&str> {
        self.0.get(name)?.as_s().ok().map(String::as_str)
    }

    pub fn number<T: std::str::FromStr>(&self, name: &str) -> Option<T> {
        self.0.get(name)?.as_n().ok()?.parse().ok()
    }

    pub fn bytes(&self, name: &str) -> Option<&[u8]> {
        self.0.get(name)?.as_b().ok().map(Blob::as_ref)
    }

    pub fn instant(&self, name: &str) -> Option<Timestamp> {
        Timestamp::from_millisecond(self.number(name)?).ok()
    }

    pub fn key(&self) -> Option<Key> {
        Some(Key { pk: self.text(PK)?.to_owned(), sk: self.text(SK)?.to_owned() })
    }
}

pub fn text(value: &str) -> AttributeValue {
    AttributeValue::S(value.to_owned())
}

pub fn number(value: impl ToString) -> AttributeValue {
    AttributeValue::N(value.to_string())
}

pub fn millis(at: Timestamp) -> AttributeValue {
    number(at.as_millisecond())
}

/// Cut to at most so many bytes, at the end of a character.
pub fn clipped(value: &str, bytes_max: usize) -> &str {
    &value[..value.floor_char_boundary(bytes_max)]
}
