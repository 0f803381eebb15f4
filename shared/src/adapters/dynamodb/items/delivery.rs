//! What a platform said of a message.

use domain::delivery::{Delivery, DeliveryStatus};
use domain::ids::PlatformMessageId;
use serde::{Deserialize, Serialize};

use super::format::FORMAT;
use super::moment::Moment;

/// The status stands in the item's key.
#[derive(Debug, Serialize, Deserialize)]
pub struct DeliveryItem {
    f: u32,
    t: Moment,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    i: Option<String>,
}

impl From<&Delivery> for DeliveryItem {
    fn from(delivery: &Delivery) -> Self {
        let id = delivery.id.as_ref().map(PlatformMessageId::to_string);
        Self { f: FORMAT, t: delivery.at.into(), i: id }
    }
}

impl DeliveryItem {
    pub fn read(self, status: DeliveryStatus) -> Delivery {
        Delivery { status, at: self.t.into(), id: self.i.map(PlatformMessageId::new) }
    }
}
