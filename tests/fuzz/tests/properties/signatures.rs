//! Who may deliver: whoever knows the app secret, and nobody else.

use fuzz::{Doors, holds, signed_with, text};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};

fn body() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![Just(b"{}".to_vec()), vec(any::<u8>(), 0..300), text::odd().prop_map(String::into_bytes)]
}

fn secret() -> impl Strategy<Value = String> {
    prop_oneof!["[0-9a-f]{32}", any::<String>()]
        .prop_filter("a secret is not empty", |secret| !secret.is_empty())
}

fn status(secrets: &[&str], signature: Option<&[u8]>, body: &[u8]) -> i64 {
    Doors::within(async |doors| doors.with_app_secrets(secrets).deliver_with(signature, body).await.status)
}

/// 200, or 400 for what is no JSON: the sender was believed.
fn is_believed(status: i64) -> bool {
    [200, 400].contains(&status)
}

#[test]
fn the_right_signature_is_believed_and_that_of_another_secret_is_not() {
    holds(64, (secret(), secret(), body()), |(ours, theirs, body)| {
        let signature = signed_with(&ours, &body);
        let both = [theirs.as_str(), ours.as_str()];
        assert!(is_believed(status(&[&ours], Some(signature.as_bytes()), &body)));
        assert!(is_believed(status(&both, Some(signature.as_bytes()), &body)));
        // HMAC fills a short key up with zeros, so those two are one.
        if ours.trim_end_matches('\0') != theirs.trim_end_matches('\0') {
            assert_eq!(status(&[&theirs], Some(signature.as_bytes()), &body), 401);
        }
    });
}

#[test]
fn one_other_bit_in_the_body_is_refused() {
    let body = body().prop_filter("something to flip", |body| !body.is_empty());
    holds(96, (secret(), body, any::<Index>(), 0_u8..8), |(secret, body, at, bit)| {
        let signature = signed_with(&secret, &body);
        let mut other = body;
        let at = at.index(other.len());
        other[at] ^= 1 << bit;
        assert_eq!(status(&[&secret], Some(signature.as_bytes()), &other), 401);
    });
}

#[test]
fn one_other_bit_in_the_signature_is_refused_unless_it_is_the_case_of_a_digit() {
    holds(96, (secret(), body(), any::<Index>(), 0_u8..8), |(secret, body, at, bit)| {
        let signature = signed_with(&secret, &body).into_bytes();
        let mut other = signature.clone();
        let at = at.index(other.len());
        other[at] ^= 1 << bit;
        let same_number = at >= "sha256=".len() && other.eq_ignore_ascii_case(&signature);
        let answered = status(&[&secret], Some(&other), &body);
        assert!(if same_number { is_believed(answered) } else { answered == 401 }, "status {answered}");
    });
}

#[test]
fn a_header_that_is_no_signature_is_refused() {
    let prefix = select(&["sha256=", "sha1=", "sha256", "SHA256=", " sha256=", "sha256==", ""][..]);
    let digits =
        prop_oneof!["[0-9a-f]{0,63}", "[0-9a-f]{65,140}", "[0-9a-g]{64}", "\\PC{0,80}", any::<String>()];
    let header = prop_oneof![
        (prefix, digits).prop_map(|(prefix, digits)| format!("{prefix}{digits}").into_bytes()),
        vec(any::<u8>(), 0..100),
    ];
    holds(96, (secret(), body(), proptest::option::of(header)), |(secret, body, header)| {
        let right = signed_with(&secret, &body);
        if header.as_deref().is_some_and(|header| header.eq_ignore_ascii_case(right.as_bytes())) {
            return;
        }
        assert_eq!(status(&[&secret], header.as_deref(), &body), 401);
    });
}

#[test]
fn nobody_is_believed_while_there_is_no_secret() {
    holds(32, body(), |body| {
        let by_empty = signed_with("", &body);
        assert_eq!(status(&[""], Some(by_empty.as_bytes()), &body), 401);
        assert_eq!(status(&[], Some(by_empty.as_bytes()), &body), 401);
    });
}
