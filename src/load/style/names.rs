//! Citation styles whose names have no `name` element.
//!
//! In: a style as it was read. Out: the same style, with `<name/>` written out wherever CSL 1.0.2 implies it ("Names")
//! and another child stands in `names`. The engine takes such names for empty: Vancouver would list no authors.
//! Must never change what a style says.

use hayagriva::citationberg::{Choose, IndependentStyle, LayoutRenderingElement as Element, Name, Names, NamesChild};

/// Write out what the style implies.
pub fn complete(style: &mut IndependentStyle) {
    for part in &mut style.macros {
        elements(&mut part.children);
    }
    elements(&mut style.citation.layout.elements);
    if let Some(bibliography) = &mut style.bibliography {
        elements(&mut bibliography.layout.elements);
    }
}

fn elements(list: &mut [Element]) {
    for element in list {
        match element {
            Element::Names(names) => complete_names(names),
            Element::Group(group) => elements(&mut group.children),
            Element::Choose(Choose { if_, else_if, otherwise }) => {
                elements(&mut if_.children);
                else_if.iter_mut().for_each(|branch| elements(&mut branch.children));
                if let Some(branch) = otherwise {
                    elements(&mut branch.children);
                }
            }
            Element::Text(_) | Element::Date(_) | Element::Number(_) | Element::Label(_) => {}
        }
    }
}

fn complete_names(names: &mut Names) {
    for child in &mut names.children {
        if let NamesChild::Substitute(substitute) = child {
            elements(&mut substitute.children);
        }
    }
    if !names.children.is_empty() && names.name().is_none() {
        names.children.insert(0, NamesChild::Name(Name::default()));
    }
}
