//! The holidays on which work rests in Israel, by the Hebrew date.

use icu_calendar::Date as IcuDate;
use icu_calendar::cal::Hebrew;
use jiff::civil::Date;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Holiday {
    RoshHashana,
    YomKippur,
    Sukkot,
    SimchatTorah,
    Passover,
    SeventhOfPassover,
    Shavuot,
}

/// The holiday of a day, which began at sunset the evening before.
pub fn holiday(day: Date) -> Option<Holiday> {
    let (year, month, day) = (i32::from(day.year()), day.month().unsigned_abs(), day.day().unsigned_abs());
    let hebrew = IcuDate::try_new_iso(year, month, day).ok()?.to_calendar(Hebrew);
    // Months are counted from Tishrei, and the leap month, in which no holiday is, has the number of the one before it.
    Some(match (hebrew.month().number(), hebrew.day_of_month().0) {
        (1, 1 | 2) => Holiday::RoshHashana,
        (1, 10) => Holiday::YomKippur,
        (1, 15) => Holiday::Sukkot,
        (1, 22) => Holiday::SimchatTorah,
        (7, 15) => Holiday::Passover,
        (7, 21) => Holiday::SeventhOfPassover,
        (9, 6) => Holiday::Shavuot,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As pyluach 2 reckons them.
    const KNOWN: [(i16, &str); 5] = [
        (2026, "04-02 04-08 05-22 09-12 09-13 09-21 09-26 10-03"),
        (2027, "04-22 04-28 06-11 10-02 10-03 10-11 10-16 10-23"),
        (2028, "04-11 04-17 05-31 09-21 09-22 09-30 10-05 10-12"),
        (2029, "03-31 04-06 05-20 09-10 09-11 09-19 09-24 10-01"),
        (2030, "04-18 04-24 06-07 09-28 09-29 10-07 10-12 10-19"),
    ];

    #[test]
    fn the_holidays_of_five_years_are_those_of_the_table() {
        use Holiday::*;
        let order =
            [Passover, SeventhOfPassover, Shavuot, RoshHashana, RoshHashana, YomKippur, Sukkot, SimchatTorah];
        for (year, known) in KNOWN {
            let days = Date::new(year, 1, 1).unwrap().series(jiff::ToSpan::days(1));
            let found: Vec<(String, Holiday)> = days
                .take_while(|day| day.year() == year)
                .filter_map(|day| Some((day.strftime("%m-%d").to_string(), holiday(day)?)))
                .collect();
            let wanted = known.split(' ').map(str::to_owned).zip(order);
            assert_eq!(found, wanted.collect::<Vec<_>>(), "{year}");
        }
    }
}
