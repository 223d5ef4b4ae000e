//! What this browser and its machine can, and what whoever sits at it asked of them.

use wasm_bindgen::JsCast as _;

/// Whether a processor draws instead of a graphics card. The name of what draws tells; the
/// attribute `failIfMajorPerformanceCaveat` does not, where software was asked for.
pub(super) fn graphics_are_slow() -> bool {
    /// `UNMASKED_RENDERER_WEBGL` of the extension `WEBGL_debug_renderer_info`.
    const RENDERER: u32 = 0x9246;
    let probe = || -> Option<bool> {
        let canvas = web_sys::window()?
            .document()?
            .create_element("canvas")
            .ok()?;
        let canvas: web_sys::HtmlCanvasElement = canvas.unchecked_into();
        let context = canvas.get_context("webgl2").ok()??;
        let gl: web_sys::WebGl2RenderingContext = context.unchecked_into();
        gl.get_extension("WEBGL_debug_renderer_info").ok()??;
        let name = gl.get_parameter(RENDERER).ok()?.as_string()?.to_lowercase();
        let software = [
            "swiftshader",
            "llvmpipe",
            "softpipe",
            "software",
            "basic render",
        ];
        Some(software.iter().any(|known| name.contains(known)))
    };
    probe().unwrap_or(false)
}

/// Whether whoever sits here asked for little motion.
pub(super) fn prefers_reduced_motion() -> bool {
    web_sys::window()
        .and_then(|window| window.match_media("(prefers-reduced-motion: reduce)").ok())
        .flatten()
        .is_some_and(|query| query.matches())
}
