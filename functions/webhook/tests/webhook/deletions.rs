//! A person asks Meta to have their data deleted.

use application::ports::{Attention, Store};
use http::Method;

use crate::events;
use crate::stage::{Stage, post, request};

/// A stage on which two businesses have playbooks.
async fn stage() -> Stage {
    let stage = Stage::new().await;
    for business in ["neveh", "galil"] {
        let (business, version) = (business.into(), "v1".into());
        stage.store.put_playbook(&business, &version, "text").await.unwrap();
        stage.store.set_current_playbook(&business, &version).await.unwrap();
    }
    stage
}

#[tokio::test]
async fn each_business_is_told_once_and_the_person_gets_a_code() {
    let stage = stage().await;
    let asked = events::all().remove("data-deletion").unwrap();
    let (first, again) = (stage.answer(asked.clone()).await, stage.answer(asked).await);
    assert_eq!((first.status(), again.status()), (200, 200));
    assert_eq!(first.text(), again.text(), "the same request has the same code");
    let code = first.json()["confirmation_code"].as_str().unwrap().to_owned();
    let url = format!("https://masa.example/meta/data-deletion/{code}");
    assert_eq!(first.json()["url"], url.as_str());
    for business in stage.webhook.world.store.businesses().await.unwrap() {
        let waits = stage.webhook.world.store.attention(&business, 10).await.unwrap();
        let [Attention::Notice { reason, .. }] = &waits[..] else { panic!("{waits:?}") };
        assert!(reason.contains(&code) && !reason.contains("218471"), "{reason}");
    }
    let page = stage.answer(request(Method::GET, &format!("/meta/data-deletion/{code}"))).await;
    assert_eq!((page.status(), page.header("content-type")), (200, Some("text/html; charset=utf-8")));
    assert!(page.text().contains(&code) && page.text().contains("dir=\"rtl\""));
}

#[tokio::test]
async fn what_meta_did_not_sign_or_no_code_could_be_is_refused() {
    let stage = stage().await;
    let mut forged = events::all().remove("data-deletion").unwrap();
    forged.body =
        forged.body.map(|body| body.replacen("signed_request=", "signed_request=A", 1).replacen("A", "B", 1));
    assert_eq!(stage.answer(forged).await.status(), 400);
    let mut forged = events::all().remove("data-deletion").unwrap();
    let other = |body: String| {
        let (head, payload) = body.split_once('.').unwrap();
        let flipped = if head.ends_with('0') { '4' } else { '0' };
        format!("{}{flipped}.{payload}", &head[..head.len() - 1])
    };
    forged.body = forged.body.map(other);
    assert_eq!(stage.answer(forged).await.status(), 401);
    let mut empty = post("");
    empty.raw_path = Some("/meta/data-deletion".to_owned());
    assert_eq!(stage.answer(empty).await.status(), 400);
    for path in [
        "/meta/data-deletion/",
        "/meta/data-deletion/x",
        "/meta/data-deletion/5b2f0d6c9a1e4473805be1d2c6f7a98g",
    ] {
        assert_eq!(stage.answer(request(Method::GET, path)).await.status(), 404, "{path}");
    }
    assert_eq!(stage.answer(request(Method::GET, "/meta/data-deletion")).await.status(), 405);
    for business in stage.webhook.world.store.businesses().await.unwrap() {
        assert_eq!(stage.webhook.world.store.attention(&business, 10).await.unwrap(), []);
    }
}
