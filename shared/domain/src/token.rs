//! What stands in the address of a page of ours: ids, and the proof that we gave them out: `neveh.<lead>.video.<proof>`.

use crate::ids::Pepper;

/// Each purpose has proofs of its own. No part has a dot in it.
pub(crate) fn seal(pepper: &Pepper, purpose: &str, parts: &[&str]) -> String {
    format!("{}.{}", parts.join("."), proof(pepper, purpose, parts))
}

/// The parts of a token, if it is one of ours and for this purpose.
pub(crate) fn open<'t, const N: usize>(
    pepper: &Pepper,
    purpose: &str,
    text: &'t str,
) -> Option<[&'t str; N]> {
    let (parts, told) = text.rsplit_once('.')?;
    let parts = <[&str; N]>::try_from(parts.split('.').collect::<Vec<_>>()).ok()?;
    // What is compared is derived with a keyed hash: how long it takes tells nothing of the key.
    (told == proof(pepper, purpose, &parts)).then_some(parts)
}

/// 64 bits: an address in a text is short, and each guess asks us.
fn proof(pepper: &Pepper, purpose: &str, parts: &[&str]) -> String {
    format!("{:016x}", pepper.derive(purpose, parts) as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_opened_by_whoever_gave_it_for_its_purpose_and_by_nobody_else() {
        let (ours, theirs) = (Pepper::new([1; 32]), Pepper::new([2; 32]));
        let token = seal(&ours, "click", &["neveh", "7", "video"]);
        assert_eq!(open(&ours, "click", &token), Some(["neveh", "7", "video"]));
        assert_eq!(open::<3>(&theirs, "click", &token), None);
        assert_eq!(open::<3>(&ours, "unsubscribe", &token), None);
        assert_eq!(open::<2>(&ours, "click", &token), None);
        let (other, cut) = (token.replace("video", "guide"), &token[..token.len() - 1]);
        let longer = format!("{token}.x");
        for forged in [other.as_str(), cut, longer.as_str(), "", "...", "a.b.c.d", "neveh.7.a/b.0"] {
            assert_eq!(open::<3>(&ours, "click", forged), None, "{forged}");
        }
    }
}
