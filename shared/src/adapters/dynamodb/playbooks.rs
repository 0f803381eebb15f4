//! Playbooks: compressed, in pieces that fit an item, and never changed.

use application::ports::StoreError;
use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::AttributeValue;
use domain::ids::{BusinessId, PlaybookVersion};

use super::condition::Condition;
use super::keys;
use super::packing::{pack, unpack};
use super::query::Query;
use super::requests::{Transacted, Write};
use super::row::{Row, text};
use super::store::DynamoDbStore;

const PIECE_BYTES_MAX: usize = 300_000;
/// What one transaction takes.
const PIECES_MAX: usize = 12;
const PIECE: &str = "z";
const VERSION: &str = "version";

impl DynamoDbStore {
    /// All pieces or none; a version that is there stays as it is.
    pub(super) async fn write_playbook(
        &self,
        business: &BusinessId,
        version: &PlaybookVersion,
        playbook: &str,
    ) -> Result<(), StoreError> {
        let packed = pack(playbook)
            .map_err(|_| StoreError::Unavailable("a playbook could not be packed".to_owned()))?;
        let pieces: Vec<&[u8]> = packed.chunks(PIECE_BYTES_MAX).collect();
        if pieces.len() > PIECES_MAX {
            return Err(StoreError::Unavailable("the playbook is too long to be stored".to_owned()));
        }
        let rows = pieces.into_iter().enumerate().map(|(number, piece)| {
            let row = Row::at(&keys::playbook_piece(business, version, number));
            row.with(PIECE, AttributeValue::B(Blob::new(piece)))
        });
        let mut rows: Vec<Row> = rows.collect();
        if rows.len() == 1 {
            let only = rows.remove(0);
            return self.put("put-playbook", only, Some(&Condition::absent())).await.map(|_| ());
        }
        let writes = rows.into_iter().map(|row| Write::Put(row, Some(Condition::absent()))).collect();
        match self.transact("put-playbook", writes, &self.write_name()).await? {
            Transacted::Yes => Ok(()),
            Transacted::No(reasons)
                if reasons.iter().any(|reason| reason.code() == Some("ConditionalCheckFailed")) =>
            {
                Ok(())
            }
            Transacted::No(_) | Transacted::TokenTaken => {
                Err(StoreError::Unavailable("put-playbook: somebody else writes it at the moment".to_owned()))
            }
        }
    }

    pub(super) async fn write_current_playbook(
        &self,
        business: &BusinessId,
        version: &PlaybookVersion,
    ) -> Result<(), StoreError> {
        self.overwrite("list-business", Row::at(&keys::business(business))).await?;
        let row = Row::at(&keys::current_playbook(business)).with(VERSION, text(version.as_str()));
        self.overwrite("set-playbook", row).await
    }

    pub(super) async fn read_businesses(&self) -> Result<Vec<BusinessId>, StoreError> {
        let rows = self.all(Query::begins_with("businesses", keys::businesses())).await?;
        Ok(rows.iter().filter_map(|row| keys::business_of(&row.key()?.sk)).collect())
    }

    pub(super) async fn read_playbook(
        &self,
        business: &BusinessId,
        version: Option<&PlaybookVersion>,
    ) -> Result<Option<String>, StoreError> {
        let version = match version {
            Some(version) => version.clone(),
            None => {
                let current = self.get("current-playbook", &keys::current_playbook(business)).await?;
                match current.as_ref().and_then(|row| row.text(VERSION)) {
                    Some(version) => PlaybookVersion::new(version),
                    None => return Ok(None),
                }
            }
        };
        let rows =
            self.all(Query::begins_with("playbook", keys::playbook_pieces(business, &version))).await?;
        if rows.is_empty() {
            return Ok(None);
        }
        let packed: Vec<u8> = rows.iter().filter_map(|row| row.bytes(PIECE)).flatten().copied().collect();
        match unpack(&packed) {
            Ok(playbook) => Ok(Some(playbook)),
            Err(_) => Err(StoreError::Unreadable(format!("version {version} of a playbook is damaged"))),
        }
    }
}
