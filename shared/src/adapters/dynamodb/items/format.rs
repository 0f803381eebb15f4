//! Bodies: JSON with the number of their format.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

/// The format that this version writes, and the newest that it reads.
pub const FORMAT: u32 = 1;

/// Why a stored item cannot be read. Names fields and places, never contents: those are personal data.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Damaged {
    #[error("it has format {0}, and this version of Masa reads formats up to {FORMAT}; update Masa")]
    Newer(u32),
    #[error("its JSON ends or breaks at character {0}")]
    Json(usize),
    #[error("its field {0} holds what no version of Masa writes")]
    Field(&'static str),
    #[error("it has no {0}")]
    Missing(&'static str),
}

/// Every body has this in front.
#[derive(Deserialize)]
struct Header {
    #[serde(default)]
    f: u32,
}

pub fn to_body(item: &impl Serialize) -> Result<String, Damaged> {
    // Only maps whose keys are no text, and failing writers, can fail here; items have neither.
    serde_json::to_string(item).map_err(|_| Damaged::Field("body"))
}

pub fn from_body<T: DeserializeOwned>(body: &str) -> Result<T, Damaged> {
    let header: Result<Header, _> = serde_json::from_str(body);
    match header {
        Ok(header) if header.f > FORMAT => Err(Damaged::Newer(header.f)),
        Ok(_) => serde_json::from_str(body).map_err(|error| Damaged::Json(error.column())),
        Err(error) => Err(Damaged::Json(error.column())),
    }
}
