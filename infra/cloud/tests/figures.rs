//! The dashboard and the alarms show figures that there are, of things that there are.

use std::collections::{BTreeMap, BTreeSet};

use cloud::metrics::{BUSINESS, INSTALLATION, METRICS, NAMESPACE, Of, named};
use cloud::template::{Resource, Template, list, text};
use serde_json::Value;
use shared::adapters::emf::Emf;
use shared::application::in_memory::Paper;
use shared::application::ports::Figures;
use shared::domain::figure::Figure;

fn app() -> Template {
    Template::read(cloud::APP).unwrap()
}

fn widgets(template: &Template) -> Vec<Value> {
    let dashboard = template.of_kind("AWS::CloudWatch::Dashboard").next().unwrap();
    let body: Value = serde_json::from_str(&text(&dashboard.properties()["DashboardBody"])).unwrap();
    body["widgets"].as_array().unwrap().clone()
}

fn rows(widgets: &[Value]) -> impl Iterator<Item = &Vec<Value>> {
    widgets.iter().flat_map(|widget| list(&widget["properties"]["metrics"])).filter_map(Value::as_array)
}

/// What a row of a widget asks of our namespace: a metric and its dimensions.
fn ours(row: &[Value]) -> Option<(String, BTreeSet<String>)> {
    if let Some(expression) = row[0]["expression"].as_str() {
        // SEARCH('{Masa,Installation,Business} MetricName="Leads" Installation="…"', 'Sum', 86400)
        let (_, rest) = expression.split_once(&format!("{{{NAMESPACE},"))?;
        let (dimensions, rest) = rest.split_once('}')?;
        let name = rest.split("MetricName=\"").nth(1)?.split('"').next()?;
        assert!(rest.contains("Installation=\"{Installation}\""), "another installation's: {expression}");
        return Some((name.to_owned(), dimensions.split(',').map(str::to_owned).collect()));
    }
    if row[0] != NAMESPACE {
        return None;
    }
    let words: Vec<&str> = row.iter().filter_map(Value::as_str).collect();
    Some((words[1].to_owned(), words[2..].iter().step_by(2).map(|word| (*word).to_owned()).collect()))
}

fn dimensions(of: Of) -> BTreeSet<String> {
    let names: &[&str] = match of {
        Of::Installation => &[INSTALLATION],
        Of::Business => &[INSTALLATION, BUSINESS],
    };
    names.iter().map(|name| (*name).to_owned()).collect()
}

/// The figures one after the other, so that a new one does not compile until it has its place here.
fn next(figure: Figure) -> Option<Figure> {
    match figure {
        Figure::Lead => Some(Figure::Reply),
        Figure::Reply => Some(Figure::MessageSent),
        Figure::MessageSent => Some(Figure::MessageFailed),
        Figure::MessageFailed => Some(Figure::MessageInDoubt),
        Figure::MessageInDoubt => Some(Figure::SpeedToLead(jiff::SignedDuration::from_secs(9))),
        Figure::SpeedToLead(_) => Some(Figure::Parked),
        Figure::Parked => None,
    }
}

#[test]
fn the_functions_write_each_of_our_figures_and_no_other() {
    let paper = Paper::default();
    let emf = Emf::to("masa", Box::new(paper.clone()));
    for figure in std::iter::successors(Some(Figure::Lead), |figure| next(*figure)) {
        emf.count(&"neveh".into(), figure);
    }
    emf.tick(jiff::SignedDuration::ZERO);
    emf.flush(jiff::Timestamp::UNIX_EPOCH);
    let mut written = BTreeMap::new();
    for line in paper.text().lines() {
        let line: Value = serde_json::from_str(line).unwrap();
        let directive = &line["_aws"]["CloudWatchMetrics"][0];
        assert_eq!(directive["Namespace"], NAMESPACE);
        let of: BTreeSet<String> = list(&directive["Dimensions"][0]).into_iter().map(text).collect();
        assert!(of.iter().all(|dimension| line[dimension].is_string()), "{line}");
        for metric in list(&directive["Metrics"]) {
            let name = text(&metric["Name"]);
            let unit = if name.ends_with("Seconds") { "Seconds" } else { "Count" };
            assert_eq!(metric["Unit"], unit, "{name}");
            assert!(!line[&name].is_null(), "{name} has no value");
            assert!(written.insert(name, of.clone()).is_none());
        }
    }
    let expected = METRICS.iter().map(|metric| (metric.name.to_owned(), dimensions(metric.of)));
    assert_eq!(written, expected.collect());
}

#[test]
fn the_dashboard_shows_each_of_our_figures_and_no_other() {
    let widgets = widgets(&app());
    let mut shown = BTreeSet::new();
    for (name, of) in rows(&widgets).filter_map(|row| ours(row)) {
        let metric = named(&name).unwrap_or_else(|| panic!("{name} is no figure of ours"));
        assert_eq!(of, dimensions(metric.of), "{name}");
        shown.insert(name);
    }
    assert_eq!(shown, METRICS.iter().map(|metric| metric.name.to_owned()).collect());
}

#[test]
fn the_dashboard_names_queues_and_functions_that_there_are() {
    let template = app();
    let names = |kind, property: &str| {
        template.of_kind(kind).map(|of| text(&of.properties()[property])).collect::<BTreeSet<_>>()
    };
    let mut known = names("AWS::SQS::Queue", "QueueName");
    known.extend(names("AWS::Lambda::Function", "FunctionName"));
    let widgets = widgets(&template);
    let words = rows(&widgets).flatten().filter_map(Value::as_str);
    let shown: BTreeSet<String> = words.filter(|word| word.starts_with("masa-")).map(str::to_owned).collect();
    assert_eq!(shown, known);
}

#[test]
fn the_funnel_stands_above_the_machine_and_nothing_lies_on_anything() {
    let widgets = widgets(&app());
    let place = |widget: &Value, side: &str| widget[side].as_u64().unwrap();
    let top = |of: Of| {
        let shows = move |widget: &&Value| {
            rows(std::slice::from_ref(*widget))
                .filter_map(|row| ours(row))
                .any(|(name, _)| named(&name).unwrap().of == of)
        };
        widgets.iter().filter(shows).map(|widget| place(widget, "y")).collect::<BTreeSet<u64>>()
    };
    assert!(top(Of::Business).last() < top(Of::Installation).first());
    let mut taken = BTreeSet::new();
    for widget in &widgets {
        for x in place(widget, "x")..place(widget, "x") + place(widget, "width") {
            assert!(x < 24, "{widget} is too wide");
            for y in place(widget, "y")..place(widget, "y") + place(widget, "height") {
                assert!(taken.insert((x, y)), "{widget} lies on another");
            }
        }
    }
}

#[test]
fn an_alarm_about_our_figures_is_about_one_that_there_is() {
    let template = app();
    for alarm in template.of_kind("AWS::CloudWatch::Alarm") {
        let properties = alarm.properties();
        if properties["Namespace"] != NAMESPACE {
            continue;
        }
        let name = text(&properties["MetricName"]);
        let metric = named(&name).unwrap_or_else(|| panic!("{name} is no figure of ours"));
        let of = list(&properties["Dimensions"]).into_iter().map(|dimension| text(&dimension["Name"]));
        assert_eq!(of.collect::<BTreeSet<_>>(), dimensions(metric.of), "{}", alarm.name);
    }
}

#[test]
fn what_can_fail_or_fall_behind_has_an_alarm() {
    let template = app();
    let alarmed: BTreeSet<(String, String)> = template
        .of_kind("AWS::CloudWatch::Alarm")
        .map(|alarm| {
            let properties = alarm.properties();
            let of = &properties["Dimensions"][0]["Value"];
            let of = template.pointed_at(of).map_or_else(|| text(of), |of| of.name.to_owned());
            (text(&properties["MetricName"]), of)
        })
        .collect();
    let has = |metric: &str, of: Resource<'_>| {
        assert!(
            alarmed.contains(&(metric.to_owned(), of.name.to_owned())),
            "no alarm: {metric} of {}",
            of.name
        );
    };
    for function in template.of_kind("AWS::Lambda::Function") {
        has("Errors", function);
    }
    for queue in template.of_kind("AWS::SQS::Queue") {
        let living = queue.properties().get("RedrivePolicy").is_some();
        has(
            if living { "ApproximateAgeOfOldestMessage" } else { "ApproximateNumberOfMessagesVisible" },
            queue,
        );
    }
    has("5xx", template.resource("Api").unwrap());
    has("TargetErrorCount", template.resource("Ticks").unwrap());
}

#[test]
fn silence_of_the_tick_is_an_alarm() {
    let template = app();
    let mut ticks = template.of_kind("AWS::CloudWatch::Alarm");
    let ticks = ticks.find(|alarm| alarm.properties()["MetricName"] == "Ticks").unwrap().properties();
    assert_eq!(ticks["TreatMissingData"], "breaching");
    assert_eq!(ticks["ComparisonOperator"], "LessThanThreshold");
}

#[test]
fn every_alarm_reaches_whoever_wants_to_know() {
    let template = app();
    for alarm in template.of_kind("AWS::CloudWatch::Alarm") {
        for way in ["AlarmActions", "OKActions"] {
            let [topic] = list(&alarm.properties()[way]["Fn::If"][1])[..] else { panic!("{}", alarm.name) };
            assert_eq!(text(topic), "{AlarmTopic}", "{}", alarm.name);
        }
        assert!(!text(&alarm.properties()["AlarmDescription"]).is_empty(), "{} says nothing", alarm.name);
    }
}

#[test]
fn what_is_paid_for_is_what_the_template_makes() {
    let app = app();
    let of = |kind: &str| app.of_kind(kind).count();
    assert_eq!(of("AWS::CloudWatch::Alarm"), cloud::cost::ALARMS as usize);
    assert_eq!(of("AWS::CloudWatch::Dashboard"), cloud::cost::DASHBOARDS as usize);
    assert_eq!(of("AWS::Scheduler::Schedule"), cloud::cost::TICKED_FUNCTIONS as usize);
    assert_eq!(of("AWS::Lambda::EventSourceMapping"), cloud::cost::QUEUES as usize);
}
