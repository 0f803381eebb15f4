//! Who plays in the demo, and what they say.

use crate::arguments::Language;

pub struct Cast {
    /// Fills in a lead ad, and is followed up to the end.
    pub dana: &'static str,
    /// Answers the day after.
    pub ron: &'static str,
    /// Refuses after the first follow-up.
    pub shir: &'static str,
    /// Has only a landline.
    pub yossi: &'static str,
    /// Comments on Facebook.
    pub michal: &'static str,
    /// Comments on Instagram.
    pub omer: &'static str,
    pub destination: (&'static str, &'static str),
    pub asks_the_price: &'static str,
    pub asks_for_more: &'static str,
    pub answers: &'static str,
    pub refuses: &'static str,
}

const HEBREW: Cast = Cast {
    dana: "דנה כהן",
    ron: "רון לוי",
    shir: "שיר אלון",
    yossi: "יוסי מזרחי",
    michal: "מיכל ברק",
    omer: "עומר שגב",
    destination: ("יעד", "רומא"),
    asks_the_price: "כמה עולה? 😍",
    asks_for_more: "אשמח לפרטים",
    answers: "היי, אשמח לדבר מחר",
    refuses: "הסר",
};

const ENGLISH: Cast = Cast {
    dana: "Dana Cohen",
    ron: "Ron Levi",
    shir: "Shir Alon",
    yossi: "Yossi Mizrahi",
    michal: "Michal Barak",
    omer: "Omer Segev",
    destination: ("destination", "Rome"),
    asks_the_price: "How much is it? 😍",
    asks_for_more: "Tell me more",
    answers: "Hi, let us talk tomorrow",
    refuses: "stop",
};

pub fn of(language: Language) -> &'static Cast {
    match language {
        Language::He => &HEBREW,
        Language::En => &ENGLISH,
    }
}
