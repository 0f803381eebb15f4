//! Messages in other words: what a marketer writes, and what can be wrong with it.

use domain::channel::Channel;
use domain::ids::LeadId;
use domain::lead::Lead;
use insta::assert_snapshot;
use jiff::Timestamp;

use super::super::{parse, templates};
use super::sound;

fn with_wordings(wordings: &str) -> String {
    format!(
        "business: {{ id: tamar, name: תמר, agent: יואב }}
channels: {{ whatsapp: {{ number: \"106106106106106\", account: \"102102102102102\" }}, instagram: {{ account: \"17841400000000009\" }} }}
sources: {{ forms: {{ club: {{ consent: \"אני מסכים\" }} }} }}
messages:
  offer:
    kind: marketing
    text: \"פרסומת | שלום מתמר! להסרה השיבו: הסר\"
    whatsapp-template: {{ name: offer }}
    wordings:
{wordings}
journeys: {{ club: {{ starts: [lead.captured], steps: [send: offer] }} }}
"
    )
}

#[test]
fn a_wording_brings_its_template_and_the_template_its_language() {
    let playbook = sound(
        "p.yaml",
        &with_wordings(
            "      - { gender: female, text: \"פרסומת | שלום לך מתמר! להסרה השיבי: הסר\" }
      - { language: en, text: \"Advertisement | Hello from תמר! To stop these, reply: stop\", whatsapp-template: { name: offer } }
      - { variant: short, share: 2, text: \"פרסומת | תמר. להסרה: הסר\", whatsapp-template: { name: offer_short } }",
        ),
    );
    let list: Vec<String> = templates(&playbook)
        .iter()
        .map(|sketch| format!("{} {}: {}", sketch.name, sketch.language, sketch.body))
        .collect();
    assert_snapshot!(list.join("\n"), @"
    offer he: פרסומת | שלום מתמר! להסרה השיבו: הסר
    offer en: Advertisement | Hello from תמר! To stop these, reply: stop
    offer_short he: פרסומת | תמר. להסרה: הסר
    ");
    let message = &playbook.messages[&"offer".into()];
    let read = |id: u128| {
        let lead = Lead::new("tamar".into(), LeadId::new(id), Timestamp::UNIX_EPOCH);
        let worded = message.worded(&lead, Channel::WhatsApp).into_owned();
        worded.whatsapp_template.map(|template| format!("{} {}", template.name, template.language))
    };
    let everybody: std::collections::BTreeSet<_> = (0..40).map(read).collect();
    assert_eq!(everybody, [Some("offer he".to_owned()), Some("offer_short he".to_owned())].into());
}

#[test]
fn a_mistake_in_other_words_has_a_place_and_a_cure() {
    let cases = [
        "      - { text: \"פרסומת | תמר. להסרה: הסר\" }",
        "      - { gender: femal, text: \"פרסומת | תמר. להסרה: הסר\" }",
        "      - { channel: telegram, share: 2, text: \"פרסומת | תמר. להסרה: הסר\" }",
        "      - { variant: b, share: 0, txt: x }",
        "      - { gender: male, text: \"שלום מתמר\" }",
        "      - { gender: male, text: \"פרסומת | תמר, {{ first_name }}. להסרה: הסר\" }",
        "      - { language: en, text: \"Ad: תמר, stop\", whatsapp-template: { name: offer, language: he, params: [agent.nam] } }",
    ];
    let said: Vec<String> = cases
        .iter()
        .map(|wordings| {
            let faults = parse("p.yaml", &with_wordings(wordings)).err();
            faults.unwrap_or_else(|| panic!("nobody minds {wordings}")).to_string()
        })
        .collect();
    assert_snapshot!(said.join("\n"), @r#"
    p.yaml:10:9: this wording is for everybody, as the text is
        say for whom it is: language: en, gender: female, channel: instagram, or variant: b
    p.yaml:10:19: unknown gender "femal"
        did you mean "female"?
    p.yaml:10:20: unknown channel "telegram"
        there are: whatsapp, messenger, instagram, email
    p.yaml:10:30: a share is of a variant, and none is named
        give it a name: variant: b, share: 1
    p.yaml:10:9: a wording needs "text"
        what the person reads
    p.yaml:10:23: nobody can take a share of "0"
        write a whole number from 1 to 1000; the text as it stands has one share
    p.yaml:10:33: a wording has no "txt"
        did you mean "text"?
    p.yaml:10:31: a marketing message begins with פרסומת
        write "פרסומת: …", or kind: service if it sells nothing
    p.yaml:10:31: a marketing message says how to refuse more of them
        add a button { opt-out: "הסר" }, or to the text: להסרה השיבו הסר
    p.yaml:10:31: not everybody has a value for first_name
        say what stands there then: first_name | default('')
    p.yaml:10:75: the template "offer" is another one in the message "offer"
        give this one a name of its own, or the same kind, text and parameters
    p.yaml:10:105: unknown variable "agent.nam"
        did you mean "agent.name"?
    "#);
}
