//! Labels: text in lines that fit beside or above a mark.
//!
//! In: words of any length. Out: at most so many lines, the last cut with an ellipsis where it must be.
//! Must never cut inside a word that would fit on a line of its own.

/// Roughly how wide a text is, in letters: letters of East Asian scripts count double.
pub fn width(text: &str) -> usize {
    text.chars().map(|c| if ('\u{1100}'..='\u{ffdc}').contains(&c) || c > '\u{1f000}' { 2 } else { 1 }).sum()
}

/// Break a text into at most `lines` lines of at most `limit` letters. The flag says whether words were left out.
pub fn wrap(text: &str, limit: usize, lines: usize) -> (Vec<String>, bool) {
    let mut done: Vec<String> = Vec::new();
    let mut line = String::new();
    for word in text.split_whitespace() {
        if !line.is_empty() && width(&line) + 1 + width(word) > limit {
            done.push(std::mem::take(&mut line));
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    if !line.is_empty() {
        done.push(line);
    }
    let mut cut = done.len() > lines;
    done.truncate(lines.max(1));
    let last = done.len().saturating_sub(1);
    for (i, line) in done.iter_mut().enumerate() {
        let more = cut && i == last;
        if width(line) > limit || (more && width(line) == limit) {
            cut = true;
            *line = shortened(line, limit);
        } else if more {
            line.push('…');
        }
    }
    (done, cut)
}

/// The first letters of a text that fit, and an ellipsis.
fn shortened(text: &str, limit: usize) -> String {
    let mut short = String::new();
    let mut used = 1;
    for c in text.chars() {
        used += width(c.encode_utf8(&mut [0; 4]));
        if used > limit {
            break;
        }
        short.push(c);
    }
    short.truncate(short.trim_end().len());
    short.push('…');
    short
}
