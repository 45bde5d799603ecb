//! Unit tests of the module: values and kinds, what is no figure, what supports what, sentences, quotations, sums.

use super::*;

fn lexicon() -> Lexicon {
    Lexicon::new(["Article 4", "Mirage 2000", "Hundred Years’ War"], ["soldiers", "troops", "US dollars", "metric tons"])
}

/// The figures of a text as `words=low` or `words=low..high`, with a letter for the kind.
fn read(text: &str) -> Vec<String> {
    figures(text, &lexicon())
        .into_iter()
        .map(|figure| {
            let kind = match figure.kind {
                FigureKind::Count => String::new(),
                FigureKind::Duration => " time".to_owned(),
                FigureKind::Percent => " %".to_owned(),
                FigureKind::Share => " share".to_owned(),
                FigureKind::Points => " points".to_owned(),
                FigureKind::Money(currency) => format!(" {}", currency.code()),
            };
            let round = |value: f64| (value * 100.0).round() / 100.0;
            let range = if figure.high > figure.low { format!("..{}", round(figure.high)) } else { String::new() };
            format!("{}={}{range}{kind}", &text[figure.range], round(figure.low))
        })
        .collect()
}

fn only(text: &str) -> Figure {
    let found = figures(text, &lexicon());
    assert_eq!(found.len(), 1, "{text}: {found:?}");
    found[0].clone()
}

#[test]
fn digits_have_their_value() {
    for (text, expected) in [
        ("11,000 men", "11,000=11000"),
        ("11 000 men", "11 000=11000"),
        ("11\u{A0}000 men", "11\u{A0}000=11000"),
        ("11’000 men", "11’000=11000"),
        ("3, 000 men", "3, 000=3000"),
        ("1,50,000 men", "1,50,000=150000"),
        ("1.250.000 men", "1.250.000=1250000"),
        ("3.5 miles", "3.5=3.5"),
        ("2½ miles", "2½=2.5"),
        ("2 1/2 miles", "2 1/2=2.5"),
        ("11 thousand men", "11 thousand=11000"),
        ("1.5million men", "1.5million=1500000"),
        ("11k men", "11k=11000"),
        ("9.7m people", "9.7m=9700000"),
        ("a 324m tower", "324=324"),
        ("40bn barrels", "40bn=40000000000"),
        ("5 lakh votes", "5 lakh=500000"),
        ("3,000,000 men", "3,000,000=3000000"),
    ] {
        assert_eq!(read(text), [expected]);
    }
}

#[test]
fn words_have_their_value() {
    for (text, expected) in [
        ("eleven thousand men", "eleven thousand=11000"),
        ("Twenty-five guns", "Twenty-five=25"),
        ("two hundred and fifty thousand men", "two hundred and fifty thousand=250000"),
        ("a hundred men", "a hundred=100"),
        ("a hundred and one men", "a hundred and one=101"),
        ("another dozen men", "dozen=12"),
        ("two dozen men", "two dozen=24"),
        ("half a dozen men", "half a dozen=6"),
        ("half a million men", "half a million=500000"),
        ("a quarter of a million men", "a quarter of a million=250000"),
        ("two and a half million men", "two and a half million=2500000"),
        ("a million and a half men", "a million and a half=1500000"),
        ("one million two hundred thousand men", "one million two hundred thousand=1200000"),
        ("twelve hundred men", "twelve hundred=1200"),
        ("a tenfold rise", "tenfold=10"),
    ] {
        assert_eq!(read(text), [expected]);
    }
}

#[test]
fn kinds_are_told_apart() {
    for (text, expected) in [
        ("54% of it", "54%=54 %"),
        ("54 per cent of it", "54 per cent=54 %"),
        ("fifty percent of it", "fifty percent=50 %"),
        ("up 3.5 percentage points", "3.5 percentage points=3.5 points"),
        ("two thirds of it", "two thirds=66.67 share"),
        ("one in five of them", "one in five=20 share"),
        ("9 out of 10 of them", "9 out of 10=90 share"),
        ("2/3 of them", "2/3=66.67 share"),
        ("half the men", "half=50 share"),
        ("$40bn", "$40bn=40000000000 $"),
        ("US$40bn", "US$40bn=40000000000 USD"),
        ("40 billion US dollars", "40 billion US dollars=40000000000 USD"),
        ("40 billion U.S. dollars", "40 billion U.S. dollars=40000000000 USD"),
        ("a 5-million-euro loan", "5-million-euro=5000000 EUR"),
        ("€5", "€5=5 EUR"),
        ("5 €", "5 €=5 EUR"),
        ("USD 5m", "USD 5m=5000000 USD"),
        ("50 cents", "50 cents=0.5 $"),
        ("300 South Korean won", "300 South Korean won=300 KRW"),
    ] {
        assert_eq!(read(text), [expected]);
    }
}

#[test]
fn ranges_have_two_ends() {
    for (text, expected) in [
        ("10,000–12,000 men", "10,000–12,000=10000..12000"),
        ("10,000 to 12,000 men", "10,000 to 12,000=10000..12000"),
        ("between eight and twelve thousand men", "eight and twelve thousand=8000..12000"),
        ("$40bn-$50bn", "$40bn-$50bn=40000000000..50000000000 $"),
        ("$40-50bn", "$40-50bn=40000000000..50000000000 $"),
        ("40 to 50 billion dollars", "40 to 50 billion dollars=40000000000..50000000000 $"),
        ("5 to 10 per cent", "5 to 10 per cent=5..10 %"),
        ("5% to 10%", "5% to 10%=5..10 %"),
        ("ten or twelve men", "ten or twelve=10..12"),
    ] {
        assert_eq!(read(text), [expected]);
    }
    assert_eq!(read("it rose from 9 to 12 per cent"), ["9=9 %", "12 per cent=12 %"]);
    assert_eq!(read("it fell from 12 to 9 per cent"), ["12=12 %", "9 per cent=9 %"]);
    assert_eq!(read("it rose from 1.2 to 1.5 million"), ["1.2=1200000", "1.5 million=1500000"]);
    assert_eq!(read("it fell from 1.5 to 1.2 million"), ["1.5=1500000", "1.2 million=1200000"]);
    assert_eq!(read("it rose from $34m in 2023 to $52m"), ["$34m=34000000 $", "$52m=52000000 $"]);
    assert_eq!(read("they won 3–1"), ["3=3", "1=1"]);
    assert_eq!(read("5, 6 and 7 per cent"), ["5=5 %", "6=6 %", "7 per cent=7 %"]);
}

#[test]
fn units_of_questions_make_small_numbers_count() {
    assert_eq!(read("two soldiers"), ["two=2"]);
    assert_eq!(read("two wounded North Korean soldiers"), ["two=2"]);
    assert_eq!(read("two of the soldiers"), ["two=2"]);
    assert_eq!(read("three metric tons of rice"), ["three=3"]);
    for text in ["two states sent soldiers", "two countries’ soldiers", "one of the soldiers", "one reason troops went", "two weeks"] {
        assert!(read(text).is_empty(), "{text}: {:?}", read(text));
    }
    let days = Lexicon::new([], ["days"]);
    assert_eq!(figures("It took 12 days.", &days)[0].kind, FigureKind::Duration);
    assert!(figures("It took 12 days.", &lexicon()).is_empty());
}

#[test]
fn what_looks_like_a_label_may_count() {
    for text in [
        "Officials claim 600 dead.",
        "The authors note 12 errors.",
        "In this case 5 men died.",
        "In May 12 people died.",
        "They bought 12 second-hand tanks.",
        "In all, 5 Supreme Court judges agreed.",
        "A camp of c.600 men.",
        "He said no. 11,000 had come.",
        "They sent 1900 men.",
        "On May 12, 600 men fell.",
        "Under Article 4, 200 men came.",
        "In 2024 5 million fled.",
    ] {
        assert_eq!(read(text).len(), 1, "{text}: {:?}", read(text));
    }
    for text in [
        "See note 4 and question 12.",
        "In case 5 of the list",
        "The answer to question 4 is no.",
        "On May 12 attacks followed.",
        "He lived at 10 Downing Street.",
        "Figure 1 and Table 12 show it.",
        "a 12-second pause",
        "Pak, 9, and those over 65 were spared.",
        "The disputed 2020 elections changed nothing.",
        "In 2024 millions fled.",
        "By May 12 thousands of them had fled.",
        "It is given in constant 2015 dollars.",
    ] {
        assert!(read(text).is_empty(), "{text}: {:?}", read(text));
    }
}

#[test]
fn names_hide_their_numbers() {
    for text in ["Under Article 4, help is owed", "Article 4’s text", "the Mirage 2000", "MIRAGE 2000s", "the Hundred Years' War"] {
        assert!(read(text).is_empty(), "{text}: {:?}", read(text));
    }
    assert_eq!(read("Mirage 2000 jets, 12 in all"), ["12=12"]);
    // A name that is a number alone would hide it everywhere.
    assert_eq!(figures("12 men", &Lexicon::new(["12"], [])).len(), 1);
}

#[test]
fn a_figure_is_supported_in_any_spelling() {
    for (figure, quote) in [
        ("11,000 men", "11 thousand men"),
        ("11,000 men", "11 000 men"),
        ("11,000 men", "11, 000 men"),
        ("11,000 men", "eleven thousand"),
        ("11,000 men", "11k"),
        ("11,000 men", "10,000–12,000 men"),
        ("10,000 to 12,000 men", "10,000–12,000 men"),
        ("10,000 to 12,000 men", "first 10,000 men, later 12,000"),
        ("54% of it", "54 per cent"),
        ("$40bn", "40 billion dollars"),
        ("$40bn", "US$40 billion"),
        ("US$40bn", "$40,000 million"),
        ("$40bn-$50bn", "between 40 and 50 billion dollars"),
        ("$400 million", "175 billion dollars and 400 million more"),
        ("two thirds of it", "67 per cent"),
        ("two thirds of it", "66.7%"),
        ("67 per cent of it", "two-thirds"),
        ("it came to 1.1m.", "1.1 million"),
        ("it came to 1.1 million.", "1.1m in all"),
        ("it came to 1.1m.", "1.1 metres"),
        ("$52m", "from $34m in 2023 to $52m in 2024"),
        ("fell by half", "down 50 per cent"),
        ("2 soldiers", "two men"),
        ("12 men", "a dozen men"),
    ] {
        assert!(supports(quote, &only(figure)), "{figure} / {quote}");
    }
}

#[test]
fn a_figure_is_not_supported_by_another() {
    for (figure, quote) in [
        ("11,000 men", "12,000 men"),
        ("11,000 men", "1,100 men"),
        ("11,000 men", "11 men, 000 of them"),
        ("11,000 men", "nearly 10,900"),
        ("10,000 to 12,000 men", "10,000 men"),
        ("10,000 to 12,000 men", "8,000 to 12,000 men"),
        ("54% of it", "54 men"),
        ("54 men", "54%"),
        ("5 percentage points", "5%"),
        ("$40bn", "€40bn"),
        ("$40bn", "40 billion barrels"),
        ("A$40bn", "US$40bn"),
        ("28 men", "28 October"),
        ("2,024 men", "October 2024"),
        ("12 men", "12 days"),
        ("4 men", "page 4"),
        ("35 men", "Su-35"),
        ("21 men", "21st century"),
        ("two thirds of it", "60 per cent"),
        ("half of it", "51 per cent"),
        ("1,000 men", "thousands of men"),
    ] {
        assert!(!supports(quote, &only(figure)), "{figure} / {quote}");
    }
}

#[test]
fn the_ends_of_a_range_may_stand_in_two_quotes() {
    let quotes = [Stated::new("at least 3,000"), Stated::new("up to 12,000")];
    assert!(Stated::support(quotes.iter(), &only("3,000 to 12,000 men")));
    assert!(!Stated::support(quotes.iter(), &only("3,000 to 11,000 men")));
}

#[test]
fn a_record_is_supported_whatever_it_counts() {
    assert!(supports_value("11 thousand", Some(11000.0), Some(11000.0)));
    assert!(supports_value("between 8,000 and 12,000", Some(8000.0), Some(12000.0)));
    assert!(supports_value("a minimum of 3000 soldiers", Some(3000.0), None));
    assert!(supports_value("up to 12, 000", None, Some(12000.0)));
    assert!(supports_value("54%", Some(54.0), Some(54.0)));
    assert!(supports_value("175 billion dollars", Some(175e9), Some(175e9)));
    assert!(!supports_value("11 thousand", Some(10000.0), Some(12000.0)));
    assert!(!supports_value("11 thousand", None, None));
}

#[test]
fn a_title_repeats_a_cited_figure() {
    let cited = only("10,000 to 12,000 men");
    assert!(only("12,000 men").repeats(&cited));
    assert!(!only("11,000 men").repeats(&cited));
    assert!(only("67 per cent").repeats(&only("two thirds of it")));
    assert!(!only("54 per cent").repeats(&only("54 men")));
}

/// Sentences without the space around, and which marks cover each.
fn cut(text: &str) -> Vec<(String, Vec<usize>)> {
    let text = text.replace('^', "\u{E000}");
    sentences(&text, &lexicon()).into_iter().map(|sentence| (text[sentence.range].replace('\u{E000}', "^"), sentence.marks)).collect()
}

fn parts(text: &str) -> Vec<String> {
    cut(text).into_iter().map(|(words, _)| words).collect()
}

#[test]
fn a_citation_after_the_full_stop_covers_its_sentence() {
    let pair = |words: &str, marks: &[usize]| (words.to_owned(), marks.to_vec());
    assert_eq!(cut("One.^ Two."), [pair("One.^", &[0]), pair("Two.", &[])]);
    assert_eq!(cut("One. ^ Two ^. Three"), [pair("One. ^", &[0]), pair("Two ^.", &[1]), pair("Three", &[])]);
    assert_eq!(cut("One.^ ^^ Two."), [pair("One.^ ^^", &[0, 1, 2]), pair("Two.", &[])]);
    assert_eq!(cut("One. ^ says two."), [pair("One.", &[]), pair("^ says two.", &[0])]);
    assert_eq!(cut("(One.)^ Two."), [pair("(One.)^", &[0]), pair("Two.", &[])]);
    assert_eq!(cut("“One.”^ Two."), [pair("“One.”^", &[0]), pair("Two.", &[])]);
    assert_eq!(cut("^ One."), [pair("^ One.", &[0])]);
}

#[test]
fn sentences_end_where_readers_end_them() {
    for whole in [
        "Lt. Gen. Budanov of the U.S. Army met Mr. Kim et al. in Washington.",
        "It fell to 3.5 per cent, i.e. by approx. 2 points, cf. p. 4, no. 5 and Fig. 2.",
        "J. R. Smith left St. Petersburg on Oct. 28 at 5 p.m. Moscow time.",
        "“How many?” Rutte asked.",
        "“Stop!” he cried.",
        "He said: “We came. We saw. We left.”",
        "From 3 … to 12 of them.",
        "1. Summary of it",
        "See example.org/a.b for more.",
    ] {
        assert_eq!(parts(whole), [whole]);
    }
    for (text, expected) in [
        ("It is so. It was not.", vec!["It is so.", "It was not."]),
        ("It went to the U.S. The rest stayed.", vec!["It went to the U.S.", "The rest stayed."]),
        ("It came by 5 p.m. It left.", vec!["It came by 5 p.m.", "It left."]),
        ("Why? Because! Well … Yes.", vec!["Why?", "Because!", "Well …", "Yes."]),
        ("He said no. 11,000 had come.", vec!["He said no.", "11,000 had come."]),
        ("He had 11,000. 12,000 followed.", vec!["He had 11,000.", "12,000 followed."]),
        ("“How many?” Nobody knew.", vec!["“How many?”", "Nobody knew."]),
        ("He said “no.” “Why?” they asked.", vec!["He said “no.”", "“Why?” they asked."]),
    ] {
        assert_eq!(parts(text), expected);
    }
}

#[test]
fn quotations_of_three_words_are_found() {
    let found = |text: &str| -> Vec<String> {
        sentences(text, &lexicon()).into_iter().flat_map(|sentence| sentence.quotations).map(|range| text[range].to_owned()).collect()
    };
    assert_eq!(found("He spoke of “a new page” and “red lines”."), ["a new page"]);
    assert_eq!(found("He spoke of \"a new page\" and 'the red line'."), ["a new page", "the red line"]);
    assert_eq!(found("Er sprach von „einer neuen Seite“ und « une page nouvelle »."), ["einer neuen Seite", "une page nouvelle"]);
    assert_eq!(found("He said “we saw ‘them all there’ too”."), ["we saw ‘them all there’ too"]);
    assert!(found("The soldiers’ food and the officers’ food, rock ’n’ roll, the ’90s").is_empty());
    assert!(found("“never closed at all").is_empty());
}

#[test]
fn sums_are_recomputed() {
    assert_eq!(calc("55%", "6000/11000"), Ok(vec![6000.0, 11000.0]));
    assert_eq!(calc("55 per cent", "6,000 / 11,000"), Ok(vec![6000.0, 11000.0]));
    assert_eq!(calc("54.5%", "6000/11000"), Ok(vec![6000.0, 11000.0]));
    assert_eq!(calc("5,000", "11 000 − 6 000"), Ok(vec![11000.0, 6000.0]));
    assert_eq!(calc("$1.2bn", "3*(0.5bn-100m)"), Ok(vec![3.0, 0.5e9, 1e8]));
    assert_eq!(calc("some 5,000 men", "4,900"), Ok(vec![4900.0]));
    assert_eq!(calc("two thirds", "8000/12000"), Ok(vec![8000.0, 12000.0]));
    assert_eq!(calc("3.5 percentage points", "5.5%-2%"), Ok(vec![5.5, 2.0]));
    assert_eq!(calc("-5", "-(2+3)"), Ok(vec![2.0, 3.0]));
    assert_eq!(calc("about 5,000", "11000-6100"), Ok(vec![11000.0, 6100.0]));
    let message = |value: &str, from: &str| calc(value, from).unwrap_err().to_string();
    assert_eq!(message("54%", "6000/11000"), "`from` gives 55%");
    assert_eq!(message("5,100 men", "11000-6000"), "`from` gives 5,000 men");
    assert_eq!(message("5", "-(2+3)"), "`from` gives -5");
    assert_eq!(message("55", "0-11000*10"), "`from` gives -110,000");
    assert_eq!(calc("many", "1+1"), Err(CalcError::NoValue));
    assert_eq!(calc("1 of 2", "1+1"), Err(CalcError::SeveralValues));
    assert_eq!(message("1", "1/0"), "`from` divides by zero");
    assert_eq!(message("1", "1+"), "`from` cannot be read at byte 3: expected a number");
    assert_eq!(message("1", "(1"), "`from` cannot be read at byte 1: expected a parenthesis that is closed");
    assert_eq!(message("1", "1)"), "`from` cannot be read at byte 2: expected no closing parenthesis here");
    assert_eq!(message("1", "1 x 2"), "`from` cannot be read at byte 3: expected one of `+ - * / )`");
    assert_eq!(message("1", ""), "`from` cannot be read at byte 1: expected a number");
    assert!(calc("1", &"(".repeat(1_000_000)).is_err());
    assert_eq!(calc("1", &format!("{}1{}", "(".repeat(100_000), ")".repeat(100_000))), Ok(vec![1.0]));
}
