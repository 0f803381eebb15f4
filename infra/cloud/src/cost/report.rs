//! The estimate as a table for people.

use std::fmt;

use comfy_table::{CellAlignment, ContentArrangement, LineStyle, Table, TableStyle};

use super::estimate::{Estimate, Line, Tier, usd};
use super::prices::{ELSEWHERE_FACTOR, PRICED_ON, PRICED_REGION, Sure};
use super::usage::NOT_COUNTED;

const HEADER: [&str; 5] = ["line", "quantity", "unit price", "USD a month", "source"];

const NOTES: &str = "
\"Unconfirmed\" is from memory: look it up before you rely on it. Each line is rounded up to the cent.
A lead is a form that is sent its messages, three statuses each. Metrics and alarms are as planned;
running times, log lines and what stays in the table are assumed, not measured on AWS.
";

const RULE_BELOW_HEADER: TableStyle =
    TableStyle::new().header_separator(LineStyle::none().fill('─').junction('─'));

impl fmt::Display for Estimate {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (leads, messages) = (grouped(self.load.leads() as f64), self.load.messages());
        let region = self.region.as_str();
        writeln!(out, "{leads} leads a month, {messages} messages each, {region}, {}", tier(self))?;
        for row in table(self).lines() {
            writeln!(out, "{}", row.trim_end())?;
        }
        let (each, idle) = (self.usd_per_lead(), usd(self.idle_cents));
        writeln!(out, "USD {each:.4} a lead. USD {idle:.2} of the total is there before the first lead.")?;
        writeln!(out, "\nPrices of {PRICED_ON}. {}", region_note(self))?;
        writeln!(out, "{}", NOTES.trim())?;
        writeln!(out, "\nNot counted:")?;
        NOT_COUNTED.iter().try_for_each(|left_out| writeln!(out, "- {}: {}", left_out.what, left_out.why))
    }
}

fn tier(estimate: &Estimate) -> &'static str {
    match estimate.tier {
        Tier::Paid => "without any free tier",
        Tier::AlwaysFree => "with what is always free taken off",
    }
}

fn region_note(estimate: &Estimate) -> String {
    if estimate.region.as_str() == PRICED_REGION {
        return format!("They are those of {PRICED_REGION}.");
    }
    let known =
        estimate.lines.iter().filter(|line| line.unit_usd != line.price.usd * ELSEWHERE_FACTOR).count();
    let region = estimate.region.as_str();
    if known == 0 {
        return format!(
            "Those of {region} are not known: they are {PRICED_REGION}'s times {ELSEWHERE_FACTOR}."
        );
    }
    format!("Where that of {region} is not known, it is {PRICED_REGION}'s times {ELSEWHERE_FACTOR}.")
}

fn table(estimate: &Estimate) -> Table {
    let mut table = Table::new();
    table.load_style(RULE_BELOW_HEADER).set_content_arrangement(ContentArrangement::Disabled);
    table.set_header(HEADER);
    for line in &estimate.lines {
        table.add_row([
            line.usage.line.to_owned(),
            quantity(line),
            unit_price(line),
            format!("{:.2}", usd(line.cents)),
            sure(line).to_owned(),
        ]);
    }
    let total = format!("{:.2}", usd(estimate.total_cents()));
    table.add_row(["total".to_owned(), String::new(), String::new(), total, String::new()]);
    for column in 1..=3 {
        if let Some(column) = table.column_mut(column) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    table
}

fn quantity(line: &Line) -> String {
    let one = line.usage.quantity == 1.0;
    let unit = if one { line.price.unit.trim_end_matches('s') } else { line.price.unit };
    let used = format!("{} {unit}", grouped(line.usage.quantity));
    if line.free == 0.0 {
        return used;
    }
    if line.free == line.usage.quantity {
        return format!("{used}, all free");
    }
    format!("{used}, {} free", grouped(line.free))
}

fn unit_price(line: &Line) -> String {
    let price = trimmed(format!("{:.5}", line.unit_usd));
    if line.unit_usd == 0.0 {
        return "free".to_owned();
    }
    if line.price.per > 1.0 {
        return format!("{price} a million");
    }
    format!("{price} each")
}

fn sure(line: &Line) -> &'static str {
    match line.price.sure {
        Sure::Seen(_) => "seen",
        Sure::Unconfirmed => "unconfirmed",
    }
}

/// Whole with separators from a hundred on; below, as exact as it has to be.
fn grouped(quantity: f64) -> String {
    if quantity > 0.0 && quantity < 0.005 {
        return "< 0.01".to_owned();
    }
    if quantity < 100.0 {
        return trimmed(format!("{quantity:.2}"));
    }
    let digits = format!("{quantity:.0}");
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

fn trimmed(number: String) -> String {
    number.trim_end_matches('0').trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::super::{Load, Region, estimate};
    use super::*;

    fn text(leads: u64, messages: u64, tier: Tier) -> String {
        let region = Region::parse("il-central-1").expect("a Region");
        estimate(Load::new(leads, messages).expect("a load"), region, tier).to_string()
    }

    #[test]
    fn a_thousand_leads_as_a_marketer_reads_it() {
        insta::assert_snapshot!(text(1_000, 10, Tier::Paid));
    }

    #[test]
    fn ten_thousand_leads_as_a_marketer_reads_it() {
        insta::assert_snapshot!(text(10_000, 10, Tier::Paid));
    }

    #[test]
    fn ten_thousand_leads_with_what_is_always_free() {
        insta::assert_snapshot!(text(10_000, 10, Tier::AlwaysFree));
    }

    #[test]
    fn the_readme_shows_what_the_command_prints() {
        let readme = include_str!("../../../../README.md");
        let region = || Region::parse("il-central-1").expect("a Region");
        for leads in [1_000, 10_000] {
            let load = Load::new(leads, 10).expect("a load");
            let of = |tier| estimate(load, region(), tier);
            let (paid, free) = (of(Tier::Paid), of(Tier::AlwaysFree));
            let row = format!(
                "| {} | {:.2} | {:.4} | {:.2} |",
                grouped(leads as f64),
                usd(paid.total_cents()),
                paid.usd_per_lead(),
                usd(free.total_cents())
            );
            assert!(readme.contains(&row), "README.md should hold {row}");
        }
    }

    #[test]
    fn numbers_are_grouped_by_thousands() {
        let cases = [
            (0.0, "0"),
            (12.0, "12"),
            (0.001, "< 0.01"),
            (0.366, "0.37"),
            (100.0, "100"),
            (1_000.0, "1,000"),
            (43_200.4, "43,200"),
            (1e9, "1,000,000,000"),
        ];
        for (number, expected) in cases {
            assert_eq!(grouped(number), expected);
        }
    }
}
