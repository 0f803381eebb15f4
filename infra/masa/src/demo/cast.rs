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
    /// Comments under the offer's post, and under the raffle's with a friend's name.
    pub lior: &'static str,
    pub noga: &'static str,
    pub wants_the_code: &'static str,
    pub names_a_friend: &'static str,
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
    lior: "ליאור גל",
    noga: "נגה פז",
    wants_the_code: "רוצה את הקוד!",
    names_a_friend: "@tal_p בואי נזכה",
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
    lior: "Lior Gal",
    noga: "Noga Paz",
    wants_the_code: "I want the code!",
    names_a_friend: "@tal_p let us win",
    answers: "Hi, let us talk tomorrow",
    refuses: "stop",
};

pub fn of(language: Language) -> &'static Cast {
    match language {
        Language::He => &HEBREW,
        Language::En => &ENGLISH,
    }
}
