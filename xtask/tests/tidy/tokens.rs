//! The words and marks of Rust source text, as far as rules about imports need them.

/// A piece of code. Comments, strings and numbers are left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Token<'a> {
    /// A name or a keyword.
    Word(&'a str),
    /// `::`
    Into,
    /// Any other sign.
    Sign(char),
}

/// The code of a file that ships.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Shipped<'a> {
    pub(crate) tokens: Vec<Token<'a>>,
    /// Modules that it has in files of their own for tests alone.
    pub(crate) test_modules: Vec<&'a str>,
}

/// Leaves out whatever stands under `#[cfg(test)]`.
pub(crate) fn shipped(text: &str) -> Shipped<'_> {
    const CFG_TEST: [Token<'_>; 7] = [
        Token::Sign('#'),
        Token::Sign('['),
        Token::Word("cfg"),
        Token::Sign('('),
        Token::Word("test"),
        Token::Sign(')'),
        Token::Sign(']'),
    ];
    let all = tokens(text);
    let mut rest = all.as_slice();
    let mut tokens = Vec::new();
    let mut test_modules = Vec::new();
    while let Some((first, others)) = rest.split_first() {
        let Some(behind) = rest.strip_prefix(CFG_TEST.as_slice()) else {
            tokens.push(*first);
            rest = others;
            continue;
        };
        let (item, behind) = behind.split_at(length_of_item(behind));
        if let [.., Token::Word("mod"), Token::Word(name), Token::Sign(';')] = item {
            test_modules.push(*name);
        }
        rest = behind;
    }
    Shipped {
        tokens,
        test_modules,
    }
}

/// How far the first item goes: to its semicolon, to the end of its block, or to the end of what it
/// stands in.
fn length_of_item(tokens: &[Token<'_>]) -> usize {
    let mut depth = 0_usize;
    for (index, token) in tokens.iter().enumerate() {
        match token {
            Token::Sign('(' | '[' | '{') => depth += 1,
            Token::Sign(')' | ']' | '}') if depth == 0 => return index,
            Token::Sign('}') if depth == 1 => return index + 1,
            Token::Sign(')' | ']' | '}') => depth -= 1,
            Token::Sign(';') if depth == 0 => return index + 1,
            _ => {}
        }
    }
    tokens.len()
}

fn tokens(text: &str) -> Vec<Token<'_>> {
    let mut tokens = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let length = if let Some(length) = left_out(rest) {
            length
        } else if is_of_word(first) {
            let word = &rest[..length_of_word(rest)];
            if !first.is_ascii_digit() {
                tokens.push(Token::Word(word));
            }
            word.len()
        } else if rest.starts_with("::") {
            tokens.push(Token::Into);
            2
        } else {
            tokens.push(Token::Sign(first));
            first.len_utf8()
        };
        rest = &rest[length..];
    }
    tokens
}

/// The length of what is no code and begins here: space, a comment, a string, a character, the mark
/// of a lifetime or of a raw name.
fn left_out(text: &str) -> Option<usize> {
    let first = text.chars().next()?;
    if first.is_whitespace() {
        return Some(first.len_utf8());
    }
    if text.starts_with("//") {
        return Some(text.find('\n').unwrap_or(text.len()));
    }
    if text.starts_with("/*") {
        return Some(length_of_comment(text));
    }
    if first == '\'' {
        return Some(length_of_character(text));
    }
    let marked = text.trim_start_matches(['b', 'c']);
    let marks = text.len() - marked.len();
    if marks <= 1 {
        if let Some(raw) = marked.strip_prefix('r') {
            let fences = raw.len() - raw.trim_start_matches('#').len();
            if let Some(inside) = raw[fences..].strip_prefix('"') {
                let end = format!("\"{}", "#".repeat(fences));
                let length = inside.find(&end).map_or(inside.len(), |at| at + end.len());
                return Some(marks + 1 + fences + 1 + length);
            }
            if marks == 0 && fences == 1 {
                return Some(2);
            }
        }
        if let Some(inside) = marked.strip_prefix('"') {
            return Some(marks + 1 + length_of_string(inside));
        }
    }
    None
}

fn length_of_comment(text: &str) -> usize {
    let mut depth = 0_usize;
    let mut at = 0;
    while at < text.len() {
        if text[at..].starts_with("/*") {
            depth += 1;
            at += 2;
        } else if text[at..].starts_with("*/") {
            depth -= 1;
            at += 2;
            if depth == 0 {
                break;
            }
        } else {
            at += text[at..].chars().next().map_or(1, char::len_utf8);
        }
    }
    at
}

/// From behind the opening quote to behind the closing one.
fn length_of_string(inside: &str) -> usize {
    let mut is_escaped = false;
    for (at, c) in inside.char_indices() {
        match c {
            '"' if !is_escaped => return at + 1,
            '\\' => is_escaped = !is_escaped,
            _ => is_escaped = false,
        }
    }
    inside.len()
}

/// Of `'a'` or `'\n'` all of it, of a lifetime its mark and name.
fn length_of_character(text: &str) -> usize {
    let inside = &text[1..];
    let mut chars = inside.chars();
    match (chars.next(), chars.next()) {
        (Some('\\'), Some(escaped)) => {
            let from = 1 + 1 + escaped.len_utf8();
            text[from..]
                .find('\'')
                .map_or(text.len(), |at| from + at + 1)
        }
        (Some(c), Some('\'')) => 1 + c.len_utf8() + 1,
        _ => 1 + length_of_word(inside),
    }
}

fn length_of_word(text: &str) -> usize {
    text.find(|c| !is_of_word(c)).unwrap_or(text.len())
}

fn is_of_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

#[test]
fn comments_and_literals_are_no_code() {
    let text = r##"
        // crate::a
        /* crate::b /* crate::c */ crate::d */
        let x: &'static str = "crate::e \" crate::f" ; 'x' '\'' '"' b'\\' br#"crate::g " crate::h"#
        r"crate::i" c"crate::j" 0x1f 1e9 r#type crate::yes
    "##;
    let expected = [
        Token::Word("let"),
        Token::Word("x"),
        Token::Sign(':'),
        Token::Sign('&'),
        Token::Word("str"),
        Token::Sign('='),
        Token::Sign(';'),
        Token::Word("b"),
        Token::Word("type"),
        Token::Word("crate"),
        Token::Into,
        Token::Word("yes"),
    ];
    assert_eq!(tokens(text), expected);
}

#[test]
fn what_is_for_tests_alone_does_not_ship() {
    let text = "
        #[cfg(test)] mod contract; #[cfg(test)] pub(crate) mod fixture;
        #[cfg(test)] #[allow(x)] mod tests { fn a() { b(); } }
        #[cfg(test)] use gone::Gone;
        #[cfg(test)] pub(crate) fn open<A, B>(a: [u8; 2]) -> A { gone() }
        mod kept;
    ";
    let shipped = shipped(text);
    assert_eq!(shipped.test_modules, ["contract", "fixture"]);
    let kept = [Token::Word("mod"), Token::Word("kept"), Token::Sign(';')];
    assert_eq!(shipped.tokens, kept);
}
