//! Lays functions of the app that are alike beside each other, and keeps only one of those that are the same.
//!
//! Most functions are one generic function made for another type. wasm-bindgen leaves them sorted by size;
//! brotli finds more of what repeats when it lies close together.

use std::collections::HashMap;
use std::convert::Infallible;

use anyhow::Result;
use wasm_encoder::reencode::{Error, Reencode};
use wasm_encoder::{CodeSection, FunctionSection, Module};
use wasmparser::{
    CodeSectionReader, FunctionBody, FunctionSectionReader, Parser, Payload, TypeRef,
};

/// Instructions in a row by which functions are compared.
const RUN: usize = 6;
/// Of all runs of a function, the least by each of so many hashes stand for it.
const SKETCH: usize = 32;
/// Functions that have a run in common are compared up to so many; a better neighbour may be missed.
const OFFERS_MAX: usize = 300;

type Sketch = [u32; SKETCH];

/// The same module, in an order that compresses well.
pub(super) fn by_likeness(wasm: &[u8]) -> Result<Vec<u8>> {
    let functions = Functions::read(wasm)?;
    let same_as = functions.same_as()?;
    let kept: Vec<usize> = (0..same_as.len())
        .filter(|at| same_as[*at] == *at)
        .collect();
    let mut sketches = Vec::with_capacity(kept.len());
    for at in &kept {
        let body = &functions.bodies[*at];
        sketches.push((sketch(&instructions(wasm, body)?), body.range().len()));
    }
    let order: Vec<usize> = chain(&sketches).into_iter().map(|n| kept[n]).collect();
    let mut place = vec![0; same_as.len()];
    for (n, at) in order.iter().enumerate() {
        place[*at] = n;
    }
    let mut new = Moved {
        functions: &functions,
        place: same_as.iter().map(|at| place[*at]).collect(),
        order,
    };
    let mut module = Module::new();
    new.parse_core_module(&mut module, Parser::new(0), wasm)?;
    Ok(module.finish())
}

/// The functions of a module, without those that it imports.
struct Functions<'a> {
    imported: usize,
    types: Vec<u32>,
    bodies: Vec<FunctionBody<'a>>,
}

impl<'a> Functions<'a> {
    fn read(wasm: &'a [u8]) -> Result<Self> {
        let (mut imported, mut types, mut bodies) = (0, Vec::new(), Vec::new());
        for payload in Parser::new(0).parse_all(wasm) {
            match payload? {
                Payload::ImportSection(imports) => {
                    for import in imports.into_imports() {
                        imported += usize::from(matches!(import?.ty, TypeRef::Func(_)));
                    }
                }
                Payload::FunctionSection(all) => {
                    for kind in all {
                        types.push(kind?);
                    }
                }
                Payload::CodeSectionEntry(body) => bodies.push(body),
                _ => {}
            }
        }
        Ok(Self {
            imported,
            types,
            bodies,
        })
    }

    /// For each function the first that does the same. Two that call the same functions may become the same by
    /// that, so it is looked for until there is nothing more.
    fn same_as(&self) -> Result<Vec<usize>> {
        let count = self.bodies.len();
        let mut same_as: Vec<usize> = (0..count).collect();
        loop {
            let mut first = HashMap::new();
            let mut found = same_as.clone();
            let mut now = Moved {
                functions: self,
                place: same_as.clone(),
                order: Vec::new(),
            };
            for at in (0..count).filter(|at| same_as[*at] == *at) {
                let mut code = CodeSection::new();
                now.parse_function_body(&mut code, self.bodies[at].clone())?;
                let body = Module::new().section(&code).as_slice().to_vec();
                found[at] = *first.entry((self.types[at], body)).or_insert(at);
            }
            for at in 0..count {
                found[at] = found[found[at]];
            }
            if found == same_as {
                return Ok(same_as);
            }
            same_as = found;
        }
    }
}

/// Writes the module anew with its functions in another order.
struct Moved<'a> {
    functions: &'a Functions<'a>,
    /// Where each function lies now.
    place: Vec<usize>,
    /// Which functions are written, one after the other.
    order: Vec<usize>,
}

impl Reencode for Moved<'_> {
    type Error = Infallible;

    fn function_index(&mut self, index: u32) -> Result<u32, Error> {
        let imported = self.functions.imported;
        let place = (index as usize)
            .checked_sub(imported)
            .map_or(index as usize, |own| imported + self.place[own]);
        Ok(u32::try_from(place).unwrap_or(u32::MAX))
    }

    fn parse_function_section(
        &mut self,
        section: &mut FunctionSection,
        _: FunctionSectionReader<'_>,
    ) -> Result<(), Error> {
        for at in &self.order {
            section.function(self.functions.types[*at]);
        }
        Ok(())
    }

    fn parse_code_section(
        &mut self,
        code: &mut CodeSection,
        _: CodeSectionReader<'_>,
    ) -> Result<(), Error> {
        for at in std::mem::take(&mut self.order) {
            self.parse_function_body(code, self.functions.bodies[at].clone())?;
        }
        Ok(())
    }
}

/// The instructions alone, without what they work on.
fn instructions(wasm: &[u8], body: &FunctionBody<'_>) -> Result<Vec<u8>> {
    let mut reader = body.get_operators_reader()?;
    let mut instructions = Vec::new();
    while !reader.eof() {
        instructions.push(wasm[reader.original_position()]);
        reader.read()?;
    }
    Ok(instructions)
}

fn sketch(instructions: &[u8]) -> Sketch {
    let mut least = [u32::MAX; SKETCH];
    for run in instructions.windows(RUN) {
        let run = run
            .iter()
            .fold(0_u64, |word, byte| word << 8 | u64::from(*byte));
        for (n, least) in least.iter_mut().enumerate() {
            *least = (*least).min(mixed(run, n as u64));
        }
    }
    least
}

/// The end of splitmix64: each `salt` is another hash.
fn mixed(word: u64, salt: u64) -> u32 {
    let word = word ^ (salt + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let word = (word ^ word >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let word = (word ^ word >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    (word >> 32) as u32
}

/// All of them, each followed by the one most like it of those that are left.
fn chain(all: &[(Sketch, usize)]) -> Vec<usize> {
    let mut having: HashMap<(usize, u32), Vec<usize>> = HashMap::new();
    for (at, (sketch, _)) in all.iter().enumerate() {
        for key in sketch.iter().copied().enumerate() {
            having.entry(key).or_default().push(at);
        }
    }
    let mut placed = vec![false; all.len()];
    let mut order = Vec::with_capacity(all.len());
    for start in 0..all.len() {
        let mut next = (!placed[start]).then_some(start);
        while let Some(at) = next {
            placed[at] = true;
            order.push(at);
            let (sketch, bytes) = &all[at];
            let mut offers: Vec<usize> = Vec::new();
            for key in sketch.iter().copied().enumerate() {
                if let Some(having) = having.get_mut(&key) {
                    offers.extend(left(having, &placed));
                }
            }
            offers.sort_unstable();
            next = offers
                .chunk_by(|one, other| one == other)
                .max_by_key(|shared| {
                    let differs = all[shared[0]].1.abs_diff(*bytes);
                    (shared.len(), std::cmp::Reverse((differs, shared[0])))
                })
                .map(|shared| shared[0]);
        }
    }
    order
}

/// The first of those that have no place yet. Those that have one are forgotten on the way.
fn left<'a>(having: &'a mut Vec<usize>, placed: &[bool]) -> &'a [usize] {
    let mut count = 0;
    while count < having.len().min(OFFERS_MAX) {
        if placed[having[count]] {
            having.swap_remove(count);
        } else {
            count += 1;
        }
    }
    &having[..count]
}

#[cfg(test)]
mod tests {
    use super::*;
    use anyhow::Context;
    use wasm_encoder::{
        EntityType, ExportKind, ExportSection, Function, ImportSection, Instruction, TypeSection,
    };

    /// Four functions, the last two of which call the first and its twin. Before them comes one that is imported.
    fn module() -> Vec<u8> {
        let bodies = [
            Instruction::I32Const(7),
            Instruction::I32Const(9),
            Instruction::I32Const(7),
            Instruction::Call(1),
            Instruction::Call(3),
            Instruction::Call(0),
        ];
        let mut types = TypeSection::new();
        types.ty().function([], [wasm_encoder::ValType::I32]);
        let mut imports = ImportSection::new();
        imports.import("page", "now", EntityType::Function(0));
        let (mut functions, mut exports, mut code) = (
            FunctionSection::new(),
            ExportSection::new(),
            CodeSection::new(),
        );
        for (own, instruction) in (1..).zip(&bodies) {
            functions.function(0);
            exports.export(&format!("f{own}"), ExportKind::Func, own);
            let mut body = Function::new([]);
            body.instruction(instruction).instruction(&Instruction::End);
            code.function(&body);
        }
        let mut module = Module::new();
        module.section(&types).section(&imports).section(&functions);
        module.section(&exports).section(&code);
        module.finish()
    }

    #[test]
    fn what_is_the_same_is_kept_once_and_whoever_called_it_still_does() -> Result<()> {
        let new = by_likeness(&module())?;
        let functions = Functions::read(&new)?;
        let mut exports = HashMap::new();
        for payload in Parser::new(0).parse_all(&new) {
            if let Payload::ExportSection(all) = payload? {
                for export in all {
                    let export = export?;
                    exports.insert(export.name.to_owned(), export.index);
                }
            }
        }
        let body = |name: &str| -> Result<String> {
            let own = exports[name] as usize - functions.imported;
            let mut reader = functions.bodies[own].get_operators_reader()?;
            Ok(format!("{:?}", reader.read()?))
        };
        assert_eq!(
            functions.bodies.len(),
            4,
            "7, 9, who calls 7, who calls the page"
        );
        assert_eq!(functions.types.len(), 4);
        assert_eq!(exports.len(), 6, "all names are still there");
        assert_eq!(exports["f1"], exports["f3"]);
        assert_eq!(exports["f4"], exports["f5"], "they became the same");
        assert_eq!(body("f1")?, "I32Const { value: 7 }");
        assert_eq!(body("f2")?, "I32Const { value: 9 }");
        let seven = exports["f1"];
        assert_eq!(body("f4")?, format!("Call {{ function_index: {seven} }}"));
        assert_eq!(body("f6")?, "Call { function_index: 0 }", "of the page");
        Ok(())
    }

    #[test]
    fn the_most_alike_follow_each_other() -> Result<()> {
        let one: Vec<u8> = (0..40).collect();
        let other: Vec<u8> = (100..140).collect();
        let nearly: Vec<u8> = (1..41).collect();
        let all = [&one, &other, &nearly].map(|code| (sketch(code), code.len()));
        assert_eq!(chain(&all), [0, 2, 1]);
        let (last, first) = all.split_last().context("three")?;
        assert_eq!(
            chain(&[first, &[*last]].concat()).len(),
            3,
            "each has one place"
        );
        Ok(())
    }
}
