//! What `masa playbook simulate` says is what happens: the guide's trip with each of its instants, and a thousand random
//! people on random playbooks, each once simulated and once through the real handlers with the clock moved.

mod calendar;
mod random;

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use journeys::{NEVEH, Town, TownSettings};
use shared::playbook::parse;

use calendar::{calendar, lived, simulated};
use random::{Chance, live, random_acts, random_playbook, written};

fn file(path: &str) -> String {
    std::fs::read_to_string(format!("{}/../../{path}", env!("CARGO_MANIFEST_DIR"))).unwrap()
}

#[test]
fn the_guide_s_trip_is_simulated_with_every_instant() {
    let playbook = Arc::new(parse("playbook.yaml", &file("infra/local/playbook.he.yaml")).unwrap());
    let told = |name: &str| {
        let simulation = simulated(&playbook, &file(&format!("events/scenarios/{name}")), None);
        let sent = |line: &&String| line.contains(" sent ") || line.contains(" not sent ");
        calendar(&simulation).iter().filter(sent).cloned().collect::<Vec<_>>().join("\n")
    };
    insta::assert_snapshot!(told("trip.yaml"), @"
    2027-03-20 Sat 20:30:00 sent welcome | lead_welcome
    2027-03-23 Tue 10:00:00 sent follow-up-1 | follow_up_1
    2027-03-30 Tue 10:00:00 sent follow-up-2 | follow_up_2
    2027-04-01 Thu 11:00:00 sent trip-joined | trip_joined
    2027-04-28 Wed 19:56:52 sent trip-attractions | trip_attractions | moved from 2027-04-28 Wed 10:00:00: a holiday
    2027-05-05 Wed 01:00:00 sent trip-to-the-airport | trip_airport
    2027-05-07 Fri 17:00:00 sent trip-enjoy | trip_enjoy
    2027-05-15 Sat 20:08:47 sent trip-how-was-it | trip_how_was_it | moved from 2027-05-14 Fri 20:00:00: Shabbat
    ");
    insta::assert_snapshot!(told("trip-moved.yaml"), @"
    2027-03-20 Sat 20:30:00 sent trip-joined | trip_joined
    2027-04-28 Wed 19:56:52 sent trip-attractions | trip_attractions | moved from 2027-04-28 Wed 10:00:00: a holiday
    2027-05-07 Fri 01:00:00 sent trip-to-the-airport | trip_airport
    2027-05-09 Sun 17:00:00 sent trip-enjoy | trip_enjoy
    2027-05-16 Sun 20:00:00 sent trip-how-was-it | trip_how_was_it
    2027-05-17 Mon 10:00:00 sent trip-recommend | תודה שסיפרת לנו. האם היית ממליץ או ממליצה עלינו לחברים?
    2027-05-17 Mon 10:05:00 sent trip-review | תודה! מי שרוצה לספר על הטיול גם לאחרים, הנה המקום: https://www.example.com/neveh/review. נועה
    ");
}

#[tokio::test]
async fn a_thousand_random_lives_go_as_they_were_simulated() {
    const LIVES: usize = 1_000;
    let (mut lives, mut unsound, mut sent, mut not_sent, mut moved) = (0, 0, 0, 0, 0);
    let mut seed = 0;
    while lives < LIVES {
        seed += 1;
        assert!(unsound < 4 * LIVES, "of {seed} playbooks {unsound} are not sound");
        let mut chance = Chance(seed << 32);
        let text = random_playbook(&mut chance);
        let Ok(playbook) = parse("random.yaml", &text) else {
            unsound += 1;
            continue;
        };
        lives += 1;
        // Over Passover and the change to summer time.
        let start = Timestamp::from_second(1_805_300_000 + (chance.below(30 * 24 * 3_600)) as i64).unwrap();
        let acts = random_acts(&mut chance, start);
        let until = acts.last().unwrap().0 + SignedDuration::from_hours(20 * 24);
        let town =
            Town::of(std::slice::from_ref(&text), TownSettings { seed, ..TownSettings::default() }, start)
                .await;
        live(&town, &acts).await;
        town.move_to(&until.to_string()).await;
        let lead = town.only_lead(NEVEH);
        let happened = lived(&town.entries(&lead).await, &town.calls());
        let said = calendar(&simulated(&Arc::new(playbook), &written(&acts, until), Some(lead.id)));
        assert!(
            said == happened,
            "seed {seed}:\n{text}\n{}\nsaid:\n{}\n\nhappened:\n{}",
            written(&acts, until),
            said.join("\n"),
            happened.join("\n")
        );
        let count = |word: &str| said.iter().filter(|line| line.contains(word)).count();
        sent += count(" sent m") + count(" sent ask");
        not_sent += count(" not sent ");
        moved += count("moved from");
    }
    // It is about something: many messages, of which many are held up, and many do not go.
    assert!(sent > 1_500 && not_sent > 500 && moved > 300, "{sent} sent, {not_sent} not, {moved} moved");
}
