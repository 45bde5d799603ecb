//! Recomputes the author's own arithmetic: `calc(value="55%", from="6000/11000")`.
//!
//! In: the value as printed and the expression it comes from. Out: the numbers that the expression was made of (each
//! must be cited), or a [`CalcError`] that says what the value should be. Entry point: [`calc`]. Values agree when they
//! are equal in the precision printed. This file must never print a value in the author's place: it only says so.

use std::fmt;

use super::numeral::Spacing;
use super::phrase;
use super::quantity::{self, Measure};
use super::token::{Kind, Reading};

/// Why a calculation does not stand.
#[derive(Clone, Debug, PartialEq)]
pub enum CalcError {
    /// The value has no number in it.
    NoValue,
    /// The value has more than one number in it.
    SeveralValues,
    /// The expression cannot be read at this byte of `from`.
    Malformed {
        /// Byte offset in `from`.
        at: usize,
        /// What should stand there.
        expected: &'static str,
    },
    /// The expression divides by nothing.
    DivisionByZero {
        /// Byte offset of the division sign in `from`.
        at: usize,
    },
    /// The result is too large to be a number.
    TooLarge,
    /// The expression gives something else than the value.
    Differs {
        /// What the expression gives.
        computed: f64,
        /// The value as it should be printed, in the author's form.
        should_be: String,
    },
}

impl fmt::Display for CalcError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoValue => write!(f, "`value` has no number in it"),
            Self::SeveralValues => write!(f, "`value` has more than one number in it"),
            Self::Malformed { at, expected } => {
                write!(f, "`from` cannot be read at byte {}: expected {expected}", at + 1)
            }
            Self::DivisionByZero { .. } => write!(f, "`from` divides by zero"),
            Self::TooLarge => write!(f, "`from` gives no number that can be printed"),
            Self::Differs { should_be, .. } => write!(f, "`from` gives {should_be}"),
        }
    }
}

impl std::error::Error for CalcError {}

/// Recomputes `from` and compares it with `value`.
///
/// `from` knows `+ - * /` (also `− × · ÷`), parentheses, numbers with separators and scales (`6,000`, `1.2bn`, `20%`)
/// and currency signs, which it passes over. `value` is text with one number in it: `55%`, `5,000`, `$1.2bn`, `two
/// thirds`; it agrees when the result, rounded to the digits printed, is the same. After `about`, `roughly` and the like
/// the zeros at the end of a whole number are not digits printed. Returns the numbers of `from` as they stand there.
///
/// # Errors
///
/// When the two differ, or one of them cannot be read.
pub fn calc(value: &str, from: &str) -> Result<Vec<f64>, CalcError> {
    let printed = Printed::read(value)?;
    let mut expression = Expression::default();
    expression.evaluate(from)?;
    let result = expression.values.last().copied().unwrap_or(0.0);
    if !result.is_finite() {
        return Err(CalcError::TooLarge);
    }
    // `3.5 percentage points` from `5.5%-2%`, but also from `5.5-2`.
    let hundred = match printed.measure {
        Measure::Percent => true,
        Measure::Points => expression.percent,
        _ => false,
    };
    let computed = if hundred { result * 100.0 } else { result };
    if (computed - printed.value).abs() <= printed.precision / 2.0 * (1.0 + 1e-9) {
        Ok(expression.numbers)
    } else {
        Err(CalcError::Differs { computed: result, should_be: printed.with(computed) })
    }
}

/// The one number of a value, and how exactly it is printed.
struct Printed<'a> {
    text: &'a str,
    value: f64,
    measure: Measure,
    /// The worth of its last digit.
    precision: f64,
    scale: f64,
    decimals: u8,
    /// Bytes of its digits; none for words.
    digits: Option<(usize, usize)>,
}

impl<'a> Printed<'a> {
    fn read(text: &'a str) -> Result<Self, CalcError> {
        let reading = Reading::new(text, Spacing::Careful);
        let quantities: Vec<_> = {
            let mut free = 0;
            let mut read = |&token: &usize| {
                let quantity = (token >= free).then(|| quantity::read(&reading, token)).flatten()?;
                free = quantity.last + 1;
                Some(quantity)
            };
            reading.numeric.iter().filter_map(&mut read).take(2).collect()
        };
        let quantity = match quantities.as_slice() {
            [] => return Err(CalcError::NoValue),
            [one] if one.high.is_none() => one,
            _ => return Err(CalcError::SeveralValues),
        };
        let phrase = quantity.low;
        let token = &reading.tokens[phrase.first];
        let about = ["about", "around", "roughly", "nearly", "almost", "some", "approximately"];
        let rough =
            (0..quantity.first).any(|before| about.contains(&&*reading.folded(before)) || matches!(reading.sign(before), Some('~' | '≈')));
        let mut precision = phrase.scale * 10f64.powi(-i32::from(phrase.decimals.min(15)));
        if phrase.share {
            // `two thirds` is meant to the nearest per cent or so.
            precision = 2.0;
        } else if rough && phrase.decimals == 0 {
            let mut rest = phrase.value / phrase.scale;
            while rest >= 10.0 && rest % 10.0 == 0.0 {
                rest /= 10.0;
                precision *= 10.0;
            }
        }
        // A minus sign, but not the hyphen of `1-5`.
        let sign = phrase.first.wrapping_sub(1);
        let minus = matches!(reading.sign(sign), Some('-' | '−')) && reading.glued(phrase.first) && !reading.glued(sign);
        let start = if minus { reading.tokens[sign].start } else { token.start };
        Ok(Self {
            text,
            value: if minus { -phrase.value } else { phrase.value },
            measure: quantity.measure,
            precision,
            scale: phrase.scale,
            decimals: phrase.decimals,
            digits: matches!(token.kind, Kind::Digits(_)).then_some((start, token.end)),
        })
    }

    /// The value as it should be printed.
    fn with(&self, computed: f64) -> String {
        let scaled = computed / self.scale;
        let mut number = format!("{scaled:.*}", usize::from(self.decimals.min(15)));
        let Some((start, end)) = self.digits else {
            return if self.measure == Measure::Percent { format!("{scaled:.1}%") } else { number };
        };
        if self.text[start..end].contains(',') || (scaled.abs() >= 10_000.0 && self.decimals == 0) {
            number = with_separators(&number);
        }
        format!("{}{number}{}", &self.text[..start], &self.text[end..])
    }
}

fn with_separators(number: &str) -> String {
    let (sign, digits) = number.strip_prefix('-').map_or(("", number), |digits| ("-", digits));
    let whole = digits.find('.').unwrap_or(digits.len());
    let mut out = String::from(sign);
    for (index, digit) in digits.char_indices() {
        if index > 0 && index < whole && (whole - index) % 3 == 0 {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// An expression being evaluated with two stacks, so that its depth cannot exhaust the program's own.
#[derive(Default)]
struct Expression {
    values: Vec<f64>,
    operators: Vec<(char, usize)>,
    numbers: Vec<f64>,
    percent: bool,
}

impl Expression {
    fn evaluate(&mut self, from: &str) -> Result<(), CalcError> {
        let reading = Reading::new(from, Spacing::Careful);
        let mut operand = true;
        let mut at = 0;
        while let Some(token) = reading.token(at) {
            let place = token.start;
            match token.kind {
                Kind::Digits(_) if operand => {
                    at = self.number(&reading, at)?;
                    operand = false;
                    continue;
                }
                Kind::Sign('(') if operand => self.operators.push(('(', place)),
                // A sign before a number: `-5`.
                Kind::Sign('-' | '−' | '–') if operand => self.operators.push(('n', place)),
                Kind::Sign(')') if !operand => {
                    while let Some(operator) = self.operators.pop_if(|(operator, _)| *operator != '(') {
                        self.apply(operator)?;
                    }
                    if self.operators.pop().is_none() {
                        return Err(CalcError::Malformed { at: place, expected: "no closing parenthesis here" });
                    }
                }
                Kind::Sign(sign) if money_sign(sign) => {}
                Kind::Sign(sign) if !operand => {
                    let operator = operator(sign).ok_or(CalcError::Malformed { at: place, expected: "one of `+ - * / )`" })?;
                    while let Some(before) = self.operators.pop_if(|(before, _)| binds(*before) >= binds(operator)) {
                        self.apply(before)?;
                    }
                    self.operators.push((operator, place));
                    operand = true;
                }
                _ if operand => return Err(CalcError::Malformed { at: place, expected: "a number or `(`" }),
                _ => return Err(CalcError::Malformed { at: place, expected: "one of `+ - * / )`" }),
            }
            at += 1;
        }
        if operand {
            return Err(CalcError::Malformed { at: from.len(), expected: "a number" });
        }
        while let Some(operator) = self.operators.pop() {
            if operator.0 == '(' {
                return Err(CalcError::Malformed { at: operator.1, expected: "a parenthesis that is closed" });
            }
            self.apply(operator)?;
        }
        Ok(())
    }

    /// Takes the number at `at`; returns the token after it.
    fn number(&mut self, reading: &Reading, at: usize) -> Result<usize, CalcError> {
        let place = reading.tokens[at].start;
        let malformed = CalcError::Malformed { at: place, expected: "a number" };
        let mut phrase = phrase::digits(reading, at).ok_or_else(|| malformed.clone())?;
        // No metres are reckoned with here.
        if reading.is(phrase.last + 1, "m") && reading.glued(phrase.last + 1) {
            phrase.value *= 1e6;
            phrase.last += 1;
        }
        if reading.numeral(at).is_some_and(|numeral| numeral.chain) {
            return Err(malformed);
        }
        self.numbers.push(phrase.value);
        let percent = reading.sign(phrase.last + 1) == Some('%');
        self.percent |= percent;
        self.values.push(if percent { phrase.value / 100.0 } else { phrase.value });
        Ok(phrase.last + 1 + usize::from(percent))
    }

    fn apply(&mut self, (operator, at): (char, usize)) -> Result<(), CalcError> {
        let missing = CalcError::Malformed { at, expected: "a number on each side" };
        let right = self.values.pop().ok_or_else(|| missing.clone())?;
        if operator == 'n' {
            self.values.push(-right);
            return Ok(());
        }
        let left = self.values.pop().ok_or(missing)?;
        self.values.push(match operator {
            '+' => left + right,
            '-' => left - right,
            '*' => left * right,
            _ if right == 0.0 => return Err(CalcError::DivisionByZero { at }),
            _ => left / right,
        });
        Ok(())
    }
}

fn operator(sign: char) -> Option<char> {
    Some(match sign {
        '+' => '+',
        '-' | '−' | '–' => '-',
        '*' | '×' | '·' | '⋅' | '∙' => '*',
        '/' | '÷' | '∕' => '/',
        _ => return None,
    })
}

fn binds(operator: char) -> u8 {
    match operator {
        '(' => 0,
        '+' | '-' => 1,
        '*' | '/' => 2,
        _ => 3,
    }
}

fn money_sign(sign: char) -> bool {
    matches!(sign, '$' | '€' | '£' | '¥' | '₩' | '₽' | '₴' | '₹')
}
