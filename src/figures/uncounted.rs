//! Decides which quantities count nothing: dates, years, times of day, durations, ages, labels, calibres.
//!
//! In: a [`Reading`], one [`Quantity`] of it and the [`Lexicon`]. Out: the [`Sense`] in which the number is used. Entry
//! points: [`sense`], and [`spread`], which carries it along lists (`15, 16 and 17 March`, `rules 1, 3 and 4`). This
//! file must never change a value.

use super::lexicon::{Lexicon, Unit, plural};
use super::quantity::{Measure, Quantity};
use super::token::{Reading, is_hyphen};
use super::words::{Set, is_in};

/// How a number is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sense {
    /// It counts something.
    Count,
    /// It counts time, and a question of the site asks for that.
    CountedTime,
    /// A length of time.
    Duration,
    /// A day, a month, a certain year.
    Date,
    /// Four digits that are most likely a year.
    LikelyYear,
    /// A time of day.
    Time,
    /// Somebody's age.
    Age,
    /// It numbers a page, a rule, a chapter.
    Label,
    /// The bore of a weapon or the length of a race: `155 mm shells`, `400 m hurdles`.
    Calibre,
    /// A word below ten before an ordinary noun.
    Small,
}

/// The sense of one quantity, by the words around it.
pub(super) fn sense(reading: &Reading, quantity: &Quantity, lexicon: &Lexicon) -> Sense {
    if quantity.measure != Measure::Bare {
        return Sense::Count;
    }
    let after = quantity.last + 1;
    let unit = lexicon.unit_after(reading, after);
    if (quantity.like_a_day() && month_around(reading, quantity, unit)) || era(reading, quantity) {
        return Sense::Date;
    }
    if quantity.low.like_a_year()
        && quantity.high.is_none_or(|high| high.plain == 4)
        && let Some(year) = year(reading, quantity, unit)
    {
        return year;
    }
    if time_of_day(reading, quantity) {
        return Sense::Time;
    }
    if labelled(reading, quantity, unit) {
        return Sense::Label;
    }
    if calibre(reading, quantity) || race(reading, after) {
        return Sense::Calibre;
    }
    match unit {
        Some(Unit::Things) => return Sense::Count,
        Some(Unit::Time) => return Sense::CountedTime,
        None => {}
    }
    if duration_after(reading, after) {
        return Sense::Duration;
    }
    if aged(reading, quantity) {
        return Sense::Age;
    }
    if quantity.small() { Sense::Small } else { Sense::Count }
}

fn is_month(reading: &Reading, token: usize) -> bool {
    reading.capital(token) && is_in(Set::Month, &reading.folded(token))
}

/// `28 October`, `28th of October`, `October 28`, `Oct. 28`, `Oct 8–13`.
fn month_around(reading: &Reading, quantity: &Quantity, unit: Option<Unit>) -> bool {
    let after = quantity.last + 1;
    if is_month(reading, after) || (reading.is(after, "of") && is_month(reading, after + 1)) {
        return true;
    }
    let mut before = quantity.first.wrapping_sub(1);
    if reading.sign(before) == Some('.') && reading.glued(before) {
        before = before.wrapping_sub(1);
    }
    // `In May 12 people fell`: a day takes `on`.
    let only_month = reading.is(before.wrapping_sub(1), "in") && reading.is_word(after);
    is_month(reading, before) && unit.is_none() && !only_month
}

/// `476 AD`, `AD 476`, `480 BC`.
fn era(reading: &Reading, quantity: &Quantity) -> bool {
    let era = |token: usize| ["AD", "BC", "BCE", "CE"].contains(&reading.slice(token));
    quantity.plain() && (era(quantity.last + 1) || reading.slice(quantity.first.wrapping_sub(1)) == "AD")
}

/// Whether plain digits from 1000 to 2199 are a year.
fn year(reading: &Reading, quantity: &Quantity, unit: Option<Unit>) -> Option<Sense> {
    let (before, after) = (quantity.first.wrapping_sub(1), quantity.last + 1);
    let word = reading.folded(before);
    if is_month(reading, before) || is_in(Set::YearFirm, &word) {
        let usual = (1800.0..2100.0).contains(&quantity.low.value);
        if usual || (unit.is_none() && !counts_plural(reading, after)) {
            return Some(Sense::Date);
        }
        return None;
    }
    let nouns = counts_plural(reading, after);
    let amount = is_in(Set::AmountCue, &word) || of_after_amount(reading, before);
    // `about 2000` is an amount, `about 1895` is a year, `about 1895 men` is none.
    if unit == Some(Unit::Things) || (amount && (nouns || quantity.low.value % 100.0 == 0.0)) {
        return None;
    }
    if !(1800.0..2100.0).contains(&quantity.low.value) {
        return (is_in(Set::YearCue, &word) && !nouns).then_some(Sense::Date);
    }
    let bound = is_in(Set::YearBefore, &word) || reading.capital(before) || word.ends_with("'s") || reading.sign(before).is_some();
    let people = is_in(Set::Plural, &reading.folded(after));
    if people || (nouns && !bound) { None } else { Some(Sense::LikelyYear) }
}

/// `a minimum of 2000`, `a total of 2000`.
fn of_after_amount(reading: &Reading, before: usize) -> bool {
    reading.is(before, "of") && is_in(Set::AmountCue, &reading.folded(before.wrapping_sub(1)))
}

/// Whether a plural noun follows within three words.
fn counts_plural(reading: &Reading, after: usize) -> bool {
    for token in after..after + 3 {
        let word = reading.folded(token);
        if !reading.is_word(token) || is_in(Set::Stop, &word) && !is_in(Set::Plural, &word) {
            return false;
        }
        if plural(&word) && !reading.capital(token) {
            return true;
        }
    }
    false
}

/// `6 a.m.`, `2 pm`, `5 o’clock`, `1430 GMT`, `at 5 in the morning`.
fn time_of_day(reading: &Reading, quantity: &Quantity) -> bool {
    let after = quantity.last + 1;
    let dotted = (reading.is(after, "a") || reading.is(after, "p"))
        && reading.sign(after + 1) == Some('.')
        && reading.glued(after + 1)
        && reading.is(after + 2, "m");
    let day = |word: &str| ["morning", "afternoon", "evening"].contains(&word);
    let part_of_day = reading.is(quantity.first.wrapping_sub(1), "at")
        && reading.is(after, "in")
        && reading.is(after + 1, "the")
        && day(&reading.folded(after + 2));
    dotted || part_of_day || is_in(Set::Clock, &reading.folded(after))
}

/// `12 days`, `12-day`, `two more weeks`, `30 working days`, `ten years’ imprisonment`.
fn duration_after(reading: &Reading, after: usize) -> bool {
    let mut at = after;
    for _ in 0..3 {
        let hyphen = reading.sign(at).is_some_and(is_hyphen) && reading.glued(at);
        at += usize::from(hyphen);
        let word = reading.folded(at);
        // `12 second-hand tanks`, `600 night raids`.
        if !hyphen && ["second", "night", "weekend", "season"].contains(&&*word) {
            return false;
        }
        if at == after && ["s", "h", "ms"].contains(&reading.slice(at)) {
            return true;
        }
        if is_in(Set::Time, word.strip_suffix("'s").unwrap_or(&word)) {
            return true;
        }
        if !is_in(Set::TimeAdjective, &word) {
            return false;
        }
        at += 1;
    }
    false
}

/// `aged 26`, `at the age of 33`, `those over 65`, `Pak, 26, spoke`, `the driver, 26, spoke`.
fn aged(reading: &Reading, quantity: &Quantity) -> bool {
    let before = quantity.first.wrapping_sub(1);
    let word = reading.folded(before);
    let age = |token: usize| ["age", "ages", "aged"].contains(&&*reading.folded(token));
    if age(before) || (["of", "between", "from"].contains(&&*word) && age(before.wrapping_sub(1))) {
        return true;
    }
    // `those over 65`.
    let people = ["people", "persons", "men", "women", "those", "adults", "anyone", "citizens", "children"];
    if ["over", "under", "above"].contains(&&*word) && people.contains(&&*reading.folded(before.wrapping_sub(1))) {
        return !counts_plural(reading, quantity.last + 1);
    }
    let comma = |token: usize| reading.sign(token) == Some(',');
    comma(before)
        && reading.glued(before)
        && comma(quantity.last + 1)
        && (reading.capital(before.wrapping_sub(1)) || is_in(Set::Person, &reading.folded(before.wrapping_sub(1))))
        && !is_month(reading, before.wrapping_sub(1))
        && (1..3).contains(&quantity.low.plain)
        && quantity.high.is_none()
}

/// `page 4`, `p. 4`, `Article 4`, `in case 5`, `617 Squadron`, `10 Downing Street`; not `in this case 5`.
fn labelled(reading: &Reading, quantity: &Quantity, unit: Option<Unit>) -> bool {
    let low = &quantity.low;
    let bare = quantity.measure == Measure::Bare && low.scale <= 1.0;
    if !bare || !(low.plain > 0 || low.decimals > 0 || low.spelled) {
        return false;
    }
    let (before, after) = (quantity.first.wrapping_sub(1), quantity.last + 1);
    if low.plain > 0 && reading.capital(after) && (is_in(Set::Formation, &reading.folded(after)) || street(reading, after)) {
        return true;
    }
    if reading.sign(before) == Some('.') && reading.glued(before) {
        return is_in(Set::LabelDotted, &reading.folded(before.wrapping_sub(1)));
    }
    let word = reading.folded(before);
    // `the S&P 500`.
    if is_in(Set::Label, &word) || (word.eq("p") && reading.sign(before.wrapping_sub(1)) == Some('&')) {
        return true;
    }
    let determined = is_in(Set::Determiner, &reading.folded(before.wrapping_sub(1)));
    if word.eq("no") {
        // `No 10`; but `no 10 men`.
        return reading.slice(before).starts_with('N') && low.plain > 0 && before > 0;
    }
    let verb = is_in(Set::LabelVerb, &word) && verb_before(reading, before, after);
    unit.is_none() && is_in(Set::LabelLoose, &word) && (reading.capital(before) || !(determined || verb))
}

/// Whether a word such as `claim` or `note` at `label` is likelier a verb than a label: `officials claim 600 dead`, but
/// not `see note 4` or `the answer to question 4.`
fn verb_before(reading: &Reading, label: usize, after: usize) -> bool {
    let before = label.wrapping_sub(1);
    if !reading.is_word(before) || is_in(Set::BeforeLabel, &reading.folded(before)) {
        return false;
    }
    let open = reading.is(before, "to") || reading.is(before, "and") || reading.is(before, "or");
    !open || (reading.is_word(after) && !reading.is(after, "is"))
}

/// `10 Downing Street`: one to three capital words after a number, of which the last is a street.
fn street(reading: &Reading, after: usize) -> bool {
    (after..after + 4).take_while(|&token| reading.capital(token)).skip(1).any(|token| is_in(Set::Street, &reading.folded(token)))
}

/// `155mm shells`, `122-mm rockets`, and the usual calibres by themselves (`not the equal of a 155mm one`).
fn calibre(reading: &Reading, quantity: &Quantity) -> bool {
    const USUAL: [f64; 10] = [105.0, 107.0, 120.0, 122.0, 130.0, 152.0, 155.0, 170.0, 203.0, 240.0];
    let after = quantity.last + 1;
    let unit = after + usize::from(reading.hyphen(after));
    if !reading.is(unit, "mm") {
        return false;
    }
    let close = reading.glued(after) && USUAL.contains(&quantity.low.value) && !reading.is(unit + 1, "of");
    close
        || (unit + 1..unit + 4)
            .take_while(|&token| reading.is_word(token) || reading.sign(token).is_some_and(is_hyphen))
            .any(|token| is_in(Set::Weapon, &reading.folded(token)))
}

/// `400 m hurdles`, `4 × 100 m relay`.
fn race(reading: &Reading, after: usize) -> bool {
    let times = matches!(reading.sign(after), Some('×' | '*')) || reading.is(after, "x");
    let unit = if times && reading.numeral(after + 1).is_some() { after + 2 } else { after };
    let unit = unit + usize::from(reading.hyphen(unit));
    ["m", "km", "metre", "metres", "meter", "meters", "mile"].contains(&&*reading.folded(unit))
        && is_in(Set::Race, &reading.folded(unit + 1))
}

/// What stands between two quantities, when nothing else does.
#[derive(Clone, Copy, PartialEq)]
enum Link {
    None,
    Comma,
    Word,
}

/// Carries senses along lists: a date or a duration to the numbers before it (`15, 16 and 17 March`, `two or three
/// weeks`), a date or a label to those after it (`October 8 and 13`, `pp. 4, 6 and 12`). A comma carries only in a list
/// that ends with `and` or `or`: `on 28 October 2024, 12 officers` is none.
pub(super) fn spread(reading: &Reading, quantities: &[Quantity], senses: &mut [Sense], lexicon: &Lexicon) {
    let mut links: Vec<Link> = quantities.windows(2).map(|pair| link(reading, &pair[0], &pair[1])).collect();
    for index in (0..links.len()).rev() {
        let ends_well = links.get(index + 1).is_some_and(|next| *next != Link::None);
        if links[index] == Link::Comma && !ends_well {
            links[index] = Link::None;
        }
    }
    for index in (0..links.len()).rev() {
        let plain = matches!(senses[index], Sense::Count | Sense::Small);
        if links[index] == Link::None || !plain || quantities[index].measure != Measure::Bare {
            continue;
        }
        match senses[index + 1] {
            Sense::Date if quantities[index].like_a_day() && quantities[index + 1].like_a_day() => {
                senses[index] = Sense::Date;
            }
            Sense::Duration | Sense::Age => senses[index] = senses[index + 1],
            _ => {}
        }
    }
    for index in 0..links.len() {
        let next = &quantities[index + 1];
        let plain = matches!(senses[index + 1], Sense::Count | Sense::Small | Sense::LikelyYear);
        if links[index] == Link::None || !plain || !next.plain() && !next.small() {
            continue;
        }
        if lexicon.unit_after(reading, next.last + 1).is_some() {
            continue;
        }
        match senses[index] {
            Sense::Date if next.like_a_day() && quantities[index].like_a_day() => senses[index + 1] = Sense::Date,
            Sense::Label => senses[index + 1] = Sense::Label,
            _ => {}
        }
    }
}

fn link(reading: &Reading, one: &Quantity, other: &Quantity) -> Link {
    let between = one.last + 1..other.first;
    let joins =
        |token: usize| ["and", "or", "to"].contains(&&*reading.folded(token)) || matches!(reading.sign(token), Some('&' | '–' | '-' | '/'));
    let comma = |token: usize| reading.sign(token) == Some(',');
    match between.len() {
        1 if joins(between.start) => Link::Word,
        1 if comma(between.start) => Link::Comma,
        2 if comma(between.start) && joins(between.start + 1) => Link::Word,
        _ => Link::None,
    }
}

/// Whether two quantities are items of one list; not in `11,000, or 55 per cent`, which says one thing twice.
pub(super) fn joined(reading: &Reading, one: &Quantity, other: &Quantity) -> bool {
    link(reading, one, other) != Link::None && !(reading.sign(one.last + 1) == Some(',') && reading.is(one.last + 2, "or"))
}
