//! What each call of the Graph API does, in the documented shapes.

use serde_json::{Value, json};

use super::{Accepted, Graph};
use crate::bodies::INSTAGRAM;
use crate::http_server::{Reply, Request};
use crate::{clock, door};

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    WhatsApp,
    Message,
    PrivateReply,
    CommentReply,
    Like,
}

impl Kind {
    pub fn name(self) -> &'static str {
        match self {
            Self::WhatsApp => "WhatsApp message",
            Self::Message => "message",
            Self::PrivateReply => "private reply",
            Self::CommentReply => "comment reply",
            Self::Like => "like",
        }
    }
}

pub fn answer(graph: &Graph, request: &Request) -> Reply {
    let path: Vec<&str> = request.path.iter().map(String::as_str).collect();
    let body = &request.body;
    match (request.method.as_str(), path.as_slice()) {
        ("POST", [_, _, "messages"]) if body["messaging_product"] == "whatsapp" => whatsapp(graph, body),
        ("POST", [_, _, "messages"]) => message(graph, body),
        ("POST", [_, comment, "comments" | "replies"]) => {
            let text = body["message"].as_str().or(request.query.get("message").map(String::as_str));
            let id = accept(graph, Kind::CommentReply, comment, text.unwrap_or_default());
            ok(json!({ "id": id }))
        }
        ("POST", [_, target, "likes"]) => {
            let comment = body["comment_id"].as_str().unwrap_or(target);
            accept(graph, Kind::Like, comment, "");
            ok(json!({ "success": true }))
        }
        ("GET", [_, comment, "comments" | "replies"]) => ok(json!({ "data": replies(graph, comment) })),
        ("GET", [_, account, "conversations"]) => {
            ok(json!({ "data": conversation(graph, account, request) }))
        }
        ("GET", [_, id]) => ok(door::lead_ad_answers(id)),
        _ => refused(100, "Unsupported request"),
    }
}

fn whatsapp(graph: &Graph, body: &Value) -> Reply {
    if body["status"] == "read" {
        return ok(json!({ "success": true }));
    }
    let Some(to) = body["to"].as_str().or(body["recipient"].as_str()) else {
        return refused(131_008, "Required parameter is missing");
    };
    let to = to.trim_start_matches('+');
    let template = &body["template"];
    let texts = [&template["name"], &body["text"]["body"], &body["interactive"]["body"]["text"]];
    let id = next_id(graph, "wamid.bench");
    graph.accept(Accepted {
        at: clock::now(),
        kind: Kind::WhatsApp,
        to: to.to_owned(),
        what: texts.into_iter().find_map(Value::as_str).unwrap_or_default().to_owned(),
        first_parameter: template["components"][0]["parameters"][0]["text"].as_str().map(str::to_owned),
        opaque: body["biz_opaque_callback_data"].as_str().map(str::to_owned),
        id: id.clone(),
    });
    ok(json!({
        "messaging_product": "whatsapp",
        "contacts": [{ "input": to, "wa_id": to }],
        "messages": [{ "id": id, "message_status": "accepted" }],
    }))
}

/// Messenger and Instagram: to a person, or as the one private reply to a comment.
fn message(graph: &Graph, body: &Value) -> Reply {
    let text = body["message"]["text"].as_str().unwrap_or_default();
    let (person, id) = match (body["recipient"]["comment_id"].as_str(), body["recipient"]["id"].as_str()) {
        (Some(comment), _) => {
            if !graph.state().replied_privately.insert(comment.to_owned()) {
                let error = json!({ "message": "Already replied", "code": 100, "error_subcode": 2_534_014 });
                return Reply::Answer { status: 400, body: json!({ "error": error }) };
            }
            (format!("9{comment}"), accept(graph, Kind::PrivateReply, comment, text))
        }
        (None, Some(person)) => (person.to_owned(), accept(graph, Kind::Message, person, text)),
        (None, None) => return refused(100, "There is no recipient"),
    };
    ok(json!({ "recipient_id": person, "message_id": id }))
}

fn accept(graph: &Graph, kind: Kind, to: &str, what: &str) -> String {
    let id = next_id(graph, "bench_");
    let (to, what) = (to.to_owned(), what.to_owned());
    let at = clock::now();
    graph.accept(Accepted { at, kind, to, what, first_parameter: None, opaque: None, id: id.clone() });
    id
}

fn next_id(graph: &Graph, prefix: &str) -> String {
    let mut state = graph.state();
    state.ids += 1;
    format!("{prefix}{}", state.ids)
}

/// Our own replies to a comment, as Meta lists them.
fn replies(graph: &Graph, comment: &str) -> Vec<Value> {
    let ours = graph.accepted().into_iter();
    let ours = ours.filter(|accepted| accepted.kind == Kind::CommentReply && accepted.to == comment);
    ours.map(|reply| json!({ "id": reply.id, "message": reply.what, "text": reply.what })).collect()
}

fn conversation(graph: &Graph, account: &str, request: &Request) -> Vec<Value> {
    let person = request.query.get("user_id").map(String::as_str).unwrap_or_default();
    let now = clock::today().strftime("%Y-%m-%dT%H:%M:%S+0000").to_string();
    let ours = graph.accepted().into_iter();
    let ours = ours.filter(|accepted| accepted.kind == Kind::Message && accepted.to == person);
    let messages: Vec<Value> = ours
        .map(|message| {
            json!({ "id": message.id, "created_time": now, "from": { "id": account }, "message": message.what })
        })
        .collect();
    if messages.is_empty() || account != INSTAGRAM {
        return Vec::new();
    }
    vec![json!({ "id": "t_1", "messages": { "data": messages } })]
}

fn ok(body: Value) -> Reply {
    Reply::Answer { status: 200, body }
}

fn refused(code: u32, message: &str) -> Reply {
    Reply::Answer {
        status: 400,
        body: json!({ "error": { "message": message, "type": "OAuthException", "code": code } }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graph::Faults;

    fn ask(graph: &Graph, method: &str, path: &str, body: Value) -> (u16, Value) {
        let path = path.split('/').map(str::to_owned).collect();
        let (query, headers, bytes) = Default::default();
        let request = Request { method: method.to_owned(), path, query, headers, bytes, body };
        match answer(graph, &request) {
            Reply::Answer { status, body } => (status, body),
            Reply::Written { .. } | Reply::Dropped => {
                panic!("it answers in JSON, and no fault was asked for")
            }
        }
    }

    #[test]
    fn what_is_accepted_is_remembered_by_whom_it_is_for() {
        let graph = Graph { state: Default::default(), faults: Faults::none(), reports: None };
        let template = json!({
            "messaging_product": "whatsapp", "to": "972541234567", "type": "template",
            "template": {
                "name": "lead_welcome",
                "components": [{ "type": "body", "parameters": [{ "type": "text", "text": "דנה" }] }],
            },
            "biz_opaque_callback_data": "x",
        });
        assert_eq!(ask(&graph, "POST", "v26.0/106/messages", template).0, 200);
        let private = || json!({ "recipient": { "comment_id": "5_6" }, "message": { "text": "היי" } });
        assert_eq!(ask(&graph, "POST", "v26.0/101/messages", private()).0, 200);
        assert_eq!(ask(&graph, "POST", "v26.0/101/messages", private()).0, 400);
        ask(&graph, "POST", "v26.0/5_6/likes", json!({}));
        ask(&graph, "POST", "v26.0/5_6/comments", json!({ "message": "תודה" }));
        assert_eq!(ask(&graph, "GET", "v26.0/5_6/comments", Value::Null).1["data"][0]["message"], "תודה");
        let accepted = graph.accepted();
        let seen: Vec<_> =
            accepted.iter().map(|one| (one.kind.name(), one.to.as_str(), one.what.as_str())).collect();
        let expected = [
            ("WhatsApp message", "972541234567", "lead_welcome"),
            ("private reply", "5_6", "היי"),
            ("like", "5_6", ""),
            ("comment reply", "5_6", "תודה"),
        ];
        assert_eq!(seen, expected);
        assert_eq!(accepted[0].first_parameter.as_deref(), Some("דנה"));
    }
}
