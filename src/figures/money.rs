//! Currencies: how they are written before and after an amount.
//!
//! In: a [`Reading`] and a place in it. Out: a [`Currency`]. Entry points: [`symbol_before`], [`name_after`],
//! [`agree`]. This file must never convert one currency into another.

use super::token::{Kind, Reading};

/// A currency, by its ISO 4217 code; a bare `$` or `dollars` is `$`, a bare `kr` or `krona` is `kr`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Currency(&'static str);

impl Currency {
    /// The code: `EUR`, or `$` for dollars that do not say whose.
    #[must_use]
    pub fn code(self) -> &'static str {
        self.0
    }
}

/// Signs that stand before (or, seldom, after) an amount.
fn symbol(sign: char) -> Option<Currency> {
    Some(Currency(match sign {
        '$' | '＄' => "$",
        '€' => "EUR",
        '£' => "GBP",
        '¥' | '￥' => "JPY",
        '₩' => "KRW",
        '₽' => "RUB",
        '₴' => "UAH",
        '₹' => "INR",
        '₺' => "TRY",
        '₪' => "ILS",
        '฿' => "THB",
        '₫' => "VND",
        '₦' => "NGN",
        '₱' => "PHP",
        '₸' => "KZT",
        '₾' => "GEL",
        '₿' => "BTC",
        _ => return None,
    }))
}

/// Letters written before `$`.
fn dollar_of(letters: &str) -> Option<Currency> {
    Some(Currency(match letters {
        "US" | "U" => "USD",
        "A" | "AU" => "AUD",
        "C" | "CA" | "CAN" => "CAD",
        "NZ" => "NZD",
        "HK" => "HKD",
        "S" => "SGD",
        "NT" => "TWD",
        "R" => "BRL",
        "Mex" | "MX" => "MXN",
        _ => return None,
    }))
}

/// Codes and letters that stand before or after an amount, with capitals as here.
pub(super) fn code(letters: &str) -> Option<Currency> {
    const CODES: &[&str] = &[
        "USD", "EUR", "GBP", "JPY", "KRW", "KPW", "RUB", "UAH", "CNY", "CHF", "AUD", "CAD", "NZD", "HKD", "SGD", "TWD", "INR", "TRY",
        "PLN", "CZK", "HUF", "RON", "SEK", "NOK", "DKK", "BRL", "MXN", "ZAR", "ILS", "SAR", "AED", "THB", "VND", "IDR", "MYR", "PHP",
        "KZT", "GEL", "BGN", "EGP", "NGN", "PKR", "BDT", "ISK", "ARS", "CLP", "COP", "BTC",
    ];
    Some(match letters {
        "RMB" => Currency("CNY"),
        "Rs" => Currency("INR"),
        "kr" => Currency("kr"),
        // Asked of every word before a number: most have no such shape.
        _ if letters.len() != 3 || !letters.starts_with(|first: char| first.is_ascii_uppercase()) => return None,
        _ => Currency(CODES.iter().find(|code| **code == letters)?),
    })
}

/// A currency's name in lower case, and how many of it make one of the currency (100 for cents).
pub(super) fn noun(word: &str) -> Option<(Currency, f64)> {
    let code = match word {
        "dollar" | "dollars" | "buck" | "bucks" => "$",
        "euro" | "euros" => "EUR",
        "pound" | "pounds" | "sterling" => "GBP",
        "yen" => "JPY",
        "yuan" | "renminbi" => "CNY",
        "won" => "KRW",
        "ruble" | "rubles" | "rouble" | "roubles" => "RUB",
        "hryvnia" | "hryvnias" | "hryvnya" | "hryvnyas" => "UAH",
        "rupee" | "rupees" => "INR",
        "franc" | "francs" => "CHF",
        "krona" | "kronor" | "krone" | "kroner" | "kronur" => "kr",
        "zloty" | "zlotys" | "zloties" => "PLN",
        "forint" | "forints" => "HUF",
        "koruna" | "korunas" => "CZK",
        "shekel" | "shekels" => "ILS",
        "riyal" | "riyals" => "SAR",
        "dirham" | "dirhams" => "AED",
        "rand" => "ZAR",
        "baht" => "THB",
        "dong" => "VND",
        "rupiah" => "IDR",
        "ringgit" => "MYR",
        "peso" | "pesos" => "MXN",
        "lira" | "liras" => "TRY",
        "naira" => "NGN",
        "tenge" => "KZT",
        "bitcoin" | "bitcoins" => "BTC",
        "cent" | "cents" => return Some((Currency("$"), 100.0)),
        "pence" => return Some((Currency("GBP"), 100.0)),
        "kopeck" | "kopecks" | "kopek" | "kopeks" => return Some((Currency("RUB"), 100.0)),
        _ => return None,
    };
    Some((Currency(code), 1.0))
}

/// The currency before the amount whose first token is `token`, and the first token of its sign: `$`, `US$`, `USD `.
pub(super) fn symbol_before(reading: &Reading, token: usize) -> Option<(Currency, usize)> {
    let before = token.checked_sub(1)?;
    match reading.token(before)?.kind {
        Kind::Sign(sign) => {
            let currency = symbol(sign)?;
            // `US$`; also `U.S.$`, whose last letter decides nothing.
            if sign == '$'
                && reading.glued(before)
                && let Some(dollar) = before.checked_sub(1).and_then(|letters| dollar_of(reading.slice(letters)))
            {
                return Some((dollar, before - 1));
            }
            Some((currency, before))
        }
        Kind::Word => Some((code(reading.slice(before))?, before)),
        _ => None,
    }
}

/// The currency after an amount, from `token` on: its first free token, and by how much to divide.
pub(super) fn name_after(reading: &Reading, token: usize, value: f64) -> Option<(Currency, usize, f64)> {
    if let Some(Kind::Sign(sign)) = reading.token(token).map(|token| token.kind) {
        // `40 €`; but in `5 $40` the sign belongs to what follows.
        let amount_follows = reading.numeral(token + 1).is_some();
        return symbol(sign).filter(|_| !amount_follows).map(|currency| (currency, token + 1, 1.0));
    }
    let mut at = token;
    // `US dollars`, `U.S. dollars`, `Australian dollars`, `South Korean won`.
    let (mut whose, mut korean) = (None, false);
    if reading.is(at, "US") {
        (whose, at) = (Some("USD"), at + 1);
    } else if reading.is(at, "U") && reading.sign(at + 1) == Some('.') && reading.is(at + 2, "S") {
        (whose, at) = (Some("USD"), at + 3 + usize::from(reading.sign(at + 3) == Some('.')));
    } else if reading.capital(at) {
        let land = reading.folded(at);
        whose = Some(match &*land {
            "american" => "USD",
            "australian" => "AUD",
            "canadian" => "CAD",
            "singapore" => "SGD",
            "zealand" => "NZD",
            "swiss" => "CHF",
            "swedish" => "SEK",
            "norwegian" => "NOK",
            "danish" => "DKK",
            "egyptian" => "EGP",
            _ => "",
        });
        let far = ["south", "north", "new", "hong"].contains(&&*land);
        let name = noun(&reading.folded(at));
        if name.is_none() {
            at += 1;
            if far {
                if reading.is(at, "zealand") {
                    whose = Some("NZD");
                }
                if reading.is(at, "kong") {
                    whose = Some("HKD");
                }
                korean = reading.is(at, "korean");
                at += 1;
            }
        }
    }
    if let Some(currency) = code(reading.slice(at)).filter(|_| at == token) {
        return Some((currency, at + 1, 1.0));
    }
    let word = reading.folded(at);
    let (currency, parts) = noun(&word)?;
    // `the party of 12 won the vote`: a verb, unless the amount could be one of won.
    if word.eq("won")
        && ((at > token && !korean) || value < 100.0 || ["the", "a", "an", "by", "it", "gold"].contains(&&*reading.folded(at + 1)))
    {
        return None;
    }
    let currency = match whose {
        Some(code) if !code.is_empty() => Currency(code),
        _ => currency,
    };
    Some((currency, at + 1, parts))
}

/// Whether two ways of naming a currency may mean the same: `$` fits every dollar, `kr` every crown.
pub(super) fn agree(one: Currency, other: Currency) -> bool {
    const DOLLARS: [&str; 8] = ["$", "USD", "AUD", "CAD", "NZD", "HKD", "SGD", "TWD"];
    const CROWNS: [&str; 5] = ["kr", "SEK", "NOK", "DKK", "ISK"];
    let either = |group: &[&str], open: &str| (one.0 == open && group.contains(&other.0)) || (other.0 == open && group.contains(&one.0));
    one == other || either(&DOLLARS, "$") || either(&CROWNS, "kr")
}
