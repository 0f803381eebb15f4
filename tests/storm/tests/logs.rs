//! Nothing that a storm's people are, write or know is in what the functions log and count.

use std::collections::BTreeSet;
use std::sync::Arc;

use shared::adapters::emf::Emf;
use shared::application::ports::Figures;
use storm::doors::{self, API_KEY, APP_SECRET, FORM_KEY, Request};
use storm::people::acts::What;
use storm::people::businesses::BUSINESSES;
use storm::people::plan::{Kind, Person, Plan};
use storm::people::webhooks::told;
use storm::run::play;
use storm::sim::Settings;

const SEEDS: u64 = 6;

/// Everything that comes in at the doors of a plan, as text.
fn entered(plan: &Plan) -> String {
    let mut entered = String::new();
    for (entry, act) in plan.acts.iter().enumerate() {
        let at = plan.start + act.after;
        let body = match &act.what {
            What::Form { .. } => doors::form(plan, &act.what, entry),
            What::Call { .. } => doors::call(plan, &act.what, at),
            What::Trip { .. } => doors::trip(plan, &act.what, at),
            what => match told(plan, what, at, 0) {
                Some(told) => Request::Delivery(told.entry.to_string()),
                None => continue,
            },
        };
        match body {
            Request::Delivery(body) | Request::Form { body, .. } | Request::Call { body, .. } => {
                entered.push_str(&body);
            }
            Request::Click { .. } | Request::Unsubscribe { .. } | Request::MailEvent(_) => {}
        }
    }
    entered
}

/// By what each person of a plan could be known, and what they write.
fn personal(plan: &Plan, entered: &str) -> BTreeSet<String> {
    let mut personal = BTreeSet::new();
    for (who, person) in plan.people.iter().enumerate() {
        let names = [&person.national, &person.phone, &person.email, &person.first_name];
        personal.extend(names.into_iter().cloned());
        personal.insert(person.digits().to_owned());
        for business in 0..BUSINESSES {
            personal.extend([Person::psid(who, business), Person::igsid(who, business)]);
            personal.insert(Person::user_id(who, business, 0));
        }
    }
    // Texts: every piece of Hebrew that entered, names among them.
    let hebrew = |letter: char| matches!(letter, 'א'..='ת');
    let texts = entered.split(|letter: char| !hebrew(letter) && letter != ' ').map(str::trim);
    personal.extend(texts.filter(|text| text.chars().count() > 2).map(str::to_owned));
    personal.retain(|data| entered.contains(data.as_str()));
    personal
}

#[test]
fn a_storm_s_logs_and_figures_say_nothing_of_anybody() {
    let (paper, _logging) = journeys::capture();
    let emf = Arc::new(Emf::to("masa", Box::new(paper.clone())));
    let mut personal_data = BTreeSet::new();
    for seed in 0..SEEDS {
        let plan = Plan::of_kind(seed, if seed % 2 == 0 { Kind::Stormy } else { Kind::Calm });
        let entered = entered(&plan);
        let personal = personal(&plan, &entered);
        let known = |data: fn(&Person) -> &String| plan.people.iter().any(|one| personal.contains(data(one)));
        assert!(known(|one| &one.national) && known(|one| &one.email) && known(|one| &one.first_name));
        personal_data.extend(personal);
        let played = play(plan, Settings { figures: Arc::clone(&emf) as _, ..Settings::default() });
        emf.flush(jiff::Timestamp::UNIX_EPOCH);
        assert_eq!(played.violations, [], "seed {seed}");
    }
    personal_data.extend([API_KEY, APP_SECRET, FORM_KEY].map(str::to_owned));
    let logged = paper.text();
    for line in ["\"lead\":", "\"inbox\":", "\"work\":", "MessagesSent", "OldestDueAgeSeconds"] {
        assert!(logged.contains(line), "{line} is not logged: there is nothing to look through");
    }
    assert!(personal_data.len() > 100, "{personal_data:?}");
    let of_line =
        |line| personal_data.iter().find(|data| str::contains(line, data.as_str())).map(|data| (data, line));
    let leaks: Vec<(&String, &str)> = logged.lines().filter_map(of_line).collect();
    assert_eq!(leaks, []);
}
